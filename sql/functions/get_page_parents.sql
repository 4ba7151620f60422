-- A page and its ancestors, nearest first.
create or replace function docs.get_page_parents(page_id bigint)
returns table (id bigint, parent_page_id bigint, path text, meta jsonb)
language sql
stable
security definer
set search_path = docs, public, extensions, pg_temp
as $$
  with recursive chain as (
    select page.id, page.parent_page_id, page.path, page.meta, 0 as distance
    from docs.page
    where page.id = get_page_parents.page_id

    union all

    select parent.id, parent.parent_page_id, parent.path, parent.meta, chain.distance + 1
    from chain
    join docs.page as parent on parent.id = chain.parent_page_id
  )
  select chain.id, chain.parent_page_id, chain.path, chain.meta
  from chain
  order by chain.distance;
$$;

grant execute on function docs.get_page_parents to lectern_server;
