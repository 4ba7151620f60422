-- What the last word of a query that is being typed may become, as one term; null when it is finished: when the site
-- has its lexeme and no completion stands in more sections. A stop word is finished unless it `is_alone`.
create or replace function docs.unfinished_term(site docs.site, word text, is_alone boolean)
returns docs.query_term
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  own text[] := array(select docs.identifiers(unfinished_term.word));
  own_count bigint;
  completed_ids int[];
  largest_count bigint;
  total numeric;
begin
  if own = '{}' then
    own := docs.word_lexemes(unfinished_term.site.text_search_configs, unfinished_term.word);
  end if;
  if own = '{}' and not unfinished_term.is_alone then
    return null;
  end if;
  select max(lexeme.section_count) into own_count
  from docs.lexeme
  where lexeme.site_id = unfinished_term.site.id and lexeme.lexeme = any (own);

  select array_agg(completed.lexeme_id), max(completed.section_count), sum(completed.section_count)
  into completed_ids, largest_count, total
  from docs.completed_lexemes(unfinished_term.site, unfinished_term.word) as completed;
  if completed_ids is null or largest_count <= own_count then
    return null;
  end if;

  total := least(total, unfinished_term.site.section_count);
  return row(
    unfinished_term.word, completed_ids, array_fill(1.0::float, array[cardinality(completed_ids)]),
    docs.idf(total, unfinished_term.site.section_count), total, true, '{}'::text[]
  );
end;
$$;
