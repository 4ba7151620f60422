-- What the reindex that has not ended makes its vectors with; no row when there is none.
create or replace function docs.get_reindex()
returns table (
  name text,
  dimensions int,
  requested_dimensions int,
  embedded_with text,
  token_weights bytea,
  page_count int
)
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select next.name, next.dimensions, next.requested_dimensions, next.embedded_with, next.token_weights,
         next.page_count
  from docs.next_embedding_model as next;
$$;
