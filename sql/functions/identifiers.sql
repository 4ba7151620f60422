-- Every identifier in a text as it was written, in lower case: words with inner punctuation or a capital inside
-- (`match_page_sections`, `useEffect`, `ray.data.Dataset`, `v2.3`, `node:fs`) and options (`--dry-run`); of a path
-- (`ray.data.Dataset.map_batches`) also each member that is one itself (`map_batches`).
create or replace function docs.identifiers(content text)
returns setof text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  with identifier as (
    select match.words[1] as word
    from regexp_matches(
      identifiers.content,
      '-{0,2}[[:alnum:]]+(?:[._:/@#-]+[[:alnum:]]+)+|--[[:alnum:]]+|[[:alnum:]]*[[:lower:]][[:upper:]][[:alnum:]]*',
      'g'
    ) as match (words)
    where length(match.words[1]) <= 100
  )
  select lower(identifier.word) from identifier
  union all
  select lower(member.word)
  from identifier
  cross join lateral regexp_split_to_table(identifier.word, '[.:/@#]+') as member (word)
  where identifier.word ~ '[.:/@#]' and member.word ~ '[_-]|[[:lower:]][[:upper:]]';
$$;
