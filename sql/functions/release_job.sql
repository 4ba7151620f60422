-- Puts a job back into the queue, to be taken after so many seconds; false when the caller holds it no longer.
--
--   reason   what the attempt failed by; null: it was only given back, and does not count as an attempt
create or replace function docs.release_job(id bigint, attempt int, delay_seconds int, reason text)
returns boolean
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  message_id bigint := docs.lock_job(release_job.id, release_job.attempt);
begin
  if message_id is null then
    return false;
  end if;
  update docs.job
  set state = 'queued', reason = release_job.reason,
      attempts = release_job.attempt - case when release_job.reason is null then 1 else 0 end
  where job.id = release_job.id;
  perform pgmq.set_vt('lectern', message_id, release_job.delay_seconds);
  if release_job.delay_seconds = 0 then
    perform pg_notify('lectern_job', '');
  end if;
  return true;
end;
$$;
