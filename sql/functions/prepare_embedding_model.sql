-- Records the embedding model, fixes the vector width and builds the index for it. Does nothing for the
-- model already recorded; for another one it removes every page first, since their vectors mean nothing to it,
-- and whatever a reindex has made. `requested_dimensions` is what the model is asked for; null: nothing.
create or replace function docs.prepare_embedding_model(
  name text,
  dimensions int,
  requested_dimensions int default null
)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
as $$
begin
  if exists (
    select from docs.embedding_model as recorded
    where recorded.name = prepare_embedding_model.name
      and recorded.dimensions = prepare_embedding_model.dimensions
  ) then
    return;
  end if;

  delete from docs.embedding_model;
  delete from docs.next_embedding_model;
  drop table if exists docs.next_section_window, docs.old_section_window;
  truncate docs.page, docs.page_section, docs.section_window, docs.page_embedding;
  truncate docs.lexeme, docs.posting, docs.page_posting, docs.token_weights, docs.calibration;
  truncate docs.title_word, docs.title_word_rest;
  truncate docs.staged_page, docs.staged_section, docs.staged_window;
  update docs.site set section_count = 0, page_count = 0, length_total = 0, generation = generation + 1;

  drop index if exists docs.section_window_embedding;
  execute format(
    'alter table docs.section_window alter column embedding type halfvec(%s)',
    prepare_embedding_model.dimensions
  );
  perform docs.build_window_index();

  insert into docs.embedding_model (name, dimensions, requested_dimensions, window_table)
  values (
    prepare_embedding_model.name, prepare_embedding_model.dimensions,
    prepare_embedding_model.requested_dimensions, 'docs.section_window'::regclass
  );
end;
$$;
