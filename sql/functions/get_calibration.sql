-- What was learnt of a site's questions with the embedding model it has now; no row when nothing was.
create or replace function docs.get_calibration(site text)
returns table (learnt_with text, version int, page_count int, levels jsonb)
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select learnt.learnt_with, learnt.version, learnt.page_count, learnt.levels
  from docs.site as found
  join docs.calibration as learnt on learnt.site_id = found.id
  join docs.embedding_model as model on model.name = learnt.embedding_model
  where found.name = get_calibration.site;
$$;

grant execute on function docs.get_calibration to lectern_server;
