-- Stores what has happened to answers since they were last stored: AnswerProgress of server/records.py, each answer
-- once; null is nothing new. Told twice, or late, it changes nothing: of the text the longer one stays, and what its
-- writer has ended stays ended. What another server took for interrupted goes on when its writer is heard of, and ends
-- as that says: who only noticed an interruption, and marks it as delivered, tells no finished_at.
--
-- Returns what other servers have heard about the answers. Left out, and not stored: answers that do not exist, and
-- those of whose text less is stored than their writer thinks (a standby took over that had not heard of it).
create or replace function docs.store_answers(progress jsonb)
returns table (id text, is_stop_requested boolean, is_followed boolean, asked_count int)
language sql
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  update docs.answer
  set text = case
        when char_length(answer.text) >= news."offset" + char_length(news.text) then answer.text
        else left(answer.text, news."offset") || news.text
      end,
      searched_query = coalesce(news.searched_query, answer.searched_query),
      found = coalesce(news.found, answer.found),
      matches = coalesce(news.matches, answer.matches),
      status = case when answer.finished_at is null or ending.is_told then news.status else answer.status end,
      finish_reason = case
        when answer.finished_at is null or ending.is_told then news.finish_reason else answer.finish_reason
      end,
      problem = case
        when answer.finished_at is null or ending.is_told then news.problem else answer.problem
      end,
      citations = case
        when answer.finished_at is null or ending.is_told then coalesce(news.citations, answer.citations)
        else answer.citations
      end,
      prompt_tokens = coalesce(news.prompt_tokens, answer.prompt_tokens),
      completion_tokens = coalesce(news.completion_tokens, answer.completion_tokens),
      usage_is_estimate = case
        when news.completion_tokens is null then answer.usage_is_estimate
        else news.usage_is_estimate
      end,
      first_delta_at = coalesce(answer.first_delta_at, news.first_delta_at),
      finished_at = coalesce(
        news.finished_at, answer.finished_at, case when ending.is_told then now() end
      ),
      delivered_at = coalesce(answer.delivered_at, news.delivered_at),
      touched_at = now()
  from jsonb_to_recordset(store_answers.progress) as news (
    id text, "offset" int, text text, searched_query text, found jsonb, matches jsonb, status text,
    finish_reason text, problem jsonb, citations jsonb, prompt_tokens int, completion_tokens int,
    usage_is_estimate boolean, first_delta_at timestamptz, finished_at timestamptz, delivered_at timestamptz
  )
  cross join lateral (
    select news.finished_at is not null or news.status not in ('running', 'interrupted') as is_told
  ) as ending
  where answer.id = news.id and char_length(answer.text) >= news."offset"
  returning
    answer.id, answer.is_stop_requested,
    -- Who follows says so once a second.
    coalesce(answer.followed_at > now() - interval '2 seconds', false), answer.asked_count;
$$;

grant execute on function docs.store_answers to lectern_server;
