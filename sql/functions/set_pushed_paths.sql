-- Remembers which job wrote or removed which path last (arrays of one length), in the transaction that publishes it.
create or replace function docs.set_pushed_paths(site text, paths text[], job_ids bigint[])
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  insert into docs.pushed_path (site_id, path, job_id)
  select found.id, made.path, made.job_id
  from unnest(set_pushed_paths.paths, set_pushed_paths.job_ids) as made (path, job_id)
  join docs.site as found on found.name = set_pushed_paths.site
  on conflict (site_id, path) do update set job_id = excluded.job_id;
$$;
