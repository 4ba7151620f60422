-- Keeps others away from jobs for some seconds more; returns those that nobody else has taken over. What is held is
-- told by job and attempt (arrays of one length): who takes a job over counts one more. A job that the caller has
-- ended meanwhile, and that leaves it something to tidy up, is its own still.
create or replace function docs.hold_jobs(ids bigint[], attempts int[], hold_seconds int)
returns setof bigint
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  select job.id
  from unnest(hold_jobs.ids, hold_jobs.attempts) as held (id, attempt)
  join docs.job on job.id = held.id and job.attempts = held.attempt and job.state <> 'queued'
  left join lateral pgmq.set_vt('lectern', job.message_id, hold_jobs.hold_seconds) on true;
$$;
