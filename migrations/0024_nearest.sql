-- What is nearest is found by one plan each, whatever is known of the tables. Before their first statistics,
-- which is the first minute of an installation, plans were made that read all of a project for each neighbour.

-- By project first: with the organization first, and nothing known, it was taken for as good a way to one
-- row as the primary key.
-- Made beside the old ones, so that nobody who reads waits meanwhile.
create index model_vectors_by_project on model_vectors (project_id, organization_id, embedder);
create index error_vectors_by_project on error_vectors (project_id, organization_id, embedder);
drop index model_vectors_project;
drop index error_vectors_project;
alter index model_vectors_by_project rename to model_vectors_project;
alter index error_vectors_by_project rename to error_vectors_project;

-- Few are compared one by one, before anything else is asked of them; among many the index is asked.
create or replace function nearest_errors(p_organization uuid, p_project bigint, p_embedder text,
                                          p_embedding real[], p_root uuid, p_count integer)
    returns table (error_id uuid, root_id uuid, sketch jsonb)
    language plpgsql rows 20
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
    as $$
#variable_conflict use_column
declare
    few    constant integer := 5000;
    sought constant vector := p_embedding::vector;
    here   integer := 0;
    family integer;
begin
    -- A vector takes 2,056 bytes: a small table has few, which need not be counted.
    if pg_relation_size('error_vectors') > few * 2056 then
        select count(*) into here from (
            select 1 from error_vectors v
             where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
             limit few + 1) v;
    end if;
    if here <= few then
        -- Those of the family are among the nearest. The subquery keeps the index of all projects out of it.
        select count(*) into family from error_members(p_root);
        return query
            select n.error_id, s.root_id, n.sketch
              from (select c.error_id, c.sketch, c.distance
                      from (select v.error_id, v.sketch, v.embedding <=> sought as distance from error_vectors v
                             where v.organization_id = p_organization and v.project_id = p_project
                               and v.embedder = p_embedder offset 0) c
                     order by c.distance limit p_count + family) n
              join error_state s on s.error_id = n.error_id
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

-- The same by a model. Where nothing could be made of an error, it has no vector.
create or replace function nearest_by_model(p_organization uuid, p_project bigint, p_embedder text,
                                            p_embedding halfvec, p_root uuid, p_count integer)
    returns table (error_id uuid, root_id uuid, score double precision)
    language plpgsql rows 20
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
    as $$
#variable_conflict use_column
declare
    few    constant integer := 5000;
    here   integer := 0;
    family integer;
begin
    if pg_relation_size('model_vectors') > few * 3080 then
        select count(*) into here from (
            select 1 from model_vectors v
             where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
             limit few + 1) v;
    end if;
    if here <= few then
        select count(*) into family from error_members(p_root);
        return query
            select n.error_id, s.root_id, 1 - n.distance
              from (select c.error_id, c.distance
                      from (select v.error_id, v.embedding <=> p_embedding as distance from model_vectors v
                             where v.organization_id = p_organization and v.project_id = p_project
                               and v.embedder = p_embedder and v.embedding is not null offset 0) c
                     order by c.distance limit p_count + family) n
              join error_state s on s.error_id = n.error_id
             where s.organization_id = p_organization and s.root_id <> p_root and s.status <> 'deleted'
             order by n.distance limit p_count;
    else
        perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
        perform set_config('hnsw.max_scan_tuples', '50000', true);
        perform set_config('enable_sort', 'off', true);
        return query
            select v.error_id, s.root_id, 1 - (v.embedding <=> p_embedding)
              from model_vectors v join error_state s on s.error_id = v.error_id
             where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
               and v.embedding is not null
               and s.organization_id = p_organization and s.root_id <> p_root and s.status <> 'deleted'
             order by v.embedding <=> p_embedding limit p_count;
        perform set_config('enable_sort', 'on', true);
    end if;
end $$;
