-- Adds the words of the sections in pg_temp.added_section to those a site's typed words are completed and corrected by.
create or replace function docs.add_title_words(site_id bigint)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  with added as (
    insert into docs.title_word (site_id, word, section_count)
    select add_title_words.site_id, title_word, count(*)
    from pg_temp.added_section
    cross join lateral docs.title_words(added_section.title, added_section.heading) as title_word
    group by title_word
    order by title_word
    on conflict (site_id, word) do update set section_count = title_word.section_count + excluded.section_count
    returning title_word.word, title_word.section_count
  )
  insert into docs.title_word_rest (site_id, rest, word)
  select add_title_words.site_id, rest, added.word
  from added
  -- Two typos are forgiven from eight letters on, and two letters may be missing then.
  cross join lateral docs.word_rests(added.word, case when length(added.word) < 6 then 1 else 2 end) as rest
  where added.word !~ '[[:digit:]]'  -- one digit for another is another number, not a typo
  order by rest, added.word
  on conflict do nothing;
$$;
