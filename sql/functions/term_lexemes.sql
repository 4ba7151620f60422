-- The lexemes of a query's terms, each with its term's place and what it counts: the term's idf times its own weight.
-- `known_idf` is 0 for a correction: the site still does not know the word that was asked. Of the first 40 terms,
-- which are the rarest: a question has fewer, and a pasted page would take half a second.
create or replace function docs.term_lexemes(terms docs.query_term[])
returns table (place int, lexeme_id int, idf float, known_idf float)
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select
    term.place::int, member.lexeme_id, term.idf * member.weight,
    case when term.corrections = '{}' then term.idf else 0 end
  from unnest(term_lexemes.terms) with ordinality as term (
    lexeme, lexeme_ids, weights, idf, section_count, is_unfinished, corrections, place
  )
  cross join lateral unnest(term.lexeme_ids, term.weights) as member (lexeme_id, weight)
  where term.place <= 40;
$$;
