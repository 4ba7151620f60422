-- The lexemes of a query that one text-search configuration gives: its words, the parts of its identifiers, and the
-- identifiers whole.
create or replace function docs.query_lexemes(config regconfig, query_text text)
returns text[]
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select tsvector_to_array(
      to_tsvector(query_lexemes.config, query_lexemes.query_text)
      || to_tsvector(query_lexemes.config, docs.identifier_parts(query_lexemes.query_text))
    ) || array(select docs.identifiers(query_lexemes.query_text));
$$;
