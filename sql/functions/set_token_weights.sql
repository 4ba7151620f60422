-- Records what an embedder has learnt of a site; called in the transaction that publishes.
create or replace function docs.set_token_weights(site text, weights bytea, page_count int)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  insert into docs.token_weights (site_id, weights, page_count)
  select found.id, set_token_weights.weights, set_token_weights.page_count
  from docs.site as found
  where found.name = set_token_weights.site
  on conflict (site_id) do update set weights = excluded.weights, page_count = excluded.page_count;
$$;
