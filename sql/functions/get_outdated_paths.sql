-- Those of some paths that a newer job than the given one has written or removed already (arrays of one length).
create or replace function docs.get_outdated_paths(site text, paths text[], job_ids bigint[])
returns setof text
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select wanted.path
  from unnest(get_outdated_paths.paths, get_outdated_paths.job_ids) as wanted (path, job_id)
  join docs.site as found on found.name = get_outdated_paths.site
  join docs.pushed_path as newest on newest.site_id = found.id and newest.path = wanted.path
  where newest.job_id > wanted.job_id;
$$;
