-- What readers lack of answers that another server writes, each from so many characters on (see docs.read_answers),
-- and lets their writers know that somebody reads them. `problem` is as in docs.get_answer.
create or replace function docs.follow_answers(
  ids text[], text_offsets int[], stale_seconds float, problem jsonb
)
returns setof docs.stored_answer
language sql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select docs.interrupt_answers(
    follow_answers.ids, follow_answers.stale_seconds, follow_answers.problem
  );

  -- Not more than once a second, and never waiting for the writer: it counts as followed for longer than that.
  update docs.answer
  set followed_at = now()
  where answer.id in (
    select unmarked.id
    from docs.answer as unmarked
    where unmarked.id = any (follow_answers.ids)
      and unmarked.status = 'running'
      and (unmarked.followed_at is null or unmarked.followed_at < now() - interval '1 second')
    for no key update skip locked
  );

  select * from docs.read_answers(follow_answers.ids, follow_answers.text_offsets);
$$;

grant execute on function docs.follow_answers to lectern_server;
