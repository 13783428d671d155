-- Texts go with what they are about, and those of analyses in time: a context is a copy of an occurrence, and an
-- answer may quote it.

-- The ids of the texts that an event refers to: whatever has a digest is one.
create function texts_of(payload jsonb) returns setof uuid
    language sql immutable
    as $$ select (jsonb_path_query(payload, '$.*.* ? (exists (@.digest)).id') #>> '{}')::uuid $$;

-- Whatever is deleted, itself or with the error it was merged into, is deleted here.
create function erase_texts_of_error() returns trigger
    language plpgsql
    as $$
begin
    update texts set body = null, erased_at = now()
     where organization_id = new.organization_id and erased_at is null and text_id in (
        select texts_of(e.payload) from events e
         where e.aggregate_type = 'error' and e.aggregate_id = new.error_id::text);
    return null;
end $$;
create trigger error_state_texts after update of status on error_state
    for each row when (new.status = 'deleted' and old.status <> 'deleted')
    execute function erase_texts_of_error();

-- The texts of the project's analyses from before this are erased; see erase_old_texts.
alter table projects add column texts_erased_before timestamptz not null default '-infinity';
create index events_analyses on events (organization_id, recorded_at)
    where event_type = 'ErrorAnalysisCompleted';

-- Erases what analyses were made from and what they answered, where the project keeps occurrences no longer for
-- so long. Answers how many texts. What two share goes with the older one.
create function erase_old_texts(today date) returns integer
    language plpgsql security definer set search_path = public, pg_temp
    as $$
declare
    gone    integer := 0;
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
        gone := gone + n;
        update projects set texts_erased_before = cutoff where project_id = project.project_id;
    end loop;
    return gone;
end $$;
revoke all on function texts_of, erase_texts_of_error, erase_old_texts from public;
grant execute on function erase_old_texts to bugsage_app;
