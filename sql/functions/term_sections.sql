-- The sections that hold one of a query's rarest terms; see docs.score_keywords. Of a term in more than 1,000 sections
-- those come that score best by it alone: 500, or 300 of a group of completions, of which each section is looked for.
create or replace function docs.term_sections(terms docs.query_term[], average_length float)
returns setof bigint
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  rare record;
begin
  for rare in
    select counted.lexeme_ids, counted.section_count
    from (
      select
        term.lexeme_ids,
        term.section_count,
        sum(term.section_count) over rarest_first as candidates,
        row_number() over rarest_first as place
      from unnest(term_sections.terms) as term
      where term.lexeme_ids is not null
      window rarest_first as (order by term.section_count, term.lexeme rows unbounded preceding)
    ) as counted
    where counted.candidates <= 1000 or counted.place <= 2
  loop
    if rare.section_count <= 1000 then
      return query
      select held.section_id
      from unnest(rare.lexeme_ids) as wanted (lexeme_id)
      cross join lateral (
        select posting.section_id from docs.posting where posting.lexeme_id = wanted.lexeme_id
        offset 0  -- by index, however many they are
      ) as held;
    else
      return query
      select held.section_id
      from unnest(rare.lexeme_ids) as wanted (lexeme_id)
      cross join lateral (
        select posting.section_id, posting.frequency, posting.section_length
        from docs.posting
        where posting.lexeme_id = wanted.lexeme_id
        -- One letter begins words of half a million postings.
        limit case when cardinality(rare.lexeme_ids) > 1 then 5000 / cardinality(rare.lexeme_ids) end
      ) as held
      order by docs.bm25(held.frequency, held.section_length, term_sections.average_length, 0.5) desc
      limit case when cardinality(rare.lexeme_ids) > 1 then 300 else 500 end;
    end if;
  end loop;
end;
$$;
