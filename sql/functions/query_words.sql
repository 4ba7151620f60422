-- The lexemes of a query, those of one word under one number: which language it is in nobody knows, so a word is what
-- it is in each of the site's (`Einstellungen` is `einstell` in German and `einstellungen` in English). Words that share
-- a lexeme are one. A stop word of any language is left out, unless there is nothing else. Character pairs are a word
-- each; characters that stand alone are not among them (docs.single_term).
create or replace function docs.query_words(configs regconfig[], query_text text)
returns table (place bigint, lexeme text)
language plpgsql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
#variable_conflict use_column
declare
  spelled text := docs.spelled_text(query_words.query_text);
  lexemes text[];
  places bigint[];
begin
  if cardinality(query_words.configs) = 1 then
    return query
    select row_number() over (), word
    from unnest(docs.query_lexemes(query_words.configs[1], spelled)) as word
    group by word;
  else
    with token as materialized (
      select array_agg(distinct entry.lexeme) as lexemes, count(distinct config::oid) as config_count
      from unnest(array[spelled, docs.identifier_parts(spelled)]) with ordinality as part (content, number)
      cross join unnest(query_words.configs) as config
      cross join lateral unnest(to_tsvector(config, part.content)) as entry
      cross join lateral unnest(entry.positions) as position
      -- All configurations cut a text alike, so that a word has one position in all of them.
      group by part.number, position
    ),
    word as (
      select row_number() over () as place, spoken.lexemes
      from (
        select token.lexemes
        from token
        where token.config_count = (select max(other.config_count) from token as other)
        union
        select array[identifier] from docs.identifiers(spelled) as identifier
      ) as spoken
    )
    select array_agg(spelling.lexeme), array_agg(word.place)
    into lexemes, places
    from word
    cross join lateral unnest(word.lexemes) as spelling (lexeme);

    -- From an array, of which the planner expects few rows: making room for thousands takes longer than the rest.
    return query
    with recursive linked (place, root) as (
      select named.place, named.place from unnest(places) as named (place)
      union
      select other.place, linked.root
      from linked
      join unnest(lexemes, places) as member (lexeme, place) on member.place = linked.place
      join unnest(lexemes, places) as other (lexeme, place) on other.lexeme = member.lexeme
    )
    select min(linked.root), member.lexeme
    from linked
    join unnest(lexemes, places) as member (lexeme, place) on member.place = linked.place
    group by member.lexeme;
  end if;
  return query
  select -row_number() over (), found.pair
  from docs.character_pairs(query_words.query_text) as found
  where not found.is_last
  group by found.pair;
end;
$$;
