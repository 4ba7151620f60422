-- What is pushed waits in the queue `lectern` of pgmq (server/database/migrate.py installs it), and this is what has
-- become of it. A message says which job it belongs to; who works on the job holds both.

create table docs.job (
  -- Newer jobs have higher ids: of two that push one page the higher wins, whichever ends first.
  id bigint generated always as identity primary key,
  site_id bigint not null references docs.site on delete cascade,
  kind text not null check (kind in ('pages', 'removal', 'sync')),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  -- In the queue, or in its archive when the job failed; null only within docs.enqueue_job.
  message_id bigint,
  size_bytes bigint not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- How often it was started. Who started it last holds it, and nobody else may end it.
  attempts int not null default 0,
  -- Why it failed, or what the last attempt failed by.
  reason text,
  -- Counts of pages, and the pages that could not be read.
  outcome jsonb not null default '{}'
);

-- Serves docs.get_jobs and docs.drop_old_jobs.
create index job_state on docs.job (state, id);

-- Serves docs.take_jobs.
create index job_message_id on docs.job (message_id);

-- Which job a path had last, also where that removed the page: an older one that ends later must not undo it.
create table docs.pushed_path (
  site_id bigint not null references docs.site on delete cascade,
  path text not null,
  job_id bigint not null,
  primary key (site_id, path)
);

alter table docs.job enable row level security;
alter table docs.pushed_path enable row level security;
