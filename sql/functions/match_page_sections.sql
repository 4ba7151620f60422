-- The retrieval RPC: the best sections for a query, within a token budget, best first.
--
--   embedding              the query's vector; null: keyword search only
--   match_threshold        minimum similarity (inner product of unit vectors, −1…1); without an embedding no limit
--   match_count            at most this many sections
--   min_content_length     in characters; shorter sections are noise
--   token_budget           the sections' token_count never sums above it: one that does not fit is skipped and a
--                          smaller one behind it may still fit; the best match is always returned; null: no budget
--   query_text             the query's words; null: semantic search only
--   filter                 page metadata containment: {"version": "v2"}
--   page_weight            how much of a score is what the whole page says, 0…1; the rest is the section's own
--   rrf_k                  fuses by reciprocal rank with this constant; null: by normalised score
--   max_sections_per_page  null: any number
--   section_token_budget   parts of one section are joined up to so many tokens; null: all of them that were found
--   embedding_model        what the embedding was made with, which must be the live model; null: not checked
--   explain                fills `explanation`: what each leg found, and the terms with their share of the score
--   is_typed               the reader is still typing: completes the last word, corrects mistyped ones
--
-- Parts of one section come as one match with their contents joined (`…` where one between them was not found),
-- under the best one's id. What says the same as a better match (another version of the page, a copy) is left out.
-- `coverage` is the share of the query's inverse document frequency found in the section, words that nobody uses
-- included.
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
  page_weight float default 0,
  max_sections_per_page int default null,
  explain boolean default false,
  is_typed boolean default false,
  section_token_budget int default null,
  embedding_model text default null
)
returns table (
  id bigint,
  page_id bigint,
  path text,
  url text,
  title text,
  slug text,
  heading text,
  heading_path text[],
  content text,
  token_count int,
  similarity float,
  score float,
  coverage float,
  rank int,
  explanation jsonb
)
language plpgsql
stable
security definer
set search_path = docs, public, extensions, pg_temp
-- Planning anew for each question took a fifth of the time on a small site (7 ms, and 5.5 this way), and custom
-- plans were no better with 100,000 sections, November 2026.
set plan_cache_mode = force_generic_plan
set jit = off  -- which would compile for longer than the query runs: its estimates are far too high
as $$
#variable_conflict use_column
declare
  searched_id bigint := (select found.id from docs.site as found where found.name = match_page_sections.site);
  ranked docs.ranked_section;
  candidate record;
  edition text;
  known record;
  spent int := 0;
  taken docs.taken_section[] := '{}';
  explained docs.query_term[];
begin
  perform docs.check_embedding(match_page_sections.embedding, match_page_sections.embedding_model);

  foreach ranked in array docs.rank_sections(
    searched_id, match_page_sections.embedding, match_page_sections.query_text,
    coalesce(match_page_sections.filter, '{}'), match_page_sections.full_text_weight,
    match_page_sections.semantic_weight, match_page_sections.page_weight, match_page_sections.rrf_k,
    match_page_sections.is_typed
  ) loop
    exit when cardinality(taken) >= match_page_sections.match_count;
    continue when ranked.similarity < match_page_sections.match_threshold;
    -- One by one, because few of the ranked sections are returned and reading them all costs more.
    select section.slug, section.content, section.token_count, section.fingerprint
    into strict candidate
    from docs.page_section as section
    where section.id = ranked.section_id;
    continue when cardinality(taken) > 0 and spent + candidate.token_count > match_page_sections.token_budget;
    continue when docs.is_shorter(candidate.content, match_page_sections.min_content_length);
    edition := (select docs.edition_path(page.path, page.meta) from docs.page where page.id = ranked.page_id);

    -- 16 of 256 bits of a MinHash differ when 7 of 8 sequences of words are shared; below that stand texts that
    -- differ in what they are about (the same page for another product: 0.82 shared, measured on AWS' guides).
    select
      max(one.place) filter (
        where (one.ranked).page_id = ranked.page_id and one.slug is not distinct from candidate.slug
      ) as place,
      count(*) filter (where (one.ranked).page_id = ranked.page_id) as of_page,
      coalesce(bool_or(
        one.edition_path = edition and one.slug is not distinct from candidate.slug
        or bit_count(one.fingerprint # candidate.fingerprint) <= 16
      ), false) as is_repeated
    into known
    from unnest(taken) with ordinality as one (
      ranked, slug, edition_path, fingerprint, part_ids, token_count, place
    );

    if known.place is not null then
      continue when taken[known.place].token_count + candidate.token_count > match_page_sections.section_token_budget;
      taken[known.place].part_ids := taken[known.place].part_ids || ranked.section_id;
      taken[known.place].token_count := taken[known.place].token_count + candidate.token_count;
    elsif known.is_repeated or known.of_page >= match_page_sections.max_sections_per_page then
      continue;
    else
      taken := taken || row(
        ranked, candidate.slug, edition, candidate.fingerprint, array[ranked.section_id],
        candidate.token_count
      )::docs.taken_section;
    end if;
    spent := spent + candidate.token_count;
  end loop;

  if match_page_sections.explain then
    explained := docs.query_terms(
      searched_id, match_page_sections.query_text, match_page_sections.is_typed,
      coalesce(match_page_sections.filter, '{}')
    );
  end if;
  return query
  select
    section.id, page.id, page.path, page.url, page.title, section.slug, section.heading, section.heading_path,
    joined.content, joined.token_count, (one.ranked).similarity, (one.ranked).score, (one.ranked).coverage,
    one.place::int,
    case when match_page_sections.explain then
      docs.explain_section(searched_id, explained, one.ranked)
    end
  from unnest(taken) with ordinality as one (
    ranked, slug, edition_path, fingerprint, part_ids, token_count, place
  )
  join docs.page_section as section on section.id = (one.ranked).section_id
  join docs.page on page.id = section.page_id
  cross join lateral (
    select
      string_agg(
        case when part.position > part.last_position + 1 then E'…\n\n' else '' end || part.content,
        E'\n\n' order by part.position
      ) as content,
      sum(part.token_count)::int as token_count
    from (
      select stored.*, lag(stored.position) over (order by stored.position) as last_position
      from docs.page_section as stored
      where stored.id = any (one.part_ids)
    ) as part
  ) as joined
  order by one.place;
end;
$$;

grant execute on function docs.match_page_sections to lectern_server;
