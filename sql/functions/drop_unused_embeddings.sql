-- Deletes vectors that no window has had for so many days.
create or replace function docs.drop_unused_embeddings(days int)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  delete from docs.embedding as kept
  where kept.used_at < now() - make_interval(days => drop_unused_embeddings.days)
    and not exists (select from docs.section_window as live where live.identity = kept.identity)
    and not exists (select from docs.staged_window as staged where staged.identity = kept.identity);
$$;
