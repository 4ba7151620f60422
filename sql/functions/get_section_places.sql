-- Every address that a site's sources may link to, each once: pages in the order of their paths, and of each page the
-- anchors in the order of its sections. A page has a row without an anchor too.
create or replace function docs.get_section_places(site text)
returns table (path text, url text, slug text, source text)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  with place as (
    select page.path, page.url, null as slug, page.source, -1 as position
    from docs.site
    join docs.page on page.site_id = site.id
    where site.name = get_section_places.site
    union all
    select page.path, page.url, section.slug, page.source, min(section.position)
    from docs.site
    join docs.page on page.site_id = site.id
    join docs.page_section as section on section.page_id = page.id
    where site.name = get_section_places.site
      and section.slug is not null
    group by page.path, page.url, section.slug, page.source
  )
  select place.path, place.url, place.slug, place.source
  from place
  order by place.path collate "C", place.position;
$$;
