-- A query that is being typed, without its last character where that makes a pair no section has: half a syllable
-- (`설저` on the way to `설정`), or a letter whose vowel is to come.
create or replace function docs.settled_pairs(site_id bigint, query_text text)
returns text
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  last_pair text;
  last_character text;
begin
  select found.last_pair, found.pair into last_pair, last_character
  from (
    select pairs.*, lag(pairs.pair) over (order by pairs.place) as last_pair
    from docs.character_pairs(settled_pairs.query_text) as pairs
  ) as found
  where not found.is_first  -- what is asked for alone is the beginning of pairs already
  order by found.place desc
  limit 1;

  if right(settled_pairs.query_text, length(last_character)) = last_character and not exists (
    select from docs.lexeme where lexeme.site_id = settled_pairs.site_id and lexeme.lexeme = last_pair
  ) then
    return left(settled_pairs.query_text, -length(last_character));
  end if;
  return settled_pairs.query_text;
end;
$$;
