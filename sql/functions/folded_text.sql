-- A text with characters that are written in two ways in one of them: half and full width, Hangul and kana whole and in
-- parts (NFKC). Other texts come back as they are.
create or replace function docs.folded_text(content text)
returns text
language sql
immutable
parallel safe
as $$
  select case
    when octet_length(content) = length(content) then content  -- ASCII
    when content ~ '[\u1100-\u11ff\u3099\u309a\uff00-\uffef]' then normalize(content, nfkc)
    else content
  end;
$$;
