-- Errors that are alike: what each can be known again by, found by vectors (pgvector, which
-- 0001_roles_and_tenants made sure of).

-- One row an error and embedder, from its first occurrence that is kept. Two embedders may stand side
-- by side while one gives way to the other.
create table error_vectors (
    organization_id uuid not null,
    project_id      bigint not null,
    error_id        uuid not null,
    -- name and version; see similarity::EMBEDDER of the domain
    embedder        text not null,
    embedding       vector(512) not null,
    -- what the vector was made of: says how alike two are exactly, and why
    sketch          jsonb not null,
    constraint error_vectors_key primary key (organization_id, error_id, embedder)
);
-- Beside the row, each distance would cost a read of its own.
alter table error_vectors alter column embedding set storage plain;
create index error_vectors_project on error_vectors (organization_id, project_id, embedder);
create index error_vectors_nearest on error_vectors using hnsw (embedding vector_cosine_ops);

-- What somebody took apart: errors of this fingerprint never join that error by themselves.
create table refused_joins (
    organization_id  uuid not null,
    project_id       bigint not null,
    grouping_version smallint not null,
    fingerprint      bytea not null,
    error_id         uuid not null,
    constraint refused_joins_key
        primary key (organization_id, project_id, grouping_version, fingerprint, error_id)
);

alter table error_vectors enable row level security;
alter table refused_joins enable row level security;
create policy tenant on error_vectors for select to bugsage_app using (organization_id = current_organization());
create policy tenant on refused_joins for select to bugsage_app using (organization_id = current_organization());
grant select on error_vectors, refused_joins to bugsage_app;

-- Whether new fingerprints join errors that they are like.
alter table projects add column join_similar boolean not null default true;
grant insert (join_similar), update (join_similar) on projects to bugsage_app;

-- Keeps what an error can be known by, unless it is kept or the error is gone.
create function keep_sketch(p_organization uuid, p_error uuid, p_embedder text, p_embedding real[], p_sketch jsonb)
    returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        insert into error_vectors (organization_id, project_id, error_id, embedder, embedding, sketch)
            select s.organization_id, s.project_id, s.error_id, p_embedder, p_embedding::vector, p_sketch
              from error_state s
             where s.error_id = p_error and s.organization_id = p_organization and s.status <> 'deleted'
               for key share
            on conflict do nothing
    $$;
revoke all on function keep_sketch from public;
grant execute on function keep_sketch to bugsage_app;

-- Errors of any organization that have occurrences and no vector of this embedder.
create function unsketched_errors(p_embedder text, p_count integer)
    returns table (organization_id uuid, error_id uuid)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select s.organization_id, s.error_id from error_state s
         where s.status <> 'deleted'
           and not exists (select 1 from error_vectors v
                where v.organization_id = s.organization_id and v.error_id = s.error_id
                  and v.embedder = p_embedder)
           and exists (select 1 from occurrences o
                where o.organization_id = s.organization_id and o.error_id = s.error_id)
         limit p_count
    $$;
revoke all on function unsketched_errors from public;
grant execute on function unsketched_errors to bugsage_app;

-- The errors of a project nearest to a vector, without those of one family. Few are compared one by
-- one. Among many the index leads; it knows nothing of projects, so it is asked on until enough of
-- this one are found (iterative scan): a plain scan would look at forty of all and give up.
create function nearest_errors(p_organization uuid, p_project bigint, p_embedder text, p_embedding real[],
                               p_root uuid, p_count integer)
    returns table (error_id uuid, root_id uuid, sketch jsonb)
    language plpgsql
    as $$
#variable_conflict use_column
declare
    few  constant integer := 5000;
    here integer;
begin
    select count(*) into here from (
        select 1 from error_vectors v
         where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
         limit few + 1) v;
    if here <= few then
        -- Added zero keeps the index of all projects out of it.
        return query
            select v.error_id, s.root_id, v.sketch
              from error_vectors v join error_state s on s.error_id = v.error_id
             where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
               and s.organization_id = p_organization and s.root_id <> p_root and s.status <> 'deleted'
             order by (v.embedding <=> p_embedding::vector) + 0 limit p_count;
    else
        perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
        perform set_config('hnsw.max_scan_tuples', '50000', true);
        -- A plan is made once, perhaps for a project of another size: it is not to sort them all.
        perform set_config('enable_sort', 'off', true);
        return query
            select v.error_id, s.root_id, v.sketch
              from error_vectors v join error_state s on s.error_id = v.error_id
             where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
               and s.organization_id = p_organization and s.root_id <> p_root and s.status <> 'deleted'
             order by v.embedding <=> p_embedding::vector limit p_count;
        perform set_config('enable_sort', 'on', true);
    end if;
end $$;
revoke all on function nearest_errors from public;
grant execute on function nearest_errors to bugsage_app;

-- Called where errors are deleted; whatever else knows them again by a vector is added here.
create function forget_vectors(org uuid, errors uuid[]) returns void
    language sql
    as $$ delete from error_vectors where organization_id = org and error_id = any (errors) $$;

-- As before, and: what is taken apart is not joined again, what is deleted is like nothing.
create or replace function apply_error_effect(org uuid, error uuid, effect jsonb) returns void
    language plpgsql
    as $$
declare old_root uuid; new_root uuid; parted uuid; family uuid[];
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
    perform recount_error(old_root);
    perform recount_error(new_root);
    insert into moved_errors (organization_id, error_id) values (org, error), (org, old_root), (org, new_root);
end $$;
