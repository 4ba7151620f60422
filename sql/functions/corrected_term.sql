-- What a word that a site does not know may stand for, as one term; without lexemes when nothing is near. A
-- correction counts 1 / (1 + typos): each typo is one more way for it to be another word, which the site really lacks.
create or replace function docs.corrected_term(site docs.site, lexeme text, word text)
returns docs.query_term
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select row(
    corrected_term.lexeme,
    array_agg(known.id),
    array_agg(1.0::float / (1 + corrected.distance)),
    docs.idf(coalesce(max(known.section_count), 0), (corrected_term.site).section_count),
    sum(known.section_count),
    false,
    coalesce(array_agg(distinct corrected.word), '{}')
  )::docs.query_term
  from docs.corrected_words((corrected_term.site).id, corrected_term.word) as corrected
  cross join lateral unnest(
    docs.word_lexemes((corrected_term.site).text_search_configs, corrected.word)
  ) as stem (lexeme)
  join docs.lexeme as known on known.site_id = (corrected_term.site).id and known.lexeme = stem.lexeme;
$$;
