-- The names of the migrations this database has had: a server that knows more is newer than its database.
create or replace function docs.get_applied_migrations()
returns setof text
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  select applied.name from docs.applied_file as applied where applied.name like 'migrations/%';
$$;

grant execute on function docs.get_applied_migrations to lectern_server;
