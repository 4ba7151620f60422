-- What has become of a job; no row when there is none.
create or replace function docs.get_job(job_id bigint)
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
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select
    job.id, job.kind, job.state, job.created_at, job.started_at, job.finished_at, job.attempts, job.reason,
    job.outcome
  from docs.job
  where job.id = get_job.job_id;
$$;

grant execute on function docs.get_job to lectern_server;
