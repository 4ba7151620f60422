-- Pay for changes only: vectors are kept by what they were made of, beside the windows that have them now. And every
-- publish leaves a line behind.

-- A vector for ever, until nobody has used it for a long time. A run keeps each as soon as it has it, so that a run
-- that was interrupted pays for none twice; going back to an older state finds those of that state here.
create table docs.embedding (
  -- Hash of the text, the model, its width and all else that decides the vector (server/ingest/embedding.py).
  identity bytea primary key,
  embedding halfvec not null,
  -- When a published window had it last, if none has it now.
  used_at timestamptz not null default now()
);

alter table docs.embedding enable row level security;

-- Null for windows of before this migration: their vectors cannot be told to whom they belong.
alter table docs.section_window add column identity bytea;
alter table if exists docs.next_section_window add column identity bytea;

-- Staged windows point to their vectors, which are made after all pages are staged.
drop table docs.staged_window;
create unlogged table docs.staged_window (
  run uuid not null,
  path text not null,
  section_position int not null,
  position int not null,
  identity bytea not null,
  content text not null,
  primary key (run, path, section_position, position)
);

-- Serves docs.get_missing_windows.
create index staged_window_identity on docs.staged_window (run, identity);

alter table docs.staged_window enable row level security;

truncate docs.staged_page, docs.staged_section;

-- Where readers find the page: its path in the site as the site's generator writes it, or a whole address.
alter table docs.page add column url text not null default '';
update docs.page set url = path;
alter table docs.staged_page add column url text not null default '';

-- What the page was parsed with, apart from `checksum`, which is about the file alone. The checksums of before
-- covered both, so an existing database stores and embeds every page once more, with its next ingest.
alter table docs.page add column parsed_with text not null default '';
alter table docs.staged_page add column parsed_with text not null default '';

-- The files that the page includes, each with the checksum it had: {"snippets/install.md": "ab12…"}.
alter table docs.page add column includes jsonb not null default '{}';
alter table docs.staged_page add column includes jsonb not null default '{}';

-- What a web server wants to be asked with whether the page has changed: {"etag": …, "last_modified": …}.
alter table docs.page add column validators jsonb not null default '{}';
alter table docs.staged_page add column validators jsonb not null default '{}';

-- A page that was pushed stays when a folder is ingested that does not have it.
alter table docs.page add column is_pushed boolean not null default false;
alter table docs.staged_page add column is_pushed boolean not null default false;

-- One row per publish, so that it can be told what readers saw when.
create table docs.publication (
  site_id bigint not null references docs.site on delete cascade,
  generation bigint not null,
  published_at timestamptz not null default now(),
  -- Of the documentation's own repository; null where it is not known.
  source_commit text,
  pages_written bigint not null,
  pages_removed bigint not null,
  pages_total bigint not null,
  sections_total bigint not null,
  windows_embedded bigint not null,
  primary key (site_id, generation)
);

alter table docs.publication enable row level security;
