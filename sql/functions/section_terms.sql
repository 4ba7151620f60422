-- The lexemes of a section with their occurrences weighted by field: heading 3, title, heading path and page
-- path 1, body 1, parts of identifiers ½. `length` is the sum of all occurrences. The weights lie on plateaus
-- of what was measured on six question sets. About 75 of them in a section, at half a millisecond.
-- What is written without spaces between words has its character pairs, whatever the configuration.
create or replace function docs.section_terms(
  config regconfig,
  heading text,
  title text,
  heading_path text[],
  path text,
  content text
)
returns table (lexeme text, frequency real, length real)
language sql
immutable
parallel safe
cost 10000
rows 75
set search_path = docs, public, extensions, pg_temp
as $$
  with field (content, weight) as (
    values
      (section_terms.heading, 3),
      (concat_ws(
        ' ',
        section_terms.title,
        array_to_string(section_terms.heading_path, ' '),
        regexp_replace(section_terms.path, '[^[:alnum:]' || docs.paired_characters() || ']+', ' ', 'g')
      ), 1),
      (section_terms.content, 1)
  ),
  spelled (content, weight) as (
    select docs.spelled_text(field.content), field.weight from field
    union all
    select
      docs.identifier_parts(docs.spelled_text(section_terms.heading || ' ' || section_terms.content)), 0.5
  ),
  word as (
    select entry.lexeme, spelled.weight * cardinality(entry.positions) as frequency,
           cardinality(entry.positions) as occurrences
    from spelled
    cross join lateral unnest(to_tsvector(section_terms.config, spelled.content)) as entry
    union all
    select identifier, 3, 0 from docs.identifiers(docs.spelled_text(section_terms.heading)) as identifier
    union all
    select identifier, 1, 0 from docs.identifiers(docs.spelled_text(section_terms.content)) as identifier
    union all
    -- The last character of a run begins no pair, and would not be found alone.
    select found.pair, field.weight, case when found.is_last then 0 else 1 end
    from field
    cross join lateral docs.character_pairs(field.content) as found
  ),
  occurrence as (
    select word.lexeme, sum(word.frequency) as frequency, sum(word.occurrences) as occurrences
    from word
    group by word.lexeme
  )
  select occurrence.lexeme, occurrence.frequency::real, (sum(occurrence.occurrences) over ())::real
  from occurrence;
$$;
