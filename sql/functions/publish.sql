-- Makes a run's staged pages the site's next generation, in the caller's one transaction: staged pages
-- replace or join the published ones, `removed_paths` go, everything else stays as it is. One publish per
-- site at a time. `source_commit` and `windows_embedded` are only recorded.
create or replace function docs.publish(
  site text,
  run uuid,
  removed_paths text[],
  source_commit text,
  windows_embedded bigint
)
returns table (
  generation bigint,
  pages_written bigint,
  pages_removed bigint,
  pages_total bigint,
  sections_total bigint
)
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
#variable_conflict use_column
declare
  published docs.site;
begin
  select * into strict published from docs.site as found where found.name = publish.site for update;

  perform docs.forget_pages(published.id, array(
    select staged.path from docs.staged_page as staged where staged.run = publish.run
  ));
  pages_removed := docs.remove_pages(published.id, publish.removed_paths);
  pages_written := docs.publish_pages(published, publish.run);
  perform docs.set_page_parents(published.id);
  perform docs.set_text_search_configs(published.id);

  delete from docs.staged_page as staged where staged.run = publish.run;
  delete from docs.staged_section as staged where staged.run = publish.run;
  delete from docs.staged_window as staged where staged.run = publish.run;

  select count(*) into pages_total from docs.page where page.site_id = published.id;
  update docs.site as found
  set generation = found.generation + 1, page_count = pages_total
  where found.id = published.id
  returning found.generation, found.section_count into generation, sections_total;

  insert into docs.publication (
    site_id, generation, source_commit, pages_written, pages_removed, pages_total, sections_total,
    windows_embedded
  )
  values (
    published.id, generation, publish.source_commit, pages_written, pages_removed, pages_total, sections_total,
    publish.windows_embedded
  );
  return next;
end;
$$;
