-- A page's path without what tells its edition: a version before the last segment (`/v2/auth`, `/latest/auth`; but
-- `/releases/v2` is a page of its own) and a language at the beginning (`/de/auth`, `/pt-br/auth`).
create or replace function docs.edition_path(path text)
returns text
language sql
immutable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select coalesce(nullif(regexp_replace(
    regexp_replace(
      edition_path.path,
      '/(?:v\d[\w.-]*|\d+\.[\dx.]+|latest|stable|current|next|nightly|main|master)(?=/.)',
      '', 'gi'
    ),
    '^/(?:ar|bg|bn|ca|cs|da|de|el|en|es|et|fa|fi|fr|he|hi|hr|hu|id|it|ja|ko|lt|lv|ms|nb|nl|no|pl|pt|ro|ru|sk|sl|sr'
      '|sv|th|tr|uk|vi|zh)(?:[-_][a-z]{2,4})?(?=/|$)',
    '', 'i'
  ), ''), '/');
$$;
