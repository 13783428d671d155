-- What the analyses of a project's errors go by; and by which providers people sign in, for themselves to see.

-- Where its source is: an address of http or https, or a folder of the workers' machine.
alter table projects add column repository text;
grant update (repository) on projects to bugsage_app;

-- Which of its errors are analysed without being asked; null: as the service's settings say.
alter table projects add column analysis_policy jsonb;
grant update (analysis_policy) on projects to bugsage_app;

-- Errors of any organization that occurred lately, more often than their project's policy says, and were never
-- analysed. Of those that were merged the one that goes on counts for all.
create function frequent_errors(p_seconds double precision, p_count integer)
    returns table (organization_id uuid, error_id uuid)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select s.organization_id, s.error_id
          from projects p
          join error_state s on s.organization_id = p.organization_id and s.project_id = p.project_id
         where p.closed_at is null and p.analysis_policy ->> 'above_count' is not null
           and s.last_seen > now() - make_interval(secs => p_seconds)
           and s.count > (p.analysis_policy ->> 'above_count')::bigint
           and s.status = 'detected' and s.root_id = s.error_id
           and not exists (select 1 from events e
                where e.aggregate_type = 'error' and e.aggregate_id = s.error_id::text
                  and e.event_type = 'ErrorAnalysisRequested')
         limit p_count
    $$;
revoke all on function frequent_errors from public;
grant execute on function frequent_errors to bugsage_app;

-- By which providers somebody signs in; in a session that is confined, those of its organization alone.
create function identities_of(p_user uuid, p_confined uuid)
    returns table (provider_id uuid, organization_id uuid, name text, kind text, linked_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
    as $$
        select p.provider_id, p.organization_id, p.name, p.kind, min(i.created_at)
          from identities i join identity_providers p using (provider_id)
         where i.user_id = p_user and (p_confined is null or p.organization_id = p_confined)
         group by p.provider_id order by 5, 1
    $$;

-- Takes away what a provider knows somebody by: 'unlinked', and whether they are a member on their own word; 'none':
-- there was nothing; 'last': they could not sign in any more.
create function unlink_identity(p_user uuid, p_provider uuid, p_at timestamptz)
    returns table (outcome text, organization_id uuid, is_own boolean)
    language plpgsql security definer set search_path = public, pg_temp
    as $$
#variable_conflict use_column
declare
    has_password boolean;
    organization uuid;
begin
    -- One at a time: two that are unlinked at once could be the last two.
    select u.password_hash is not null into has_password from users u
     where u.user_id = p_user and u.erased_at is null for update;
    select i.organization_id into organization from identities i
     where i.user_id = p_user and i.provider_id = p_provider limit 1;
    if organization is null then
        return query select 'none', null::uuid, null::boolean;
        return;
    end if;
    if not has_password and not exists (select 1 from identities i
            where i.user_id = p_user and i.provider_id <> p_provider) then
        return query select 'last', null::uuid, null::boolean;
        return;
    end if;
    delete from identities i where i.user_id = p_user and i.provider_id = p_provider;
    update sessions s set ended_at = p_at
     where s.user_id = p_user and s.provider_id = p_provider and s.ended_at is null;
    return query select 'unlinked', organization, not m.by_provider
      from memberships m where m.organization_id = organization and m.user_id = p_user;
end $$;
revoke all on function identities_of, unlink_identity from public;
grant execute on function identities_of, unlink_identity to bugsage_app;
