-- What was published for a site, newest first.
create or replace function docs.get_publications(site text, count int)
returns setof docs.publication
language sql
stable
set search_path = docs, public, extensions, pg_temp
as $$
  select publication.*
  from docs.site
  join docs.publication on publication.site_id = site.id
  where site.name = get_publications.site
  order by publication.generation desc
  limit get_publications.count;
$$;
