-- Keeps vectors by their identities (arrays of one length); those that are kept already stay.
create or replace function docs.keep_embeddings(identities bytea[], embeddings halfvec[])
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  insert into docs.embedding (identity, embedding)
  select distinct on (made.identity) made.identity, made.embedding
  from unnest(keep_embeddings.identities, keep_embeddings.embeddings) as made (identity, embedding)
  -- In one order, so that two workers that keep the same vectors do not lock each other out.
  order by made.identity
  on conflict (identity) do nothing;
$$;
