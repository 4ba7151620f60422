-- Puts a job that failed into the queue once more, as it was; false when there is no such job, or none that failed.
create or replace function docs.retry_job(id bigint)
returns boolean
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  archived_work jsonb;
begin
  -- A queue that was made anew counts its messages from 1 again, so the number alone does not tell.
  delete from pgmq.a_lectern as archived
  using docs.job
  where job.id = retry_job.id and job.state = 'failed'
    and archived.msg_id = job.message_id and archived.message -> 'job' = to_jsonb(job.id)
  returning archived.message -> 'work' into archived_work;
  if archived_work is null then
    return false;
  end if;
  update docs.job
  set state = 'queued', attempts = 0, reason = null, outcome = '{}', started_at = null, finished_at = null
  where job.id = retry_job.id;
  perform docs.send_job(retry_job.id, archived_work);
  return true;
end;
$$;
