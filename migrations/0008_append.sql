-- Appending by the batch: a few statements for all commands of it, not five for each.

alter function append_events(uuid[], text[], text[], bigint[], integer[], integer[], text[], bytea[],
    jsonb[], jsonb[], jsonb[], text[], text[], jsonb[], jsonb[]) rename to append_one_by_one;
revoke all on function append_one_by_one from bugsage_app;

-- Appends a batch of commands and gives each its verdict, as append_one_by_one does and where
-- all is said. Commands that may hang together are left to that: a stream or a key that stands
-- twice in the batch, and errors that are merged, unmerged or deleted.
create function append_events(
    p_organization uuid[], p_type text[], p_id text[], p_expected bigint[],
    p_first integer[], p_last integer[],
    p_key text[], p_request bytea[], p_answer jsonb[], p_effect jsonb[], p_texts jsonb[],
    e_type text[], e_version text[], e_payload jsonb[], e_metadata jsonb[])
    returns table (verdict text, last_sequence bigint, last_position bigint, answer jsonb)
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    as $$
#variable_conflict use_column
declare
    apart     boolean;
    verdicts  text[];
    reached   bigint[];  -- the sequence of each stream; of a known key, the one reached then
    answers   jsonb[];   -- what a known key was answered
    before    bigint[];  -- and the position reached then
    written   bigint[];  -- the positions of all events, in order
    positions bigint[] := '{}';
    told      integer := 0;
    events    integer;
begin
    select count(*) = count(distinct (a.type, a.id))
           and count(a.key) = count(distinct a.organization || a.key)
           and not coalesce(bool_or(a.effect ?| array['merged_into', 'deleted']), false)
      into apart
      from unnest(p_organization, p_type, p_id, p_key, p_effect) as a(organization, type, id, key, effect);
    if not apart then
        return query select * from append_one_by_one(
            p_organization, p_type, p_id, p_expected, p_first, p_last, p_key, p_request, p_answer,
            p_effect, p_texts, e_type, e_version, e_payload, e_metadata);
        return;
    end if;

    perform 1 from error_state s
      where s.error_id = any (array(
            select a.id::uuid from unnest(p_id, p_effect) as a(id, effect) where a.effect is not null))
      order by s.error_id for update;
    perform pg_advisory_xact_lock(7201); -- the append lock, in a statement of its own

    select array_agg(case when k.key is not null and k.request = a.request then 'repeated'
                          when k.key is not null then 'key_reused'
                          when stream.sequence <> a.expected then 'conflict'
                          when a.effect is not null and exists (
                               select 1 from error_state s
                                where s.error_id = a.id::uuid and s.status = 'deleted') then 'conflict'
                          else 'appended' end order by a.i),
           array_agg(coalesce(k.sequence, stream.sequence) order by a.i),
           array_agg(k.answer order by a.i), array_agg(k.position order by a.i)
      into verdicts, reached, answers, before
      from unnest(p_organization, p_type, p_id, p_expected, p_key, p_request, p_effect)
           with ordinality as a(organization, type, id, expected, key, request, effect, i)
      left join idempotency_keys k on k.organization_id = a.organization and k.key = a.key
     cross join lateral (
           select coalesce(max(e.sequence), 0) as sequence from events e
            where e.aggregate_type = a.type and e.aggregate_id = a.id) stream;

    with inserted as (
        insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                            payload, metadata, position, organization_id)
            select a.type, a.id, a.reached + n - a.first + 1, e_type[n], e_version[n], e_payload[n],
                   e_metadata[n], nextval('events_position'), a.organization
              from unnest(p_organization, p_type, p_id, p_first, p_last, reached, verdicts)
                   with ordinality as a(organization, type, id, first, last, reached, verdict, i)
             cross join lateral generate_series(a.first, a.last) n
             where a.verdict = 'appended' order by a.i, n
            returning position)
    select array_agg(position order by position) into written from inserted;

    for i in 1 .. cardinality(p_id) loop
        verdict := verdicts[i];
        last_sequence := reached[i];
        last_position := before[i];
        answer := coalesce(answers[i], p_answer[i]);
        if verdict = 'appended' then
            events := p_last[i] - p_first[i] + 1;
            told := told + events;
            last_sequence := last_sequence + events;
            last_position := case when events > 0 then written[told] end;
        end if;
        reached[i] := last_sequence;
        positions[i] := last_position;
        return next;
    end loop;

    update error_state s
       set status = a.effect->>'status', ignored_until = (a.effect->>'ignored_until')::timestamptz,
           ignored_until_count = (a.effect->>'ignored_until_count')::bigint
      from unnest(p_organization, p_id, p_effect, verdicts) as a(organization, id, effect, verdict)
     where a.verdict = 'appended' and a.effect ? 'status'
       and s.error_id = a.id::uuid and s.organization_id = a.organization;
    insert into texts (text_id, organization_id, body)
        select (t->>'id')::uuid, a.organization, t->>'body'
          from unnest(p_organization, p_texts, verdicts) as a(organization, texts, verdict)
         cross join lateral jsonb_array_elements(a.texts) t
         where a.verdict = 'appended';
    insert into idempotency_keys (organization_id, key, request, answer, sequence, position)
        select a.organization, a.key, a.request, a.answer, a.sequence, coalesce(a.position, 0)
          from unnest(p_organization, p_key, p_request, p_answer, reached, positions, verdicts)
               as a(organization, key, request, answer, sequence, position, verdict)
         where a.verdict = 'appended' and a.key is not null;

    if written is not null then
        perform pg_notify('bugsage_events', written[cardinality(written)]::text);
    end if;
end $$;
revoke all on function append_events from public;
grant execute on function append_events to bugsage_app;
