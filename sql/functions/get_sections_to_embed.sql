-- The next sections above an id, with what their windows are made of: those without next windows or, for a
-- reindex that is about to start (`is_new`), all.
create or replace function docs.get_sections_to_embed(after_id bigint, count int, is_new boolean)
returns table (
  id bigint,
  title text,
  heading text,
  heading_path text[],
  slug text,
  content text,
  token_count int
)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
begin
  if get_sections_to_embed.is_new then
    return query
    select section.id, page.title, section.heading, section.heading_path, section.slug, section.content,
           section.token_count
    from docs.page_section as section
    join docs.page on page.id = section.page_id
    where section.id > get_sections_to_embed.after_id
    order by section.id
    limit get_sections_to_embed.count;
  else
    return query
    select section.id, page.title, section.heading, section.heading_path, section.slug, section.content,
           section.token_count
    from docs.page_section as section
    join docs.page on page.id = section.page_id
    where section.id > get_sections_to_embed.after_id
      and not exists (select from docs.next_section_window as made where made.section_id = section.id)
    order by section.id
    limit get_sections_to_embed.count;
  end if;
end;
$$;
