-- A character of docs.character_pairs that is asked for alone, as one term: by itself and as the beginning of pairs.
create or replace function docs.single_term(site docs.site, single text)
returns docs.query_term
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select row(
    single_term.single,
    array_agg(completed.lexeme_id),
    array_agg(1.0::float),
    docs.idf(
      coalesce(least(sum(completed.section_count), (single_term.site).section_count), 0),
      (single_term.site).section_count
    ),
    least(sum(completed.section_count), (single_term.site).section_count),
    false,
    '{}'::text[]
  )::docs.query_term
  from docs.completed_lexemes(single_term.site, single_term.single) as completed;
$$;
