-- What pages say as a whole: BM25 over all their sections (b = 0.75, because pages differ more in length) and the
-- similarity of their mean direction. Found out by measuring: beside the section's own score it lifts recall and
-- gain at page and section level, most where a section takes its page's subject for granted.
create or replace function docs.score_pages(site_id bigint, embedding vector, query_text text, page_ids bigint[])
returns table (page_id bigint, keyword_score float, similarity float)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  lexeme_ids int[];
  idfs float[];
  average_length float;
begin
  select array_agg(term.lexeme_id), array_agg(term.idf) into lexeme_ids, idfs
  from docs.query_terms(score_pages.site_id, score_pages.query_text) as term;

  select site.length_total / greatest(site.page_count, 1) into average_length
  from docs.site
  where site.id = score_pages.site_id;

  return query
  select
    page.id,
    keyword.score,
    -(page_embedding.embedding <#> score_pages.embedding::halfvec)
  from unnest(score_pages.page_ids) as page (id)
  left join docs.page_embedding on page_embedding.page_id = page.id
  left join (
    select
      held.page_id,
      sum(term.idf * docs.bm25(held.frequency, held.page_length, average_length, 0.75)) as score
    from unnest(lexeme_ids, idfs) as term (lexeme_id, idf)
    cross join lateral (
      select page_posting.page_id, page_posting.frequency, page_posting.page_length
      from docs.page_posting
      where page_posting.lexeme_id = term.lexeme_id and page_posting.page_id = any (score_pages.page_ids)
      offset 0  -- as in docs.score_keywords
    ) as held
    group by held.page_id
  ) as keyword on keyword.page_id = page.id;
end;
$$;
