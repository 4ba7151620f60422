-- Forgets answers that were asked for so many days ago, with their keys and their places in conversations; returns
-- how many: no more at once than the time for a call is enough for, the oldest first; it is called until there are
-- none. Of those of the last day that were asked for minutes ago it forgets who asked: by then nobody comes back
-- who lost a connection. Who rated an answer is forgotten after a day.
create or replace function docs.drop_old_answers(keep_days float)
returns bigint
language sql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  update docs.answer
  set client = null
  where answer.client is not null
    and answer.created_at between now() - interval '1 day' and now() - interval '5 minutes';

  update docs.feedback
  set client = null
  where feedback.client is not null
    and feedback.rated_at < now() - interval '1 day';

  with dropped as (
    delete from docs.answer
    where answer.id in (
      select old.id
      from docs.answer as old
      where old.created_at < now() - make_interval(secs => drop_old_answers.keep_days * 86400)
      order by old.created_at
      limit 5000
    )
    returning 1
  )
  select count(*) from dropped;
$$;

grant execute on function docs.drop_old_answers to lectern_server;
