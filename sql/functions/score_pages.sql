-- What pages say as a whole: BM25 over all their sections (b = 0.75, because pages differ more in length) and the
-- similarity of their mean direction. Found out by measuring: beside the section's own score it lifts recall and
-- gain at page and section level, most where a section takes its page's subject for granted.
create or replace function docs.score_pages(site_id bigint, embedding vector, terms docs.query_term[], page_ids bigint[])
returns table (page_id bigint, keyword_score float, similarity float)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  places int[];
  lexeme_ids int[];
  idfs float[];
  average_length float;
begin
  select array_agg(of_term.place), array_agg(of_term.lexeme_id), array_agg(of_term.idf)
  into places, lexeme_ids, idfs
  from docs.term_lexemes(score_pages.terms) as of_term;

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
    select of_term.page_id, sum(of_term.score) as score
    from (
      select
        held.page_id,
        max(term.idf * docs.bm25(held.frequency, held.page_length, average_length, 0.75)) as score
      from unnest(places, lexeme_ids, idfs) as term (place, lexeme_id, idf)
      cross join lateral (
        select page_posting.page_id, page_posting.frequency, page_posting.page_length
        from docs.page_posting
        where page_posting.lexeme_id = term.lexeme_id and page_posting.page_id = any (score_pages.page_ids)
        offset 0  -- as in docs.score_keywords
      ) as held
      group by held.page_id, term.place
    ) as of_term
    group by of_term.page_id
  ) as keyword on keyword.page_id = page.id;
end;
$$;
