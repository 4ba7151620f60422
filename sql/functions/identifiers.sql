-- Every identifier in a text as it was written, in lower case: words with inner punctuation or a capital inside
-- (`match_page_sections`, `useEffect`, `ray.data.Dataset`, `v2.3`, `node:fs`) and options (`--dry-run`).
create or replace function docs.identifiers(content text)
returns setof text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select lower(identifier.words[1])
  from regexp_matches(
    identifiers.content,
    '-{0,2}[[:alnum:]]+(?:[._:/@#-]+[[:alnum:]]+)+|--[[:alnum:]]+|[[:alnum:]]*[[:lower:]][[:upper:]][[:alnum:]]*',
    'g'
  ) as identifier (words)
  where length(identifier.words[1]) <= 100;
$$;
