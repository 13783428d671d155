-- What a model knows errors again by, beside the built-in vectors, where one is set up.

-- One row an error and embedder. Made by jobs: a row without a vector is claimed by one of them, so that no
-- two pay for the same error. Vectors of several lengths stand in one column: the rest of each is zero,
-- which changes no cosine.
create table model_vectors (
    organization_id uuid not null,
    project_id      bigint not null,
    error_id        uuid not null,
    -- provider, model, length and the version of the texts; see sagas::embedding
    embedder        text not null,
    claimed_by      uuid not null,
    -- infinity: nothing can be made of it
    claimed_until   timestamptz not null,
    -- of the text, keyed: the same text is paid for once
    digest          bytea,
    -- as the provider calls what made it: its version
    model           text,
    dimensions      integer,
    -- what the request cost, on the first of its rows
    cost_micros     bigint not null default 0,
    made_at         timestamptz,
    embedding       halfvec(1536),
    constraint model_vectors_key primary key (organization_id, error_id, embedder),
    constraint model_vectors_whole
        check ((embedding is null) = (digest is null or model is null or dimensions is null or made_at is null))
);
-- Beside the row, each distance would cost a read of its own.
alter table model_vectors alter column embedding set storage plain;
create index model_vectors_project on model_vectors (organization_id, project_id, embedder);
create index model_vectors_text on model_vectors (organization_id, embedder, digest) where embedding is not null;
create index model_vectors_paid on model_vectors (organization_id, made_at) where cost_micros > 0;
create index model_vectors_claimed on model_vectors (claimed_by) where embedding is null;
create index model_vectors_nearest on model_vectors using hnsw (embedding halfvec_cosine_ops);

alter table model_vectors enable row level security;
create policy tenant on model_vectors for select to bugsage_app using (organization_id = current_organization());
grant select on model_vectors to bugsage_app;

-- The organizations that have errors for which nobody makes a vector.
create function unembedded_organizations(p_embedder text) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select distinct s.organization_id from error_state s
         where s.status <> 'deleted'
           and not exists (select 1 from model_vectors v
                where v.organization_id = s.organization_id and v.error_id = s.error_id
                  and v.embedder = p_embedder and (v.embedding is not null or v.claimed_until > now()))
    $$;
revoke all on function unembedded_organizations from public;
grant execute on function unembedded_organizations to bugsage_projector;

-- Errors for one job to do, at most p_count: what it claimed before; then its own error, and those of jobs
-- of its kind that wait; or, where it has none, all of the organization. What another job has claimed stays
-- with that until its time is over.
create function claim_vectors(p_organization uuid, p_embedder text, p_job uuid, p_error uuid, p_count integer,
                              p_seconds double precision) returns setof uuid
    language sql security definer set search_path = public, pg_temp
    as $$
        with wanted as (
            select v.error_id from model_vectors v
             where v.claimed_by = p_job and v.embedding is null and v.organization_id = p_organization
               and v.embedder = p_embedder
            union
            select p_error where p_error is not null
            union
            select (w.payload->>'error')::uuid from jobs j
              join jobs w on w.kind = j.kind and w.state = 'waiting' and w.organization_id = j.organization_id
             where j.job_id = p_job and p_error is not null
               and w.payload->>'error' is not null and w.payload->>'embedder' = p_embedder
            union
            select s.error_id from error_state s where p_error is null and s.organization_id = p_organization
        )
        insert into model_vectors (organization_id, project_id, error_id, embedder, claimed_by, claimed_until)
            select s.organization_id, s.project_id, s.error_id, p_embedder, p_job,
                   now() + make_interval(secs => p_seconds)
              from error_state s
             where s.error_id in (select error_id from wanted)
               and s.organization_id = p_organization and s.status <> 'deleted'
               and not exists (select 1 from model_vectors v
                    where v.organization_id = p_organization and v.error_id = s.error_id
                      and v.embedder = p_embedder
                      and (v.embedding is not null or v.claimed_until = 'infinity'
                           or (v.claimed_by <> p_job and v.claimed_until > now())))
             order by s.error_id limit p_count for share of s
        on conflict on constraint model_vectors_key do update
            set claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
            where model_vectors.embedding is null and model_vectors.claimed_until < 'infinity'
              and (model_vectors.claimed_by = p_job or model_vectors.claimed_until <= now())
        returning error_id
    $$;

-- Gives errors the vectors that their texts have already; answers which.
create function reuse_vectors(p_organization uuid, p_embedder text, p_errors uuid[], p_digests bytea[])
    returns setof uuid
    language sql security definer set search_path = public, pg_temp
    as $$
        update model_vectors m
           set digest = k.digest, model = k.model, dimensions = k.dimensions, embedding = k.embedding,
               made_at = now()
          from unnest(p_errors, p_digests) as w(error_id, digest)
         cross join lateral (
               select v.* from model_vectors v
                where v.organization_id = p_organization and v.embedder = p_embedder and v.digest = w.digest
                  and v.embedding is not null limit 1) k
         where m.organization_id = p_organization and m.error_id = w.error_id and m.embedder = p_embedder
           and m.embedding is null
        returning m.error_id
    $$;

-- Keeps what a model made, unless the error is gone.
create function keep_vector(p_organization uuid, p_error uuid, p_embedder text, p_digest bytea, p_model text,
                            p_dimensions integer, p_cost bigint, p_embedding real[]) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        update model_vectors
           set digest = p_digest, model = p_model, dimensions = p_dimensions, cost_micros = p_cost,
               embedding = p_embedding::halfvec, made_at = now()
         where organization_id = p_organization and error_id = p_error and embedder = p_embedder
           and embedding is null
    $$;

-- Nothing can be made of these: none of their occurrences is kept, or the model does not take the text.
create function give_up_vectors(p_organization uuid, p_embedder text, p_errors uuid[]) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        update model_vectors set claimed_until = 'infinity'
         where organization_id = p_organization and error_id = any (p_errors) and embedder = p_embedder
           and embedding is null
    $$;

-- As nearest_errors, by a model: few one by one, among many by the index that is asked on.
create function nearest_by_model(p_organization uuid, p_project bigint, p_embedder text, p_embedding halfvec,
                                 p_root uuid, p_count integer)
    returns table (error_id uuid, root_id uuid, score double precision)
    language plpgsql
    as $$
#variable_conflict use_column
declare
    few  constant integer := 5000;
    here integer;
begin
    select count(*) into here from (
        select 1 from model_vectors v
         where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
         limit few + 1) v;
    if here <= few then
        return query
            select v.error_id, s.root_id, 1 - (v.embedding <=> p_embedding)
              from model_vectors v join error_state s on s.error_id = v.error_id
             where v.organization_id = p_organization and v.project_id = p_project and v.embedder = p_embedder
               and v.embedding is not null
               and s.organization_id = p_organization and s.root_id <> p_root and s.status <> 'deleted'
             order by (v.embedding <=> p_embedding) + 0 limit p_count;
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

do $$
declare f text;
begin
    foreach f in array array['claim_vectors', 'reuse_vectors', 'keep_vector', 'give_up_vectors',
        'nearest_by_model'] loop
        execute format('revoke all on function %I from public', f);
        execute format('grant execute on function %I to bugsage_app', f);
    end loop;
end $$;

-- What is deleted is like nothing to a model either.
create or replace function forget_vectors(org uuid, errors uuid[]) returns void
    language sql
    as $$
        delete from error_vectors where organization_id = org and error_id = any (errors);
        delete from model_vectors where organization_id = org and error_id = any (errors);
    $$;
