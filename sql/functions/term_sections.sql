-- The sections that hold one of a query's rarest terms; see docs.score_keywords.
create or replace function docs.term_sections(terms docs.query_term[])
returns setof bigint
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  rare_lexeme_ids int[];
  group_lexeme_ids int[];
begin
  with counted as (
    select
      term.lexeme_ids,
      sum(term.section_count) over rarest_first as candidates,
      row_number() over rarest_first as place
    from unnest(term_sections.terms) as term
    where term.lexeme_ids is not null
    window rarest_first as (order by term.section_count, term.lexeme rows unbounded preceding)
  ),
  rare as (
    select counted.lexeme_ids from counted where counted.candidates <= 1000 or counted.place <= 2
  )
  select
    array(select rare.lexeme_ids[1] from rare where cardinality(rare.lexeme_ids) = 1),
    array(select unnest(rare.lexeme_ids) from rare where cardinality(rare.lexeme_ids) > 1)
  into rare_lexeme_ids, group_lexeme_ids;

  return query
  select posting.section_id from docs.posting where posting.lexeme_id = any (rare_lexeme_ids);

  if group_lexeme_ids = '{}' then
    return;
  end if;
  return query
  select of_group.section_id
  from unnest(group_lexeme_ids) as wanted (lexeme_id)
  cross join lateral (
    select posting.section_id, posting.frequency
    from docs.posting
    where posting.lexeme_id = wanted.lexeme_id
    limit 20000 / cardinality(group_lexeme_ids)  -- one letter begins words of half a million postings
  ) as of_group
  order by of_group.frequency desc
  limit 1000;
end;
$$;
