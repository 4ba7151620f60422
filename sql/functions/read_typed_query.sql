-- What of a query that is being typed means something yet: the text without its unfinished last word, that word, and
-- what mistyped words were taken for.
create or replace function docs.read_typed_query(site text, query_text text)
returns table (settled_text text, unfinished_word text, corrections text[])
language plpgsql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
declare
  terms docs.query_term[] := docs.query_terms(
    (select found.id from docs.site as found where found.name = read_typed_query.site),
    read_typed_query.query_text, true
  );
begin
  unfinished_word := (select term.lexeme from unnest(terms) as term where term.is_unfinished);
  settled_text := btrim(left(
    read_typed_query.query_text, length(read_typed_query.query_text) - coalesce(length(unfinished_word), 0)
  ));
  corrections := array(select unnest(term.corrections) from unnest(terms) as term);
  return next;
end;
$$;

grant execute on function docs.read_typed_query to lectern_server;
