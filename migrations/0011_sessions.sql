-- How people sign in and stay so. The service touches none of these tables itself: each function here
-- is one step, whole. Of whatever opens a door only the SHA-256 is kept.

-- One sign-in, by cookie or by tokens.
create table sessions (
    session_id         uuid primary key,
    user_id            uuid not null references users,
    -- Of a browser's cookie; null where tokens were handed out.
    cookie_hash        bytea,
    -- The person's at the sign-in: a session is over once theirs is higher.
    credential_version bigint not null,
    created_at         timestamptz not null,
    expires_at         timestamptz not null,
    ended_at           timestamptz,
    constraint sessions_cookie unique (cookie_hash)
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

-- All that a session ever had: one that comes a second time was stolen, now or before.
create table refresh_tokens (
    hash       bytea primary key,
    session_id uuid not null references sessions on delete cascade,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index refresh_tokens_session on refresh_tokens (session_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

-- Sent by mail, used once. A newer one leaves those before as they are: whoever asks again and again
-- for the letters of somebody else does not make them useless. All of a kind go when one is used.
create table mail_tokens (
    hash       bytea primary key,
    user_id    uuid not null references users,
    purpose    text not null,
    -- Proves this address and no later one.
    email      text not null,
    expires_at timestamptz not null,
    constraint mail_tokens_purpose check (purpose in ('confirm', 'reset'))
);
create index mail_tokens_user on mail_tokens (user_id, purpose);

-- Letters to send. None holds a secret: what opens a door is made when the letter is written.
create table letters (
    user_id uuid not null references users,
    kind    text not null,
    -- When it is tried next; null: nothing to send.
    due_at  timestamptz,
    tries   integer not null default 0,
    sent_at timestamptz,
    constraint letters_key primary key (user_id, kind),
    constraint letters_kind check (kind in ('confirm', 'known', 'reset', 'changed'))
);
create index letters_due on letters (due_at) where due_at is not null;

-- Wrong sign-ins, by keyed digest of an account's address or of a network's.
create table attempts (
    subject       bytea primary key,
    failures      integer not null default 0,
    last_at       timestamptz not null,
    blocked_until timestamptz not null
);
create index attempts_last on attempts (last_at);

-- What access tokens are signed with; the keys themselves are sealed (sealed_secrets), under their ids.
create table signing_keys (
    key_id     uuid primary key,
    algorithm  text not null,
    created_at timestamptz not null,
    -- A little after it is made, so that every node knows it by then.
    signs_from timestamptz not null,
    constraint signing_keys_algorithm check (algorithm in ('EdDSA', 'HS256'))
);

create index audit_log_actor on audit_log (actor);
create index audit_log_anonymous on audit_log (subject) where actor = 'anonymous';

alter table sessions enable row level security;
alter table refresh_tokens enable row level security;
alter table mail_tokens enable row level security;
alter table letters enable row level security;
alter table attempts enable row level security;
alter table signing_keys enable row level security;

-- Accounts.

-- Whether the account may still become theirs: it is new, or nobody has confirmed the address. Then
-- the password of the last who registers it counts, which anybody can be: so confirm_email asks for it.
-- What others see of a member by an identity provider, a stranger does not change.
create function register_user(p_user uuid, p_email text, p_name text, p_password text, p_at timestamptz)
    returns table (user_id uuid, taken boolean)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
#variable_conflict use_column
declare made uuid;
begin
    insert into users (user_id, email, name, password_hash, created_at)
        values (p_user, p_email, p_name, p_password, p_at)
        on conflict (email) do update
            set password_hash = excluded.password_hash,
                name = case when exists (select 1 from memberships m where m.user_id = users.user_id)
                            then users.name else excluded.name end
            where users.email_verified_at is null
        returning users.user_id into made;
    return query select u.user_id, made is null from users u where u.email = p_email;
end $$;

create function find_account(p_email text)
    returns table (user_id uuid, password_hash text, credential_version bigint, confirmed boolean)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select user_id, password_hash, credential_version, email_verified_at is not null
          from users where email = p_email
    $$;

-- Of a person who is signed in, to have the password proved once more.
create function find_password(p_user uuid) returns table (email text, password_hash text)
    language sql stable security definer set search_path = public, pg_temp
    as $$ select email, password_hash from users where user_id = p_user and erased_at is null $$;

-- The same password, hashed better.
create function rehash_password(p_user uuid, p_old text, p_new text) returns void
    language sql security definer set search_path = public, pg_temp
    as $$ update users set password_hash = p_new where user_id = p_user and password_hash = p_old $$;

-- A new password in place of the one that was proved; ends every session. The version; null: it
-- was changed meanwhile.
create function change_password(p_user uuid, p_old text, p_new text) returns bigint
    language sql security definer set search_path = public, pg_temp
    as $$
        update users set password_hash = p_new, credential_version = credential_version + 1
         where user_id = p_user and password_hash is not distinct from p_old and erased_at is null
         returning credential_version
    $$;

create function update_profile(p_user uuid, p_name text, p_time_zone text, p_preferences jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp
    as $$
begin
    -- Fails with 22023 where there is no such zone.
    perform now() at time zone p_time_zone;
    update users set name = p_name, time_zone = p_time_zone, preferences = p_preferences
     where user_id = p_user and erased_at is null;
end $$;

-- Everything personal goes; the id stays, as history names it. The answer: the organizations that have
-- no member any more and were closed. Null: one with other members would be left without an owner, and
-- then the caller must roll back.
create function erase_user(p_user uuid, p_at timestamptz) returns uuid[]
    language plpgsql security definer set search_path = public, pg_temp
    as $$
declare
    deserted uuid[] := array(
        select m.organization_id from memberships m where m.user_id = p_user and not exists (
            select 1 from memberships other
             where other.organization_id = m.organization_id and other.user_id <> p_user)
         order by m.organization_id);
begin
    perform close_organization(d, p_at) from unnest(deserted) d;
    -- All owners there, in the order in which other changes of members lock them: two who leave at
    -- once must not both believe in the other.
    perform 1 from memberships m
      where m.organization_id in (select own.organization_id from memberships own where own.user_id = p_user)
        and (m.user_id = p_user or m.role = 'owner')
      order by m.organization_id, m.user_id for update;
    if exists (select 1 from memberships m where m.user_id = p_user and m.role = 'owner' and not exists (
                   select 1 from memberships other
                    where other.organization_id = m.organization_id and other.user_id <> p_user
                      and other.role = 'owner' and other.disabled_at is null)
                and not m.organization_id = any (deserted))
       or exists (select 1 from memberships m where m.user_id <> p_user and m.organization_id = any (deserted)) then
        return null;
    end if;
    update users set email = null, email_verified_at = null, name = '', time_zone = 'UTC', preferences = '{}',
                     password_hash = null, credential_version = credential_version + 1, erased_at = p_at
     where user_id = p_user;
    -- Also of what was asked for their account before anybody was known. What others did to it keeps
    -- the addresses of those.
    update audit_log set address = null
     where actor = 'user:' || p_user or (actor = 'anonymous' and subject = 'user:' || p_user);
    delete from memberships where user_id = p_user;
    delete from sessions where user_id = p_user;
    delete from mail_tokens where user_id = p_user;
    delete from letters where user_id = p_user;
    return deserted;
end $$;

-- Sessions.

-- Whether it began: not if the password changed since it was proved.
create function start_session(p_session uuid, p_user uuid, p_version bigint, p_cookie bytea, p_refresh bytea,
                              p_at timestamptz, p_expires timestamptz) returns boolean
    language plpgsql security definer set search_path = public, pg_temp
    as $$
begin
    perform 1 from users
      where user_id = p_user and credential_version = p_version and erased_at is null for share;
    if not found then return false; end if;
    insert into sessions (session_id, user_id, cookie_hash, credential_version, created_at, expires_at)
        values (p_session, p_user, p_cookie, p_version, p_at, p_expires);
    if p_refresh is not null then
        insert into refresh_tokens (hash, session_id, expires_at) values (p_refresh, p_session, p_expires);
    end if;
    return true;
end $$;

create function find_session(p_cookie bytea, p_at timestamptz) returns table (session_id uuid, user_id uuid)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select s.session_id, s.user_id from sessions s join users u using (user_id)
         where s.cookie_hash = p_cookie and s.ended_at is null and s.expires_at > p_at
           and s.credential_version = u.credential_version and u.erased_at is null
    $$;

create function session_holds(p_session uuid, p_user uuid, p_version bigint, p_at timestamptz) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select exists (
            select 1 from sessions s join users u using (user_id)
             where s.session_id = p_session and s.user_id = p_user and s.credential_version = p_version
               and s.ended_at is null and s.expires_at > p_at
               and u.credential_version = p_version and u.erased_at is null)
    $$;

create function end_session(p_session uuid, p_user uuid, p_at timestamptz) returns boolean
    language sql security definer set search_path = public, pg_temp
    as $$
        with over as (
            update sessions set ended_at = p_at
             where session_id = p_session and user_id = p_user and ended_at is null returning 1)
        select exists (select 1 from over)
    $$;

-- Everywhere.
create function end_sessions(p_user uuid, p_at timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        update users set credential_version = credential_version + 1 where user_id = p_user;
        update sessions set ended_at = p_at where user_id = p_user and ended_at is null
    $$;

-- One refresh token for the next. 'rotated'; 'reused': the session is over, for two had it; else
-- 'unknown'. The session is locked first, so that of two at once one is second.
create function rotate_refresh_token(p_hash bytea, p_next bytea, p_at timestamptz, p_expires timestamptz)
    returns table (outcome text, session_id uuid, user_id uuid, credential_version bigint)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
#variable_conflict use_column
declare
    family sessions;
    token refresh_tokens;
begin
    select s.* into family from sessions s
      where s.session_id = (select t.session_id from refresh_tokens t where t.hash = p_hash) for update;
    select t.* into token from refresh_tokens t where t.hash = p_hash;
    if token.hash is null or family.ended_at is not null or not exists (
            select 1 from users u where u.user_id = family.user_id
                and u.credential_version = family.credential_version and u.erased_at is null) then
        return query select 'unknown', null::uuid, null::uuid, null::bigint;
        return;
    end if;
    if token.used_at is not null then
        update sessions s set ended_at = p_at where s.session_id = family.session_id;
        return query select 'reused', family.session_id, family.user_id, family.credential_version;
        return;
    end if;
    if token.expires_at <= p_at then
        return query select 'unknown', null::uuid, null::uuid, null::bigint;
        return;
    end if;
    update refresh_tokens t set used_at = p_at where t.hash = p_hash;
    insert into refresh_tokens (hash, session_id, expires_at) values (p_next, family.session_id, p_expires);
    update sessions s set expires_at = p_expires where s.session_id = family.session_id;
    return query select 'rotated', family.session_id, family.user_id, family.credential_version;
end $$;

-- Attempts. One counts as failed from its begin until it has succeeded, so that many at once are
-- bounded as many in a row are.

-- Counts an attempt against each subject, and answers the seconds to wait: then it was not counted.
-- Beyond its free ones a subject's waits double up to its longest. Quiet for an hour: forgotten.
create function begin_attempt(p_subjects bytea[], p_free integer[], p_longest integer[], p_at timestamptz)
    returns integer
    language plpgsql security definer set search_path = public, pg_temp
    as $$
declare seconds integer;
begin
    -- First without a row of its own: whoever has to wait writes nothing, whatever accounts they try.
    select ceil(extract(epoch from max(blocked_until) - p_at)) into seconds
      from attempts where subject = any (p_subjects) and blocked_until > p_at;
    if seconds > 0 then return seconds; end if;
    insert into attempts (subject, last_at, blocked_until)
        select s, p_at, p_at from unnest(p_subjects) s order by s on conflict do nothing;
    perform 1 from attempts where subject = any (p_subjects) order by subject for update;
    select ceil(extract(epoch from max(blocked_until) - p_at)) into seconds
      from attempts where subject = any (p_subjects) and blocked_until > p_at;
    if seconds > 0 then return seconds; end if;
    update attempts a set failures = n.failures, last_at = p_at,
           blocked_until = p_at + make_interval(secs => case when n.failures > g.free
               then least(g.longest, power(2, least(n.failures - g.free, 20))) else 0 end)
      from unnest(p_subjects, p_free, p_longest) g (subject, free, longest),
           lateral (select case when b.last_at < p_at - interval '1 hour' then 1 else b.failures + 1 end
                      from attempts b where b.subject = g.subject) n (failures)
     where a.subject = g.subject;
    return 0;
end $$;

-- It succeeded: the account starts anew; the network gets back this one alone, or somebody with one
-- account could try all others from there.
create function forgive_attempt(p_account bytea, p_network bytea) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        update attempts a
           set failures = case when a.subject = p_account then 0 else greatest(a.failures - 1, 0) end,
               blocked_until = a.last_at
          from (select subject from attempts where subject in (p_account, p_network)
                 order by subject for update) own
         where a.subject = own.subject
    $$;

-- Letters and what they carry.

-- Asks for a letter; one of a kind goes out in two minutes at most. False: it is asked for already.
create function request_letter(p_user uuid, p_kind text, p_at timestamptz) returns boolean
    language plpgsql security definer set search_path = public, pg_temp
    as $$
begin
    insert into letters (user_id, kind, due_at) values (p_user, p_kind, p_at)
    on conflict (user_id, kind) do update
        set due_at = greatest(p_at, letters.sent_at + interval '2 minutes'), tries = 0
        where letters.due_at is null;
    return found;
end $$;

-- The next letter, for one sender alone until p_retry. Without the name while the address is not
-- confirmed: anybody could have chosen it for words to somebody else.
create function take_letter(p_at timestamptz, p_retry timestamptz)
    returns table (user_id uuid, kind text, email text, name text, tries integer)
    language sql security definer set search_path = public, pg_temp
    as $$
        update letters l set due_at = p_retry, tries = l.tries + 1
          from (select user_id, kind from letters where due_at <= p_at
                 order by due_at limit 1 for update skip locked) due, users u
         where l.user_id = due.user_id and l.kind = due.kind and u.user_id = l.user_id and u.email is not null
        returning l.user_id, l.kind, u.email,
                  case when u.email_verified_at is null then '' else u.name end, l.tries
    $$;

-- When it is tried next; null: it was sent, or is given up.
create function letter_tried(p_user uuid, p_kind text, p_at timestamptz, p_due timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$ update letters set due_at = p_due, sent_at = p_at where user_id = p_user and kind = p_kind $$;

create function keep_mail_token(p_user uuid, p_purpose text, p_hash bytea, p_email text, p_expires timestamptz)
    returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        insert into mail_tokens (user_id, purpose, hash, email, expires_at)
            values (p_user, p_purpose, p_hash, p_email, p_expires)
    $$;

-- Whose token it is, while it may be used.
create function find_mail_token(p_hash bytea, p_purpose text, p_at timestamptz)
    returns table (user_id uuid, email text)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select t.user_id, t.email from mail_tokens t join users u using (user_id, email)
         where t.hash = p_hash and t.purpose = p_purpose and t.expires_at > p_at
    $$;

-- Confirms an address for who reads its mail and knows the password that was registered: p_password,
-- of which that was proved. Null, and the token stays: another was registered meanwhile.
create function confirm_email(p_hash bytea, p_password text, p_at timestamptz) returns uuid
    language sql security definer set search_path = public, pg_temp
    as $$
        with token as (
            select user_id, email from mail_tokens
             where hash = p_hash and purpose = 'confirm' and expires_at > p_at for update),
        confirmed as (
            update users u set email_verified_at = coalesce(u.email_verified_at, p_at) from token t
             where u.user_id = t.user_id and u.email = t.email and u.password_hash = p_password
             returning u.user_id),
        used as (
            delete from mail_tokens t using confirmed c where t.user_id = c.user_id and t.purpose = 'confirm')
        select user_id from confirmed
    $$;

-- A new password for who reads the mail of this address, which is proved by that; ends every session.
create function reset_password(p_hash bytea, p_password text, p_at timestamptz) returns uuid
    language sql security definer set search_path = public, pg_temp
    as $$
        with token as (
            select user_id, email from mail_tokens
             where hash = p_hash and purpose = 'reset' and expires_at > p_at for update),
        changed as (
            update users u set password_hash = p_password, credential_version = u.credential_version + 1,
                               email_verified_at = coalesce(u.email_verified_at, p_at),
                               -- Until now it may be what a stranger registered.
                               name = case when u.email_verified_at is not null or exists (
                                   select 1 from memberships m where m.user_id = u.user_id) then u.name else '' end
              from token t where u.user_id = t.user_id and u.email = t.email
             returning u.user_id),
        used as (
            delete from mail_tokens t using changed c where t.user_id = c.user_id and t.purpose = 'reset')
        select user_id from changed
    $$;

-- Signing keys.

create function find_signing_keys()
    returns table (key_id uuid, algorithm text, signs_from timestamptz)
    language sql stable security definer set search_path = public, pg_temp
    as $$ select key_id, algorithm, signs_from from signing_keys order by signs_from $$;

-- Whether it is the first key: of nodes that start at once, one makes it.
create function begin_signing(p_key uuid, p_algorithm text, p_at timestamptz) returns boolean
    language plpgsql security definer set search_path = public, pg_temp
    as $$
begin
    perform pg_advisory_xact_lock(7205);
    insert into signing_keys (key_id, algorithm, created_at, signs_from)
        select p_key, p_algorithm, p_at, p_at where not exists (select 1 from signing_keys);
    return found;
end $$;

-- Upkeep: what is over for a day is nobody's any more.
create function purge_sessions(p_before timestamptz) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
        delete from sessions where expires_at < p_before or ended_at < p_before;
        delete from mail_tokens where expires_at < p_before;
        delete from attempts where last_at < p_before
    $$;

do $$
declare f text;
begin
    foreach f in array array[
        'register_user', 'find_account', 'find_password', 'rehash_password', 'change_password', 'update_profile',
        'erase_user', 'start_session', 'find_session', 'session_holds', 'end_session', 'end_sessions',
        'rotate_refresh_token', 'begin_attempt', 'forgive_attempt', 'request_letter', 'take_letter',
        'letter_tried', 'keep_mail_token', 'find_mail_token', 'confirm_email', 'reset_password',
        'find_signing_keys', 'begin_signing', 'purge_sessions'] loop
        execute format('revoke all on function %I from public', f);
        execute format('grant execute on function %I to bugsage_app', f);
    end loop;
end $$;
