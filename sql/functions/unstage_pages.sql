-- Takes some pages out of what a run has staged.
create or replace function docs.unstage_pages(run uuid, paths text[])
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  delete from docs.staged_window as staged
  where staged.run = unstage_pages.run and staged.path = any (unstage_pages.paths);
  delete from docs.staged_section as staged
  where staged.run = unstage_pages.run and staged.path = any (unstage_pages.paths);
  delete from docs.staged_page as staged
  where staged.run = unstage_pages.run and staged.path = any (unstage_pages.paths);
$$;
