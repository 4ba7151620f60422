-- Puts the next model and its vectors in the place of the live ones, in the caller's one transaction. The old
-- vectors stay in docs.old_section_window, until docs.drop_old_windows.
create or replace function docs.swap_windows(site text)
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
-- While the renaming waits for a long query to end, new queries wait behind it; the caller tries again.
set lock_timeout = '300ms'
as $$
declare
  next docs.next_embedding_model;
begin
  select * into strict next from docs.next_embedding_model;
  if exists (
    select from docs.page_section as section
    where not exists (select from docs.next_section_window as made where made.section_id = section.id)
  ) then
    raise exception 'there are sections without vectors of the model %', next.name;
  end if;

  -- Of another width than the old ones, but a reader sees either with the windows they belong to.
  delete from docs.page_embedding;
  insert into docs.page_embedding (page_id, embedding)
  select section.page_id, l2_normalize(avg(made.embedding))
  from docs.next_section_window as made
  join docs.page_section as section on section.id = made.section_id
  group by section.page_id;

  update docs.page set embedded_with = next.embedded_with;
  delete from docs.token_weights;
  delete from docs.calibration;  -- it is about the old vectors, and learnt anew after this
  if next.token_weights is not null then
    perform docs.set_token_weights(swap_windows.site, next.token_weights, next.page_count);
  end if;
  update docs.embedding_model
  set name = next.name, dimensions = next.dimensions, requested_dimensions = next.requested_dimensions,
      window_table = 'docs.next_section_window'::regclass;
  delete from docs.next_embedding_model;

  -- Last, because from here to the end of the transaction readers wait.
  perform docs.rename_table('section_window', 'old_section_window');
  perform docs.rename_table('next_section_window', 'section_window');
end;
$$;
