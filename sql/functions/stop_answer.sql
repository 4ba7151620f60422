-- Asks the writer of an answer to stop, unless others have asked for the answer too; returns it as it is now, no row
-- when there is none. `problem` is as in docs.get_answer.
create or replace function docs.stop_answer(id text, stale_seconds float, problem jsonb)
returns setof docs.stored_answer
language sql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  update docs.answer
  set is_stop_requested = true
  where answer.id = stop_answer.id and answer.status = 'running' and answer.asked_count = 1;

  select * from docs.get_answer(stop_answer.id, stop_answer.stale_seconds, stop_answer.problem);
$$;

grant execute on function docs.stop_answer to lectern_server;
