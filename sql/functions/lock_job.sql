-- The message of a job that an attempt still holds, locked until the transaction ends; null when it does not. First
-- the message and then the job, as docs.take_jobs does: the other way round each might wait for the other.
create or replace function docs.lock_job(id bigint, attempt int)
returns bigint
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  message_id bigint;
begin
  select job.message_id into message_id from docs.job where job.id = lock_job.id;
  perform from pgmq.q_lectern as held where held.msg_id = message_id for update;
  return (
    select job.message_id
    from docs.job
    where job.id = lock_job.id and job.attempts = lock_job.attempt and job.state = 'running'
    for update
  );
end;
$$;
