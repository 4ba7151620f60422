-- Deletes the sections of pages and takes them out of the site's keyword statistics; the pages stay.
create or replace function docs.forget_pages(site_id bigint, paths text[])
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  forgotten_ids bigint[];
  forgotten_length float;
begin
  select array_agg(section.id) into forgotten_ids
  from docs.page_section as section
  join docs.page on page.id = section.page_id
  where page.site_id = forget_pages.site_id and page.path = any (forget_pages.paths);
  if forgotten_ids is null then
    return;
  end if;

  select coalesce(sum(section.length), 0) into forgotten_length
  from (
    select max(posting.section_length) as length
    from docs.posting
    where posting.section_id = any (forgotten_ids)
    group by posting.section_id
  ) as section;
  update docs.site
  set section_count = site.section_count - cardinality(forgotten_ids),
      length_total = site.length_total - forgotten_length
  where site.id = forget_pages.site_id;

  with gone as (
    delete from docs.posting where posting.section_id = any (forgotten_ids) returning posting.lexeme_id
  )
  update docs.lexeme
  set section_count = lexeme.section_count - counted.section_count
  from (select gone.lexeme_id, count(*) as section_count from gone group by gone.lexeme_id) as counted
  where lexeme.id = counted.lexeme_id;
  delete from docs.lexeme where lexeme.site_id = forget_pages.site_id and lexeme.section_count <= 0;

  update docs.embedding as kept
  set used_at = now()
  from docs.section_window as live
  where live.section_id = any (forgotten_ids) and kept.identity = live.identity;

  perform docs.forget_title_words(forget_pages.site_id, forgotten_ids);

  delete from docs.page_posting
  where page_posting.page_id in (
    select section.page_id from docs.page_section as section where section.id = any (forgotten_ids)
  );
  delete from docs.page_embedding
  where page_embedding.page_id in (
    select section.page_id from docs.page_section as section where section.id = any (forgotten_ids)
  );
  delete from docs.page_section where page_section.id = any (forgotten_ids);
end;
$$;
