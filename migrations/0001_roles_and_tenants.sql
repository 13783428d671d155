-- Why first: every later table leans on these roles and on the tenant function.
--
-- Rules for all tables of BugSage:
--   * every row carries organization_id, and hot keys begin with it;
--   * timestamptz, not null by default, constraints named (errors are mapped by name);
--   * row-level security is the second lock: the query layer names the organization, and
--     the policy checks that it said so with set_config('bugsage.organization', …, true).
-- The owner (who runs this file) is not subject to the policies; its SECURITY DEFINER
-- functions are the only way the service writes what decides.

create extension if not exists vector;
create extension if not exists pg_trgm;

do $$
declare role_name text;
begin
    foreach role_name in array array['bugsage_app', 'bugsage_projector'] loop
        -- Roles belong to the whole server: another database or an administrator may have made
        -- them, and then an owner without CREATEROLE can migrate.
        if not exists (select 1 from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin nosuperuser nocreatedb nocreaterole', role_name);
            exception when duplicate_object or unique_violation then null; -- made meanwhile
            end;
        end if;
        begin
            -- Lets one login serve all roles by SET ROLE where no separate logins are set up.
            execute format('grant %I to current_user', role_name);
        exception when others then null; -- already a member, or the logins are separate
        end;
    end loop;
    execute format('grant create on database %I to bugsage_projector', current_database());
end $$;

revoke create on schema public from public;
grant usage on schema public to bugsage_app, bugsage_projector;

-- The organization this transaction speaks for; null when nobody said.
create function current_organization() returns uuid
    language sql stable
    as $$ select nullif(current_setting('bugsage.organization', true), '')::uuid $$;

create table organizations (
    organization_id uuid primary key,
    name            text not null,
    is_demo         boolean not null default false,
    created_at      timestamptz not null default now()
);

create table projects (
    project_id      bigint generated always as identity primary key,
    organization_id uuid not null references organizations,
    name            text not null,
    -- Days for which the payloads of occurrences are kept.
    retention_days  integer not null default 90,
    -- Its occurrences from before this are gone; see purge_occurrences.
    purged_before   timestamptz not null default '-infinity',
    -- What is scrubbed beyond secrets, which always are.
    scrub_emails    boolean not null default false,
    scrub_ip_addresses boolean not null default false,
    scrub_keys      text[] not null default '{}',
    created_at      timestamptz not null default now(),
    constraint projects_retention_days check (retention_days between 1 and 3650),
    constraint projects_name unique (organization_id, name)
);

-- The public key of a DSN: may only send occurrences.
create table dsn_keys (
    public_key      text primary key,
    organization_id uuid not null references organizations,
    project_id      bigint not null references projects,
    enabled         boolean not null default true,
    created_at      timestamptz not null default now()
);

-- A key of the API; only its SHA-256 is stored.
create table api_keys (
    key_id          uuid primary key,
    organization_id uuid not null references organizations,
    project_id      bigint not null references projects,
    name            text not null,
    hash            bytea not null,
    created_at      timestamptz not null default now(),
    revoked_at      timestamptz,
    constraint api_keys_hash unique (hash)
);

-- One random secret for the whole installation: keys the hashes of users and the digests of texts.
create table installation (
    only_row boolean primary key default true check (only_row),
    secret   bytea not null
);
insert into installation (secret)
    values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

alter table organizations enable row level security;
alter table projects enable row level security;
alter table dsn_keys enable row level security;
alter table api_keys enable row level security;
create policy tenant on organizations for select to bugsage_app
    using (organization_id = current_organization());
create policy tenant on projects for select to bugsage_app
    using (organization_id = current_organization());
grant select on organizations, projects to bugsage_app;
grant select on installation to bugsage_app;

-- A key is looked up before its organization is known, so by a function that answers one row.
create function find_dsn_key(key text)
    returns table (organization_id uuid, project_id bigint, enabled boolean,
                   scrub_emails boolean, scrub_ip_addresses boolean, scrub_keys text[])
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select k.organization_id, k.project_id, k.enabled,
               p.scrub_emails, p.scrub_ip_addresses, p.scrub_keys
          from dsn_keys k join projects p using (project_id)
         where k.public_key = key
    $$;

create function find_api_key(key_hash bytea)
    returns table (key_id uuid, organization_id uuid, project_id bigint,
                   scrub_emails boolean, scrub_ip_addresses boolean, scrub_keys text[])
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select k.key_id, k.organization_id, k.project_id,
               p.scrub_emails, p.scrub_ip_addresses, p.scrub_keys
          from api_keys k join projects p using (project_id)
         where k.hash = key_hash and k.revoked_at is null
    $$;

revoke all on function find_dsn_key(text), find_api_key(bytea) from public;
grant execute on function find_dsn_key(text), find_api_key(bytea) to bugsage_app;

-- What the service may know of the migrations: how far they are.
create function schema_version() returns bigint
    language sql stable security definer set search_path = public, pg_temp
    as $$ select coalesce(max(version), 0) from _sqlx_migrations where success $$;
revoke all on function schema_version() from public;
grant execute on function schema_version() to bugsage_app, bugsage_projector;
