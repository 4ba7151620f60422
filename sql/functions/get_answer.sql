-- One answer; no row when there is none. `problem` is what its readers are told if its writer is gone; see
-- docs.interrupt_answers.
create or replace function docs.get_answer(id text, stale_seconds float, problem jsonb)
returns setof docs.stored_answer
language sql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select docs.interrupt_answers(array[get_answer.id], get_answer.stale_seconds, get_answer.problem);
  select * from docs.read_answers(array[get_answer.id], array[0]);
$$;

grant execute on function docs.get_answer to lectern_server;
