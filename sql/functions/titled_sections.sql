-- The sections that a query names, and how far each leads over what was only found: a page whose title begins with
-- the query (or is it) by its first section, and sections whose heading does. From 0.75, more the more of it was
-- typed (up to 0.2), and a little more for titles. At most the shortest 30 of each; of one letter not all are looked at.
create or replace function docs.titled_sections(site_id bigint, query_text text, filter jsonb)
returns table (section_id bigint, lead float)
language plpgsql
stable
set search_path = docs, public, extensions, pg_temp
as $$
declare
  beginning text := btrim(lower(titled_sections.query_text));
  after text := beginning || chr(1114111);
begin
  if beginning is null or beginning = '' then
    return;
  end if;
  return query
  select titled.section_id, max(titled.lead)
  from (
    (
      select section.id as section_id, 0.79 + 0.2 * length(beginning)::float / length(page.title) as lead
      from (
        select page.id, page.title
        from docs.page
        where page.site_id = titled_sections.site_id
          and lower(page.title) collate "C" >= beginning and lower(page.title) collate "C" < after
          and page.meta @> titled_sections.filter
        limit 200
      ) as page
      join docs.page_section as section on section.page_id = page.id and section.position = 0
      order by length(page.title)
      limit 30
    )
    union all
    (
      select section.id, 0.75 + 0.2 * length(beginning)::float / length(section.heading)
      from (
        select section.id, section.page_id, section.heading
        from docs.page_section as section
        where lower(section.heading) collate "C" >= beginning and lower(section.heading) collate "C" < after
          and (
            select page.site_id = titled_sections.site_id and page.meta @> titled_sections.filter
            from docs.page
            where page.id = section.page_id
          )
        limit 200
      ) as section
      order by length(section.heading)
      limit 30
    )
  ) as titled
  group by titled.section_id;
end;
$$;
