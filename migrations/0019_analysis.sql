-- What the analyses of a project's errors go by.

-- Where its source is: an address of http or https, or a folder of the workers' machine.
alter table projects add column repository text;
grant update (repository) on projects to bugsage_app;

-- Which of its errors are analysed without being asked; null: as the service's settings say.
alter table projects add column analysis_policy jsonb;
grant update (analysis_policy) on projects to bugsage_app;

-- Errors of any organization that occurred lately, more often than their project's policy says, and were never
-- analysed. Of those that were merged the one that goes on counts for all.
create function frequent_errors(p_seconds double precision, p_count integer)
    returns table (organization_id uuid, error_id uuid)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select s.organization_id, s.error_id
          from projects p
          join error_state s on s.organization_id = p.organization_id and s.project_id = p.project_id
         where p.closed_at is null and p.analysis_policy ->> 'above_count' is not null
           and s.last_seen > now() - make_interval(secs => p_seconds)
           and s.count > (p.analysis_policy ->> 'above_count')::bigint
           and s.status = 'detected' and s.root_id = s.error_id
           and not exists (select 1 from events e
                where e.aggregate_type = 'error' and e.aggregate_id = s.error_id::text
                  and e.event_type = 'ErrorAnalysisRequested')
         limit p_count
    $$;
revoke all on function frequent_errors from public;
grant execute on function frequent_errors to bugsage_app;
