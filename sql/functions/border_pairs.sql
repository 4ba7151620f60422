-- The pairs of a query that a site does not know and that share a character with one it knows: most likely the border
-- between two words, which says nothing about how much of the query the site knows.
create or replace function docs.border_pairs(query_text text, known text[])
returns text[]
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select array(
    select neighbour.pair
    from (
      select
        found.pair,
        found.is_known,
        not found.is_first and lag(found.is_known) over (order by found.place) as is_after_known,
        lead(found.is_known and not found.is_last) over (order by found.place) as is_before_known
      from (
        select pairs.*, pairs.pair = any (border_pairs.known) as is_known
        from docs.character_pairs(border_pairs.query_text) as pairs
      ) as found
    ) as neighbour
    where not neighbour.is_known and (neighbour.is_after_known or neighbour.is_before_known)
  );
$$;
