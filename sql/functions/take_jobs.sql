-- The next jobs for one worker, oldest first, as its own for some seconds; none when nothing waits.
--
--   count, bytes_max  at most this many, and this many bytes of work, unless the first alone has more
--   hold_seconds      until when others leave them alone; docs.hold_jobs prolongs it
--   attempts_max      a job that was started so often and never ended has taken its workers with it: it fails
--
-- Jobs that only change pages come together, to be published together. One that was started before comes alone, so
-- that what it brings down is no other job; so does a sync.
create or replace function docs.take_jobs(count int, bytes_max bigint, hold_seconds int, attempts_max int)
returns table (id bigint, kind text, attempt int, work jsonb)
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  waiting record;
  taken_count int := 0;
  taken_bytes bigint := 0;
  is_closed boolean := false;
begin
  for waiting in
    select message.msg_id, message.message -> 'work' as work, job.*
    from pgmq.read('lectern', take_jobs.hold_seconds, take_jobs.count) as message
    left join docs.job on job.message_id = message.msg_id and to_jsonb(job.id) = message.message -> 'job'
    order by message.msg_id
  loop
    if waiting.id is null then
      perform pgmq.archive('lectern', waiting.msg_id);  -- nobody has ever asked for it, or the job is gone
    elsif waiting.attempts >= take_jobs.attempts_max then
      update docs.job
      set state = 'failed', finished_at = now(),
          reason = coalesce(
            job.reason, format('%s workers were lost while they worked on it.', waiting.attempts)
          )
      where job.id = waiting.id;
      perform pgmq.archive('lectern', waiting.msg_id);
    elsif taken_count = 0
      or not is_closed and waiting.kind <> 'sync' and waiting.attempts = 0
      and taken_bytes + waiting.size_bytes <= take_jobs.bytes_max
    then
      taken_count := taken_count + 1;
      taken_bytes := taken_bytes + waiting.size_bytes;
      is_closed := is_closed or waiting.kind = 'sync' or waiting.attempts > 0;
      update docs.job
      set state = 'running', started_at = now(), attempts = waiting.attempts + 1
      where job.id = waiting.id;
      id := waiting.id;
      kind := waiting.kind;
      attempt := waiting.attempts + 1;
      work := waiting.work;
      return next;
    else
      perform pgmq.set_vt('lectern', waiting.msg_id, 0);
    end if;
  end loop;
end;
$$;
