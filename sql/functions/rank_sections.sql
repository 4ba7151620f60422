-- Sections with all that their scores are made of, best first; either leg may be left out by a null embedding or
-- query text. A leg's scores are normalised (keywords by the best, similarity as the cosine it is), weighted and
-- added, for the section and for its page; `page_weight` divides between the two. Only the pages of the best 100
-- sections are looked at (50 gave the same order of the first ten in measurements, 30 not quite).
create or replace function docs.rank_sections(
  site_id bigint,
  embedding vector,
  query_text text,
  filter jsonb,
  full_text_weight float,
  semantic_weight float,
  page_weight float,
  rrf_k int
)
returns docs.ranked_section[]
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  keyword_part float := case when rank_sections.query_text is null then 0 else rank_sections.full_text_weight end;
  semantic_part float := case when rank_sections.embedding is null then 0 else rank_sections.semantic_weight end;
begin
  return array(
    with candidate as (
      select
        found.*,
        found.keyword_score / max(found.keyword_score) over () as keyword_share,
        rank() over (order by found.keyword_score desc nulls last) as keyword_rank,
        rank() over (order by found.similarity desc nulls last) as semantic_rank
      from docs.find_candidates(
        rank_sections.site_id, rank_sections.embedding, rank_sections.query_text, rank_sections.filter
      ) as found
    ),
    by_itself as materialized (
      select
        candidate.*,
        docs.fuse(
          candidate.keyword_share, candidate.similarity, candidate.keyword_rank, candidate.semantic_rank,
          keyword_part, semantic_part, rank_sections.rrf_k
        ) as section_score
      from candidate
      order by section_score desc, candidate.section_id
    ),
    page as (
      select
        scored.*,
        scored.keyword_score / max(scored.keyword_score) over () as keyword_share,
        rank() over (order by scored.keyword_score desc nulls last) as keyword_rank,
        rank() over (order by scored.similarity desc nulls last) as semantic_rank
      from docs.score_pages(
        rank_sections.site_id, rank_sections.embedding, rank_sections.query_text,
        array(select best.page_id from (select by_itself.page_id from by_itself limit 100) as best group by 1)
      ) as scored
      where rank_sections.page_weight > 0
    ),
    fused as (
      select
        by_itself.*,
        page.similarity as page_similarity,
        page.keyword_score as page_keyword_score,
        (1 - rank_sections.page_weight) * by_itself.section_score
        + rank_sections.page_weight * coalesce(docs.fuse(
          page.keyword_share, page.similarity, page.keyword_rank, page.semantic_rank,
          keyword_part, semantic_part, rank_sections.rrf_k
        ), 0) as score
      from by_itself
      left join page on page.page_id = by_itself.page_id
    )
    select
      row(
        fused.section_id, fused.page_id, fused.score, fused.similarity, fused.keyword_score, fused.coverage,
        fused.semantic_rank, fused.keyword_rank, fused.page_similarity, fused.page_keyword_score
      )::docs.ranked_section
    from fused
    order by fused.score desc, fused.section_id
  );
end;
$$;
