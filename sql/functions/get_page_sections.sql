-- The sections of the page at a path, in their order; no row when there is no such page.
create or replace function docs.get_page_sections(site text, path text)
returns table (title text, source text, heading text, heading_path text[], slug text, content text, token_count int)
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select page.title, page.source, section.heading, section.heading_path, section.slug, section.content,
         section.token_count
  from docs.site
  join docs.page on page.site_id = site.id and page.path = get_page_sections.path
  join docs.page_section as section on section.page_id = page.id
  where site.name = get_page_sections.site
  order by section.position;
$$;

grant execute on function docs.get_page_sections to lectern_server;
