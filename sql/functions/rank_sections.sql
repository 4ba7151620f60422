-- Sections with all that their scores are made of, best first; either leg may be left out by a null embedding or
-- query text. A leg's scores are normalised (keywords by the best, similarity as the cosine it is), weighted and
-- added, for the section and for its page; `page_weight` divides between the two. Only the pages of the best 100
-- sections are looked at (50 gave the same order of the first ten in measurements, 30 not quite).
-- Sections that the query names (docs.titled_sections) lead. `is_typed`: see docs.query_terms.
create or replace function docs.rank_sections(
  site_id bigint,
  embedding vector,
  query_text text,
  filter jsonb,
  full_text_weight float,
  semantic_weight float,
  page_weight float,
  rrf_k int,
  is_typed boolean
)
returns docs.ranked_section[]
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  -- A leg that is alone counts, whatever its weight beside the other.
  keyword_part float := case
    when rank_sections.query_text is null then 0 when rank_sections.embedding is null then 1
    else coalesce(rank_sections.full_text_weight, 1) end;
  semantic_part float := case
    when rank_sections.embedding is null then 0 when rank_sections.query_text is null then 1
    else coalesce(rank_sections.semantic_weight, 1) end;
  page_part float := coalesce(rank_sections.page_weight, 0);
  terms docs.query_term[] :=
    docs.query_terms(
      rank_sections.site_id, rank_sections.query_text, rank_sections.is_typed, rank_sections.filter
    );
  titled_ids bigint[];
  leads float[];
begin
  select coalesce(array_agg(titled.section_id), '{}'), array_agg(titled.lead) into titled_ids, leads
  from docs.titled_sections(rank_sections.site_id, rank_sections.query_text, rank_sections.filter) as titled;

  return array(
    with candidate as (
      select
        found.*,
        found.keyword_score / max(found.keyword_score) over () as keyword_share,
        rank() over (order by found.keyword_score desc nulls last) as keyword_rank,
        rank() over (order by found.similarity desc nulls last) as semantic_rank
      from docs.find_candidates(
        rank_sections.site_id, rank_sections.embedding, terms, titled_ids, rank_sections.filter
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
        rank_sections.site_id, rank_sections.embedding, terms,
        array(select best.page_id from (select by_itself.page_id from by_itself limit 100) as best group by 1)
      ) as scored
      where page_part > 0
    ),
    fused as (
      select
        by_itself.*,
        page.similarity as page_similarity,
        page.keyword_score as page_keyword_score,
        (1 - page_part) * by_itself.section_score
        + page_part * coalesce(docs.fuse(
          page.keyword_share, page.similarity, page.keyword_rank, page.semantic_rank,
          keyword_part, semantic_part, rank_sections.rrf_k
        ), 0) as found_score,
        titled.lead
      from by_itself
      left join page on page.page_id = by_itself.page_id
      left join unnest(titled_ids, leads) as titled (section_id, lead) on titled.section_id = by_itself.section_id
    ),
    led as (
      -- What a lead leaves of the way to 1 the other scores decide; what has none stays below the least lead.
      select
        fused.*,
        case
          when titled_ids = '{}' then fused.found_score
          when fused.lead is null then 0.75 * fused.found_score
          else fused.lead + (1 - fused.lead) * fused.found_score
        end as score
      from fused
    )
    select
      row(
        led.section_id, led.page_id, led.score, led.similarity, led.keyword_score, led.coverage,
        led.semantic_rank, led.keyword_rank, led.page_similarity, led.page_keyword_score
      )::docs.ranked_section
    from led
    order by led.score desc, led.section_id
  );
end;
$$;
