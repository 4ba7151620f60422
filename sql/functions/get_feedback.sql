-- The questions whose answers were rated, those first that more readers found bad than good, with all ratings of
-- theirs, newest first, and one answer: the last that was found bad, else the last.
--
--   days     ratings of the last so many days only; null: all that are kept
--   is_down  only questions that an answer to was found bad
create or replace function docs.get_feedback(site text, days float, is_down boolean, count int)
returns table (
  query text,
  up_count bigint,
  down_count bigint,
  ratings jsonb,
  rated_at timestamptz,
  answer_id text,
  model text,
  answer text
)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  with question as (
    select
      answer.query,
      count(*) filter (where feedback.rating = 'up') as up_count,
      count(*) filter (where feedback.rating = 'down') as down_count,
      jsonb_agg(
        jsonb_build_object(
          'rating', feedback.rating, 'reason', feedback.reason, 'comment', feedback.comment,
          'rated_at', feedback.rated_at
        )
        order by feedback.rated_at desc
      ) as ratings,
      max(feedback.rated_at) as rated_at,
      (array_agg(answer.id order by feedback.rating = 'down' desc, feedback.rated_at desc))[1] as answer_id
    from docs.site as found
    join docs.answer on answer.site_id = found.id
    join docs.feedback on feedback.answer_id = answer.id
    where found.name = get_feedback.site
      and (get_feedback.days is null or feedback.rated_at > now() - make_interval(secs => get_feedback.days * 86400))
    group by answer.query
  )
  select
    question.query, question.up_count, question.down_count, question.ratings, question.rated_at,
    answer.id, answer.model, answer.text
  from question
  join docs.answer on answer.id = question.answer_id
  where question.down_count > 0 or not get_feedback.is_down
  order by question.down_count - question.up_count desc, question.down_count desc, question.rated_at desc
  limit get_feedback.count;
$$;
