-- The terms of a query with their inverse document frequency in a site, rarest first. What no section holds comes too,
-- last and without lexemes, because it tells how much of a query a site knows. Words that the site does not know are
-- corrected. In a query that `is_typed` the last word may be unfinished; of a path that begins none of the site's
-- (`frame.map_b`) the last member is completed. Words are read as they are in the languages of the site's pages, or in
-- that of the filter's `lang`.
create or replace function docs.query_terms(
  site_id bigint,
  query_text text,
  is_typed boolean,
  filter jsonb default '{}'
)
returns docs.query_term[]
-- plpgsql, so that the lexemes are looked up by index: joined to, all the site's lexemes are read (5 ms, not 0.2).
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  searched docs.site;
  finished text := query_terms.query_text;
  last_word text := case when query_terms.is_typed then docs.last_word(query_terms.query_text) end;
  unfinished docs.query_term;
  lexemes text[];
  places bigint[];
  known docs.lexeme[];
  has_pairs boolean := octet_length(query_terms.query_text) > length(query_terms.query_text);
  terms docs.query_term[];
  border_pairs text[] := '{}';
  unknown record;
begin
  select * into searched from docs.site where site.id = query_terms.site_id;
  if query_terms.filter ? 'lang' then
    searched.text_search_configs :=
      array[docs.text_search_config(query_terms.filter ->> 'lang', searched.text_search_config)];
  end if;
  if last_word is not null then
    finished := left(finished, -length(last_word));
    unfinished := docs.unfinished_term(searched, last_word, btrim(finished) = '');
    if unfinished is null and not exists (
      select from docs.lexeme where lexeme.site_id = searched.id and lexeme.lexeme = last_word
    ) then
      last_word := substring(last_word from '[.:/@#]([^.:/@#]+)$');
      finished := left(query_terms.query_text, -length(last_word));
      unfinished := docs.unfinished_term(searched, last_word, false);
    end if;
  end if;
  if unfinished is null then
    finished := query_terms.query_text;
    if query_terms.is_typed and has_pairs then
      finished := docs.settled_pairs(searched.id, finished);
    end if;
  end if;

  select array_agg(word.lexeme), array_agg(word.place) into lexemes, places
  from docs.query_words(searched.text_search_configs, finished) as word;
  known := array(
    select held from docs.lexeme as held where held.site_id = searched.id and held.lexeme = any (lexemes)
  );
  terms := array(
    select
      row(
        word.lexeme, word.ids, array_fill(1.0::float, array[cardinality(word.ids)]),
        docs.idf(word.section_count, searched.section_count), word.section_count, false, '{}'::text[]
      )::docs.query_term
    from (
      select
        min(held.lexeme) as lexeme, array_agg(held.id) as ids,
        least(sum(held.section_count), searched.section_count) as section_count
      from unnest(known) as held
      join unnest(lexemes, places) as wanted (lexeme, place) on wanted.lexeme = held.lexeme
      group by wanted.place
    ) as word
    order by word.section_count, word.lexeme
  );
  if (unfinished).lexeme is not null then
    terms := terms || unfinished;
  end if;
  if has_pairs then
    terms := terms || array(
      select docs.single_term(searched, found.pair)
      from docs.character_pairs(finished) as found
      where found.is_first and found.is_last
      group by found.pair
      order by min(found.place)
      limit 20  -- a query has fewer, and each takes as long as a word that is being typed
    );
    border_pairs := docs.border_pairs(finished, array(select held.lexeme from unnest(known) as held));
  end if;

  for unknown in
    select missing.lexeme, (
      select typed.word
      from regexp_split_to_table(lower(docs.spelled_text(finished)), '[^[:alnum:]]+') as typed (word)
      where missing.lexeme = any (docs.word_lexemes(searched.text_search_configs, typed.word))
      limit 1
    ) as word
    from (
      select min(wanted.lexeme) as lexeme
      from unnest(lexemes, places) as wanted (lexeme, place)
      left join unnest(known) as held on held.lexeme = wanted.lexeme
      group by wanted.place
      having count(held.id) = 0
    ) as missing
    where missing.lexeme is distinct from (unfinished).lexeme and missing.lexeme <> all (border_pairs)
    order by missing.lexeme
  loop
    terms := terms || case
      -- So many and no more, so that a long query of made-up words stays fast.
      when unknown.word is not null and cardinality(terms) < 20
        then docs.corrected_term(searched, unknown.lexeme, unknown.word)
      else row(
        unknown.lexeme, null, null, docs.idf(0, searched.section_count), null, false, '{}'
      )::docs.query_term
    end;
  end loop;
  return terms;
end;
$$;
