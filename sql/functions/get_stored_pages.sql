-- Every page of a site with what a run has to know of it to tell whether it changed.
create or replace function docs.get_stored_pages(site text)
returns table (
  path text,
  url text,
  source text,
  checksum text,
  parsed_with text,
  embedded_with text,
  includes jsonb,
  validators jsonb,
  is_pushed boolean
)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select
    page.path, page.url, page.source, page.checksum, page.parsed_with, page.embedded_with, page.includes,
    page.validators, page.is_pushed
  from docs.site
  join docs.page on page.site_id = site.id
  where site.name = get_stored_pages.site;
$$;
