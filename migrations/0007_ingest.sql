-- Ingest in a few plain statements. One large one had to be planned anew for each batch, which
-- took most of the database's time.

drop function ingest_occurrences(uuid[], bigint[], uuid[], smallint[], bytea[], uuid[], timestamptz[],
    timestamptz[], text[], text[], text[], text[], bytea[], smallint[], bytea[]);

-- Stores a batch of occurrences: everything but the domain events they may cause.
--
-- One element an occurrence; an event id stands at most once in a batch. The caller sorts
-- by (organization, project, fingerprint, event id), so that two batches lock alike.
-- Answers one row:
--   stored  whether each occurrence was stored now; false: its id was known, nothing changed
--   homes   the error in whose ledger each stands
--   created the errors that are new
--   errors, roots, statuses, counts, ignored_untils, ignored_until_counts
--           each of these errors once, the error it is shown under, and the state of that one
-- Raises serialization_failure where another transaction was in the way: repeat the batch.
--
-- Plans are made once a connection, perhaps while tables are small: they must serve when
-- they are large.
create function ingest_occurrences(
    p_organization uuid[], p_project bigint[], p_event uuid[],
    p_version smallint[], p_fingerprint bytea[], p_new_error uuid[],
    p_received timestamptz[], p_occurred timestamptz[],
    p_title text[], p_level text[], p_environment text[], p_release text[],
    p_user bytea[], p_encoding integer[], p_payload bytea[],
    out stored boolean[], out homes uuid[], out created uuid[], out errors uuid[], out roots uuid[],
    out statuses text[], out counts bigint[], out ignored_untils timestamptz[], out ignored_until_counts bigint[])
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    as $$
#variable_conflict use_column
declare
    ids     bigint;
    newly   uuid[];  -- errors that newly affect a person, and
    people  bytea[]; -- that person
    merged  boolean;
    locked  uuid[];
begin
    -- What is known of each: its id, or else the error of its fingerprint.
    select array_agg(d.event_id is null order by a.i),
           array_agg(coalesce(d.error_id, f.error_id) order by a.i)
      into stored, homes
      from unnest(p_organization, p_project, p_event, p_version, p_fingerprint)
           with ordinality as a(o, p, e, v, f, i)
      left join occurrence_ids d
        on d.organization_id = a.o and d.project_id = a.p and d.event_id = a.e
      left join fingerprints f on d.event_id is null and f.organization_id = a.o
       and f.project_id = a.p and f.grouping_version = a.v and f.fingerprint = a.f;

    -- New fingerprints get the error made for them, and those of another node its error.
    if array_position(homes, null) is not null then
        insert into fingerprints (organization_id, project_id, grouping_version, fingerprint, error_id)
            select distinct on (a.o, a.p, a.v, a.f) a.o, a.p, a.v, a.f, a.e
              from unnest(p_organization, p_project, p_version, p_fingerprint, p_new_error, homes)
                   with ordinality as a(o, p, v, f, e, home, i)
             where a.home is null order by a.o, a.p, a.v, a.f, a.i
            on conflict do nothing;
        select array_agg(coalesce(a.home, f.error_id) order by a.i) into homes
          from unnest(p_organization, p_project, p_version, p_fingerprint, homes)
               with ordinality as a(o, p, v, f, home, i)
          left join fingerprints f on a.home is null and f.organization_id = a.o
           and f.project_id = a.p and f.grouping_version = a.v and f.fingerprint = a.f;
        if array_position(homes, null) is not null then
            raise exception 'an error was deleted while its occurrence came in' using errcode = 'serialization_failure';
        end if;
    end if;

    insert into occurrence_ids (organization_id, project_id, event_id, error_id, received_at)
        select a.o, a.p, a.e, a.home, a.r
          from unnest(p_organization, p_project, p_event, homes, p_received, stored)
               as a(o, p, e, home, r, stored)
         where a.stored order by a.o, a.p, a.e
        on conflict do nothing;
    get diagnostics ids = row_count;
    if ids <> cardinality(array_positions(stored, true)) then
        raise exception 'an occurrence was stored by another node meanwhile' using errcode = 'serialization_failure';
    end if;

    with seen as (
        insert into error_users (organization_id, error_id, user_hash)
            select distinct a.o, a.home, a.u
              from unnest(p_organization, homes, p_user, stored) as a(o, home, u, stored)
             where a.stored and a.u is not null order by a.o, a.home, a.u
            on conflict do nothing
            returning error_id, user_hash)
    select array_agg(error_id), array_agg(user_hash) into newly, people from seen;

    -- Rows of merged errors and their roots are locked together, in key order, before people are
    -- counted: another member may be counting the same person.
    select array_agg(distinct a.home) into errors from unnest(homes) as a(home);
    select exists (select 1 from error_state s where s.error_id = any (errors) and s.root_id <> s.error_id)
        or exists (select 1 from error_state s where s.root_id = any (errors) and s.root_id <> s.error_id)
      into merged;
    if merged then
        select array_agg(s.error_id) || array_agg(s.root_id) into locked
          from error_state s where s.error_id = any (errors);
        perform 1 from error_state s where s.error_id = any (locked) order by s.error_id for update;
        -- To lock another root now would be out of order.
        if exists (select 1 from error_state s
                    where s.error_id = any (errors) and s.root_id <> all (locked)) then
            raise exception 'an error was merged while its occurrence came in' using errcode = 'serialization_failure';
        end if;
    end if;

    with arrived as (
        select a.home as error_id, min(a.p) as project_id, (array_agg(a.o))[1] as organization_id,
               count(*) as n, min(a.r) as first_seen, max(a.r) as last_seen
          from unnest(p_organization, p_project, homes, p_received, stored) as a(o, p, home, r, stored)
         where a.stored group by a.home
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
        select a.*, coalesce(u.users, 0) as users,
               case when merged then (select s.root_id from error_state s where s.error_id = a.error_id)
                    else a.error_id end as root_id
          from arrived a left join users_of u using (error_id)
    ), tally as (
        -- each occurrence counts once in its own ledger and once in the total of the root
        select error_id, organization_id, project_id, n as own, first_seen as own_first, last_seen as own_last,
               case when root_id = error_id then n else 0 end as total,
               case when root_id = error_id then users else 0 end as users, first_seen, last_seen
          from rooted
        union all
        select root_id, organization_id, project_id, 0, 'infinity', '-infinity', n, users, first_seen, last_seen
          from rooted where root_id <> error_id
    ), state as (
        insert into error_state as s (error_id, organization_id, project_id, root_id, own_count,
                                      own_first_seen, own_last_seen, count, users, first_seen, last_seen)
            select error_id, (array_agg(organization_id))[1], min(project_id), error_id, sum(own),
                   min(own_first), max(own_last), sum(total), sum(users), min(first_seen), max(last_seen)
              from tally group by error_id order by error_id
            on conflict (error_id) do update
               set own_count = s.own_count + excluded.own_count,
                   own_first_seen = least(s.own_first_seen, excluded.own_first_seen),
                   own_last_seen = greatest(s.own_last_seen, excluded.own_last_seen),
                   count = s.count + excluded.count,
                   users = s.users + excluded.users,
                   first_seen = least(s.first_seen, excluded.first_seen),
                   last_seen = greatest(s.last_seen, excluded.last_seen)
            returning s.error_id, s.xmax = 0 as is_new)
    select array_agg(error_id) filter (where is_new) into created from state;

    -- The rows are locked now. A merge that came before the lock was not counted as one.
    if not merged and (
           exists (select 1 from error_state s where s.error_id = any (errors) and s.root_id <> s.error_id)
        or exists (select 1 from error_state s where s.root_id = any (errors) and s.root_id <> s.error_id)) then
        raise exception 'an error was merged while its occurrence came in' using errcode = 'serialization_failure';
    end if;

    insert into error_counters as c (organization_id, error_id, hour, environment, release, count)
        select a.o, a.home, date_trunc('hour', a.r), coalesce(a.environment, ''), coalesce(a.release, ''), count(*)
          from unnest(p_organization, homes, p_received, p_environment, p_release, stored)
               as a(o, home, r, environment, release, stored)
         where a.stored group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict on constraint error_counters_key do update set count = c.count + excluded.count;

    insert into occurrences (organization_id, error_id, received_at, event_id, project_id, occurred_at,
                             title, level, environment, release, encoding, payload)
        select a.o, a.home, a.r, a.e, a.p, a.happened, a.title, a.level, a.environment, a.release,
               a.encoding, a.payload
          from unnest(p_organization, homes, p_received, p_event, p_project, p_occurred, p_title, p_level,
                      p_environment, p_release, p_encoding, p_payload, stored)
               as a(o, home, r, e, p, happened, title, level, environment, release, encoding, payload, stored)
         where a.stored;

    select array_agg(s.error_id), array_agg(s.root_id), array_agg(r.status), array_agg(r.count),
           array_agg(r.ignored_until), array_agg(r.ignored_until_count)
      into errors, roots, statuses, counts, ignored_untils, ignored_until_counts
      from error_state s join error_state r on r.error_id = s.root_id
     where s.error_id = any (errors);
end $$;
drop function any_merged(uuid[]);
revoke all on function ingest_occurrences from public;
grant execute on function ingest_occurrences to bugsage_app;

-- Likewise for commands.
alter function append_events set plan_cache_mode = force_generic_plan;
alter function append_events set enable_seqscan = off;
