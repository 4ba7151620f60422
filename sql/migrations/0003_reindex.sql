-- Another embedding model without an outage: the next model's vectors are made beside the live ones, in a table
-- docs.next_section_window that takes their place (docs.start_reindex, docs.swap_windows).

-- What a page's vectors were made with, apart from `checksum`, which is about its text and how that is split.
-- The checksums written before covered both in one, so after this migration an existing database stores and
-- embeds every page once more, with its next ingest.
alter table docs.page add column embedded_with text not null default '';
alter table docs.staged_page add column embedded_with text not null default '';

-- What the model's `dimensions` parameter is set to; null: it is not sent.
alter table docs.embedding_model add column requested_dimensions int;

-- The table with the vectors of this model, which docs.check_embedding compares with the one it has locked.
alter table docs.embedding_model add column window_table regclass;
update docs.embedding_model set window_table = 'docs.section_window'::regclass;
alter table docs.embedding_model alter column window_table set not null;

-- At most one row, while there is a reindex that has not ended: what docs.next_section_window is made with.
create table docs.next_embedding_model (
  singleton boolean primary key default true check (singleton),
  name text not null,
  dimensions int not null check (dimensions between 1 and 4000),
  requested_dimensions int,
  embedded_with text not null,
  -- What the next embedder has learnt of the site, from how many pages; null when it learns nothing.
  token_weights bytea,
  page_count int not null
);

alter table docs.next_embedding_model enable row level security;
