-- Takes sections that are about to be deleted out of the words their site's typed words are completed and corrected by.
create or replace function docs.forget_title_words(site_id bigint, section_ids bigint[])
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
begin
  with gone as (
    select title_word as word, count(*) as section_count
    from docs.page_section as section
    join docs.page on page.id = section.page_id
    cross join lateral docs.title_words(page.title, section.heading) as title_word
    where section.id = any (forget_title_words.section_ids)
    group by title_word
  )
  update docs.title_word
  set section_count = title_word.section_count - gone.section_count
  from gone
  where title_word.site_id = forget_title_words.site_id and title_word.word = gone.word;

  delete from docs.title_word
  where title_word.site_id = forget_title_words.site_id and title_word.section_count <= 0;
end;
$$;
