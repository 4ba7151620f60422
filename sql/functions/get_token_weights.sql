-- What the embedder has learnt of a site; `weights` is null when they are those the caller knows already.
-- No row when nothing was learnt.
create or replace function docs.get_token_weights(site text, known_sha256 text default null)
returns table (sha256 text, weights bytea, page_count int)
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select
    learnt.sha256,
    case when learnt.sha256 is distinct from get_token_weights.known_sha256 then learnt.weights end,
    learnt.page_count
  from docs.site as found
  join docs.token_weights as learnt on learnt.site_id = found.id
  where found.name = get_token_weights.site;
$$;

grant execute on function docs.get_token_weights to lectern_server;
