-- Deletes pages with everything below them; returns how many there were.
create or replace function docs.remove_pages(site_id bigint, paths text[])
returns bigint
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  removed bigint;
begin
  perform docs.forget_pages(remove_pages.site_id, remove_pages.paths);
  delete from docs.page where page.site_id = remove_pages.site_id and page.path = any (remove_pages.paths);
  get diagnostics removed = row_count;
  return removed;
end;
$$;
