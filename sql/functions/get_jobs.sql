-- The newest jobs, newest first: all, or those in one state.
create or replace function docs.get_jobs(state text, count int)
returns table (
  id bigint,
  kind text,
  state text,
  created_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  attempts int,
  reason text,
  outcome jsonb
)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select
    job.id, job.kind, job.state, job.created_at, job.started_at, job.finished_at, job.attempts, job.reason,
    job.outcome
  from docs.job
  where get_jobs.state is null or job.state = get_jobs.state
  order by job.id desc
  limit get_jobs.count;
$$;
