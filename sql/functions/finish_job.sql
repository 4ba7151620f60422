-- Ends a job, in the transaction that publishes what it has made: `done`, or `failed` with a reason, which keeps its
-- message in the queue's archive. Returns false when the caller holds it no longer; then it has to undo all.
create or replace function docs.finish_job(id bigint, attempt int, state text, reason text, outcome jsonb)
returns boolean
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  message_id bigint := docs.lock_job(finish_job.id, finish_job.attempt);
begin
  if message_id is null then
    return false;
  end if;
  update docs.job
  set state = finish_job.state, reason = finish_job.reason, outcome = finish_job.outcome, finished_at = now()
  where job.id = finish_job.id;
  if finish_job.state = 'failed' then
    perform pgmq.archive('lectern', message_id);
  else
    perform pgmq.delete('lectern', message_id);
  end if;
  return true;
end;
$$;
