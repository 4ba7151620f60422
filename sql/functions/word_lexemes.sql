-- A word's lexemes in each of some text-search configurations; none when it is a stop word of one of them.
create or replace function docs.word_lexemes(configs regconfig[], word text)
returns text[]
language sql
immutable
parallel safe
as $$
  select case
    when cardinality(word_lexemes.configs) = 1
      then tsvector_to_array(to_tsvector(word_lexemes.configs[1], word_lexemes.word))
    when exists (
      select from unnest(word_lexemes.configs) as config where to_tsvector(config, word_lexemes.word) = ''
    ) then '{}'
    else array(
      select distinct unnest(tsvector_to_array(to_tsvector(config, word_lexemes.word)))
      from unnest(word_lexemes.configs) as config
    )
  end;
$$;
