-- A token of a service account counts for the secret it was given for, and no longer than that.

drop function find_service_account(uuid, bytea);

-- By id: its token was checked. With the hash of a secret as well: to get a token. `secret` is the
-- version of its secret, higher than all before: 0, or when it was rotated, in microseconds since 1970.
create function find_service_account(account uuid, secret_hash bytea default null)
    returns table (account_id uuid, organization_id uuid, project_id bigint, scopes text[], secret bigint)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select account_id, organization_id, project_id, scopes,
               coalesce((extract(epoch from rotated_at) * 1000000)::bigint, 0)
          from service_accounts
         where account_id = account and revoked_at is null and (secret_hash is null or hash = secret_hash)
    $$;
revoke all on function find_service_account from public;
grant execute on function find_service_account to bugsage_app;
