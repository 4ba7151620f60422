-- Builds the index of the next model's windows and the planner's statistics of them. Readers have nothing to do
-- with that table yet.
create or replace function docs.index_next_windows()
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
begin
  if to_regclass('docs.next_section_window_embedding') is null then
    perform docs.build_window_index('next_section_window');
  end if;
  analyze docs.next_section_window;
end;
$$;
