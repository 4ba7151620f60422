-- Deletes what a run has staged, and what runs staged that never ended, a day later.
create or replace function docs.discard_run(run uuid)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  dead uuid[];
begin
  select array_agg(distinct staged.run) into dead
  from docs.staged_page as staged
  where staged.run = discard_run.run or staged.staged_at < now() - interval '1 day';

  delete from docs.staged_window as staged where staged.run = any (dead);
  delete from docs.staged_section as staged where staged.run = any (dead);
  delete from docs.staged_page as staged where staged.run = any (dead);
end;
$$;
