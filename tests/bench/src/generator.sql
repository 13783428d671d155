-- Errors FIRST to LAST of one project, with everything that questions read, as if they had been
-- ingested and projected. Ids grow with time, as UUIDv7 do. In the order of the keys, so that
-- a million take minutes.
create temporary table many as
    select ('01990000-' || lpad(to_hex(i >> 16), 4, '0') || '-7' || lpad(to_hex(i % 4096), 3, '0') || '-8'
            || substr(md5(i || 'TENANT'), 1, 3) || '-' || substr(md5(i || 'TENANT'), 4, 12))::uuid as error_id,
           i, hashtext(i::text)::bigint + 2147483648 as h,
           now() - interval '100 days' + i % 1000003 * interval '7 seconds' as first_seen
      from generate_series(FIRST, LAST) i;
alter table many add last_seen timestamptz, add count bigint;
update many set last_seen = first_seen + (now() - first_seen) * (h / 1013 % 1000) / 1001.0,
                count = case when h / 211 % 100 = 0 then 300 when h / 211 % 10 = 0 then 50 else 2 end;

insert into error_state (error_id, organization_id, project_id, root_id, own_count, own_first_seen,
                         own_last_seen, count, users, first_seen, last_seen, status)
    select error_id, 'TENANT'::uuid, PROJECT, error_id, count, first_seen, last_seen, count + h % 7, h % 313,
           first_seen, last_seen, case when h % 100 < 60 then 'detected' when h % 100 < 90 then 'resolved'
                 when h % 100 < 98 then 'ignored' when h % 100 < 99 then 'analyzing' else 'fixing' end
      from many order by i;
-- Filled row by row, the index of trigrams would take most of the time.
drop index projection_errors.errors_search;
insert into projection_errors.errors (organization_id, error_id, project_id, title, culprit, severity, status,
                                      source, category, tags, platform, assigned_to, created_at, updated_at, sequence)
    select 'TENANT'::uuid, m.error_id, PROJECT,
           (array['Timeout', 'Key', 'Value', 'Connection', 'Permission'])[1 + h % 5] || 'Error: order '
               || substr(md5(i::text), 1, 8) || (array[' was refused', ' has no customer', ' cannot be paid'])[1 + h % 3],
           'shop.' || (array['orders', 'stock', 'payments'])[1 + h % 3] || '.step' || h % 997,
           case when h % 101 < 1 then 'critical' when h % 101 < 61 then 'high' when h % 101 < 90 then 'medium' else 'low' end,
           s.status, case when h % 53 = 0 then 'webhook' else 'sentry' end,
           case when h % 211 = 0 then 'database' end, case when h % 103 = 0 then array['payments'] when h % 3 = 0 then array['team:' || h % 47]
                                                                     else '{}' end,
           'python', case when h % 307 = 0 then 'anna@example.com' end, m.first_seen, m.last_seen, 1
      from many m join error_state s using (error_id) order by i;
create index errors_search on projection_errors.errors
    using gin ((title || ' ' || coalesce(culprit, '')) public.gin_trgm_ops) with (fastupdate = off);
insert into projection_errors.tags
    select organization_id, unnest(tags), error_id from projection_errors.errors where project_id = PROJECT on conflict do nothing;
insert into fingerprints
    select 'TENANT'::uuid, PROJECT, 1, decode(md5(i::text), 'hex'), error_id from many;
insert into error_facets (organization_id, error_id, kind, value)
    select 'TENANT'::uuid, error_id, kind, value
      from many, lateral (values ('environment', case when h % 37 = 0 then 'staging' else 'production' end),
                                 ('release', 'shop@' || i / (LAST / 300 + 1)),
                                 ('tag', 'region:' || h % 40)) as seen(kind, value)
     order by kind, value, error_id;
insert into error_users
    select 'TENANT'::uuid, error_id, decode(md5('user ' || h % 100000), 'hex') from many order by error_id;
-- An error's occurrences in four hours between its first and its last.
insert into error_counters
    select 'TENANT'::uuid, error_id, date_trunc('hour', first_seen + (last_seen - first_seen) * n / 3),
           'production', '', sum(greatest(count / 4, 1))
      from many, generate_series(0, 3) n group by 1, 2, 3 order by 2, 3;
insert into projection_activity.activity
    select 'TENANT'::uuid, error_id, 1, i, first_seen, 'system', 'ErrorDetected', 'detected' from many order by error_id;

-- Occurrences of one error in twenty, from the days that have partitions, and many of one.
select ensure_occurrence_partitions((now() - interval '8 days')::date, 9);
create temporary table logged as
    select error_id, i, n, greatest(first_seen, now() - interval '8 days')
                + (last_seen - greatest(first_seen, now() - interval '8 days')) * n / 3 as at
      from many, generate_series(0, 2) n where i % 20 = 0 and last_seen > now() - interval '8 days'
    union all
    select (select error_id from many where i = FIRST), FIRST, n, now() - n * interval '1 minute'
      from generate_series(10, 10000) n;
insert into occurrences
    select 'TENANT'::uuid, error_id, at, md5(i || ' ' || n || 'TENANT')::uuid, PROJECT, at, 'TimeoutError: an order',
           'error', 'production', null, 0, decode('PAYLOAD', 'hex')
      from logged order by error_id, at;
insert into occurrence_ids
    select 'TENANT'::uuid, PROJECT, md5(i || ' ' || n || 'TENANT')::uuid, error_id, at from logged;
drop table many, logged;
