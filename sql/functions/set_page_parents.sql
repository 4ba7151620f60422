-- Gives every page of a site the page of the longest path above its own as parent: `/guides/auth/sessions`
-- hangs under `/guides/auth` or, where there is no such page, `/guides` or `/`.
create or replace function docs.set_page_parents(site_id bigint)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  with found as (
    select
      child.id,
      (
        select parent.id
        from generate_series(1, array_length(string_to_array(child.path, '/'), 1) - 1) as depth
        join docs.page as parent
          on parent.site_id = child.site_id
          and parent.path = coalesce(
            nullif(array_to_string((string_to_array(child.path, '/'))[:depth], '/'), ''), '/')
        where parent.id <> child.id
        order by depth desc
        limit 1
      ) as parent_page_id
    from docs.page as child
    where child.site_id = set_page_parents.site_id
  )
  update docs.page
  set parent_page_id = found.parent_page_id
  from found
  where page.id = found.id and page.parent_page_id is distinct from found.parent_page_id;
$$;
