-- Where a section, of which a part was found before, stands in what docs.match_page_sections has taken; null when
-- it does not. A long section is stored in parts that share page and anchor.
create or replace function docs.place_of_section(taken docs.taken_section[], page_id bigint, slug text)
returns int
language sql
immutable
set search_path = docs, public, extensions, pg_temp
as $$
  select one.place::int
  from unnest(place_of_section.taken) with ordinality as one (ranked, slug, edition_path, fingerprint, part_ids, place)
  where (one.ranked).page_id = place_of_section.page_id and one.slug is not distinct from place_of_section.slug;
$$;
