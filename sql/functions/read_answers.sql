-- Answers as readers are given them, each from so many characters on (arrays of one length). What was found comes
-- from the beginning only: it stands before the text, so whoever has some of the text has it.
create or replace function docs.read_answers(ids text[], text_offsets int[])
returns setof docs.stored_answer
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select
    answer.id, answer.query, answer.searched_query, answer.conversation, answer.model, answer.status,
    substr(answer.text, wanted.text_offset + 1),
    case when wanted.text_offset = 0 then answer.found end,
    answer.finish_reason, answer.problem, answer.citations, answer.prompt_tokens, answer.completion_tokens,
    answer.usage_is_estimate, answer.asked_count, answer.created_at, answer.first_delta_at, answer.finished_at,
    answer.delivered_at
  from unnest(read_answers.ids, read_answers.text_offsets) as wanted (id, text_offset)
  join docs.answer on answer.id = wanted.id;
$$;
