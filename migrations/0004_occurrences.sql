-- The occurrence log: what arrived. Immutable, compressed, one partition a day (UTC),
-- dropped after the longest retention of any project.

create table occurrences (
    organization_id uuid not null,
    -- the error whose ledger it stands in; the error shown is that one's root
    error_id        uuid not null,
    received_at     timestamptz not null,
    event_id        uuid not null,
    project_id      bigint not null,
    occurred_at     timestamptz not null,
    title           text not null,
    level           text,
    environment     text,
    release         text,
    -- 0: zstd without a dictionary
    encoding        smallint not null,
    -- the scrubbed event, compressed
    payload         bytea not null
) partition by range (received_at);
alter table occurrences alter column payload set storage external;
-- Newest first of one error, and one occurrence by what occurrence_ids says of it.
create index occurrences_newest on occurrences (organization_id, error_id, received_at, event_id);

-- The duplicate check across midnight and nodes, and the look-up by the id an SDK got.
create table occurrence_ids (
    organization_id uuid not null,
    project_id      bigint not null,
    event_id        uuid not null,
    error_id        uuid not null,
    received_at     timestamptz not null,
    constraint occurrence_ids_key primary key (organization_id, project_id, event_id)
);

alter table occurrences enable row level security;
alter table occurrence_ids enable row level security;
create policy tenant on occurrences for select to bugsage_app using (organization_id = current_organization());
create policy tenant on occurrence_ids for select to bugsage_app using (organization_id = current_organization());
grant select on occurrences, occurrence_ids to bugsage_app;

-- Makes the partitions of a day and the days after it. Safe to repeat and to race.
create function ensure_occurrence_partitions(day date, days_ahead integer) returns void
    language plpgsql security definer set search_path = public, pg_temp
    as $$
declare d date;
begin
    perform pg_advisory_xact_lock(7202);
    for d in select generate_series(day, day + days_ahead, '1 day')::date loop
        if to_regclass('occurrences_' || to_char(d, 'YYYYMMDD')) is null then
            -- Made and then attached: neither readers nor ingest are waited for, nor wait.
            execute format(
                'create table %1$I (like occurrences including all) with (toast_tuple_target = 8160);
                 alter table occurrences attach partition %1$I for values from (%2$L) to (%3$L)',
                'occurrences_' || to_char(d, 'YYYYMMDD'),
                to_char(d, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(d + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
        end if;
    end loop;
end $$;

-- Deletes up to batch occurrences whose project keeps them no longer, and drops the
-- partitions that no project needs. Answers how many rows and partitions went; less than
-- batch means that nothing is left to do, or that another node is at it.
-- Gives up rather than wait behind a long reader: all of ingest would wait behind it.
create function purge_occurrences(today date, batch integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '3s'
    as $$
declare
    longest integer;
    gone    integer := 0;
    part    text;
    parts   text[];
    project record;
    cutoff  timestamptz;
    n       integer;
begin
    select max(retention_days) into longest from projects;
    if longest is null or not pg_try_advisory_xact_lock(7204) then return 0; end if;
    for project in select project_id, organization_id, retention_days, purged_before from projects
                    where retention_days < longest order by project_id loop
        cutoff := (today - project.retention_days)::timestamp at time zone 'UTC';
        -- No index leads here: only the days that were not searched yet are.
        continue when project.purged_before >= cutoff;
        with expired as (
            delete from occurrences o
             where (o.organization_id, o.error_id, o.received_at, o.event_id) in (
                select c.organization_id, c.error_id, c.received_at, c.event_id from occurrences c
                 where c.organization_id = project.organization_id and c.project_id = project.project_id
                   and c.received_at >= project.purged_before and c.received_at < cutoff
                 limit batch - gone)
            returning o.organization_id, o.project_id, o.event_id
        ), forgotten as (
            delete from occurrence_ids i using expired e
             where (i.organization_id, i.project_id, i.event_id) = (e.organization_id, e.project_id, e.event_id)
        )
        select count(*) into n from expired;
        gone := gone + n;
        if gone >= batch then return gone; end if;
        update projects set purged_before = cutoff where project_id = project.project_id;
    end loop;

    select array_agg(c.relname::text order by 1) into parts
      from pg_inherits h join pg_class c on c.oid = h.inhrelid
     where h.inhparent = 'occurrences'::regclass
       and c.relname < 'occurrences_' || to_char(today - longest, 'YYYYMMDD');
    foreach part in array coalesce(parts, '{}') loop
        execute format(
            'with old as (select organization_id, project_id, event_id from %I)
             delete from occurrence_ids i using old s
              where (i.organization_id, i.project_id, i.event_id) = (s.organization_id, s.project_id, s.event_id)',
            part);
    end loop;
    -- Last, because from here on ingest waits.
    foreach part in array coalesce(parts, '{}') loop
        execute format('drop table %I', part);
        gone := gone + 1;
    end loop;
    return gone;
end $$;

-- Whether one of these errors was merged, or has others merged into it.
create function any_merged(errors uuid[]) returns boolean
    language sql stable
    as $$
        select exists (select 1 from error_state s
                        where s.error_id = any (errors) and s.root_id <> s.error_id)
            or exists (select 1 from error_state s
                        where s.root_id = any (errors) and s.root_id <> s.error_id)
    $$;
revoke all on function any_merged from public;

-- Stores a batch of occurrences: everything but the domain events they may cause.
--
-- One element an occurrence; an event id stands at most once in a batch. The caller sorts
-- by (organization, project, fingerprint, event id), so that two batches lock alike.
-- Answers one row an occurrence, in order:
--   outcome      'new' (first of a new error), 'known', or 'duplicate' (stored before; nothing changed)
--                or 'moved' (merged or deleted in between: roll back and repeat the batch)
--   home, root   the error whose ledger it stands in, and the error shown
--   status …     of the root, after counting
-- Raises serialization_failure where a fingerprint went away or an error was merged meanwhile:
-- repeat the batch.
create function ingest_occurrences(
    p_organization uuid[], p_project bigint[], p_event uuid[],
    p_version smallint[], p_fingerprint bytea[], p_new_error uuid[],
    p_received timestamptz[], p_occurred timestamptz[],
    p_title text[], p_level text[], p_environment text[], p_release text[],
    p_user bytea[], p_encoding smallint[], p_payload bytea[])
    returns table (outcome text, home uuid, root uuid, status text, count bigint,
                   ignored_until timestamptz, ignored_until_count bigint)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
#variable_conflict use_column
declare
    n       constant integer := cardinality(p_event);
    homes   uuid[];
    stored  boolean[];
    newly   uuid[];  -- errors that newly affect a person, and
    people  bytea[]; -- that person
    merged  boolean;
    locked  uuid[];
begin
    -- Which error each fingerprint belongs to; new fingerprints get the id made for them.
    insert into fingerprints (organization_id, project_id, grouping_version, fingerprint, error_id)
        select distinct on (1, 2, 3, 4)
               p_organization[i], p_project[i], p_version[i], p_fingerprint[i], p_new_error[i]
          from generate_series(1, n) i
         where not exists (select 1 from occurrence_ids d
                where d.organization_id = p_organization[i] and d.project_id = p_project[i]
                  and d.event_id = p_event[i])
           and not exists (select 1 from fingerprints f
                where f.organization_id = p_organization[i] and f.project_id = p_project[i]
                  and f.grouping_version = p_version[i] and f.fingerprint = p_fingerprint[i])
         order by 1, 2, 3, 4, i
        on conflict do nothing;
    select array_agg(f.error_id order by i) into homes
      from generate_series(1, n) i left join fingerprints f
        on f.organization_id = p_organization[i] and f.project_id = p_project[i]
       and f.grouping_version = p_version[i] and f.fingerprint = p_fingerprint[i];

    -- The duplicate check. Ids whose fingerprint went away meanwhile are either duplicates or raced a delete.
    with kept as (
        insert into occurrence_ids (organization_id, project_id, event_id, error_id, received_at)
            select p_organization[i], p_project[i], p_event[i], homes[i], p_received[i]
              from generate_series(1, n) i where homes[i] is not null
             order by 1, 2, 3
            on conflict do nothing
            returning organization_id, project_id, event_id)
    select array_agg(k.event_id is not null order by i) into stored
      from generate_series(1, n) i left join kept k
        on k.organization_id = p_organization[i] and k.project_id = p_project[i] and k.event_id = p_event[i];
    if exists (select 1 from generate_series(1, n) i where homes[i] is null
                  and not exists (select 1 from occurrence_ids d
                        where d.organization_id = p_organization[i] and d.project_id = p_project[i]
                          and d.event_id = p_event[i])) then
        raise exception 'an error was deleted while its occurrence came in' using errcode = 'serialization_failure';
    end if;

    with seen as (
        insert into error_users (organization_id, error_id, user_hash)
            select distinct p_organization[i], homes[i], p_user[i] from generate_series(1, n) i
             where stored[i] and p_user[i] is not null order by 1, 2, 3
            on conflict do nothing
            returning error_id, user_hash)
    select array_agg(error_id), array_agg(user_hash) into newly, people from seen;

    -- Rows of merged errors and their roots are locked together, in key order, before people are
    -- counted: another member may be counting the same person.
    merged := any_merged(homes);
    if merged then
        select array_agg(s.error_id) || array_agg(s.root_id) into locked
          from error_state s where s.error_id = any (homes);
        perform 1 from error_state s where s.error_id = any (locked) order by s.error_id for update;
        -- To lock another root now would be out of order.
        if exists (select 1 from error_state s
                    where s.error_id = any (homes) and s.root_id <> all (locked)) then
            raise exception 'an error was merged while its occurrence came in' using errcode = 'serialization_failure';
        end if;
    end if;

    return query
    with arrived as (
        select i, homes[i] as error_id from generate_series(1, n) i where stored[i]
    ), users_of as (
        -- a person already known to another member of a merged error counts once
        select u.error_id, count(*) as users from unnest(newly, people) as u(error_id, user_hash)
         where not merged or not exists (
            select 1 from error_state me
              join error_state other on other.root_id = me.root_id and other.error_id <> me.error_id
              join error_users known on known.organization_id = other.organization_id
               and known.error_id = other.error_id and known.user_hash = u.user_hash
             where me.error_id = u.error_id)
         group by u.error_id
    ), rooted as (
        select a.i, a.error_id, coalesce(s.root_id, a.error_id) as root_id
          from arrived a left join error_state s using (error_id)
    ), tally as (
        -- each occurrence counts once in its own ledger and once in the total of the root
        select error_id, min(organization_id::text)::uuid as organization_id,
               min(project_id) as project_id, sum(own) as own, sum(total) as total,
               min(case when own > 0 then seen else 'infinity' end) as own_first,
               max(case when own > 0 then seen else '-infinity' end) as own_last,
               min(seen) as first_seen, max(seen) as last_seen
          from (select r.error_id, p_organization[r.i] as organization_id, p_project[r.i] as project_id,
                       1 as own, (r.root_id = r.error_id)::int as total, p_received[r.i] as seen
                  from rooted r
                union all
                select r.root_id, p_organization[r.i], p_project[r.i], 0, 1, p_received[r.i]
                  from rooted r where r.root_id <> r.error_id) c
         group by error_id
    ), new_people as (
        select r.root_id as error_id, sum(u.users) as users
          from users_of u join (select distinct error_id, root_id from rooted) r using (error_id)
         group by r.root_id
    ), state as (
        insert into error_state as s (error_id, organization_id, project_id, root_id, own_count,
                                      own_first_seen, own_last_seen, count, users, first_seen, last_seen)
            select t.error_id, t.organization_id, t.project_id, t.error_id, t.own,
                   t.own_first, t.own_last, t.total, coalesce(u.users, 0), t.first_seen, t.last_seen
              from tally t left join new_people u using (error_id)
             order by t.error_id
            on conflict (error_id) do update
               set own_count = s.own_count + excluded.own_count,
                   own_first_seen = least(s.own_first_seen, excluded.own_first_seen),
                   own_last_seen = greatest(s.own_last_seen, excluded.own_last_seen),
                   count = s.count + excluded.count,
                   users = s.users + excluded.users,
                   first_seen = least(s.first_seen, excluded.first_seen),
                   last_seen = greatest(s.last_seen, excluded.last_seen)
            returning s.error_id, s.root_id, s.status, s.count, s.ignored_until,
                      s.ignored_until_count, s.xmax = 0 as is_new
    ), counted as (
        insert into error_counters as c (organization_id, error_id, hour, environment, release, count)
            select p_organization[a.i], a.error_id, date_trunc('hour', p_received[a.i]),
                   coalesce(p_environment[a.i], ''), coalesce(p_release[a.i], ''), count(*)
              from arrived a group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
            on conflict on constraint error_counters_key do update set count = c.count + excluded.count
    ), logged as (
        insert into occurrences (organization_id, error_id, received_at, event_id, project_id,
                                 occurred_at, title, level, environment, release, encoding, payload)
            select p_organization[a.i], a.error_id, p_received[a.i], p_event[a.i], p_project[a.i],
                   p_occurred[a.i], p_title[a.i], p_level[a.i], p_environment[a.i], p_release[a.i],
                   p_encoding[a.i], p_payload[a.i]
              from arrived a
    ), firsts as (
        select min(a.i) as i from arrived a join state st using (error_id) where st.is_new group by a.error_id
    )
    select case when not stored[i] then 'duplicate'
                when st.root_id <> r.root_id or root_st.status = 'deleted' then 'moved'
                when i in (select f.i from firsts f) then 'new' else 'known' end,
           coalesce(r.error_id, d.error_id),
           coalesce(r.root_id, dup.root_id),
           coalesce(root_st.status, dup.status),
           coalesce(root_st.count, dup.count),
           root_st.ignored_until, root_st.ignored_until_count
      from generate_series(1, n) i
      left join rooted r using (i)
      left join state st on st.error_id = r.error_id
      left join state root_st on root_st.error_id = r.root_id
      left join occurrence_ids d on not stored[i] and d.organization_id = p_organization[i]
            and d.project_id = p_project[i] and d.event_id = p_event[i]
      left join error_state dup on dup.error_id = d.error_id
     order by i;

    -- The rows are locked now. A merge that came before the lock was not counted as one.
    if not merged and any_merged(homes) then
        raise exception 'an error was merged while its occurrence came in' using errcode = 'serialization_failure';
    end if;
end $$;

revoke all on function ensure_occurrence_partitions, purge_occurrences, ingest_occurrences from public;
grant execute on function ensure_occurrence_partitions, purge_occurrences, ingest_occurrences to bugsage_app;

-- Records what errors were seen with. At most 100 values of a kind an error, so that a
-- tag with a fresh value each time stays bounded. The caller has locked the errors' rows.
create function record_facets(p_organization uuid[], p_error uuid[], p_kind text[], p_value text[]) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        with fresh as (
            select t.o, t.e, t.k, t.v, row_number() over (partition by t.o, t.e, t.k order by t.v) as place
              from (select distinct o, e, k, v
                      from unnest(p_organization, p_error, p_kind, p_value) as u(o, e, k, v)) t
             where not exists (select 1 from error_facets f where f.organization_id = t.o
                                  and f.kind = t.k and f.value = t.v and f.error_id = t.e)
        ), room as materialized (
            select g.o, g.e, g.k, 100 - (select count(*) from error_facets f where f.organization_id = g.o
                                            and f.error_id = g.e and f.kind = g.k) as places
              from (select distinct o, e, k from fresh) g
        )
        insert into error_facets (organization_id, error_id, kind, value)
            select o, e, k, v from fresh join room using (o, e, k)
             where place <= places order by 1, 3, 4, 2
            on conflict do nothing
    $$;
revoke all on function record_facets from public;
grant execute on function record_facets to bugsage_app;
create index error_facets_error on error_facets (organization_id, error_id, kind);

-- Forgets idempotency keys older than the moment; answers how many.
create function purge_idempotency_keys(before timestamptz) returns bigint
    language sql security definer set search_path = public, pg_temp
    as $$
        with gone as (delete from idempotency_keys where recorded_at < before returning 1)
        select count(*) from gone
    $$;
revoke all on function purge_idempotency_keys from public;
grant execute on function purge_idempotency_keys to bugsage_app;
