-- Texts go with what they are about, and those of analyses in time: a context is a copy of an occurrence, and an
-- answer may quote it.

-- The ids of the texts that an event refers to: whatever has a digest is one.
create function texts_of(payload jsonb) returns setof uuid
    language sql immutable
    as $$ select (jsonb_path_query(payload, '$.*.* ? (exists (@.digest)).id') #>> '{}')::uuid $$;

-- Whatever is deleted, itself or with the error it was merged into, is deleted here. The append lock may be
-- held, so nobody is waited for: who holds a text is erasing it.
create function erase_texts_of_error() returns trigger
    language plpgsql
    as $$
begin
    update texts set body = null, erased_at = now()
     where (organization_id, text_id) in (
        select t.organization_id, t.text_id from texts t
         where t.organization_id = new.organization_id and t.erased_at is null and t.text_id in (
            select texts_of(e.payload) from events e
             where e.aggregate_type = 'error' and e.aggregate_id = new.error_id::text)
           for update skip locked);
    return null;
end $$;
create trigger error_state_texts after update of status on error_state
    for each row when (new.status = 'deleted' and old.status <> 'deleted')
    execute function erase_texts_of_error();
-- Until now nothing did.
update texts t set body = null, erased_at = now()
  from error_state s
 where s.status = 'deleted' and t.organization_id = s.organization_id and t.erased_at is null and t.text_id in (
    select texts_of(e.payload) from events e
     where e.aggregate_type = 'error' and e.aggregate_id = s.error_id::text);

-- The texts of the project's analyses from before this are erased; see erase_old_texts.
alter table projects add column texts_erased_before timestamptz not null default '-infinity';
create index events_analyses on events (organization_id, recorded_at)
    where event_type = 'ErrorAnalysisCompleted';

-- Erases what analyses were made from and what they answered, where the project keeps occurrences no longer for
-- so long. Answers how many texts went, of one project at a time: to be asked again until none did. What two share
-- goes with the older one.
create function erase_old_texts(today date) returns integer
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '3s'
    as $$
declare
    project record;
    cutoff  timestamptz;
    n       integer;
begin
    -- The lock of purge_occurrences.
    if not pg_try_advisory_xact_lock(7204) then return 0; end if;
    for project in select project_id, organization_id, retention_days, texts_erased_before from projects
                    order by project_id loop
        cutoff := (today - project.retention_days)::timestamp at time zone 'UTC';
        continue when project.texts_erased_before >= cutoff;
        update texts t set body = null, erased_at = now()
         where t.organization_id = project.organization_id and t.erased_at is null and t.text_id in (
            select texts_of(e.payload)
              from events e join error_state s on s.error_id = e.aggregate_id::uuid
             where e.event_type = 'ErrorAnalysisCompleted' and e.organization_id = project.organization_id
               and e.recorded_at >= project.texts_erased_before and e.recorded_at < cutoff
               and s.project_id = project.project_id);
        get diagnostics n = row_count;
        update projects set texts_erased_before = cutoff where project_id = project.project_id;
        if n > 0 then return n; end if;
    end loop;
    return 0;
end $$;
revoke all on function texts_of, erase_texts_of_error, erase_old_texts from public;
grant execute on function erase_old_texts to bugsage_app;

-- What models were paid for analyses, one row a try of a job that asked any: while it is under way, the most that it
-- can come to, so that one that breaks off counts as that. Whoever else must stay within the budgets reads it here.
create table analysis_costs (
    organization_id uuid not null,
    error_id        uuid not null,
    try_id          uuid not null,
    begun_at        timestamptz not null default now(),
    micros          bigint not null,
    -- micros is what it was
    is_over         boolean not null,
    constraint analysis_costs_key primary key (organization_id, error_id, try_id)
);
create index analysis_costs_month on analysis_costs (organization_id, begun_at) include (micros, is_over);
alter table analysis_costs enable row level security;
create policy tenant on analysis_costs for select to bugsage_app using (organization_id = current_organization());
grant select on analysis_costs to bugsage_app;

create function note_analysis_cost(p_organization uuid, p_error uuid, p_try uuid, p_micros bigint, p_is_over boolean)
    returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        insert into analysis_costs (organization_id, error_id, try_id, micros, is_over)
            values (p_organization, p_error, p_try, p_micros, p_is_over)
            on conflict on constraint analysis_costs_key do update
               set micros = excluded.micros, is_over = excluded.is_over
    $$;
revoke all on function note_analysis_cost from public;
grant execute on function note_analysis_cost to bugsage_app;

-- Until now the events of those that were completed said it alone.
insert into analysis_costs (organization_id, error_id, try_id, begun_at, micros, is_over)
    select e.organization_id, e.aggregate_id::uuid, gen_random_uuid(), e.recorded_at, paid.micros, true
      from events e
     cross join lateral (
           select (e.payload #>> '{ErrorAnalysisCompleted,spent,micros}')::bigint as micros) paid
     where e.event_type = 'ErrorAnalysisCompleted' and paid.micros > 0;
