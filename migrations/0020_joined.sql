-- Errors that joined others, or were merged into them, take the short way too. A project whose errors
-- are alike has such an error in every batch.

-- How many people the roots of errors newly affect, where errors `newly` met `people` in this
-- transaction: each once a family, and not if a member had met them before. A family's rows are locked
-- before it is asked, for another transaction may be counting the same person.
create function new_people(newly uuid[], people bytea[]) returns table (root uuid, users bigint)
    language sql stable
    as $$
        with met as (
            select n.error, n.person, s.organization_id, coalesce(s.root_id, n.error) as root
              from unnest(newly, people) as n(error, person)
              left join error_state s on s.error_id = n.error -- which a new error has not yet
        )
        select m.root, count(distinct m.person) from met m
         where not exists (
            select 1 from error_members(m.root) as other(error)
              join error_users known on known.organization_id = m.organization_id
               and known.error_id = other.error and known.user_hash = m.person
             where other.error <> m.error
               and not exists (select 1 from met also where also.error = other.error and also.person = m.person))
         group by m.root
    $$;
revoke all on function new_people from public;

-- The one without roots stays for nodes of the release before this one.

-- Stores a batch of occurrences, or raises and stores nothing where anything is not as the service
-- remembers it: ingest_occurrences must then say. It is so where an id was stored before, and where an
-- error is deleted, resolved, no longer to be ignored, of another project, or shown under another one
-- than it was.
--
--   p_*  one element an occurrence, by (organization, project, event): so every batch locks;
--        p_error in whose ledger it stands, p_root under which it is shown
--   u_*  people not known to be recorded, f_* what errors are not known to have been seen with
create function ingest_known(
    p_organization uuid[], p_project bigint[], p_event uuid[], p_error uuid[], p_root uuid[],
    p_received timestamptz[], p_occurred timestamptz[],
    p_title text[], p_level text[], p_environment text[], p_release text[],
    p_encoding integer[], p_payload bytea[],
    u_organization uuid[], u_error uuid[], u_user bytea[],
    f_organization uuid[], f_error uuid[], f_kind text[], f_value text[])
    returns void
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    as $$
declare
    ids     bigint;
    owned   bigint;
    counted bigint;
    newly   uuid[];  -- errors that newly affect a person, and
    people  bytea[]; -- that person
begin
    insert into occurrence_ids (organization_id, project_id, event_id, error_id, received_at)
        select a.o, a.p, a.e, a.error, a.r
          from unnest(p_organization, p_project, p_event, p_error, p_received) as a(o, p, e, error, r)
        on conflict do nothing;
    get diagnostics ids = row_count;
    if ids <> cardinality(p_event) then
        raise exception 'an id was stored before' using errcode = 'serialization_failure';
    end if;

    if cardinality(u_error) > 0 then
        with seen as (
            insert into error_users (organization_id, error_id, user_hash)
                select a.o, a.error, a.u from unnest(u_organization, u_error, u_user) as a(o, error, u)
                 order by a.o, a.error, a.u
                on conflict do nothing
                returning error_id, user_hash)
        select array_agg(error_id), array_agg(user_hash) into newly, people from seen;
    end if;

    -- In the order in which every batch locks them: how the update below would join is the planner's.
    -- Nothing can be merged into these errors, nor they into others, from here on.
    perform 1 from error_state s where s.error_id = any (p_error || p_root) order by s.error_id for no key update;
    with arrived as (
        select a.* from (
            select a.o, a.p, a.error, a.root, count(*) as n, min(a.r) as first_seen, max(a.r) as last_seen
              from unnest(p_organization, p_project, p_error, p_root, p_received) as a(o, p, error, root, r)
             group by a.o, a.p, a.error, a.root) a
          join error_state s on s.error_id = a.error and s.organization_id = a.o and s.project_id = a.p
           and s.root_id = a.root and s.status <> 'deleted'
    ), tally as (
        -- each occurrence counts once in its own ledger and once in the total of the root
        select o, error, n as own, first_seen as own_first, last_seen as own_last,
               0 as total, 'infinity'::timestamptz as first_seen, '-infinity'::timestamptz as last_seen
          from arrived
        union all
        select o, root, 0, 'infinity', '-infinity', n, first_seen, last_seen from arrived
    ), touched as (
        update error_state s
           set own_count = s.own_count + a.own,
               own_first_seen = least(s.own_first_seen, a.own_first),
               own_last_seen = greatest(s.own_last_seen, a.own_last),
               count = s.count + a.total,
               users = s.users + a.users,
               first_seen = least(s.first_seen, a.first_seen),
               last_seen = greatest(s.last_seen, a.last_seen)
          from (select o, error, sum(own) as own, min(own_first) as own_first, max(own_last) as own_last,
                       sum(total) as total, coalesce(max(p.users), 0) as users,
                       min(first_seen) as first_seen, max(last_seen) as last_seen
                  from tally left join new_people(newly, people) p on p.root = error
                 group by o, error) a
         where s.error_id = a.error and s.organization_id = a.o
           and (a.total = 0 or s.status in ('detected', 'analyzing', 'fixing')
                or s.status = 'ignored' and (s.ignored_until > a.last_seen) is not false
                   and (s.ignored_until_count > s.count + a.total) is not false)
        returning a.own, a.total)
    select sum(own), sum(total) into owned, counted from touched;
    if owned is distinct from cardinality(p_event) or counted is distinct from cardinality(p_event) then
        raise exception 'an error is not what it was' using errcode = 'serialization_failure';
    end if;

    insert into error_counters as c (organization_id, error_id, hour, environment, release, count)
        select a.o, a.error, date_trunc('hour', a.r), coalesce(a.environment, ''), coalesce(a.release, ''), count(*)
          from unnest(p_organization, p_error, p_received, p_environment, p_release)
               as a(o, error, r, environment, release)
         group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict on constraint error_counters_key do update set count = c.count + excluded.count;

    insert into occurrences (organization_id, error_id, received_at, event_id, project_id, occurred_at,
                             title, level, environment, release, encoding, payload)
        select a.o, a.error, a.r, a.e, a.p, a.happened, a.title, a.level, a.environment, a.release,
               a.encoding, a.payload
          from unnest(p_organization, p_error, p_received, p_event, p_project, p_occurred, p_title, p_level,
                      p_environment, p_release, p_encoding, p_payload)
               as a(o, error, r, e, p, happened, title, level, environment, release, encoding, payload);

    if cardinality(f_error) > 0 then
        perform record_facets(f_organization, f_error, f_kind, f_value);
    end if;
end $$;
revoke all on function ingest_known(uuid[], bigint[], uuid[], uuid[], uuid[], timestamptz[], timestamptz[], text[], text[],
    text[], text[], integer[], bytea[], uuid[], uuid[], bytea[], uuid[], uuid[], text[], text[]) from public;
grant execute on function ingest_known(uuid[], bigint[], uuid[], uuid[], uuid[], timestamptz[], timestamptz[], text[], text[],
    text[], text[], integer[], bytea[], uuid[], uuid[], bytea[], uuid[], uuid[], text[], text[]) to bugsage_app;

-- As before, but for people: one whom a batch brought to two members of a family was counted at
-- neither, and those of merged errors were sought among all errors.
--
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
create or replace function ingest_occurrences(
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
    ), rooted as (
        select a.*, case when merged then (select s.root_id from error_state s where s.error_id = a.error_id)
                         else a.error_id end as root_id
          from arrived a
    ), tally as (
        -- each occurrence counts once in its own ledger and once in the total of the root
        select error_id, organization_id, project_id, n as own, first_seen as own_first, last_seen as own_last,
               case when root_id = error_id then n else 0 end as total, first_seen, last_seen
          from rooted
        union all
        select root_id, organization_id, project_id, 0, 'infinity', '-infinity', n, first_seen, last_seen
          from rooted where root_id <> error_id
    ), state as (
        insert into error_state as s (error_id, organization_id, project_id, root_id, own_count,
                                      own_first_seen, own_last_seen, count, users, first_seen, last_seen)
            select error_id, (array_agg(organization_id))[1], min(project_id), error_id, sum(own),
                   min(own_first), max(own_last), sum(total), coalesce(max(p.users), 0), min(first_seen), max(last_seen)
              from tally left join new_people(newly, people) p on p.root = error_id
             group by error_id order by error_id
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
