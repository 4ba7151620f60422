-- How much a term's occurrences count, without its idf, 0 to 2.2: they saturate (k1 = 1.2), and count less in
-- what is longer than the average by `b` (Robertson & Zaragoza 2009, §3).
create or replace function docs.bm25(frequency float, length float, average_length float, b float)
returns float
language sql
immutable
parallel safe
as $$
  select frequency * 2.2 / (frequency + 1.2 * (1 - b + b * length / greatest(average_length, 1)));
$$;
