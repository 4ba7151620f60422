-- The 20 most frequent lexemes that a word's beginning may be completed to: those that begin with it, and those of
-- title words that do, because a stem may be shorter than what is typed (`getti`, `getting`, `get`).
create or replace function docs.completed_lexemes(site docs.site, beginning text)
returns table (lexeme_id int, section_count bigint)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  -- No character comes after this one, so that all words with the beginning stand before it.
  after text := completed_lexemes.beginning || chr(1114111);
begin
  return query
  (
    select lexeme.id, lexeme.section_count
    from docs.lexeme
    where lexeme.site_id = completed_lexemes.site.id
      and lexeme.lexeme collate "C" >= completed_lexemes.beginning and lexeme.lexeme collate "C" < after
    order by lexeme.section_count desc
    limit 20
  )
  union
  select lexeme.id, lexeme.section_count
  from (
    select title_word.word
    from docs.title_word
    where title_word.site_id = completed_lexemes.site.id
      and title_word.word >= completed_lexemes.beginning and title_word.word < after
    order by title_word.section_count desc
    limit 20
  ) as title_word
  cross join lateral unnest(
    docs.word_lexemes(completed_lexemes.site.text_search_configs, title_word.word)
  ) as stem (lexeme)
  join docs.lexeme on lexeme.site_id = completed_lexemes.site.id and lexeme.lexeme = stem.lexeme
  order by 2 desc
  limit 20;
end;
$$;
