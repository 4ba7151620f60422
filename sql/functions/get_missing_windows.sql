-- The next of a run's staged texts, by identity, for which no vector is kept; each text once.
create or replace function docs.get_missing_windows(run uuid, after_identity bytea, count int)
returns table (identity bytea, content text)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select distinct on (staged.identity) staged.identity, staged.content
  from docs.staged_window as staged
  where staged.run = get_missing_windows.run
    and staged.identity > get_missing_windows.after_identity
    and not exists (select from docs.embedding as kept where kept.identity = staged.identity)
  order by staged.identity
  limit get_missing_windows.count;
$$;
