-- Records which text-search configurations a site's pages are indexed with.
create or replace function docs.set_text_search_configs(site_id bigint)
returns void
language sql
set search_path = docs, public, extensions, pg_temp
as $$
  update docs.site
  set text_search_configs = coalesce(
    (
      select array_agg(distinct docs.text_search_config(spoken.lang, site.text_search_config)::oid)
      from (
        select distinct page.meta ->> 'lang' as lang
        from docs.page
        where page.site_id = set_text_search_configs.site_id
      ) as spoken
    )::regconfig[],
    array[site.text_search_config]
  )
  where site.id = set_text_search_configs.site_id;
$$;
