-- Forgets answers that were asked for so many days ago, with their keys and their places in conversations; returns
-- how many. Of those of the last day that were asked for minutes ago it forgets who asked: by then nobody comes back
-- who lost a connection.
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

  with dropped as (
    delete from docs.answer
    where answer.created_at < now() - make_interval(secs => drop_old_answers.keep_days * 86400)
    returning 1
  )
  select count(*) from dropped;
$$;

grant execute on function docs.drop_old_answers to lectern_server;
