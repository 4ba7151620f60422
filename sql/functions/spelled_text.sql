-- A text without the characters that docs.character_pairs reads: what a text-search configuration can cut into words.
create or replace function docs.spelled_text(content text)
returns text
language sql
immutable
parallel safe
as $$
  select case
    when octet_length(content) = length(content) then content  -- ASCII
    else regexp_replace(docs.folded_text(content), '[' || docs.paired_characters() || ']+', ' ', 'g')
  end;
$$;
