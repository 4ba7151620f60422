-- The answer that an equal question has or is being given, null when there is none that will do: one that is being
-- written, else the newest. Parameters as in docs.open_answer.
create or replace function docs.find_equal_answer(
  site_id bigint,
  generation bigint,
  fingerprint bytea,
  client bytea,
  cache_seconds float,
  is_fresh boolean,
  stale_seconds float
)
returns text
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select answer.id
  from docs.answer
  cross join lateral (
    select
      answer.status = 'running'
        and answer.touched_at > now() - make_interval(secs => find_equal_answer.stale_seconds) as is_running,
      answer.status = 'finished' as is_finished
  ) as state
  where answer.site_id = find_equal_answer.site_id
    and answer.fingerprint = find_equal_answer.fingerprint
    -- Nothing takes an hour to write; this is for questions that are asked often and never answered from the cache.
    and answer.created_at > now() - make_interval(hours => 1, secs => find_equal_answer.cache_seconds)
    and (
      not find_equal_answer.is_fresh
      and answer.generation = find_equal_answer.generation
      and (
        state.is_running
        or state.is_finished
        and answer.finish_reason = 'stop'
        and answer.text <> '' -- as a model ends that had nothing to say, this time
        and find_equal_answer.cache_seconds > 0
        and answer.finished_at > now() - make_interval(secs => find_equal_answer.cache_seconds)
      )
      -- A client that lost even the first frame asks again, and says that it wants no answer given before.
      or (state.is_running or state.is_finished)
      and answer.client = find_equal_answer.client
      and answer.delivered_at is null
      and answer.created_at > now() - interval '1 minute'
    )
  order by state.is_running desc, answer.created_at desc
  limit 1;
$$;
