-- Adds the sections in pg_temp.added_section to a site's keyword index, and their pages.
create or replace function docs.add_postings(site docs.site)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
set work_mem = '256MB'  -- some million rows are sorted and grouped when a large site is published
-- Finding the terms is half of a large publish; the planner does not see that it is worth two processes.
set parallel_setup_cost = 0
set parallel_tuple_cost = 0
as $$
declare
  -- As in docs.add_windows: into empty tables they go without the indexes that only docs.forget_pages reads.
  is_first boolean := add_postings.site.page_count = 0;
  -- An array, because no second process can read a temporary table.
  added_ids bigint[] := array(select added_section.id from pg_temp.added_section);
begin
  create temporary table added_term on commit drop as
  select section.id as section_id, section.page_id, term.*
  from docs.page_section as section
  join docs.page on page.id = section.page_id
  cross join lateral docs.section_terms(
    docs.text_search_config(page.meta ->> 'lang', add_postings.site.text_search_config), section.heading,
    page.title, section.heading_path, page.path, section.content
  ) as term
  where section.id = any (added_ids);

  insert into docs.lexeme (site_id, lexeme, section_count)
  select add_postings.site.id, added_term.lexeme, count(*)
  from pg_temp.added_term
  group by added_term.lexeme
  order by added_term.lexeme
  on conflict (site_id, lexeme) do update set section_count = lexeme.section_count + excluded.section_count;

  create temporary table added_posting on commit drop as
  select lexeme.id as lexeme_id, added_term.section_id, added_term.page_id, added_term.frequency, added_term.length
  from pg_temp.added_term
  join docs.lexeme on lexeme.site_id = add_postings.site.id and lexeme.lexeme = added_term.lexeme;
  drop table pg_temp.added_term;

  if is_first then
    drop index docs.posting_section_id;
    drop index docs.page_posting_page_id;
  end if;
  insert into docs.posting (lexeme_id, section_id, frequency, section_length)
  select added_posting.lexeme_id, added_posting.section_id, added_posting.frequency, added_posting.length
  from pg_temp.added_posting
  order by added_posting.lexeme_id, added_posting.section_id;
  perform docs.add_page_postings(add_postings.site.id);
  if is_first then
    create index posting_section_id on docs.posting (section_id);
    create index page_posting_page_id on docs.page_posting (page_id);
  end if;
  drop table pg_temp.added_posting;
end;
$$;
