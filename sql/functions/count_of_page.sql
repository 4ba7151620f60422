-- How many sections of a page docs.match_page_sections has taken.
create or replace function docs.count_of_page(taken docs.taken_section[], page_id bigint)
returns bigint
language sql
immutable
set search_path = docs, public, extensions, pg_temp
as $$
  select count(*) from unnest(count_of_page.taken) as one where (one.ranked).page_id = count_of_page.page_id;
$$;
