-- The characters of scripts whose words are not separated, or not in the way that a dictionary has them, as the inside
-- of a regular expression's brackets: Thai, Lao, Burmese, Khmer, kana, Chinese characters, Hangul. Their full stops are
-- not among them. server/documents/scripts.py has the same.
create or replace function docs.paired_characters()
returns text
language sql
immutable
parallel safe
as $$
  select '\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0eff\u1000-\u1049\u104c-\u109f'
    || '\u1780-\u17d3\u17dc-\u17ff\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf'
    || '\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff';
$$;
