-- The sections whose best window is nearest to an embedding: at most 200 windows, pooled by maximum.
-- With a filter the kept pages' windows are scanned exactly, so that a narrow filter never starves.
create or replace function docs.nearest_sections(site_id bigint, embedding vector, filter jsonb)
returns table (section_id bigint, similarity float)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
begin
  -- Not a `set` clause of the function: only a superuser may write one for a library that is not loaded yet.
  perform set_config('hnsw.ef_search', '200', true);
  if nearest_sections.filter = '{}' then
    return query
    select nearest.section_id, max(nearest.similarity)
    from (
      select
        section_window.section_id,
        -(section_window.embedding <#> nearest_sections.embedding::halfvec) as similarity
      from docs.section_window
      order by section_window.embedding <#> nearest_sections.embedding::halfvec
      limit 200
    ) as nearest
    -- While there is one site, its windows are all there are.
    where nearest_sections.site_id is not null
    group by nearest.section_id;
  else
    return query
    select section.id, max(-(section_window.embedding <#> nearest_sections.embedding::halfvec)) as best
    from docs.page
    join docs.page_section as section on section.page_id = page.id
    join docs.section_window on section_window.section_id = section.id
    where page.site_id = nearest_sections.site_id and page.meta @> nearest_sections.filter
    group by section.id
    order by best desc
    limit 200;
  end if;
end;
$$;
