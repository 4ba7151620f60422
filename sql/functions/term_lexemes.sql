-- The lexemes of a query's terms, each with its term's place and what it counts: the term's idf times its own weight.
-- Of the first 40 terms, which are the rarest: a question has fewer, and a pasted page would take half a second.
create or replace function docs.term_lexemes(terms docs.query_term[])
returns table (place int, lexeme_id int, idf float)
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select term.place::int, member.lexeme_id, term.idf * member.weight
  from unnest(term_lexemes.terms) with ordinality as term (
    lexeme, lexeme_ids, weights, idf, section_count, is_unfinished, corrections, place
  )
  cross join lateral unnest(term.lexeme_ids, term.weights) as member (lexeme_id, weight)
  where term.place <= 40;
$$;
