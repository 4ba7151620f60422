-- What the live vectors were made with, and what the embedder has learnt of a site; `token_weights` is null when
-- they are those the caller knows already. No row when the database is not prepared.
create or replace function docs.get_embedding_model(site text, known_sha256 text default null)
returns table (
  name text,
  dimensions int,
  requested_dimensions int,
  token_weights_sha256 text,
  token_weights bytea,
  page_count int
)
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select
    live.name,
    live.dimensions,
    live.requested_dimensions,
    learnt.sha256,
    case when learnt.sha256 is distinct from get_embedding_model.known_sha256 then learnt.weights end,
    learnt.page_count
  from docs.embedding_model as live
  join docs.site as found on found.name = get_embedding_model.site
  left join docs.token_weights as learnt on learnt.site_id = found.id;
$$;

grant execute on function docs.get_embedding_model to lectern_server;
