-- Forgets answers that were asked for so many days ago, with their keys and their places in conversations; returns
-- how many.
create or replace function docs.drop_old_answers(keep_days float)
returns bigint
language sql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  with dropped as (
    delete from docs.answer
    where answer.created_at < now() - make_interval(secs => drop_old_answers.keep_days * 86400)
    returning 1
  )
  select count(*) from dropped;
$$;

grant execute on function docs.drop_old_answers to lectern_server;
