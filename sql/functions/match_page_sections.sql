-- The retrieval RPC: the best sections for a query, within a token budget, best first.
--
--   embedding           the query's vector; null: keyword search only
--   match_threshold     minimum similarity (inner product of unit vectors, −1…1); without an embedding no limit
--   match_count         at most this many sections
--   min_content_length  in characters; shorter sections are noise
--   token_budget        the sections' token_count never sums above it: one that does not fit is skipped and a
--                       smaller one behind it may still fit; the best match is always returned; null: no budget
--   query_text          the query's words; null: semantic search only
--   filter              page metadata containment: {"version": "v2"}
--   embedding_model     what the embedding was made with, which must be the live model; null: not checked
--
-- Runs as its owner, so that a server needs no right on any table.
create or replace function docs.match_page_sections(
  embedding vector,
  match_threshold float,
  match_count int,
  min_content_length int,
  token_budget int default null,
  query_text text default null,
  filter jsonb default '{}',
  site text default 'default',
  full_text_weight float default 1,
  semantic_weight float default 1,
  rrf_k int default null,
  embedding_model text default null
)
returns table (
  id bigint,
  page_id bigint,
  path text,
  title text,
  slug text,
  heading text,
  heading_path text[],
  content text,
  token_count int,
  similarity float,
  score float,
  rank int
)
language plpgsql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
#variable_conflict use_column
declare
  ranked record;
  match record;
  spent int := 0;
  returned int := 0;
begin
  perform docs.check_embedding(match_page_sections.embedding, match_page_sections.embedding_model);

  for ranked in
    select found.section_id, found.similarity, found.score
    from docs.rank_sections(
      (select searched.id from docs.site as searched where searched.name = match_page_sections.site),
      match_page_sections.embedding, match_page_sections.query_text, coalesce(match_page_sections.filter, '{}'),
      match_page_sections.full_text_weight, match_page_sections.semantic_weight, match_page_sections.rrf_k
    ) as found
    where match_page_sections.embedding is null or found.similarity >= match_page_sections.match_threshold
    order by found.score desc, found.section_id
  loop
    exit when returned >= match_page_sections.match_count;
    -- One by one, because few of the ranked sections are returned and reading them all costs more.
    select section.*, page.path, page.title into strict match
    from docs.page_section as section
    join docs.page on page.id = section.page_id
    where section.id = ranked.section_id;
    continue when length(match.content) < match_page_sections.min_content_length;
    continue when returned > 0 and spent + match.token_count > match_page_sections.token_budget;
    returned := returned + 1;
    spent := spent + match.token_count;
    return query select
      match.id, match.page_id, match.path, match.title, match.slug, match.heading, match.heading_path,
      match.content, match.token_count, ranked.similarity, ranked.score, returned;
  end loop;
end;
$$;

grant execute on function docs.match_page_sections to lectern_server;
