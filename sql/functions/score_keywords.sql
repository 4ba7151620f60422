-- BM25 (Robertson & Zaragoza 2009, §3.6: frequencies are weighted by field before saturation; k1 = 1.2,
-- b = 0.5, on plateaus of what was measured on six question sets) of the given sections and of those that
-- hold one of the query's rarest terms. Terms are taken in by rising document frequency until about 1,000
-- sections are held (the rarest always, the second up to 3,000): an absolute budget cost no quality in measurements
-- at 230 to 111,000 sections, and keeps a question of common words fast. `coverage` is the share of the query's idf that
-- stands in the section.
create or replace function docs.score_keywords(site_id bigint, query_text text, section_ids bigint[])
returns table (section_id bigint, score float, coverage float)
-- plpgsql, step by step through arrays: as one statement its plan depends on statistics that a fresh publish
-- has not got yet, and took 50 ms instead of 1.
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  lexeme_ids int[];
  idfs float[];
  rare_lexeme_ids int[];
  candidate_ids bigint[];
  average_length float;
  idf_total float;
begin
  select
    array_agg(term.lexeme_id),
    array_agg(term.idf),
    array_agg(term.lexeme_id) filter (
      where term.place = 1 or term.candidates <= case when term.place = 2 then 3000 else 1000 end
    ),
    sum(term.idf)
  into lexeme_ids, idfs, rare_lexeme_ids, idf_total
  from docs.query_terms(score_keywords.site_id, score_keywords.query_text) as term;

  candidate_ids := array(
    select candidate.id
    from (
      select unnest(score_keywords.section_ids)
      union
      select posting.section_id from docs.posting where posting.lexeme_id = any (rare_lexeme_ids)
    ) as candidate (id)
    order by candidate.id  -- in the order of the index that is searched for them: a third faster
  );

  select site.length_total / greatest(site.section_count, 1) into average_length
  from docs.site
  where site.id = score_keywords.site_id;

  return query
  select
    held.section_id,
    sum(term.idf * docs.bm25(held.frequency, held.section_length, average_length, 0.5)),
    sum(term.idf) / idf_total
  from unnest(lexeme_ids, idfs) as term (lexeme_id, idf)
  cross join lateral (
    select posting.section_id, posting.frequency, posting.section_length
    from docs.posting
    where posting.lexeme_id = term.lexeme_id and posting.section_id = any (candidate_ids)
    offset 0  -- term by term through the primary key, instead of all the candidates' postings at once
  ) as held
  group by held.section_id;
end;
$$;
