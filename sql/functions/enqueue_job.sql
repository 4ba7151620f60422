-- Puts work into the queue and wakes a worker; returns the job's id. In the caller's transaction, like all about jobs.
create or replace function docs.enqueue_job(site text, kind text, work jsonb)
returns bigint
language plpgsql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
declare
  job_id bigint;
begin
  insert into docs.job (site_id, kind, size_bytes)
  select found.id, enqueue_job.kind, octet_length(enqueue_job.work::text)
  from docs.site as found
  where found.name = enqueue_job.site
  returning job.id into strict job_id;

  perform docs.send_job(job_id, enqueue_job.work);
  return job_id;
end;
$$;

grant execute on function docs.enqueue_job to lectern_server;
