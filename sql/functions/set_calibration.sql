-- Records what was learnt of a site's questions, with the embedding model it has now.
create or replace function docs.set_calibration(
  site text,
  learnt_with text,
  version int,
  page_count int,
  levels jsonb
)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  insert into docs.calibration (site_id, embedding_model, learnt_with, version, page_count, levels)
  select
    found.id, model.name, set_calibration.learnt_with, set_calibration.version,
    set_calibration.page_count, set_calibration.levels
  from docs.site as found
  cross join docs.embedding_model as model
  where found.name = set_calibration.site
  on conflict (site_id) do update
  set embedding_model = excluded.embedding_model, learnt_with = excluded.learnt_with,
      version = excluded.version, page_count = excluded.page_count, levels = excluded.levels;
$$;
