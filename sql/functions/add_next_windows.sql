-- Gives windows of some sections the next model's vectors that are kept for them (arrays of one length). Sections
-- that are gone, or that a publish is about to delete, are left out: waiting for its locks could end in a deadlock.
create or replace function docs.add_next_windows(section_ids bigint[], positions int[], identities bytea[])
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  with present as materialized (
    select section.id
    from docs.page_section as section
    where section.id = any (add_next_windows.section_ids)
    for key share skip locked
  )
  insert into docs.next_section_window (section_id, position, identity, embedding)
  select made.section_id, made.position, made.identity, kept.embedding
  from unnest(add_next_windows.section_ids, add_next_windows.positions, add_next_windows.identities)
    as made (section_id, position, identity)
  join present on present.id = made.section_id
  join docs.embedding as kept on kept.identity = made.identity;
$$;
