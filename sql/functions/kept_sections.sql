-- The sections on pages whose metadata contain a filter; null without a filter, and when there are over 2,000,
-- which are sooner searched through the index.
create or replace function docs.kept_sections(site_id bigint, filter jsonb)
returns bigint[]
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  kept_ids bigint[];
begin
  if kept_sections.filter = '{}' then
    return null;
  end if;
  kept_ids := array(
    select section.id
    from docs.page
    cross join lateral (
      select kept.id from docs.page_section as kept where kept.page_id = page.id
      offset 0  -- page by page: a join that expects many reads all sections before the limit ends it
    ) as section
    where page.site_id = kept_sections.site_id and page.meta @> kept_sections.filter
    limit 2001
  );
  return case when cardinality(kept_ids) <= 2000 then kept_ids end;
end;
$$;
