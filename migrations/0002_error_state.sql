-- What decides beside the event store: which error a fingerprint belongs to, and the
-- state of each error that every ingest batch must see. See DESIGN: "Where facts live".
--
-- An error keeps its own ledger (occurrences, counters, users) for ever. Merging only
-- points its root_id at another error, so unmerging is exact: totals are kept at the root.
-- Lock order everywhere: fingerprints, occurrence_ids, error_users, error_state (in key
-- order), error_counters, and the append lock last.

create table fingerprints (
    organization_id  uuid not null,
    project_id       bigint not null,
    grouping_version smallint not null,
    fingerprint      bytea not null,
    error_id         uuid not null,
    constraint fingerprints_key primary key (organization_id, project_id, grouping_version, fingerprint)
);
create index fingerprints_error on fingerprints (error_id);

create table error_state (
    error_id            uuid primary key,
    organization_id     uuid not null,
    project_id          bigint not null,
    -- detected, analyzing, fixing, resolved, ignored; deleted rows wait for the purge
    status              text not null default 'detected',
    ignored_until       timestamptz,
    ignored_until_count bigint,
    -- itself, or the error at the end of its chain of merges
    root_id             uuid not null,
    merged_into         uuid,
    own_count           bigint not null,
    own_first_seen      timestamptz not null,
    own_last_seen       timestamptz not null,
    -- totals over all errors merged into this one
    count               bigint not null,
    users               bigint not null default 0,
    first_seen          timestamptz not null,
    last_seen           timestamptz not null
) with (fillfactor = 70);

-- The four sorts of the error list, each ending in the id so that a cursor is exact. By
-- project, because API keys are: a small project is not to be sought among all errors of its
-- organization. A list over a whole organization sorts what its total counts anyway.
create index error_state_last_seen on error_state (organization_id, project_id, last_seen, error_id);
create index error_state_first_seen on error_state (organization_id, project_id, first_seen, error_id);
create index error_state_count on error_state (organization_id, project_id, count, error_id);
create index error_state_users on error_state (organization_id, project_id, users, error_id);
-- A project is of one organization: without this the planner takes it for chance and sorts what it could read in order.
create statistics error_state_project (dependencies) on organization_id, project_id from error_state;
-- The members of a merged error.
create index error_state_members on error_state (root_id) where root_id <> error_id;

create table error_counters (
    organization_id uuid not null,
    error_id        uuid not null,
    hour            timestamptz not null,
    environment     text not null,
    release         text not null,
    count           bigint not null,
    constraint error_counters_key primary key (organization_id, error_id, hour, environment, release)
) with (fillfactor = 70);
-- Statistics per day over all errors.
create index error_counters_hour on error_counters (organization_id, hour);

-- People affected, as keyed hashes.
create table error_users (
    organization_id uuid not null,
    error_id        uuid not null,
    user_hash       bytea not null,
    constraint error_users_key primary key (organization_id, error_id, user_hash)
);

-- What an error has been seen with: kind 'environment', 'release' or 'tag' ("key:value").
create table error_facets (
    organization_id uuid not null,
    error_id        uuid not null,
    kind            text not null,
    value           text not null,
    constraint error_facets_key primary key (organization_id, kind, value, error_id)
);

alter table fingerprints enable row level security;
alter table error_state enable row level security;
alter table error_counters enable row level security;
alter table error_users enable row level security;
alter table error_facets enable row level security;
create policy tenant on fingerprints for select to bugsage_app using (organization_id = current_organization());
create policy tenant on error_state for select to bugsage_app using (organization_id = current_organization());
create policy tenant on error_counters for select to bugsage_app using (organization_id = current_organization());
create policy tenant on error_users for select to bugsage_app using (organization_id = current_organization());
create policy tenant on error_facets for select to bugsage_app using (organization_id = current_organization());
grant select on fingerprints, error_state, error_counters, error_users, error_facets to bugsage_app;

-- The error itself and every error merged into it.
create function error_members(root uuid) returns setof uuid
    language sql stable
    as $$
        select root
        union all
        select error_id from error_state where root_id = root and root_id <> error_id
    $$;

-- Recomputes the totals of a root from the ledgers of its members; after merge and unmerge.
create function recount_error(root uuid) returns void
    language sql
    as $$
        update error_state s
           set count = t.count, first_seen = t.first_seen, last_seen = t.last_seen, users = t.users
          from (select sum(m.own_count)::bigint as count,
                       min(m.own_first_seen) as first_seen, max(m.own_last_seen) as last_seen,
                       (select count(distinct u.user_hash) from error_users u
                         where u.organization_id = min(m.organization_id::text)::uuid
                           and u.error_id in (select error_members(root))) as users
                  from error_state m where m.error_id in (select error_members(root))) t
         where s.error_id = root
    $$;
