-- Whether docs.match_page_sections has taken a section that says the same: the one under the same anchor in
-- another edition of the page (`/v1/auth`, `/de/auth`), or one with nearly the same text. 16 of 256 bits of a
-- MinHash differ when 7 of 8 sequences of words are shared; below that stand texts that differ in what they are
-- about (the same page for another product: 0.82 of the sequences shared, measured on AWS' guides).
create or replace function docs.is_repeated(
  taken docs.taken_section[],
  slug text,
  edition_path text,
  fingerprint bit(256)
)
returns boolean
language sql
immutable
set search_path = docs, public, extensions, pg_temp
as $$
  select exists (
    select
    from unnest(is_repeated.taken) as one
    where (one.edition_path = is_repeated.edition_path and one.slug is not distinct from is_repeated.slug)
      or bit_count(one.fingerprint # is_repeated.fingerprint) <= 16
  );
$$;
