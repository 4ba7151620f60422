-- The words of titles and headings that a mistyped word may stand for, at most three, closest first, then the most
-- frequent: one typo from 4 letters on, two from 8.
create or replace function docs.corrected_words(site_id bigint, mistyped text)
returns table (word text, distance int)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  typos int := case when length(corrected_words.mistyped) < 8 then 1 else 2 end;
begin
  if corrected_words.mistyped !~ '^[[:alpha:]]{4,40}$' then
    return;
  end if;
  return query
  select close.word::text, close.distance
  from (
    select similar_word.word, similar_word.section_count,
           docs.typo_distance(corrected_words.mistyped, similar_word.word, typos) as distance
    from (
      select distinct title_word_rest.word
      from docs.title_word_rest
      where title_word_rest.site_id = corrected_words.site_id
        and title_word_rest.rest = any (array(select docs.word_rests(corrected_words.mistyped, typos)))
      offset 0
    ) as sharing
    cross join lateral (
      select title_word.word, title_word.section_count
      from docs.title_word
      where title_word.site_id = corrected_words.site_id and title_word.word = sharing.word
      offset 0  -- the planner would join all the site's words, and measure them all
    ) as similar_word
    offset 0  -- or the distance is measured twice
  ) as close
  where close.distance <= typos
  order by close.distance, close.section_count desc, close.word
  limit 3;
end;
$$;
