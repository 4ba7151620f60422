-- The neighbouring characters of every run of docs.paired_characters, two and two, overlapping, as Lucene makes them
-- (https://lucene.apache.org/core/9_12_0/analysis/common/org/apache/lucene/analysis/cjk/CJKBigramFilter.html), and a
-- run's last character alone. In Thai, Lao, Burmese and Khmer a character is a letter with the vowels and marks around
-- it: pairs of bare letters would say as little there as they do in English.
create or replace function docs.character_pairs(content text)
returns table (place bigint, pair text, is_first boolean, is_last boolean)
language sql
immutable
parallel safe
rows 100
as $$
  select
    found.place,
    ltrim(found.one) || case when found.next like ' %' then '' else found.next end,
    found.one like ' %',
    found.next like ' %'
  from (
    -- Each run as ` a|b|c|`, one behind the other: one pass, where a search for matches took three times as long.
    select string_to_array(
      regexp_replace(
        regexp_replace(
          ' ' || docs.folded_text(character_pairs.content), '[^' || docs.paired_characters() || ']+', ' ', 'g'
        ),
        '('
          '[\u0e40-\u0e44\u0ec0-\u0ec4]?'  -- a vowel written before its letter
          '[^ ]'
          '(?:'
            '[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece]'  -- above and below: Thai, Lao
            '|[\u102b-\u1038\u103a-\u103e\u1056-\u1060\u17b4-\u17d1\u17d3\u17dd]'  -- Burmese, Khmer
            '|[\u1039\u17d2].'  -- a letter below another one
          ')*'
          '[\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3]?'  -- a vowel written behind it
        ')',
        '\1|', 'g'
      ) || ' ',
      '|'
    ) as characters
    where octet_length(character_pairs.content) > length(character_pairs.content)
  ) as cut
  cross join lateral unnest(cut.characters, cut.characters[2:]) with ordinality as found (one, next, place)
  where found.next is not null;
$$;
