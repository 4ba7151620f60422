-- Makes the table for the next model's vectors and records the model; what an earlier reindex has left is dropped.
create or replace function docs.start_reindex(
  name text,
  dimensions int,
  requested_dimensions int,
  embedded_with text,
  token_weights bytea,
  page_count int
)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
set lock_timeout = '300ms'
as $$
begin
  perform docs.discard_reindex();

  create table docs.next_section_window (like docs.section_window);
  execute format(
    'alter table docs.next_section_window alter column embedding type halfvec(%s)', start_reindex.dimensions
  );
  -- What an ingest deletes meanwhile goes here too, and what it adds is found missing.
  alter table docs.next_section_window
    add primary key (section_id, position),
    add foreign key (section_id) references docs.page_section on delete cascade;
  alter table docs.next_section_window enable row level security;
  -- Functions that run as the owner of the schema's tables have to be able to read it, whoever reindexes.
  execute format(
    'alter table docs.next_section_window owner to %I',
    (select pg_get_userbyid(live.relowner) from pg_class as live where live.oid = 'docs.section_window'::regclass)
  );

  insert into docs.next_embedding_model (
    name, dimensions, requested_dimensions, embedded_with, token_weights, page_count
  )
  values (
    start_reindex.name, start_reindex.dimensions, start_reindex.requested_dimensions,
    start_reindex.embedded_with, start_reindex.token_weights, start_reindex.page_count
  );
end;
$$;
