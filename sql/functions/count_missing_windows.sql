-- How much of what a run has staged is to be embedded: texts that differ, and sections with at least one of them.
create or replace function docs.count_missing_windows(run uuid)
returns table (window_count bigint, section_count bigint)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select count(distinct staged.identity), count(distinct (staged.path, staged.section_position))
  from docs.staged_window as staged
  where staged.run = count_missing_windows.run
    and not exists (select from docs.embedding as kept where kept.identity = staged.identity);
$$;
