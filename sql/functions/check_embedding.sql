-- Refuses a vector that the live vectors cannot be compared with, and keeps them from being swapped until the
-- caller's statement ends. SQLSTATE LE001: it was made with another model; LE002: it has another width.
--
--   embedding        null: keyword search only, nothing is checked
--   embedding_model  what it was made with; null: only the width is checked
create or replace function docs.check_embedding(embedding vector, embedding_model text)
returns void
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  live_model text;
  live_width int;
begin
  if check_embedding.embedding is null then
    return;
  end if;
  -- Reads nothing, but locks the table; docs.swap_windows waits for that, so that the name stays with it.
  perform from docs.section_window where false;

  -- The statement's snapshot may be older than a swap, and then it still shows the model of the old table.
  if check_embedding.embedding_model is not null then
    select live.name into live_model
    from docs.embedding_model as live
    where live.window_table = to_regclass('docs.section_window');
    if live_model is distinct from check_embedding.embedding_model then
      raise exception 'the vector was made with %, and the live ones with %',
        check_embedding.embedding_model, coalesce(live_model, 'another model')
        using errcode = 'LE001';
    end if;
  end if;

  -- The type's modifier of halfvec is its width, −1 before the database was prepared.
  select kept.atttypmod into live_width
  from pg_attribute as kept
  where kept.attrelid = to_regclass('docs.section_window') and kept.attname = 'embedding' and kept.atttypmod > 0;
  if live_width <> vector_dims(check_embedding.embedding) then
    raise exception 'the vector has % numbers, and the live ones have %',
      vector_dims(check_embedding.embedding), live_width
      using errcode = 'LE002';
  end if;
end;
$$;
