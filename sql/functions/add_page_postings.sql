-- Adds the postings in pg_temp.added_posting to those of their pages, and their lengths to the site's.
create or replace function docs.add_page_postings(site_id bigint)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
set work_mem = '256MB'
as $$
begin
  create temporary table added_length on commit drop as
  select section.page_id, sum(section.length) as length
  from (
    select added_posting.page_id, max(added_posting.length) as length
    from pg_temp.added_posting
    group by added_posting.page_id, added_posting.section_id
  ) as section
  group by section.page_id;

  insert into docs.page_posting (lexeme_id, page_id, frequency, page_length)
  select posting.lexeme_id, posting.page_id, posting.frequency, added_length.length
  from (
    select added_posting.lexeme_id, added_posting.page_id, sum(added_posting.frequency) as frequency
    from pg_temp.added_posting
    group by added_posting.lexeme_id, added_posting.page_id
  ) as posting
  join pg_temp.added_length using (page_id)
  order by posting.lexeme_id, posting.page_id;

  update docs.site
  set section_count = site.section_count + (select count(*) from pg_temp.added_section),
      length_total = site.length_total + (select coalesce(sum(added_length.length), 0) from pg_temp.added_length)
  where site.id = add_page_postings.site_id;
  drop table pg_temp.added_length;
end;
$$;
