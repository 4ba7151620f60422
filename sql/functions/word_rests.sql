-- What is left of a word's first seven letters without up to so many of them, the letters themselves included. Two
-- words within as many typos share one of these: each typo is undone by a deletion in one of them or both.
create or replace function docs.word_rests(word text, deletions int)
returns setof text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  with recursive deletion (rest, deleted) as (
    select left(word_rests.word, 7), 0
    union
    select left(deletion.rest, place - 1) || substr(deletion.rest, place + 1), deletion.deleted + 1
    from deletion
    cross join lateral generate_series(1, length(deletion.rest)) as place
    where deletion.deleted < word_rests.deletions
  )
  select distinct deletion.rest from deletion;
$$;
