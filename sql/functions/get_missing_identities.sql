-- Those of some identities for which no vector is kept.
create or replace function docs.get_missing_identities(identities bytea[])
returns setof bytea
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select distinct wanted.identity
  from unnest(get_missing_identities.identities) as wanted (identity)
  where not exists (select from docs.embedding as kept where kept.identity = wanted.identity);
$$;
