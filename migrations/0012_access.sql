-- Who may do what: teams, roles in projects, invitations, and what keys may do. The table of
-- permissions is no table of the database: it stands in domain/src/access/table.rs.

-- So that a row which names a project cannot be another organization's.
alter table projects add constraint projects_tenant unique (organization_id, project_id);
-- While set, the project takes no occurrences; what it has can be read.
alter table projects add column closed_at timestamptz;

create table teams (
    team_id         uuid primary key,
    organization_id uuid not null references organizations,
    name            text not null,
    created_at      timestamptz not null default now(),
    constraint teams_name unique (organization_id, name),
    constraint teams_tenant unique (organization_id, team_id)
);

create table team_members (
    organization_id uuid not null,
    team_id         uuid not null,
    user_id         uuid not null,
    constraint team_members_key primary key (organization_id, team_id, user_id),
    constraint team_members_team foreign key (organization_id, team_id)
        references teams (organization_id, team_id) on delete cascade,
    constraint team_members_user foreign key (organization_id, user_id)
        references memberships (organization_id, user_id) on delete cascade
);
create index team_members_of_user on team_members (organization_id, user_id);

-- A role in one project, of a person or of a team.
create table project_roles (
    organization_id uuid not null,
    project_id      bigint not null,
    user_id         uuid,
    team_id         uuid,
    role            text not null,
    constraint project_roles_role check (role in ('admin', 'developer', 'viewer')),
    constraint project_roles_one check (num_nonnulls(user_id, team_id) = 1),
    constraint project_roles_project foreign key (organization_id, project_id)
        references projects (organization_id, project_id),
    constraint project_roles_user foreign key (organization_id, user_id)
        references memberships (organization_id, user_id) on delete cascade,
    constraint project_roles_team foreign key (organization_id, team_id)
        references teams (organization_id, team_id) on delete cascade
);
create unique index project_roles_by_user on project_roles (organization_id, user_id, project_id)
    where user_id is not null;
create unique index project_roles_by_team on project_roles (organization_id, team_id, project_id)
    where team_id is not null;

-- Only the token's SHA-256 is stored. The address is kept until it is accepted or long expired.
create table invitations (
    invitation_id   uuid primary key,
    organization_id uuid not null references organizations,
    email           text,
    role            text not null,
    hash            bytea not null,
    -- As the audit log names who invited.
    invited_by      text not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    accepted_at     timestamptz,
    revoked_at      timestamptz,
    -- When the letter is tried next; null: nothing to send. Its token is made when it is written.
    letter_due_at   timestamptz,
    letter_tries    integer not null default 0,
    letter_hash     bytea,
    -- When it was written last: an address is sent few of them, however many invite it.
    letter_at       timestamptz,
    constraint invitations_letter_hash unique (letter_hash),
    constraint invitations_hash unique (hash),
    constraint invitations_role check (role in ('owner', 'admin', 'developer', 'viewer', 'auditor')),
    constraint invitations_email_form check (email = lower(email) and length(email) between 3 and 254)
);
create unique index invitations_open on invitations (organization_id, email)
    where accepted_at is null and revoked_at is null;
create index invitations_due on invitations (letter_due_at) where letter_due_at is not null;
create index invitations_written on invitations (email, letter_at) where letter_at is not null;

-- Null: the whole organization.
alter table api_keys alter column project_id drop not null;
alter table api_keys drop constraint api_keys_project_id_fkey;
alter table api_keys add constraint api_keys_project foreign key (organization_id, project_id)
    references projects (organization_id, project_id);
alter table api_keys add column scopes text[];
-- Keys of before could do all of this.
update api_keys set scopes = array[
    'errors:read', 'errors:write', 'occurrences:read', 'occurrences:write', 'projects:read',
    'project_roles:read', 'dsn_keys:read'];
alter table api_keys alter column scopes set not null;
alter table api_keys add column expires_at timestamptz;
alter table api_keys add column last_used_at timestamptz;
alter table api_keys add column created_by text not null default 'system';
create index api_keys_of on api_keys (organization_id, key_id);

alter table dsn_keys drop constraint dsn_keys_project_id_fkey;
alter table dsn_keys add constraint dsn_keys_project foreign key (organization_id, project_id)
    references projects (organization_id, project_id);
alter table dsn_keys add column key_id uuid not null default gen_random_uuid();
alter table dsn_keys add constraint dsn_keys_id unique (key_id);
alter table dsn_keys add column label text not null default '';
-- Occurrences a minute; null: as many as the service takes.
alter table dsn_keys add column rate_limit integer;
alter table dsn_keys add constraint dsn_keys_rate_limit check (rate_limit between 1 and 1000000);
create index dsn_keys_of on dsn_keys (organization_id, project_id);

-- A program that exchanges its secret for tokens that last minutes.
create table service_accounts (
    account_id      uuid primary key,
    organization_id uuid not null references organizations,
    project_id      bigint,
    name            text not null,
    scopes          text[] not null,
    hash            bytea not null,
    created_by      text not null,
    created_at      timestamptz not null,
    rotated_at      timestamptz,
    last_used_at    timestamptz,
    revoked_at      timestamptz,
    constraint service_accounts_project foreign key (organization_id, project_id)
        references projects (organization_id, project_id)
);
create index service_accounts_of on service_accounts (organization_id, account_id);

create index audit_log_of_actor on audit_log (organization_id, actor, audit_id);
create index audit_log_of_action on audit_log (organization_id, action, audit_id);
create index audit_log_of_subject on audit_log (organization_id, subject, audit_id);

alter table teams enable row level security;
alter table team_members enable row level security;
alter table project_roles enable row level security;
alter table invitations enable row level security;
alter table service_accounts enable row level security;
do $$
declare tenants text;
begin
    foreach tenants in array array['teams', 'team_members', 'project_roles', 'invitations',
                                   'service_accounts', 'api_keys', 'dsn_keys'] loop
        execute format('create policy tenant on %I for all to bugsage_app
                            using (organization_id = current_organization())
                            with check (organization_id = current_organization())', tenants);
    end loop;
end $$;
create policy tenant_insert on organizations for insert to bugsage_app
    with check (organization_id = current_organization());
create policy tenant_update on organizations for update to bugsage_app
    using (organization_id = current_organization()) with check (organization_id = current_organization());
create policy tenant_insert on projects for insert to bugsage_app
    with check (organization_id = current_organization());
create policy tenant_update on projects for update to bugsage_app
    using (organization_id = current_organization()) with check (organization_id = current_organization());

grant insert (organization_id, name), update (name) on organizations to bugsage_app;
grant insert (organization_id, name, retention_days, scrub_emails, scrub_ip_addresses, scrub_keys),
      update (name, retention_days, scrub_emails, scrub_ip_addresses, scrub_keys, closed_at)
    on projects to bugsage_app;
grant select, insert, update (name), delete on teams to bugsage_app;
grant select, insert, delete on team_members to bugsage_app;
grant select, insert, update (role), delete on project_roles to bugsage_app;
-- No hash can be read, not even one's own.
grant select (invitation_id, organization_id, email, role, invited_by, created_at, expires_at, accepted_at,
              revoked_at),
      insert, update (email, accepted_at, revoked_at) on invitations to bugsage_app;
grant select (key_id, organization_id, project_id, name, scopes, expires_at, last_used_at, created_by,
              created_at, revoked_at),
      insert, update (revoked_at) on api_keys to bugsage_app;
grant select, insert, update (label, enabled, rate_limit), delete on dsn_keys to bugsage_app;
grant select (account_id, organization_id, project_id, name, scopes, created_by, created_at, rotated_at,
              last_used_at, revoked_at),
      insert, update (hash, rotated_at, revoked_at) on service_accounts to bugsage_app;

-- What is looked up before an organization is known. Each answers for one secret or one person.
drop function find_dsn_key(text), find_api_key(bytea);
create function find_dsn_key(key text)
    returns table (key_id uuid, organization_id uuid, project_id bigint, enabled boolean, rate_limit integer,
                   scrub_emails boolean, scrub_ip_addresses boolean, scrub_keys text[], dictionary_id integer)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select k.key_id, k.organization_id, k.project_id, k.enabled and p.closed_at is null, k.rate_limit,
               p.scrub_emails, p.scrub_ip_addresses, p.scrub_keys, p.dictionary_id
          from dsn_keys k join projects p using (project_id)
         where k.public_key = key
    $$;

create function find_api_key(key_hash bytea)
    returns table (key_id uuid, organization_id uuid, project_id bigint, scopes text[],
                   expires_at timestamptz, revoked_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select key_id, organization_id, project_id, scopes, expires_at, revoked_at
          from api_keys where hash = key_hash
    $$;

-- By id: its token was checked. With the hash of a secret as well: to get a token.
create function find_service_account(account uuid, secret_hash bytea default null)
    returns table (account_id uuid, organization_id uuid, project_id bigint, scopes text[])
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select account_id, organization_id, project_id, scopes from service_accounts
         where account_id = account and revoked_at is null and (secret_hash is null or hash = secret_hash)
    $$;

-- Where somebody belongs, with the roles in projects, their own and those of their teams.
create function find_memberships(person uuid)
    returns table (organization_id uuid, role text, disabled boolean, by_provider boolean, projects bigint[],
                   project_roles text[])
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select m.organization_id, m.role, m.disabled_at is not null, m.by_provider,
               coalesce(array_agg(r.project_id order by r.project_id, r.role)
                            filter (where r.project_id is not null), '{}'),
               coalesce(array_agg(r.role order by r.project_id, r.role)
                            filter (where r.project_id is not null), '{}')
          from memberships m
          left join project_roles r on r.organization_id = m.organization_id
               and (r.user_id = m.user_id or r.team_id in (
                    select t.team_id from team_members t
                     where t.organization_id = m.organization_id and t.user_id = m.user_id))
         where m.user_id = person
         group by m.organization_id, m.user_id
         order by m.organization_id
    $$;

-- Those a person came to by their own will; for a session that holds in one alone, that one.
create function find_organizations(person uuid, confined uuid)
    returns table (id uuid, name text, role text, disabled boolean, created_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select o.organization_id, o.name, m.role, m.disabled_at is not null, o.created_at
          from memberships m join organizations o using (organization_id)
         where m.user_id = person
           and case when confined is null then not m.by_provider else m.organization_id = confined end
         order by o.organization_id
    $$;

create function find_invitation(token_hash bytea)
    returns table (invitation_id uuid, organization_id uuid, email text, role text, expires_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select invitation_id, organization_id, email, role, expires_at from invitations
         where (hash = token_hash or letter_hash = token_hash)
           and accepted_at is null and revoked_at is null
    $$;

-- What is shown for `user:…`, as events and the audit log name people: of a member the name, or the
-- address without one; of somebody erased that. Null of everybody else.
create function person_name(p_named text) returns text
    language sql stable strict security definer set search_path = public, pg_temp
    as $$
        select case when u.erased_at is not null then 'erased user' else coalesce(nullif(u.name, ''), u.email) end
          from users u
         where u.user_id = substring(p_named from '^user:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$')::uuid
           and (u.erased_at is not null or exists (
               select 1 from memberships m
                where m.user_id = u.user_id and m.organization_id = current_organization()))
    $$;

-- The letter that is due first, into the hands of one sender until the lease is over. An address is
-- sent one a day by an organization and five by all, whether or not what they told of was taken back;
-- further ones wait. One sender looks at a time, so that two do not miss each other.
create function take_invitation_letter(p_now timestamptz, p_lease timestamptz)
    returns table (invitation_id uuid, email text, organization text, role text, tries integer)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
#variable_conflict use_column
declare due invitations;
begin
    perform pg_advisory_xact_lock(7206);
    loop
        select d.* into due from invitations d
          where d.letter_due_at <= p_now and d.expires_at > p_now and d.accepted_at is null and d.revoked_at is null
          order by d.letter_due_at limit 1 for update skip locked;
        if not found then return; end if;
        exit when (
            select count(*) < 5 and count(*) filter (where w.organization_id = due.organization_id) = 0
              from invitations w
             where w.email = due.email and w.letter_at > p_now - interval '1 day'
               and w.invitation_id <> due.invitation_id);
        update invitations i set letter_due_at = p_now + interval '1 hour' where i.invitation_id = due.invitation_id;
    end loop;
    return query
        update invitations i set letter_due_at = p_lease, letter_tries = i.letter_tries + 1, letter_at = p_now
          from organizations o
         where i.invitation_id = due.invitation_id and o.organization_id = i.organization_id
        returning i.invitation_id, i.email, o.name, i.role, i.letter_tries;
end $$;

create function keep_invitation_token(p_invitation uuid, p_hash bytea) returns void
    language sql security definer set search_path = public, pg_temp
    as $$ update invitations set letter_hash = p_hash where invitation_id = p_invitation $$;

create function invitation_letter_tried(p_invitation uuid, p_next timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$ update invitations set letter_due_at = p_next where invitation_id = p_invitation $$;

-- When keys were last used: written for many at a time, never back in time.
create function note_use(ids uuid[], moments timestamptz[]) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        with used as (select * from unnest(ids, moments) u (id, at)),
        keys as (
            update api_keys k set last_used_at = u.at from used u
             where k.key_id = u.id and (k.last_used_at is null or k.last_used_at < u.at))
        update service_accounts a set last_used_at = u.at from used u
         where a.account_id = u.id and (a.last_used_at is null or a.last_used_at < u.at)
    $$;

-- Addresses of people who never came.
create function forget_invitations(before timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$ delete from invitations where expires_at < before $$;

revoke all on function find_dsn_key, find_api_key, find_service_account, find_memberships, find_organizations,
    find_invitation, person_name,
    take_invitation_letter, keep_invitation_token, invitation_letter_tried, note_use, forget_invitations
    from public;
grant execute on function find_dsn_key, find_api_key, find_service_account, find_memberships, find_organizations,
    find_invitation, person_name,
    take_invitation_letter, keep_invitation_token, invitation_letter_tried, note_use, forget_invitations
    to bugsage_app;

-- Whoever is erased is not remembered as invited either.
create function forget_invited() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
    as $$
    begin
        delete from invitations where email = old.email;
        return null;
    end $$;
revoke all on function forget_invited() from public;
create trigger users_erased_invitations after update of erased_at on users
    for each row when (old.erased_at is null and new.erased_at is not null)
    execute function forget_invited();
