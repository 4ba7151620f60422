-- The sections on pages whose metadata contain a filter; null without a filter, and when there are over 10,000,
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
    join docs.page_section as section on section.page_id = page.id
    where page.site_id = kept_sections.site_id and page.meta @> kept_sections.filter
    limit 10001
  );
  return case when cardinality(kept_ids) <= 10000 then kept_ids end;
end;
$$;
