-- The word or identifier a query ends with, in lower case; null when it ends with anything else, or a character pair.
create or replace function docs.last_word(query_text text)
returns text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select lower(substring(
    docs.spelled_text(last_word.query_text) from '-{0,2}[[:alnum:]]+(?:[._:/@#-]+[[:alnum:]]+)*[._:/@#-]*$'
  ));
$$;
