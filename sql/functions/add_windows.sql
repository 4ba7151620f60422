-- Gives the sections in pg_temp.added_section their windows and vectors, and their pages their direction.
create or replace function docs.add_windows(run uuid)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  -- Into an empty site they go without the index, which is built afterwards: 5 s instead of 28 for 37,000
  -- windows. It locks readers out, but they had nothing to read. A site whose pages are all replaced had: its
  -- windows are gone by now, but `page_count` still is that of the last publish.
  is_first boolean := not exists (select from docs.site where site.page_count > 0);
  staged_count bigint;
  added_count bigint;
begin
  if is_first then
    drop index docs.section_window_embedding;
  end if;

  insert into docs.section_window (section_id, position, identity, embedding)
  select added_section.id, staged.position, staged.identity, kept.embedding
  from docs.staged_window as staged
  join pg_temp.added_section
    on added_section.path = staged.path and added_section.position = staged.section_position
  join docs.embedding as kept on kept.identity = staged.identity
  where staged.run = add_windows.run;
  get diagnostics added_count = row_count;

  select count(*) into staged_count from docs.staged_window as staged where staged.run = add_windows.run;
  if added_count <> staged_count then
    raise exception '% of % windows have no vector', staged_count - added_count, staged_count;
  end if;

  insert into docs.page_embedding (page_id, embedding)
  select added_section.page_id, l2_normalize(avg(section_window.embedding))
  from pg_temp.added_section
  join docs.section_window on section_window.section_id = added_section.id
  group by added_section.page_id;

  if is_first then
    perform docs.build_window_index();
  end if;
end;
$$;
