-- Whether a text is shorter than so many characters. A Chinese, Japanese or Korean one counts twice: it says about as
-- much as two letters.
create or replace function docs.is_shorter(content text, chars int)
returns boolean
language sql
immutable
parallel safe
as $$
  select case
    when length(content) >= chars then false
    else 2 * length(content) - length(regexp_replace(
      content, '[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]', '', 'g'
    )) < chars
  end;
$$;
