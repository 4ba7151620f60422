-- Forgets jobs that were done so many days ago; those that failed stay until they are retried.
create or replace function docs.drop_old_jobs(days int)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  delete from docs.job
  where job.state = 'done' and job.finished_at < now() - make_interval(days => drop_old_jobs.days);
$$;
