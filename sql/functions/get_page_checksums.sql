-- Path, source and checksums of every page of a site: what a run compares with what it has read.
create or replace function docs.get_page_checksums(site text)
returns table (path text, source text, checksum text, embedded_with text)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select page.path, page.source, page.checksum, page.embedded_with
  from docs.site
  join docs.page on page.site_id = site.id
  where site.name = get_page_checksums.site;
$$;
