-- What is published for a site and what it is named by, what its vectors were made with, and which model a reindex that has not ended
-- makes the next ones with; no row when there is no such site.
create or replace function docs.get_site(site text)
returns table (
  generation bigint,
  page_count bigint,
  section_count bigint,
  embedding_model text,
  embedding_dimensions int,
  requested_dimensions int,
  next_embedding_model text,
  next_embedding_dimensions int,
  public_key text
)
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select
    found.generation,
    (select count(*) from docs.page where page.site_id = found.id),
    found.section_count,
    model.name,
    model.dimensions,
    model.requested_dimensions,
    next.name,
    next.dimensions,
    found.public_key
  from docs.site as found
  left join docs.embedding_model as model on true
  left join docs.next_embedding_model as next on true
  where found.name = get_site.site;
$$;

grant execute on function docs.get_site to lectern_server;
