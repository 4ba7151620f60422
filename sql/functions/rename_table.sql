-- Renames a table of the schema, and with it every constraint and index that is named after it.
create or replace function docs.rename_table(old_name text, new_name text)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
declare
  part text;
begin
  execute format('alter table docs.%I rename to %I', rename_table.old_name, rename_table.new_name);
  for part in
    select found.conname from pg_constraint as found
    where found.conrelid = to_regclass('docs.' || rename_table.new_name)
      and starts_with(found.conname, rename_table.old_name || '_')
  loop
    execute format(
      'alter table docs.%I rename constraint %I to %I', rename_table.new_name, part,
      rename_table.new_name || substr(part, length(rename_table.old_name) + 1)
    );
  end loop;
  for part in
    select found.relname
    from pg_index
    join pg_class as found on found.oid = pg_index.indexrelid
    where pg_index.indrelid = to_regclass('docs.' || rename_table.new_name)
      and starts_with(found.relname, rename_table.old_name || '_')
  loop
    execute format(
      'alter index docs.%I rename to %I', part,
      rename_table.new_name || substr(part, length(rename_table.old_name) + 1)
    );
  end loop;
end;
$$;
