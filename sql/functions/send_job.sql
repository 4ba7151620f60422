-- Sends a job's message and wakes a worker.
create or replace function docs.send_job(job_id bigint, work jsonb)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
begin
  update docs.job
  set message_id = (
    select pgmq.send('lectern', jsonb_build_object('job', send_job.job_id, 'work', send_job.work))
  )
  where job.id = send_job.job_id;
  perform pg_notify('lectern_job', '');
end;
$$;
