-- Why a section stands where it stands: what each leg says of it and its page, and for each word of the query that
-- it holds how often (weighted by field) and how much that adds to its keyword score.
create or replace function docs.explain_section(
  site_id bigint,
  terms docs.query_term[],
  ranked docs.ranked_section
)
returns jsonb
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select jsonb_build_object(
    'keyword_score', (explain_section.ranked).keyword_score,
    'keyword_rank', case
      when (explain_section.ranked).keyword_score is not null then (explain_section.ranked).keyword_rank
    end,
    'similarity', (explain_section.ranked).similarity,
    'semantic_rank', case
      when (explain_section.ranked).similarity is not null then (explain_section.ranked).semantic_rank
    end,
    'coverage', (explain_section.ranked).coverage,
    'page_keyword_score', (explain_section.ranked).page_keyword_score,
    'page_similarity', (explain_section.ranked).page_similarity,
    'terms', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'lexeme', lexeme.lexeme, 'idf', term.idf, 'frequency', posting.frequency,
          'score', term.idf * docs.bm25(
            posting.frequency, posting.section_length, site.length_total / greatest(site.section_count, 1), 0.5
          )
        ) order by term.idf desc
      )
      from docs.term_lexemes(explain_section.terms) as term
      join docs.lexeme on lexeme.id = term.lexeme_id
      join docs.posting on posting.lexeme_id = term.lexeme_id
        and posting.section_id = (explain_section.ranked).section_id
      join docs.site on site.id = explain_section.site_id
    ), '[]')
  );
$$;
