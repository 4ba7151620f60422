-- The lexemes of a query with their inverse document frequency (BM25's, never negative) in a site, rarest
-- first. `candidates` is how many sections hold this term or a rarer one, at most; `place` counts from 1.
create or replace function docs.query_terms(site_id bigint, query_text text)
returns table (lexeme_id int, lexeme text, idf float, candidates numeric, place bigint)
language sql
stable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select
    known.id,
    known.lexeme,
    ln(1 + (site.section_count - known.section_count + 0.5) / (known.section_count + 0.5)),
    sum(known.section_count) over rarest_first,
    row_number() over rarest_first
  from docs.site
  cross join lateral (
    select unnest(tsvector_to_array(
      to_tsvector(site.text_search_config, query_terms.query_text)
      || to_tsvector(site.text_search_config, docs.identifier_parts(query_terms.query_text))
    ))
    union
    select docs.identifiers(query_terms.query_text)
  ) as wanted (lexeme)
  join docs.lexeme as known on known.site_id = site.id and known.lexeme = wanted.lexeme
  where site.id = query_terms.site_id
  window rarest_first as (order by known.section_count, known.lexeme rows unbounded preceding);
$$;
