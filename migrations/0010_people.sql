-- People, where they belong, and what was done by whom. Plain tables and not domain events: a
-- person must be erasable. What events and the audit log hold of a person is the id alone.

create table users (
    user_id            uuid primary key,
    -- Lower case; null once erased.
    email              text,
    email_verified_at  timestamptz,
    name               text not null default '',
    time_zone          text not null default 'UTC',
    -- Which notifications are wanted.
    preferences        jsonb not null default '{}',
    -- Argon2id in PHC form; null: signs in by a provider alone.
    password_hash      text,
    -- Raised by whatever must end what was handed out before: tokens carry it.
    credential_version bigint not null default 1,
    created_at         timestamptz not null default now(),
    erased_at          timestamptz,
    constraint users_email unique (email),
    constraint users_email_form check (email = lower(email) and length(email) between 3 and 254),
    constraint users_erased check ((erased_at is null) = (email is not null))
);

create table memberships (
    organization_id uuid not null references organizations,
    user_id         uuid not null references users,
    role            text not null,
    -- Set while an admin has the person locked out of this organization.
    disabled_at     timestamptz,
    -- They came by an identity provider, on the organization's word and not their own: it counts in
    -- sessions that were begun there, and elsewhere as if it were not.
    by_provider     boolean not null default false,
    created_at      timestamptz not null default now(),
    constraint memberships_by_provider check (not by_provider or role <> 'owner'),
    constraint memberships_key primary key (organization_id, user_id),
    constraint memberships_role check (role in ('owner', 'admin', 'developer', 'viewer', 'auditor'))
);
create index memberships_user on memberships (user_id);

-- What happened around access: append-only, for the app role may only add rows by the function.
create table audit_log (
    audit_id        bigint generated always as identity primary key,
    -- Null: no organization is known, such as a failed sign-in of nobody.
    organization_id uuid references organizations,
    recorded_at     timestamptz not null,
    -- As in the metadata of events: user:…, api_key:…, system, or anonymous.
    actor           text not null,
    -- What was done, such as session.started or membership.changed.
    action          text not null,
    -- On what, such as user:… or project:….
    subject         text not null,
    address         inet,
    request_id      text not null,
    before          jsonb,
    after           jsonb
);
create index audit_log_newest on audit_log (organization_id, audit_id);

-- The person this transaction speaks for; null when nobody said.
create function current_person() returns uuid
    language sql stable
    as $$ select nullif(current_setting('bugsage.user', true), '')::uuid $$;

alter table users enable row level security;
alter table memberships enable row level security;
alter table audit_log enable row level security;
-- Oneself, and those one shares the organization with. Hashes of passwords are no column of it.
create policy own on users for select to bugsage_app
    using (user_id = current_person() or exists (
        select 1 from memberships m
         where m.user_id = users.user_id and m.organization_id = current_organization()));
create policy tenant on memberships for all to bugsage_app
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
create policy own on memberships for select to bugsage_app using (user_id = current_person());
create policy tenant on audit_log for select to bugsage_app
    using (organization_id = current_organization());
grant select (user_id, email, email_verified_at, name, time_zone, preferences, created_at, erased_at)
    on users to bugsage_app;
grant select, insert, update, delete on memberships to bugsage_app;
grant select on audit_log to bugsage_app;

-- Adds a record. One of a person and no organization stands in each that the person belongs to by
-- their own will.
create function record_audit(p_organization uuid, p_user uuid, p_at timestamptz, p_actor text, p_action text,
                             p_subject text, p_address inet, p_request text, p_before jsonb, p_after jsonb)
    returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        insert into audit_log (organization_id, recorded_at, actor, action, subject, address, request_id,
                               before, after)
            select o.organization_id, p_at, p_actor, p_action, p_subject, p_address, p_request, p_before, p_after
              from (select p_organization as organization_id where p_organization is not null or p_user is null
                        or not exists (select 1 from memberships where user_id = p_user and not by_provider)
                    union all
                    select organization_id from memberships
                     where user_id = p_user and not by_provider and p_organization is null) o
    $$;
revoke all on function record_audit from public;
grant execute on function record_audit to bugsage_app;
