-- The event store: decisions, kept for ever, the source of every projection.
-- postgres-es 0.5's columns under its names, widened by position, organization_id, recorded_at.

create sequence events_position cache 1;

create table events (
    aggregate_type  text   not null,
    aggregate_id    text   not null,
    sequence        bigint not null constraint events_sequence check (sequence > 0),
    event_type      text   not null,
    event_version   text   not null,
    payload         jsonb  not null,
    metadata        jsonb  not null,
    position        bigint not null,
    organization_id uuid   not null,
    recorded_at     timestamptz not null default clock_timestamp(),
    constraint events_stream primary key (aggregate_type, aggregate_id, sequence),
    constraint events_position_unique unique (position)
);

-- The first answer to each command that carried an idempotency key; purged after a day.
create table idempotency_keys (
    organization_id uuid   not null,
    key             text   not null,
    -- SHA-256 of what was asked
    request         bytea  not null,
    answer          jsonb  not null,
    sequence        bigint not null,
    position        bigint not null,
    recorded_at     timestamptz not null default now(),
    constraint idempotency_keys_key primary key (organization_id, key)
);
create index idempotency_keys_age on idempotency_keys (recorded_at);

-- Free text that people or programs wrote. Events hold the id and a keyed digest, so a text can be erased.
create table texts (
    text_id         uuid primary key,
    organization_id uuid not null,
    body            text,
    recorded_at     timestamptz not null default now(),
    erased_at       timestamptz
);

alter table events enable row level security;
alter table idempotency_keys enable row level security;
alter table texts enable row level security;
create policy tenant on events for select to bugsage_app using (organization_id = current_organization());
create policy every on events for select to bugsage_projector using (true);
create policy tenant on idempotency_keys for select to bugsage_app using (organization_id = current_organization());
create policy tenant on texts for select to bugsage_app using (organization_id = current_organization());
grant select on events to bugsage_app, bugsage_projector;
grant select on idempotency_keys, texts to bugsage_app;

-- What a command changes in the write-side tables. Fields of effect, all optional:
--   status, ignored_until, ignored_until_count   the new status and, with 'ignored', its end
--   merged_into                                  an error id, or null to unmerge
--   deleted                                      true
create function apply_error_effect(org uuid, error uuid, effect jsonb) returns void
    language plpgsql
    as $$
declare old_root uuid; new_root uuid; family uuid[];
begin
    if effect ? 'status' then
        update error_state
           set status = effect->>'status',
               ignored_until = (effect->>'ignored_until')::timestamptz,
               ignored_until_count = (effect->>'ignored_until_count')::bigint
         where error_id = error and organization_id = org;
    end if;
    if not effect ?| array['merged_into', 'deleted'] then
        return;
    end if;
    -- Merged, unmerged or deleted, the error takes along whatever had been merged into it.
    with recursive below as (
        select error_id as id from error_state where error_id = error and organization_id = org
        union all
        select s.error_id from error_state s join below b on s.merged_into = b.id
    )
    select array_agg(id) into family from below;
    select root_id into old_root from error_state where error_id = error and organization_id = org;
    select root_id into new_root from error_state
     where error_id = (effect->>'merged_into')::uuid and organization_id = org;
    new_root := coalesce(new_root, error);
    update error_state set merged_into = (effect->>'merged_into')::uuid
     where error_id = error and organization_id = org;
    update error_state set root_id = new_root where error_id = any (family);
    if effect ? 'deleted' then
        delete from fingerprints where error_id = any (family);
        update error_state set status = 'deleted' where error_id = any (family);
    end if;
    perform recount_error(old_root);
    perform recount_error(new_root);
end $$;

-- Whether an effect can still be applied. What the aggregate cannot see, this can: the error
-- went with the one it is merged into; the one to merge it into went; a merge would close a ring.
create function error_effect_applies(org uuid, error uuid, effect jsonb) returns boolean
    language sql stable
    as $$
        select (effect ? 'deleted' or not exists (
                    select 1 from error_state s where s.error_id = error and s.status = 'deleted'))
           and (effect->>'merged_into' is null or exists (
                    select 1 from error_state t
                     where t.error_id = (effect->>'merged_into')::uuid and t.organization_id = org
                       and t.status <> 'deleted' and t.root_id <> error))
    $$;

-- The errors whose rows an effect changes: itself, or two whole families for a merge or a delete.
create function errors_of_effect(error uuid, effect jsonb) returns setof uuid
    language sql stable
    as $$
        select error
        union all
        select m.id
          from error_state s cross join lateral error_members(s.root_id) as m(id)
         where effect ?| array['merged_into', 'deleted']
           and s.error_id in (error, (effect->>'merged_into')::uuid)
    $$;
-- merged_into is followed by the recursion above and is rare.
create index error_state_merged on error_state (merged_into) where merged_into is not null;

-- Appends a batch of commands and gives each its verdict; one command's conflict fails no other.
--
--   p_*  one element a command; e_* one element an event, with p_first..p_last the command's slice
--   p_expected  the sequence the decision was made on; p_effect see apply_error_effect
--   p_texts     [{"id": uuid, "body": text}] written with the command
--
-- Verdicts: appended, conflict (also where the effect cannot be applied), repeated (same key, same request: the first answer),
-- key_reused (same key, another request).
--
-- Raises serialization_failure where errors were merged meanwhile: repeat the batch.
--
-- The append lock is taken as a statement of its own, so that the next one has a snapshot
-- that sees what the previous holder committed; it is held until commit, so positions
-- commit in order and "position > last" misses nothing.
create function append_events(
    p_organization uuid[], p_type text[], p_id text[], p_expected bigint[],
    p_first integer[], p_last integer[],
    p_key text[], p_request bytea[], p_answer jsonb[], p_effect jsonb[], p_texts jsonb[],
    e_type text[], e_version text[], e_payload jsonb[], e_metadata jsonb[])
    returns table (verdict text, last_sequence bigint, last_position bigint, answer jsonb)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
declare
    touched uuid[];
    known   record;
    actual  bigint;
    newest  bigint;
begin
    select array_agg(t) into touched
      from generate_subscripts(p_id, 1) i cross join lateral errors_of_effect(p_id[i]::uuid, p_effect[i]) t
     where p_effect[i] is not null;
    perform 1 from error_state s where s.error_id = any (touched) order by s.error_id for update;
    -- A family that grew while its rows were waited for would be locked out of order.
    if exists (select 1 from generate_subscripts(p_id, 1) i
                 cross join lateral errors_of_effect(p_id[i]::uuid, p_effect[i]) t
                where p_effect[i] ?| array['merged_into', 'deleted'] and t <> all (touched)) then
        raise exception 'an error was merged meanwhile' using errcode = 'serialization_failure';
    end if;
    perform pg_advisory_xact_lock(7201); -- the append lock: one for the database

    for i in 1 .. cardinality(p_id) loop
        answer := p_answer[i];
        if p_key[i] is not null then
            select k.request, k.answer, k.sequence, k.position into known
              from idempotency_keys k
             where k.organization_id = p_organization[i] and k.key = p_key[i];
            if found then
                verdict := case when known.request = p_request[i] then 'repeated' else 'key_reused' end;
                answer := known.answer;
                last_sequence := known.sequence;
                last_position := known.position;
                return next;
                continue;
            end if;
        end if;

        select coalesce(max(e.sequence), 0) into actual
          from events e where e.aggregate_type = p_type[i] and e.aggregate_id = p_id[i];
        if actual <> p_expected[i] or p_effect[i] is not null
           and not error_effect_applies(p_organization[i], p_id[i]::uuid, p_effect[i]) then
            verdict := 'conflict';
            last_sequence := actual;
            last_position := null;
            return next;
            continue;
        end if;

        last_position := null;
        with written as (
            insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                                payload, metadata, position, organization_id)
            select p_type[i], p_id[i], actual + n, e_type[p_first[i] + n - 1],
                   e_version[p_first[i] + n - 1], e_payload[p_first[i] + n - 1],
                   e_metadata[p_first[i] + n - 1], nextval('events_position'), p_organization[i]
              from generate_series(1, p_last[i] - p_first[i] + 1) n
            returning position)
        select max(position) into last_position from written;
        last_sequence := actual + p_last[i] - p_first[i] + 1;
        newest := greatest(newest, last_position);

        if p_effect[i] is not null then
            perform apply_error_effect(p_organization[i], p_id[i]::uuid, p_effect[i]);
        end if;
        insert into texts (text_id, organization_id, body)
            select (t->>'id')::uuid, p_organization[i], t->>'body'
              from jsonb_array_elements(p_texts[i]) t;
        if p_key[i] is not null then
            insert into idempotency_keys (organization_id, key, request, answer, sequence, position)
                values (p_organization[i], p_key[i], p_request[i], p_answer[i],
                        last_sequence, coalesce(last_position, 0));
        end if;
        verdict := 'appended';
        return next;
    end loop;

    if newest is not null then
        perform pg_notify('bugsage_events', newest::text);
    end if;
end $$;
revoke all on function append_events from public;
grant execute on function append_events to bugsage_app;
revoke all on function apply_error_effect, recount_error, error_effect_applies, errors_of_effect from public;

-- How far a subscription has read. A projection's row moves in the transaction of its tables.
create table subscriptions (
    name             text primary key,
    version          integer not null,
    position         bigint not null default 0,
    updated_at       timestamptz not null default now(),
    -- set while the handler fails at stalled_position
    stalled_position bigint,
    stalled_reason   text,
    stalled_since    timestamptz
);
grant select on subscriptions to bugsage_app;
grant select, insert, update, delete on subscriptions to bugsage_projector;
