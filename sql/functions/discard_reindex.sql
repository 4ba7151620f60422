-- Drops what a reindex that has not ended has made.
create or replace function docs.discard_reindex()
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
-- Dropping a table with a foreign key keeps readers of docs.page_section waiting; the caller tries again.
set lock_timeout = '300ms'
as $$
begin
  if to_regclass('docs.next_section_window') is not null then
    drop table docs.next_section_window;
  end if;
  delete from docs.next_embedding_model;
end;
$$;
