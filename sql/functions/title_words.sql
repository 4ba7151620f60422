-- The different words of a heading and its page's title, in lower case. Longer ones than 40 letters nobody types;
-- what has character pairs needs no completion.
create or replace function docs.title_words(title text, heading text)
returns setof text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select distinct split.word
  from regexp_split_to_table(
    lower(docs.spelled_text(title_words.title || ' ' || title_words.heading)), '[^[:alnum:]]+'
  ) as split (word)
  where length(split.word) between 3 and 40;
$$;
