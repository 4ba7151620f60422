-- The sections that either leg finds, with what both say of them: at most 200 windows' sections by similarity
-- and 100 by their words, and the titled ones given. Half as many while a word is unfinished, because the next letter
-- asks again, and up to 20,000 sections, where the first ten are the same with them (ray, aws-lite). A leg is left out
-- by a null embedding or null terms.
create or replace function docs.find_candidates(
  site_id bigint,
  embedding vector,
  terms docs.query_term[],
  titled_ids bigint[],
  filter jsonb
)
returns table (section_id bigint, page_id bigint, similarity float, keyword_score float, coverage float)
language plpgsql  -- which keeps its plan; language sql plans anew for each call
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  -- Null: all of them, or too many to name.
  kept_ids bigint[] := docs.kept_sections(find_candidates.site_id, find_candidates.filter);
  is_unfinished boolean := exists (select from unnest(find_candidates.terms) as term where term.is_unfinished);
  is_small boolean := (select site.section_count <= 20000 from docs.site where site.id = find_candidates.site_id);
  breadth int := case when is_unfinished or is_small then 100 else 200 end;
begin
  if kept_ids = '{}' then
    return;
  end if;
  return query
  with nearest as materialized (
    select found.section_id, found.similarity
    from docs.nearest_sections(
      find_candidates.site_id, find_candidates.embedding, find_candidates.filter, kept_ids, breadth
    ) as found
    where find_candidates.embedding is not null
  ),
  keyword as materialized (
    select scored.section_id, scored.score, scored.coverage
    from (
      select *
      from docs.score_keywords(
        find_candidates.site_id, find_candidates.terms,
        -- So few are all scored: a query's rarest words may stand in none of them.
        coalesce(kept_ids, array(select nearest.section_id from nearest) || find_candidates.titled_ids)
      )
      order by score desc
      offset 0  -- sorted before it is filtered, so that only the first are asked for
    ) as scored
    -- A lexeme belongs to one site and so do its postings; a join would read the whole site's pages.
    where find_candidates.filter = '{}' or scored.section_id = any (kept_ids) or (kept_ids is null and (
      select page.meta @> find_candidates.filter
      from docs.page_section as section
      join docs.page on page.id = section.page_id
      where section.id = scored.section_id
    ))
    limit breadth / 2
  ),
  found as (
    select nearest.section_id from nearest
    union
    select keyword.section_id from keyword
    union
    select unnest(find_candidates.titled_ids)
  )
  select
    found.section_id, section.page_id, coalesce(nearest.similarity, exact.similarity), keyword.score, keyword.coverage
  from found
  cross join lateral (
    select section.page_id from docs.page_section as section where section.id = found.section_id
    offset 0  -- each by its key: without statistics a join reads the whole table
  ) as section
  left join nearest on nearest.section_id = found.section_id
  left join keyword on keyword.section_id = found.section_id
  -- A section found by its words alone has a similarity too.
  left join lateral (
    select max(-(section_window.embedding <#> find_candidates.embedding::halfvec)) as similarity
    from docs.section_window
    where section_window.section_id = found.section_id and nearest.section_id is null
  ) as exact on true;
end;
$$;
