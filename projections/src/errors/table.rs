//! The table of errors, and its indexes.

/// `find_errors` exists because ILIKE is not leakproof: under row-level security it may not
/// be asked of rows of other organizations, so the trigram index would go unused. Its owner
/// is exempt from the policy and names the organization itself. The body is bound when it
/// is made, so it follows the table when a rebuilt schema is renamed.
///
/// `tags` says again, in the order of a tag, what the rows of errors say: which errors have one is
/// then read from its key alone. By an index on the arrays each of those rows had to be read.
pub(super) const DDL: &str = "
create table errors (
    organization_id     uuid not null,
    error_id            uuid primary key,
    project_id          bigint not null,
    title               text not null,
    culprit             text,
    severity            text not null,
    status              text not null,
    -- how often it came back since it was last resolved
    regressions         integer not null default 0,
    source              text not null,
    source_id           text,
    category            text,
    tags                text[] not null,
    platform            text,
    assigned_to         text,
    description_text_id uuid,
    resolved_by         text,
    resolved_at         timestamptz,
    resolved_how        text,
    resolved_in_release text,
    ignored_until       timestamptz,
    ignored_until_count bigint,
    merged_into         uuid,
    deleted             boolean not null default false,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    sequence            bigint not null
);
create table tags (
    organization_id uuid not null,
    tag             text not null,
    error_id        uuid not null,
    primary key (organization_id, tag, error_id)
);
create index errors_merged on errors (merged_into) where merged_into is not null;
create function find_errors(pattern text, most bigint) returns setof uuid
    language sql stable security definer rows 100 set enable_seqscan = off
    begin atomic
        select error_id from errors
         where organization_id = public.current_organization()
           and (title || ' ' || coalesce(culprit, '')) ilike pattern
         limit most;
    end;
revoke all on function find_errors from public;
grant execute on function find_errors to bugsage_app;
";

/// Every filter has an index, of those rows that a list can show. Each holds what the other filters
/// ask too, so that a count reads no rows: a decision writes an entry into each of them anyway.
pub(super) const INDEXES: &str = "
create index errors_search on errors using gin ((title || ' ' || coalesce(culprit, '')) public.gin_trgm_ops)
    with (gin_pending_list_limit = 512); -- kB: 64 pages for each search to read, and some 900 new errors
    -- whose trigrams go into the index together; one by one they were four fifths of the log of a new error
create index errors_severity on errors (organization_id, project_id, severity, error_id)
    include (status, source, category, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null;
create index errors_status on errors (organization_id, project_id, status, error_id)
    include (severity, source, category, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null;
create index errors_source on errors (organization_id, project_id, source, error_id)
    include (severity, status, category, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null;
create index errors_category on errors (organization_id, project_id, category, error_id)
    include (severity, status, source, assigned_to, ignored_until, ignored_until_count)
    where not deleted and merged_into is null and category is not null;
create index errors_assignee on errors (organization_id, project_id, assigned_to, error_id)
    include (severity, status, source, category, ignored_until, ignored_until_count)
    where not deleted and merged_into is null and assigned_to is not null;
";
