-- Keeps the next model's vectors of some sections' windows (arrays of one length). Sections that are gone, or
-- that a publish is about to delete, are left out: waiting for its locks could end in a deadlock with it.
create or replace function docs.add_next_windows(section_ids bigint[], positions int[], embeddings halfvec[])
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  with kept as materialized (
    select section.id
    from docs.page_section as section
    where section.id = any (add_next_windows.section_ids)
    for key share skip locked
  )
  insert into docs.next_section_window (section_id, position, embedding)
  select made.section_id, made.position, made.embedding
  from unnest(add_next_windows.section_ids, add_next_windows.positions, add_next_windows.embeddings)
    as made (section_id, position, embedding)
  join kept on kept.id = made.section_id;
$$;
