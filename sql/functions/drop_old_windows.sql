-- Drops the vectors that a reindex has replaced, when there are any.
create or replace function docs.drop_old_windows()
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
-- Dropping a table with a foreign key keeps readers of docs.page_section waiting; the caller tries again.
set lock_timeout = '300ms'
as $$
begin
  if to_regclass('docs.old_section_window') is not null then
    drop table docs.old_section_window;
  end if;
end;
$$;
