-- The sections whose best window is nearest to an embedding: of at most `breadth` windows (200 or fewer), pooled by
-- maximum. Where a filter keeps few sections (`kept_ids`), their windows are compared one by one; where it keeps
-- many, the index is scanned on until enough of what it gives is kept, so that no filter starves the result.
create or replace function docs.nearest_sections(
  site_id bigint,
  embedding vector,
  filter jsonb,
  kept_ids bigint[],
  breadth int default 200
)
returns table (section_id bigint, similarity float)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
begin
  -- Not `set` clauses of the function: only a superuser may write them for a library that is not loaded yet.
  perform set_config('hnsw.ef_search', nearest_sections.breadth::text, true);
  if nearest_sections.filter = '{}' then
    return query
    select nearest.section_id, max(nearest.similarity)
    from (
      select
        section_window.section_id,
        -(section_window.embedding <#> nearest_sections.embedding::halfvec) as similarity
      from docs.section_window
      order by section_window.embedding <#> nearest_sections.embedding::halfvec
      limit 200  -- a number, or else the planner does not see how few they are; the index gives `breadth`
    ) as nearest
    -- While there is one site, its windows are all there are.
    where nearest_sections.site_id is not null
    group by nearest.section_id;
  elsif nearest_sections.kept_ids is not null then
    return query
    select kept.id, max(-(section_window.embedding <#> nearest_sections.embedding::halfvec)) as best
    from unnest(nearest_sections.kept_ids) as kept (id)
    join docs.section_window on section_window.section_id = kept.id
    group by kept.id
    order by best desc
    limit 200;
  else
    perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
    -- Ten times the default, for a filter that goes against the query: other languages' sections are nearer.
    perform set_config('hnsw.max_scan_tuples', '200000', true);
    perform set_config('hnsw.scan_mem_multiplier', '4', true);
    return query
    select nearest.section_id, max(nearest.similarity)
    from (
      select
        section_window.section_id,
        -(section_window.embedding <#> nearest_sections.embedding::halfvec) as similarity
      from docs.section_window
      -- Not `exists`, of which the planner makes a join that reads everything.
      where (
        select page.site_id = nearest_sections.site_id and page.meta @> nearest_sections.filter
        from docs.page_section as section
        join docs.page on page.id = section.page_id
        where section.id = section_window.section_id
      )
      order by section_window.embedding <#> nearest_sections.embedding::halfvec
      limit 100  -- of what may be a tenth of the windows that are looked at
    ) as nearest
    group by nearest.section_id;
  end if;
end;
$$;
