-- Ends those of the answers whose writers have given no sign of life for so many seconds. A row that is locked is
-- being written this moment, so its writer lives.
create or replace function docs.interrupt_answers(ids text[], stale_seconds float, problem jsonb)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  update docs.answer
  set status = 'interrupted', finish_reason = 'error', problem = interrupt_answers.problem
  where answer.id in (
    select stale.id
    from docs.answer as stale
    where stale.id = any (interrupt_answers.ids)
      and stale.status = 'running'
      and stale.touched_at < now() - make_interval(secs => interrupt_answers.stale_seconds)
    for no key update skip locked
  );
$$;
