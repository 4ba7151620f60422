-- Keeps what a reader says of an answer in the place of what they said before, or nothing when the rating is null;
-- false when there is no such answer.
create or replace function docs.rate_answer(id text, client bytea, rating text, reason text, comment text)
returns boolean
language sql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  delete from docs.feedback
  where feedback.answer_id = rate_answer.id
    and feedback.client = rate_answer.client
    and rate_answer.rating is null;

  insert into docs.feedback (answer_id, client, rating, reason, comment)
  select rated.id, rate_answer.client, rate_answer.rating, rate_answer.reason, rate_answer.comment
  from (
    -- Locked, because it may be forgotten for its age in this moment.
    select answer.id from docs.answer where answer.id = rate_answer.id for key share
  ) as rated
  where rate_answer.rating is not null
  on conflict (answer_id, client) do update
  set rating = excluded.rating, reason = excluded.reason, comment = excluded.comment, rated_at = excluded.rated_at;

  select exists (select from docs.answer where answer.id = rate_answer.id);
$$;

grant execute on function docs.rate_answer to lectern_server;
