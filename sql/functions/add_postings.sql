-- Adds the sections in pg_temp.added_section to a site's keyword index.
create or replace function docs.add_postings(site docs.site)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
begin
  create temporary table added_term on commit drop as
  select added_section.id as section_id, term.*
  from pg_temp.added_section
  cross join lateral docs.section_terms(
    add_postings.site.text_search_config, added_section.heading, added_section.title,
    added_section.heading_path, added_section.path, added_section.content
  ) as term;

  insert into docs.lexeme (site_id, lexeme, section_count)
  select add_postings.site.id, added_term.lexeme, count(*)
  from pg_temp.added_term
  group by added_term.lexeme
  order by added_term.lexeme
  on conflict (site_id, lexeme) do update set section_count = lexeme.section_count + excluded.section_count;

  insert into docs.posting (lexeme_id, section_id, frequency, section_length)
  select lexeme.id, added_term.section_id, added_term.frequency, added_term.length
  from pg_temp.added_term
  join docs.lexeme on lexeme.site_id = add_postings.site.id and lexeme.lexeme = added_term.lexeme
  order by lexeme.id, added_term.section_id;

  insert into docs.page_posting (lexeme_id, page_id, frequency, page_length)
  select lexeme.id, term.page_id, term.frequency, page.length
  from (
    select added_section.page_id, added_term.lexeme, sum(added_term.frequency) as frequency
    from pg_temp.added_term
    join pg_temp.added_section on added_section.id = added_term.section_id
    group by added_section.page_id, added_term.lexeme
  ) as term
  join (
    select added_section.page_id, sum(section.length) as length
    from pg_temp.added_section
    join (
      select added_term.section_id, max(added_term.length) as length from pg_temp.added_term group by added_term.section_id
    ) as section on section.section_id = added_section.id
    group by added_section.page_id
  ) as page using (page_id)
  join docs.lexeme on lexeme.site_id = add_postings.site.id and lexeme.lexeme = term.lexeme
  order by lexeme.id, term.page_id;

  update docs.site as found
  set section_count = found.section_count + (select count(*) from pg_temp.added_section),
      length_total = found.length_total + added.length
  from (
    select coalesce(sum(section.length), 0) as length
    from (select max(added_term.length) as length from pg_temp.added_term group by added_term.section_id) as section
  ) as added
  where found.id = add_postings.site.id;

  drop table pg_temp.added_term;
end;
$$;
