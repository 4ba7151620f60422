-- At most `section_count` sections of a site, spread over its pages: one of every page first, then a second one.
-- Sections shorter than `min_content_length` characters are left out. The same site gives the same sections, and
-- a page added or edited leaves the others' alone. What questions about a site are made from.
create or replace function docs.get_sections_sample(site text, section_count int, min_content_length int)
returns table (path text, title text, heading text, heading_path text[], slug text, content text, lang text)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  with placed as (
    select
      section.id,
      md5(page.path) as page_place,
      row_number() over (partition by page.id order by md5(page.path || '#' || section.position)) as turn
    from docs.site
    join docs.page on page.site_id = site.id
    join docs.page_section as section on section.page_id = page.id
    where site.name = get_sections_sample.site
      and not docs.is_shorter(section.content, get_sections_sample.min_content_length)
  ),
  chosen as (
    select placed.*
    from placed
    order by placed.turn, placed.page_place
    limit get_sections_sample.section_count
  )
  select
    page.path, page.title, section.heading, section.heading_path, section.slug, section.content,
    page.meta ->> 'lang'
  from chosen
  join docs.page_section as section on section.id = chosen.id
  join docs.page on page.id = section.page_id
  order by chosen.turn, chosen.page_place;
$$;
