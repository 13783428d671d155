-- An error that stood alone and joins others is counted into them by its own people. In a family with a
-- million people all were counted anew for each error that joined it, while appends waited. And people are
-- looked up by the whole key.

-- As before, but each of the others is asked for the person by a subquery, which cannot be joined: planned
-- before there are statistics, and kept, the join sought each new person among all of the organization.
create or replace function new_people(newly uuid[], people bytea[]) returns table (root uuid, users bigint)
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
             where other.error <> m.error
               and (select true from error_users known where known.organization_id = m.organization_id
                       and known.error_id = other.error and known.user_hash = m.person)
               and not exists (select 1 from met also where also.error = other.error and also.person = m.person))
         group by m.root
    $$;

-- False, and nothing done, where that would ask more than counting all anew. The error has its new root already.
create function count_into(org uuid, error uuid, root uuid) returns boolean
    language plpgsql
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
    as $$
#variable_conflict use_column
declare
    added  error_state;
    others uuid[];
    fresh  bigint;
begin
    select * into added from error_state s where s.error_id = error and s.organization_id = org;
    others := array(select m from error_members(root) m where m <> error);
    -- Each of its people is sought at each of the others, which have at least so many of their own.
    if added.users * cardinality(others) > cardinality(others)
         + (select sum(s.users) from error_state s where s.error_id = any (others) and s.organization_id = org) then
        return false;
    end if;
    select count(*) into fresh from error_users u
     where u.organization_id = org and u.error_id = error
       and not exists (select 1 from unnest(others) as other(error)
            where (select true from error_users known where known.organization_id = org
                      and known.error_id = other.error and known.user_hash = u.user_hash));
    update error_state s
       set count = s.count + added.own_count, users = s.users + fresh,
           first_seen = least(s.first_seen, added.own_first_seen),
           last_seen = greatest(s.last_seen, added.own_last_seen)
     where s.error_id = root and s.organization_id = org;
    return true;
end $$;
revoke all on function count_into from public;

-- As before, but for the counts.
create or replace function apply_error_effect(org uuid, error uuid, effect jsonb) returns void
    language plpgsql
    as $$
declare old_root uuid; new_root uuid; parted uuid; family uuid[]; counted boolean;
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
    select root_id, merged_into into old_root, parted
      from error_state where error_id = error and organization_id = org;
    select root_id into new_root from error_state
     where error_id = (effect->>'merged_into')::uuid and organization_id = org;
    new_root := coalesce(new_root, error);
    update error_state set merged_into = (effect->>'merged_into')::uuid
     where error_id = error and organization_id = org;
    update error_state set root_id = new_root where error_id = any (family);
    if not effect ? 'deleted' and effect->>'merged_into' is null and parted is not null then
        -- By fingerprint, and both ways: either error may be deleted and occur again as a new one.
        insert into refused_joins (organization_id, project_id, grouping_version, fingerprint, error_id)
            select f.organization_id, f.project_id, f.grouping_version, f.fingerprint, old_root
              from fingerprints f where f.error_id = any (family)
            union
            select f.organization_id, f.project_id, f.grouping_version, f.fingerprint, error
              from fingerprints f where f.error_id in (select error_members(old_root))
            on conflict do nothing;
    end if;
    if effect ? 'deleted' then
        delete from fingerprints where error_id = any (family);
        perform forget_vectors(org, family);
        update error_state set status = 'deleted' where error_id = any (family);
    end if;
    counted := false;
    if old_root = error and new_root <> error and cardinality(family) = 1 then
        counted := count_into(org, error, new_root);
    end if;
    if not counted then
        perform recount_error(old_root);
        perform recount_error(new_root);
    end if;
    insert into moved_errors (organization_id, error_id) values (org, error), (org, old_root), (org, new_root);
end $$;
