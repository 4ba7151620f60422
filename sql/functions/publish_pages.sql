-- Moves a run's staged pages, sections and windows into the published tables and adds them to the site's
-- keyword statistics; returns the number of pages. Sections the pages had before are gone by now.
create or replace function docs.publish_pages(site docs.site, run uuid)
returns bigint
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  written bigint;
begin
  insert into docs.page (
    site_id, path, url, title, checksum, parsed_with, embedded_with, includes, validators, meta, type, source,
    is_pushed
  )
  select
    publish_pages.site.id, staged.path, staged.url, staged.title, staged.checksum, staged.parsed_with,
    staged.embedded_with, staged.includes, staged.validators, staged.meta, staged.type, staged.source,
    staged.is_pushed
  from docs.staged_page as staged
  where staged.run = publish_pages.run
  on conflict (site_id, path) do update
  set url = excluded.url, title = excluded.title, checksum = excluded.checksum,
      parsed_with = excluded.parsed_with, embedded_with = excluded.embedded_with, includes = excluded.includes,
      validators = excluded.validators, meta = excluded.meta, type = excluded.type, source = excluded.source,
      is_pushed = excluded.is_pushed, last_refresh = now();
  get diagnostics written = row_count;

  create temporary table added_section on commit drop as
  with added as (
    insert into docs.page_section (page_id, position, heading, heading_path, slug, content, token_count, fingerprint)
    select
      page.id, staged.position, staged.heading, staged.heading_path, staged.slug, staged.content,
      staged.token_count, staged.fingerprint
    from docs.staged_section as staged
    join docs.page on page.site_id = publish_pages.site.id and page.path = staged.path
    where staged.run = publish_pages.run
    order by page.path, staged.position
    returning *
  )
  select added.*, page.path, page.title from added join docs.page on page.id = added.page_id;

  perform docs.add_windows(publish_pages.run);
  perform docs.add_postings(publish_pages.site);
  perform docs.add_title_words(publish_pages.site.id);
  drop table pg_temp.added_section;
  return written;
end;
$$;
