-- Work between domain events and the outside: who asked for what, who is at it, and what came of it.
-- A saga's transaction adds jobs together with its checkpoint; workers take them, here or told by NATS.

-- Readers wait for projections (subscription::reached), never for sagas.
alter table subscriptions add column awaited boolean not null default true;

-- Tells this database from others whose events the same message server may have seen.
alter table installation add column store_id uuid not null default gen_random_uuid();
create function store_id() returns uuid
    language sql stable security definer set search_path = public, pg_temp
    as $$ select store_id from installation $$;

create table jobs (
    -- Made of saga, position and step: asked for twice it is one job.
    job_id          uuid     primary key,
    -- In the order they were asked for.
    number          bigint   generated always as identity constraint jobs_number unique,
    organization_id uuid     not null,
    kind            text     not null,
    -- 0 critical, 1 normal, 2 backlog
    priority        smallint not null constraint jobs_priority check (priority between 0 and 2),
    saga            text     not null,
    position        bigint   not null,
    step            integer  not null,
    correlation_id  text     not null,
    -- Ids and numbers, never texts of people.
    payload         jsonb    not null constraint jobs_payload check (pg_column_size(payload) <= 8192),
    state           text     not null default 'waiting'
                             constraint jobs_state check (state in ('waiting', 'running', 'done', 'dead')),
    tries           integer  not null default 0,
    -- When it may be taken. Of a running one: the end of its lease, by this database's clock alone.
    due_at          timestamptz not null default now(),
    -- How often it was taken: who has an older number may no longer finish it.
    lease           bigint   not null default 0,
    holder          text,
    -- Its id was given to NATS.
    announced       boolean  not null default false,
    result          jsonb,
    last_failure    text,
    created_at      timestamptz not null default now(),
    finished_at     timestamptz
);
create index jobs_due on jobs (kind, priority, due_at) where state in ('waiting', 'running');
create index jobs_unannounced on jobs (priority, due_at) where state = 'waiting' and not announced;
create index jobs_of_organization on jobs (organization_id, number);
create index jobs_finished on jobs (finished_at) where finished_at is not null;

alter table jobs enable row level security;
create policy tenant on jobs for select to bugsage_app using (organization_id = current_organization());
grant select on jobs to bugsage_app;

-- Whether it is new. Told once the transaction commits.
create function enqueue_job(p_job uuid, p_org uuid, p_kind text, p_priority smallint, p_saga text,
                            p_position bigint, p_step integer, p_correlation text, p_payload jsonb,
                            p_delay double precision) returns boolean
    language plpgsql security definer set search_path = public, pg_temp
    as $$
    begin
        insert into jobs (job_id, organization_id, kind, priority, saga, position, step, correlation_id,
                          payload, due_at)
            values (p_job, p_org, p_kind, p_priority, p_saga, p_position, p_step, p_correlation, p_payload,
                    now() + make_interval(secs => p_delay))
        on conflict (job_id) do nothing;
        if found then
            perform pg_notify('bugsage_jobs', '');
        end if;
        return found;
    end $$;

-- This job, or the next of its kind, for one worker alone, for so many seconds. One that was taken as
-- often as it may be, and never ended, is dead: it may be what kills its workers.
create function take_job(p_kind text, p_job uuid, p_most integer, p_holder text, p_seconds double precision)
    returns setof jobs
    language plpgsql security definer set search_path = public, pg_temp
    as $$
    declare next_one jobs;
    begin
        loop
            select * into next_one from jobs j
             where j.kind = p_kind and j.state in ('waiting', 'running') and j.due_at <= now()
               and (p_job is null or j.job_id = p_job)
             order by j.priority, j.due_at limit 1 for update skip locked;
            if not found then
                return;
            end if;
            exit when next_one.tries < p_most;
            update jobs set state = 'dead', finished_at = now(), holder = null,
                   last_failure = coalesce(last_failure || '; ', '') || 'its worker ended in the middle'
             where job_id = next_one.job_id;
        end loop;
        return query
            update jobs set state = 'running', tries = tries + 1, lease = lease + 1, holder = p_holder,
                   announced = true, due_at = now() + make_interval(secs => p_seconds)
             where job_id = next_one.job_id
            returning *;
    end $$;

-- Seconds until it may be taken; null if there is nothing more to do.
create function job_due_in(p_job uuid) returns double precision
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select greatest(0, extract(epoch from due_at - now())) from jobs
         where job_id = p_job and state in ('waiting', 'running')
    $$;

-- Each of these answers whether the lease is still the caller's; if not, nothing was changed.
create function renew_job(p_job uuid, p_lease bigint, p_seconds double precision) returns boolean
    language sql security definer set search_path = public, pg_temp
    as $$
        with mine as (
            update jobs set due_at = now() + make_interval(secs => p_seconds)
             where job_id = p_job and lease = p_lease and state = 'running' returning 1)
        select exists (select 1 from mine)
    $$;

create function finish_job(p_job uuid, p_lease bigint, p_result jsonb) returns boolean
    language sql security definer set search_path = public, pg_temp
    as $$
        with mine as (
            update jobs set state = 'done', result = p_result, holder = null, finished_at = now()
             where job_id = p_job and lease = p_lease and state = 'running' returning 1)
        select exists (select 1 from mine)
    $$;

-- Tried again in so many seconds; null: never.
create function fail_job(p_job uuid, p_lease bigint, p_failure text, p_seconds double precision) returns boolean
    language sql security definer set search_path = public, pg_temp
    as $$
        with mine as (
            update jobs set state = case when p_seconds is null then 'dead' else 'waiting' end,
                   due_at = now() + make_interval(secs => coalesce(p_seconds, 0)), announced = false,
                   last_failure = left(p_failure, 2000), holder = null,
                   finished_at = case when p_seconds is null then now() end
             where job_id = p_job and lease = p_lease and state = 'running' returning 1)
        select exists (select 1 from mine)
    $$;

-- As if it had not been taken.
create function give_job_back(p_job uuid, p_lease bigint) returns boolean
    language sql security definer set search_path = public, pg_temp
    as $$
        with mine as (
            update jobs set state = 'waiting', tries = tries - 1, due_at = now(), announced = false, holder = null
             where job_id = p_job and lease = p_lease and state = 'running' returning 1)
        select exists (select 1 from mine where pg_notify('bugsage_jobs', '') is not null)
    $$;

-- Jobs that are due and whose ids NATS has not got; whoever asks gives them to it.
create function announce_jobs(p_limit integer)
    returns table (job_id uuid, kind text, priority smallint, lease bigint)
    language sql security definer set search_path = public, pg_temp
    as $$
        update jobs j set announced = true
          from (select d.job_id from jobs d where d.state = 'waiting' and not d.announced and d.due_at <= now()
                 order by d.priority, d.due_at limit p_limit for update skip locked) due
         where j.job_id = due.job_id
        returning j.job_id, j.kind, j.priority, j.lease
    $$;

-- NATS did not get them after all.
create function unannounce_jobs(p_jobs uuid[]) returns void
    language sql security definer set search_path = public, pg_temp
    as $$ update jobs set announced = false where job_id = any (p_jobs) and state = 'waiting' $$;

-- What operators do to a job of their organization. The job as it was; nothing if it is not there.
create function retry_job(p_org uuid, p_job uuid) returns setof jobs
    language plpgsql security definer set search_path = public, pg_temp
    as $$
    declare was jobs;
    begin
        select * into was from jobs where job_id = p_job and organization_id = p_org for update;
        if found then
            if was.state = 'dead' then
                update jobs set state = 'waiting', tries = 0, due_at = now(), announced = false, finished_at = null
                 where job_id = p_job;
                perform pg_notify('bugsage_jobs', '');
            end if;
            return next was;
        end if;
    end $$;

create function drop_job(p_org uuid, p_job uuid) returns setof jobs
    language plpgsql security definer set search_path = public, pg_temp
    as $$
    declare was jobs;
    begin
        select * into was from jobs where job_id = p_job and organization_id = p_org for update;
        if found then
            delete from jobs where job_id = p_job and state in ('waiting', 'dead');
            return next was;
        end if;
    end $$;

-- What is done is forgotten after a while, and much later what is dead.
create function purge_jobs(p_done timestamptz, p_dead timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$ delete from jobs where finished_at < case state when 'dead' then p_dead else p_done end $$;

-- How many there are, and for how many seconds the oldest has been due.
create function job_numbers() returns table (kind text, state text, jobs bigint, oldest double precision)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select kind, state, count(*), greatest(0, extract(epoch from now() - min(due_at)))
          from jobs where state <> 'done' group by kind, state
    $$;
create index jobs_open on jobs (kind, state, due_at) where state <> 'done';

do $$
declare f text;
begin
    foreach f in array array['take_job', 'job_due_in', 'renew_job', 'finish_job', 'fail_job', 'give_job_back',
        'announce_jobs', 'unannounce_jobs', 'retry_job', 'drop_job', 'purge_jobs'] loop
        execute format('revoke all on function %I from public', f);
        execute format('grant execute on function %I to bugsage_app', f);
    end loop;
    foreach f in array array['store_id', 'enqueue_job', 'job_numbers'] loop
        execute format('revoke all on function %I from public', f);
        execute format('grant execute on function %I to bugsage_projector', f);
    end loop;
end $$;
