-- The inverse document frequency of what so many sections of a site hold (BM25's, never negative).
create or replace function docs.idf(section_count numeric, total bigint)
returns float
language sql
immutable
parallel safe
as $$
  select ln(1 + (total - section_count + 0.5) / (section_count + 0.5))::float;
$$;
