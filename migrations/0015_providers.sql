-- Signing in at an identity provider that an organization chose. Its admins could have it say anything,
-- so what is begun there holds in that organization alone.

create table identity_providers (
    provider_id     uuid primary key,
    organization_id uuid not null references organizations,
    name            text not null,
    kind            text not null,
    -- Where it is. Never changed: subjects of another would be other people.
    issuer          text not null,
    client_id       text not null,
    -- For addresses of these the organization believes that they are whose the provider says.
    domains         text[] not null,
    -- What newcomers are.
    role            text not null,
    created_by      text not null,
    created_at      timestamptz not null,
    constraint identity_providers_tenant unique (organization_id, provider_id),
    constraint identity_providers_kind check (kind in ('oidc', 'github')),
    constraint identity_providers_role check (role in ('admin', 'developer', 'viewer', 'auditor'))
);

-- Who is who there. It ends with the membership, so with the person too.
create table identities (
    organization_id uuid not null,
    provider_id     uuid not null,
    subject         text not null,
    user_id         uuid not null,
    created_at      timestamptz not null,
    constraint identities_key primary key (provider_id, subject),
    constraint identities_provider foreign key (organization_id, provider_id)
        references identity_providers (organization_id, provider_id) on delete cascade,
    constraint identities_member foreign key (organization_id, user_id)
        references memberships (organization_id, user_id) on delete cascade
);
create index identities_of_member on identities (organization_id, user_id);
create index identities_of_provider on identities (organization_id, provider_id);

-- Sign-ins under way, by the SHA-256 of the browser's cookie. What is sent to the provider is derived
-- from the cookie: nothing here opens a door.
create table provider_logins (
    hash            bytea primary key,
    organization_id uuid not null,
    provider_id     uuid not null,
    return_to       text not null,
    -- The session that wants the identity linked to its person; null: somebody signs in.
    session_id      uuid references sessions on delete cascade,
    expires_at      timestamptz not null,
    constraint provider_logins_provider foreign key (organization_id, provider_id)
        references identity_providers (organization_id, provider_id) on delete cascade
);
create index provider_logins_provider on provider_logins (organization_id, provider_id);
create index provider_logins_session on provider_logins (session_id) where session_id is not null;
create index provider_logins_expiry on provider_logins (expires_at);

-- Where the session was begun, if not by password: it holds in that provider's organization alone, by a
-- cookie, and ends with the provider.
alter table sessions add column provider_id uuid references identity_providers on delete cascade;
create index sessions_provider on sessions (provider_id) where provider_id is not null;

alter table identity_providers enable row level security;
alter table identities enable row level security;
alter table provider_logins enable row level security;
create policy tenant on identity_providers for all to bugsage_app
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
grant select, insert, update (name, client_id, domains, role), delete on identity_providers to bugsage_app;

-- Before anybody is known.
create function find_provider(p_provider uuid)
    returns table (organization_id uuid, kind text, issuer text, client_id text, domains text[], role text)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select organization_id, kind, issuer, client_id, domains, role
          from identity_providers where provider_id = p_provider
    $$;

create function begin_provider_login(p_hash bytea, p_provider uuid, p_return_to text, p_session uuid,
                                     p_expires timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        insert into provider_logins (hash, organization_id, provider_id, return_to, session_id, expires_at)
            select p_hash, organization_id, provider_id, p_return_to, p_session, p_expires
              from identity_providers where provider_id = p_provider
    $$;

-- Used up, whatever comes of it.
create function take_provider_login(p_hash bytea, p_at timestamptz)
    returns table (provider_id uuid, return_to text, session_id uuid)
    language sql security definer set search_path = public, pg_temp
    as $$
        with taken as (delete from provider_logins where hash = p_hash returning *)
        select provider_id, return_to, session_id from taken where expires_at > p_at
    $$;

-- Who a subject of a provider is: 'known'; 'joined', with the account of p_email, or a new one; else
-- 'disabled', 'stranger' or 'gone'. p_email is null unless the provider says that it is verified and the
-- organization trusts it for the domain.
create function sign_in_by_provider(p_provider uuid, p_subject text, p_email text, p_name text, p_new_user uuid,
                                    p_at timestamptz)
    returns table (outcome text, user_id uuid, credential_version bigint)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
#variable_conflict use_column
declare
    provider identity_providers;
    person uuid;
    word text := 'known';
begin
    select * into provider from identity_providers p where p.provider_id = p_provider for share;
    if provider.provider_id is null then
        return query select 'gone', null::uuid, null::bigint;
        return;
    end if;
    select i.user_id into person from identities i where i.provider_id = p_provider and i.subject = p_subject;
    if person is null and p_email is null then
        return query select 'stranger', null::uuid, null::bigint;
        return;
    end if;
    if person is null then
        -- What a provider says proves nothing beyond its organization: an account that is there stays as
        -- it is, and the address of a new one is still to be confirmed by who reads its mail.
        insert into users (user_id, email, name, created_at) values (p_new_user, p_email, p_name, p_at)
            on conflict (email) do nothing;
        select u.user_id into person from users u where u.email = p_email;
        insert into memberships (organization_id, user_id, role, by_provider, created_at)
            values (provider.organization_id, person, provider.role, true, p_at) on conflict do nothing;
        if found then word := 'joined'; end if;
    end if;
    if exists (select 1 from memberships m where m.organization_id = provider.organization_id
                  and m.user_id = person and m.disabled_at is not null) then
        return query select 'disabled', person, null::bigint;
        return;
    end if;
    insert into identities (organization_id, provider_id, subject, user_id, created_at)
        values (provider.organization_id, p_provider, p_subject, person, p_at) on conflict do nothing;
    return query select word, u.user_id, u.credential_version from users u where u.user_id = person;
end $$;

-- Links a subject to the person of a session: 'linked'; 'over': the session is, or its person is no
-- member any more; 'taken': it is linked to somebody else.
create function link_identity(p_provider uuid, p_subject text, p_session uuid, p_at timestamptz)
    returns table (outcome text, user_id uuid)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
#variable_conflict use_column
declare
    person uuid;
    holder uuid;
begin
    select s.user_id into person
      from sessions s join users u on u.user_id = s.user_id
           join identity_providers p on p.provider_id = p_provider
           join memberships m on m.organization_id = p.organization_id and m.user_id = s.user_id
     where s.session_id = p_session and s.provider_id is null and s.ended_at is null and s.expires_at > p_at
       and s.credential_version = u.credential_version and m.disabled_at is null and not m.by_provider;
    if person is null then
        return query select 'over', null::uuid;
        return;
    end if;
    insert into identities (organization_id, provider_id, subject, user_id, created_at)
        select p.organization_id, p.provider_id, p_subject, person, p_at
          from identity_providers p where p.provider_id = p_provider
        on conflict do nothing;
    select i.user_id into holder from identities i where i.provider_id = p_provider and i.subject = p_subject;
    return query select case when holder = person then 'linked' else 'taken' end, person;
end $$;

-- As before, and by which provider. A person has 100 at once, and as many at each provider: one more
-- ends the oldest of its kind.
drop function start_session(uuid, uuid, bigint, bytea, bytea, timestamptz, timestamptz);
create function start_session(p_session uuid, p_user uuid, p_version bigint, p_cookie bytea, p_refresh bytea,
                              p_at timestamptz, p_expires timestamptz, p_provider uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp
    as $$
begin
    perform 1 from users
      where user_id = p_user and credential_version = p_version and erased_at is null for share;
    if not found then return false; end if;
    insert into sessions (session_id, user_id, cookie_hash, credential_version, created_at, expires_at, provider_id)
        values (p_session, p_user, p_cookie, p_version, p_at, p_expires, p_provider);
    if p_refresh is not null then
        insert into refresh_tokens (hash, session_id, expires_at) values (p_refresh, p_session, p_expires);
    end if;
    delete from sessions where session_id in (
        select s.session_id from sessions s
         where s.user_id = p_user and s.provider_id is not distinct from p_provider
           and s.ended_at is null and s.expires_at > p_at
         order by s.created_at desc, s.session_id desc offset 100);
    return true;
end $$;

-- As before, and in which organization alone it holds.
drop function find_session(bytea, timestamptz);
create function find_session(p_cookie bytea, p_at timestamptz)
    returns table (session_id uuid, user_id uuid, confined uuid)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select s.session_id, s.user_id, p.organization_id
          from sessions s join users u using (user_id) left join identity_providers p using (provider_id)
         where s.cookie_hash = p_cookie and s.ended_at is null and s.expires_at > p_at
           and s.credential_version = u.credential_version and u.erased_at is null
    $$;

-- As before, and only a session that counts everywhere has tokens.
create or replace function session_holds(p_session uuid, p_user uuid, p_version bigint, p_at timestamptz)
    returns boolean
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select exists (
            select 1 from sessions s join users u using (user_id)
             where s.session_id = p_session and s.user_id = p_user and s.credential_version = p_version
               and s.ended_at is null and s.expires_at > p_at and s.provider_id is null
               and u.credential_version = p_version and u.erased_at is null)
    $$;

-- Closes an organization that nobody belongs to any more: what would let somebody or something in goes,
-- what it has kept stays. In the order in which whoever comes in locks the same rows, so that nobody
-- joins it meanwhile: see erase_user.
create function close_organization(p_organization uuid, p_at timestamptz) returns void
    language sql set search_path = public, pg_temp
    as $$
        update invitations set revoked_at = p_at
         where organization_id = p_organization and accepted_at is null and revoked_at is null;
        delete from identity_providers where organization_id = p_organization;
        delete from sealed_secrets where organization_id = p_organization;
        select 1 from organizations where organization_id = p_organization for update;
        update api_keys set revoked_at = coalesce(revoked_at, p_at) where organization_id = p_organization;
        update service_accounts set revoked_at = coalesce(revoked_at, p_at) where organization_id = p_organization;
        update dsn_keys set enabled = false where organization_id = p_organization;
        update projects set closed_at = coalesce(closed_at, p_at) where organization_id = p_organization
    $$;
revoke all on function close_organization from public;

create or replace function purge_sessions(p_before timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        delete from provider_logins where expires_at < p_before;
        delete from sessions where expires_at < p_before or ended_at < p_before;
        delete from refresh_tokens where expires_at < p_before;
        delete from mail_tokens where expires_at < p_before;
        delete from attempts where last_at < p_before
    $$;

revoke all on function find_provider, begin_provider_login, take_provider_login, sign_in_by_provider, link_identity,
    start_session, find_session from public;
grant execute on function find_provider, begin_provider_login, take_provider_login, sign_in_by_provider, link_identity,
    start_session, find_session to bugsage_app;
