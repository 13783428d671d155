-- How much happened, rolled up per project: so many rows a day, however many errors there are.
--
-- Filled beside ingest and commands, which write nothing for it, by `statistics::fold` in
-- projections. Each error shown (the root of those merged into it) has a share in the totals of
-- its project. The shares are kept, so that folding an error again takes out what it had put
-- in; whoever asks adds what the errors that changed since the fold would change.

-- How far it is folded: errors last seen before a moment, and decisions up to a position.
create table statistics_fold (
    seen     timestamptz not null,
    position bigint not null
);
insert into statistics_fold values ('0001-01-01 00:00Z', 0);

-- Errors whose days went to another error or came from one: merged, unmerged, deleted.
create table moved_errors (
    number          bigint generated always as identity primary key,
    organization_id uuid not null,
    error_id        uuid not null
);

-- The share of an error in project_days.
create table error_days (
    organization_id uuid not null,
    error_id        uuid not null,
    day             date not null,
    count           bigint not null,
    constraint error_days_key primary key (error_id, day)
);

-- The share of an error in project_standings, and the state it was taken from.
create table error_standings (
    organization_id uuid not null,
    error_id        uuid primary key,
    count           bigint not null,
    last_day        date not null,
    -- both null: it has no share, because it is merged, deleted, or not projected yet
    severity        text,
    status          text,
    ignored_until   timestamptz
);
create index error_standings_ignored on error_standings (ignored_until) where status = 'ignored';

create table project_days (
    organization_id uuid not null,
    project_id      bigint not null,
    day             date not null,
    occurrences     bigint not null,
    errors          bigint not null,
    constraint project_days_key primary key (organization_id, project_id, day)
);

-- Errors by the day they last occurred on and by where they stand.
create table project_standings (
    organization_id uuid not null,
    project_id      bigint not null,
    last_day        date not null,
    severity        text not null,
    status          text not null,
    errors          bigint not null,
    constraint project_standings_key primary key (organization_id, project_id, last_day, severity, status)
);

do $$
declare rolled text;
begin
    foreach rolled in array array['moved_errors', 'error_days', 'error_standings', 'project_days', 'project_standings'] loop
        execute format(
            'alter table %1$I enable row level security;
             create policy tenant on %1$I for select to bugsage_app using (organization_id = current_organization());
             create policy every on %1$I to bugsage_projector using (true);
             grant select on %1$I to bugsage_app;
             grant select, insert, update, delete on %1$I to bugsage_projector', rolled);
    end loop;
    -- What it is folded from.
    foreach rolled in array array['projects', 'error_state', 'error_counters'] loop
        execute format(
            'create policy every on %1$I for select to bugsage_projector using (true);
             grant select on %1$I to bugsage_projector', rolled);
    end loop;
end $$;
revoke insert, update on moved_errors from bugsage_projector;
grant select on statistics_fold to bugsage_app;
grant select, update on statistics_fold to bugsage_projector;

-- As it was, but it notes whose days moved.
create or replace function apply_error_effect(org uuid, error uuid, effect jsonb) returns void
    language plpgsql
    as $$
declare old_root uuid; new_root uuid; family uuid[];
begin
    if effect ? 'status' then
        update error_state
           set status = effect->>'status',
               ignored_until = (effect->>'ignored_until')::timestamptz,
               ignored_until_count = (effect->>'ignored_until_count')::bigint
         where error_id = error and organization_id = org;
    end if;
    if not effect ?| array['merged_into', 'deleted'] then
        return;
    end if;
    -- Merged, unmerged or deleted, the error takes along whatever had been merged into it.
    with recursive below as (
        select error_id as id from error_state where error_id = error and organization_id = org
        union all
        select s.error_id from error_state s join below b on s.merged_into = b.id
    )
    select array_agg(id) into family from below;
    select root_id into old_root from error_state where error_id = error and organization_id = org;
    select root_id into new_root from error_state
     where error_id = (effect->>'merged_into')::uuid and organization_id = org;
    new_root := coalesce(new_root, error);
    update error_state set merged_into = (effect->>'merged_into')::uuid
     where error_id = error and organization_id = org;
    update error_state set root_id = new_root where error_id = any (family);
    if effect ? 'deleted' then
        delete from fingerprints where error_id = any (family);
        update error_state set status = 'deleted' where error_id = any (family);
    end if;
    perform recount_error(old_root);
    perform recount_error(new_root);
    insert into moved_errors (organization_id, error_id) values (org, error), (org, old_root), (org, new_root);
end $$;
