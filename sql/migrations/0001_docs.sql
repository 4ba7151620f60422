-- The tables of one site's documentation. The vector width is not fixed here but by
-- docs.prepare_embedding_model, because it belongs to the embedding model.

create extension if not exists vector;

-- What the HTTP server runs as: it may call the functions granted to it and touch no table.
do $$
begin
  if not exists (select from pg_roles where rolname = 'lectern_server') then
    create role lectern_server nologin;
  end if;
  -- From Postgres 16 on, who creates a role is its member but may not `set role` to it without this grant.
  execute format('grant lectern_server to %I', current_user);
exception
  when insufficient_privilege then null;  -- then an administrator has to have done it
end;
$$;

do $$
begin
  set local role lectern_server;
  reset role;
exception
  when insufficient_privilege or undefined_object or invalid_parameter_value then
    raise exception 'the user % may not act as the role lectern_server', current_user
      using errcode = 'insufficient_privilege',
            hint = format('As an administrator: create role lectern_server; grant lectern_server to %I', current_user);
end;
$$;

grant usage on schema docs to lectern_server;

create table docs.site (
  id bigint generated always as identity primary key,
  name text not null unique,
  text_search_config regconfig not null default 'english',
  generation bigint not null default 0,
  -- Kept by docs.publish for the keyword ranking.
  section_count bigint not null default 0,
  length_total float not null default 0
);

insert into docs.site (name) values ('default');

-- At most one row: what the stored vectors were made with.
create table docs.embedding_model (
  singleton boolean primary key default true check (singleton),
  name text not null,
  dimensions int not null check (dimensions between 1 and 4000)
);

create table docs.page (
  id bigint generated always as identity primary key,
  site_id bigint not null references docs.site on delete cascade,
  parent_page_id bigint references docs.page on delete set null,
  path text not null check (path like '/%'),
  title text not null,
  checksum text not null,
  meta jsonb not null default '{}',
  type text not null,
  source text not null,
  last_refresh timestamptz not null default now(),
  unique (site_id, path)
);

-- Serves the foreign key: deleting a page looks for its children.
create index page_parent_page_id on docs.page (parent_page_id);

-- Serves filters on page metadata in docs.match_page_sections.
create index page_meta on docs.page using gin (meta jsonb_path_ops);

create table docs.page_section (
  id bigint generated always as identity primary key,
  page_id bigint not null references docs.page on delete cascade,
  position int not null,
  heading text not null,
  heading_path text[] not null,
  slug text,
  content text not null,
  token_count int not null,
  unique (page_id, position)
);

-- One row per window of a section; the HNSW index comes with docs.prepare_embedding_model.
create table docs.section_window (
  section_id bigint not null references docs.page_section on delete cascade,
  position int not null,
  embedding halfvec not null,
  primary key (section_id, position)
);

-- How many sections of a site hold a lexeme: the document frequency of the keyword ranking.
create table docs.lexeme (
  id int generated always as identity primary key,
  site_id bigint not null references docs.site on delete cascade,
  lexeme text not null,
  section_count bigint not null,
  unique (site_id, lexeme)
);

-- Which sections hold a lexeme, and how often: what the keyword ranking reads instead of a tsvector behind a
-- GIN index, whose every candidate had to be fetched and unnested whole (60 ms for 870 sections, and 4 ms
-- this way, November 2026). Written by docs.publish alone; foreign keys would check millions of rows for that.
create table docs.posting (
  lexeme_id int not null,
  section_id bigint not null,
  -- Occurrences, weighted by field.
  frequency real not null,
  -- Occurrences of all lexemes in the section; beside each of them, so that ranking reads the index only.
  section_length real not null,
  primary key (lexeme_id, section_id) include (frequency, section_length)
);

-- Serves docs.forget_pages.
create index posting_section_id on docs.posting (section_id);

-- What a run has parsed and embedded and not yet published. Unlogged: a crash loses only work to be redone.
create unlogged table docs.staged_page (
  run uuid not null,
  path text not null,
  title text not null,
  checksum text not null,
  meta jsonb not null,
  type text not null,
  source text not null,
  staged_at timestamptz not null default now(),
  primary key (run, path)
);

create unlogged table docs.staged_section (
  run uuid not null,
  path text not null,
  position int not null,
  heading text not null,
  heading_path text[] not null,
  slug text,
  content text not null,
  token_count int not null,
  primary key (run, path, position)
);

create unlogged table docs.staged_window (
  run uuid not null,
  path text not null,
  section_position int not null,
  position int not null,
  embedding halfvec not null,
  primary key (run, path, section_position, position)
);

-- Row-level security without policies: only the owner, and functions running as the owner, see rows.
alter table docs.site enable row level security;
alter table docs.embedding_model enable row level security;
alter table docs.page enable row level security;
alter table docs.page_section enable row level security;
alter table docs.section_window enable row level security;
alter table docs.lexeme enable row level security;
alter table docs.posting enable row level security;
alter table docs.staged_page enable row level security;
alter table docs.staged_section enable row level security;
alter table docs.staged_window enable row level security;
