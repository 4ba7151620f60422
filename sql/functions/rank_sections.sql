-- Sections with their similarity, keyword score and fused score, best first; either leg may be left out by
-- a null embedding or query text. `rrf_k` null: each leg normalised (keyword by its best, similarity as the
-- cosine it is) and weighted; else reciprocal rank fusion, sum of weight / (rrf_k + rank).
create or replace function docs.rank_sections(
  site_id bigint,
  embedding vector,
  query_text text,
  filter jsonb,
  full_text_weight float,
  semantic_weight float,
  rrf_k int
)
returns table (section_id bigint, similarity float, score float)
language plpgsql  -- which keeps its plan; language sql plans anew for each call
stable
set search_path = docs, public, extensions, pg_temp
as $$
begin
  return query
  with nearest as materialized (
    select found.section_id, found.similarity
    from docs.nearest_sections(rank_sections.site_id, rank_sections.embedding, rank_sections.filter) as found
    where rank_sections.embedding is not null
  ),
  keyword as materialized (
    select scored.section_id, scored.score
    from docs.score_keywords(
      rank_sections.site_id, rank_sections.query_text, array(select nearest.section_id from nearest)
    ) as scored
    -- A lexeme belongs to one site and so do its postings; a join would read the whole site's pages.
    where rank_sections.filter = '{}' or exists (
      select
      from docs.page_section as section
      join docs.page on page.id = section.page_id
      where section.id = scored.section_id and page.meta @> rank_sections.filter
    )
    order by scored.score desc
    limit 100
  ),
  candidate as (
    select nearest.section_id from nearest
    union
    select keyword.section_id from keyword
  ),
  scored as (
    select
      candidate.section_id,
      coalesce(nearest.similarity, exact.similarity) as similarity,
      keyword.score / max(keyword.score) over () as keyword_score,
      rank() over (order by keyword.score desc nulls last) as keyword_rank,
      rank() over (order by coalesce(nearest.similarity, exact.similarity) desc nulls last) as semantic_rank
    from candidate
    left join nearest using (section_id)
    left join keyword using (section_id)
    -- A section found by its words alone has a similarity too.
    left join lateral (
      select max(-(section_window.embedding <#> rank_sections.embedding::halfvec)) as similarity
      from docs.section_window
      where section_window.section_id = candidate.section_id and nearest.section_id is null
    ) as exact on true
  )
  select
    scored.section_id,
    scored.similarity,
    case
      when rank_sections.rrf_k is null then
        (coalesce(rank_sections.full_text_weight * scored.keyword_score, 0)
          + coalesce(rank_sections.semantic_weight * greatest(scored.similarity, 0), 0))
        / nullif(
            case when rank_sections.query_text is null then 0 else rank_sections.full_text_weight end
            + case when rank_sections.embedding is null then 0 else rank_sections.semantic_weight end, 0)
      else
        case when scored.keyword_score is null then 0
          else rank_sections.full_text_weight / (rank_sections.rrf_k + scored.keyword_rank) end
        + case when scored.similarity is null then 0
          else rank_sections.semantic_weight / (rank_sections.rrf_k + scored.semantic_rank) end
    end as fused
  from scored
  order by fused desc, scored.section_id;
end;
$$;
