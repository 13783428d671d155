-- Short ways for what is usual: a batch is one statement, so one round trip, and a part of the work.
-- Each takes all of a batch or raises and takes nothing; then the long way says what is the matter.

-- Stores a batch of occurrences, or raises and stores nothing where anything is not as the service
-- remembers it: ingest_occurrences must then say. It is so where an id was stored before, where an
-- error is merged, deleted, resolved, no longer to be ignored, or of another project, and where a
-- person who newly met an error may have met one that is merged into it.
--
--   p_*  one element an occurrence, by (organization, project, event): so every batch locks
--   u_*  people not known to be recorded, f_* what errors are not known to have been seen with
create function ingest_known(
    p_organization uuid[], p_project bigint[], p_event uuid[], p_error uuid[],
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
    counted bigint;
    newly   uuid[]; -- an error as often as people are new to it
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
                returning error_id)
        select array_agg(error_id) into newly from seen;
    end if;

    -- In the order in which every batch locks them: how the update below would join is the planner's.
    perform 1 from error_state s where s.error_id = any (p_error) order by s.error_id for no key update;
    with touched as (
        update error_state s
           set own_count = s.own_count + a.n,
               own_first_seen = least(s.own_first_seen, a.first_seen),
               own_last_seen = greatest(s.own_last_seen, a.last_seen),
               count = s.count + a.n,
               users = s.users + coalesce(cardinality(array_positions(newly, s.error_id)), 0),
               first_seen = least(s.first_seen, a.first_seen),
               last_seen = greatest(s.last_seen, a.last_seen)
          from (select a.error, a.o, a.p, count(*) as n, min(a.r) as first_seen, max(a.r) as last_seen
                  from unnest(p_organization, p_project, p_error, p_received) as a(o, p, error, r)
                 group by a.error, a.o, a.p) a
         where s.error_id = a.error and s.organization_id = a.o and s.project_id = a.p and s.root_id = s.error_id
           and (s.status in ('detected', 'analyzing', 'fixing')
                or s.status = 'ignored' and (s.ignored_until > a.last_seen) is not false
                   and (s.ignored_until_count > s.count + a.n) is not false)
        returning a.n)
    select sum(n) into counted from touched;
    if counted is distinct from cardinality(p_event) then
        raise exception 'an error is not what it was' using errcode = 'serialization_failure';
    end if;
    -- Nothing can be merged into these errors any more: their rows are locked.
    if newly is not null and exists (
        select 1 from error_state s where s.root_id = any (newly) and s.root_id <> s.error_id) then
        raise exception 'people of merged errors are counted together' using errcode = 'serialization_failure';
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
revoke all on function ingest_known from public;
grant execute on function ingest_known to bugsage_app;

-- Appends the events of commands that have nothing to remember but events: no keys, no texts, each
-- on a stream of its own, and no error merged, unmerged or deleted. Raises where append_events must
-- say: another writer was faster, or an error is deleted.
--
--   e_*  one element an event; e_expected the sequence its command was decided on
--   s_*  effects that change a status, one element an error; see apply_error_effect
--
-- Answers the positions in the order of the events. The append lock is a statement of its own, as there.
create function append_plain(
    e_organization uuid[], e_aggregate text[], e_id text[], e_expected bigint[], e_sequence bigint[],
    e_type text[], e_version text[], e_payload jsonb[], e_metadata jsonb[],
    s_organization uuid[], s_error uuid[], s_effect jsonb[])
    returns bigint[]
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    as $$
declare
    written bigint[];
begin
    if cardinality(s_error) > 0 then
        perform 1 from error_state s where s.error_id = any (s_error) order by s.error_id for update;
        if exists (select 1 from error_state s where s.error_id = any (s_error) and s.status = 'deleted') then
            raise exception 'an error is deleted' using errcode = 'serialization_failure';
        end if;
    end if;
    perform pg_advisory_xact_lock(7201);

    with inserted as (
        insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                            payload, metadata, position, organization_id)
            select a.aggregate, a.id, a.sequence, a.type, a.version, a.payload, a.metadata,
                   nextval('events_position'), a.organization
              from unnest(e_organization, e_aggregate, e_id, e_expected, e_sequence, e_type, e_version,
                          e_payload, e_metadata)
                   as a(organization, aggregate, id, expected, sequence, type, version, payload, metadata)
             where a.expected = 0 or exists (
                   select 1 from events e
                    where e.aggregate_type = a.aggregate and e.aggregate_id = a.id and e.sequence = a.expected)
            on conflict on constraint events_stream do nothing
            returning position)
    select array_agg(position order by position) into written from inserted;
    if cardinality(written) is distinct from cardinality(e_id) then
        raise exception 'another writer was faster' using errcode = 'serialization_failure';
    end if;

    if cardinality(s_error) > 0 then
        update error_state s
           set status = a.effect->>'status', ignored_until = (a.effect->>'ignored_until')::timestamptz,
               ignored_until_count = (a.effect->>'ignored_until_count')::bigint
          from unnest(s_organization, s_error, s_effect) as a(organization, error, effect)
         where s.error_id = a.error and s.organization_id = a.organization;
    end if;
    perform pg_notify('bugsage_events', written[cardinality(written)]::text);
    return written;
end $$;
revoke all on function append_plain from public;
grant execute on function append_plain to bugsage_app;
