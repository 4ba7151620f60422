-- Builds the index of the windows, which serves the semantic leg of docs.match_page_sections. m and
-- ef_construction are pgvector's defaults, written down: recall@10 was .98 at ef_search 200 on 215,000 windows.
-- The memory is for 100,000 windows of 1,536 numbers; with less the build goes on, slower.
create or replace function docs.build_window_index(window_table text default 'section_window')
returns void
language plpgsql
set search_path = docs, public, extensions, pg_temp
set maintenance_work_mem = '512MB'
as $$
declare
  build text := format(
    'create index %I on docs.%I using hnsw (embedding halfvec_ip_ops) with (m = 16, ef_construction = 64)',
    build_window_index.window_table || '_embedding', build_window_index.window_table
  );
begin
  execute build;
exception
  -- Several processes build in shared memory, of which a container has 64 MB unless it is given more.
  when disk_full or out_of_memory then
    perform set_config('max_parallel_maintenance_workers', '0', true);
    execute build;
end;
$$;
