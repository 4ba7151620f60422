-- BM25 (Robertson & Zaragoza 2009, §3.6: frequencies are weighted by field before saturation; k1 = 1.2,
-- b = 0.5, on plateaus of what was measured on six question sets) of the given sections and of those that
-- hold one of the query's rarest terms. Terms are taken in by rising document frequency until about 1,000
-- sections are held (docs.term_sections): an absolute budget cost no quality in measurements at 230
-- to 111,000 sections, and keeps a question of common words fast. Of a term of several lexemes (an unfinished or
-- mistyped word) a section counts the best. `coverage` is the share of the query's idf that stands in the section; what
-- was corrected does not count as standing there, or a question about something else would seem to be answered.
create or replace function docs.score_keywords(site_id bigint, terms docs.query_term[], section_ids bigint[])
returns table (section_id bigint, score float, coverage float)
-- plpgsql, step by step through arrays: as one statement its plan depends on statistics that a fresh publish
-- has not got yet, and took 50 ms instead of 1.
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  places int[];
  lexeme_ids int[];
  idfs float[];
  known_idfs float[];
  candidate_ids bigint[];
  average_length float;
  idf_total float;
begin
  select
    array_agg(of_term.place), array_agg(of_term.lexeme_id), array_agg(of_term.idf), array_agg(of_term.known_idf)
  into places, lexeme_ids, idfs, known_idfs
  from docs.term_lexemes(score_keywords.terms) as of_term;

  select
    site.length_total / greatest(site.section_count, 1),
    (
      select sum(case when term.corrections = '{}' then term.idf else docs.idf(0, site.section_count) end)
      from unnest(score_keywords.terms) as term
    )
  into average_length, idf_total
  from docs.site
  where site.id = score_keywords.site_id;

  candidate_ids := array(
    select candidate.id
    from (
      select unnest(score_keywords.section_ids)
      union
      select docs.term_sections(score_keywords.terms, average_length)
    ) as candidate (id)
    order by candidate.id  -- in the order of the index that is searched for them: a third faster
  );

  return query
  select held.section_id, sum(held.score), sum(held.known_idf) / idf_total
  from (
    select
      posting.section_id,
      max(term.idf * docs.bm25(posting.frequency, posting.section_length, average_length, 0.5)) as score,
      max(term.known_idf) as known_idf
    from unnest(places, lexeme_ids, idfs, known_idfs) as term (place, lexeme_id, idf, known_idf)
    cross join lateral (
      select posting.section_id, posting.frequency, posting.section_length
      from docs.posting
      where posting.lexeme_id = term.lexeme_id and posting.section_id = any (candidate_ids)
      offset 0  -- term by term through the primary key, instead of all the candidates' postings at once
    ) as posting
    group by posting.section_id, term.place
  ) as held
  group by held.section_id;
end;
$$;
