-- Jobs go round: nobody waits behind all the work of another organization, nor does a worker read it all.

-- By organization, so that each has its turn. `jobs_open` tells whether anything is due at all.
drop index jobs_due;
create index jobs_due on jobs (kind, priority, organization_id, due_at) where state in ('waiting', 'running');

-- The next of its kind, for one worker alone, for so many seconds. Of each priority the organizations take
-- turns: the next one after that whose job was taken last (p_after, one a priority), and of its jobs the one
-- that is due longest. So one job waits for as many others as there are organizations, however many wait.
-- One that was taken as often as it may be, and never ended, is dead: it may be what kills its workers.
-- The one that takes a job by its id stays for nodes of the release before this one.
create function take_job(p_kind text, p_after uuid[], p_most integer, p_holder text, p_seconds double precision)
    returns setof jobs
    language plpgsql security definer set search_path = public, pg_temp
    -- A plan made while there are few jobs, to read and sort them all, would be kept.
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    as $$
    declare
        next_one jobs;
        first    timestamptz;
    begin
        -- Most looks find nothing, and many jobs may wait for their time.
        select least((select min(j.due_at) from jobs j where j.kind = p_kind and j.state = 'waiting'),
                     (select min(j.due_at) from jobs j where j.kind = p_kind and j.state = 'running')) into first;
        if first is null or first > now() then
            return;
        end if;
        -- What is taken and lost because this server fails is taken again: no disk need be waited for.
        perform set_config('synchronous_commit', 'off', true);
        for p in 0 .. 2 loop
            loop
                select * into next_one from jobs j
                 where j.kind = p_kind and j.priority = p and j.state in ('waiting', 'running')
                   and j.organization_id > p_after[p + 1] and j.due_at <= now()
                 order by j.organization_id, j.due_at limit 1 for update skip locked;
                if not found then
                    select * into next_one from jobs j
                     where j.kind = p_kind and j.priority = p and j.state in ('waiting', 'running')
                       and j.organization_id <= p_after[p + 1] and j.due_at <= now()
                     order by j.organization_id, j.due_at limit 1 for update skip locked;
                end if;
                exit when not found;
                if next_one.tries < p_most then
                    return query
                        update jobs set state = 'running', tries = tries + 1, lease = lease + 1,
                               holder = p_holder, announced = true,
                               due_at = now() + make_interval(secs => p_seconds)
                         where job_id = next_one.job_id
                        returning *;
                    return;
                end if;
                update jobs set state = 'dead', finished_at = now(), holder = null,
                       last_failure = coalesce(last_failure || '; ', '') || 'its worker ended in the middle'
                 where job_id = next_one.job_id;
            end loop;
        end loop;
    end $$;
revoke all on function take_job(text, uuid[], integer, text, double precision) from public;
grant execute on function take_job(text, uuid[], integer, text, double precision) to bugsage_app;

-- As before, but a job takes along only the errors of those that are due next, at most p_count, and none
-- where its own error is made or another's: then somebody took it along, as all that stand near it.
create or replace function claim_vectors(p_organization uuid, p_embedder text, p_job uuid, p_error uuid,
                                         p_count integer, p_seconds double precision) returns setof uuid
    language sql security definer set search_path = public, pg_temp
    as $$
        with wanted as (
            select v.error_id from model_vectors v
             where v.claimed_by = p_job and v.embedding is null and v.organization_id = p_organization
               and v.embedder = p_embedder
            union
            select p_error where p_error is not null
            union
            select (w.payload->>'error')::uuid from jobs j
             cross join lateral (
                   select w.payload from jobs w
                    where w.kind = j.kind and w.priority = j.priority and w.state = 'waiting'
                      and w.organization_id = j.organization_id
                    order by w.due_at limit p_count) w
             where j.job_id = p_job and j.organization_id = p_organization and p_error is not null
               and w.payload->>'error' is not null and w.payload->>'embedder' = p_embedder
               and not exists (select 1 from model_vectors v
                    where v.organization_id = p_organization and v.error_id = p_error and v.embedder = p_embedder
                      and (v.embedding is not null or v.claimed_until = 'infinity'
                           or (v.claimed_by <> p_job and v.claimed_until > now())))
            union
            select s.error_id from error_state s where p_error is null and s.organization_id = p_organization
        )
        insert into model_vectors (organization_id, project_id, error_id, embedder, claimed_by, claimed_until)
            select s.organization_id, s.project_id, s.error_id, p_embedder, p_job,
                   now() + make_interval(secs => p_seconds)
              from error_state s
             where s.error_id in (select error_id from wanted)
               and s.organization_id = p_organization and s.status <> 'deleted'
               and not exists (select 1 from model_vectors v
                    where v.organization_id = p_organization and v.error_id = s.error_id
                      and v.embedder = p_embedder
                      and (v.embedding is not null or v.claimed_until = 'infinity'
                           or (v.claimed_by <> p_job and v.claimed_until > now())))
             order by s.error_id limit p_count for share of s
        on conflict on constraint model_vectors_key do update
            set claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
            where model_vectors.embedding is null and model_vectors.claimed_until < 'infinity'
              and (model_vectors.claimed_by = p_job or model_vectors.claimed_until <= now())
        returning error_id
    $$;

-- As before, and few are compared before anything else is asked of them. Planned each time: a plan made while
-- there were none would read all of a table for each of them.
create or replace function nearest_errors(p_organization uuid, p_project bigint, p_embedder text,
                                          p_embedding real[], p_root uuid, p_count integer)
    returns table (error_id uuid, root_id uuid, sketch jsonb)
    language plpgsql
    set plan_cache_mode = force_custom_plan
    as $$
#variable_conflict use_column
declare
    few    constant integer := 5000;
    sought constant vector := p_embedding::vector;
    here   integer;
    family integer;
begin
    select count(*) into here from (
        select 1 from error_vectors v
         where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
         limit few + 1) v;
    if here <= few then
        -- Those of the family are among the nearest. The subquery keeps the index of all projects out of it.
        select count(*) into family from error_members(p_root);
        return query
            select n.error_id, s.root_id, v.sketch
              from (select c.error_id, c.distance
                      from (select v.error_id, v.embedding <=> sought as distance from error_vectors v
                             where v.organization_id = p_organization and v.project_id = p_project
                               and v.embedder = p_embedder offset 0) c
                     order by c.distance limit p_count + family) n
              join error_state s on s.error_id = n.error_id
              join error_vectors v on v.organization_id = p_organization and v.error_id = n.error_id
                                  and v.embedder = p_embedder
             where s.organization_id = p_organization and s.root_id <> p_root and s.status <> 'deleted'
             order by n.distance limit p_count;
    else
        perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
        perform set_config('hnsw.max_scan_tuples', '50000', true);
        -- It is not to sort them all, whatever it is thought to cost.
        perform set_config('enable_sort', 'off', true);
        return query
            select v.error_id, s.root_id, v.sketch
              from error_vectors v join error_state s on s.error_id = v.error_id
             where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
               and s.organization_id = p_organization and s.root_id <> p_root and s.status <> 'deleted'
             order by v.embedding <=> sought limit p_count;
        perform set_config('enable_sort', 'on', true);
    end if;
end $$;
