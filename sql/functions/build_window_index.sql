-- Builds the index of the windows, which serves the semantic leg of docs.match_page_sections. m and
-- ef_construction are pgvector's defaults, written down: recall@10 was .96 at ef_search 200 on 111,000 real
-- vectors. The memory is for 100,000 windows of 1,536 numbers; with less the build goes on, slower.
create or replace function docs.build_window_index(window_table text default 'section_window')
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
set maintenance_work_mem = '512MB'
as $$
begin
  execute format(
    'create index %I on docs.%I using hnsw (embedding halfvec_ip_ops) with (m = 16, ef_construction = 64)',
    build_window_index.window_table || '_embedding', build_window_index.window_table
  );
end;
$$;
