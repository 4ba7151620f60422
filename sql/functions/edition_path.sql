-- A page's path without what tells its edition. Of a page whose metadata say the language that is the folder with that
-- language's name (`/de/auth`, `/docs/pt-br/auth`) or the suffix (`/auth.de`), and the folder with its version's
-- (`/v2/auth`; but `/releases/v2` is a page of its own). Of other pages it is what looks like a version before the last
-- segment, and like a language at the beginning.
create or replace function docs.edition_path(path text, meta jsonb)
returns text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select case
    when edition_path.meta ? 'lang' then (
      select '/' || coalesce(string_agg(
        case
          when segment.place < segment.count then segment.name
          else regexp_replace(segment.name, '\.' || edition.lang || '$', '', 'i')
        end, '/' order by segment.place
      ), '')
      from (
        -- Letters, digits and hyphens only, so that it may stand in an expression.
        select regexp_replace(replace(edition_path.meta ->> 'lang', '_', '-'), '[^[:alnum:]-]', '', 'g') as lang,
               lower(edition_path.meta ->> 'version') as version
      ) as edition
      cross join lateral (
        select found.name, found.place, count(*) over () as count
        from string_to_table(ltrim(edition_path.path, '/'), '/') with ordinality as found (name, place)
      ) as segment
      where replace(lower(segment.name), '_', '-') not in (lower(edition.lang), lower(split_part(edition.lang, '-', 1)))
        and (
          segment.place = segment.count or edition.version is null
          or lower(segment.name) not in (edition.version, 'v' || edition.version, 'version-' || edition.version)
        )
    )
    else coalesce(nullif(regexp_replace(
      regexp_replace(
        edition_path.path,
        '/(?:v\d[\w.-]*|\d+\.[\dx.]+|latest|stable|current|next|nightly|main|master)(?=/.)',
        '', 'gi'
      ),
      '^/(?:ar|bg|bn|ca|cs|da|de|el|en|es|et|fa|fi|fr|he|hi|hr|hu|id|it|ja|ko|lt|lv|ms|nb|nl|no|pl|pt|ro|ru|sk|sl|sr'
        '|sv|th|tr|uk|vi|zh)(?:[-_][a-z]{2,4})?(?=/|$)',
      '', 'i'
    ), ''), '/')
  end;
$$;
