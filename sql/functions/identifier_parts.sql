-- The parts of every identifier in a text, separated by spaces: `ray.data.mapBatches` gives
-- `ray data map Batches`. The stock parser keeps such words whole, so that their parts are not found.
create or replace function docs.identifier_parts(content text)
returns text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select coalesce(string_agg(
    regexp_replace(
      regexp_replace(identifier.words[1], '([[:lower:][:digit:]])([[:upper:]])', '\1 \2', 'g'),
      '[^[:alnum:]]+', ' ', 'g'
    ), ' '), '')
  from regexp_matches(
    identifier_parts.content,
    '[[:alnum:]]+(?:[._:/@#-]+[[:alnum:]]+)+|[[:alnum:]]*[[:lower:]][[:upper:]][[:alnum:]]*',
    'g'
  ) as identifier (words);
$$;
