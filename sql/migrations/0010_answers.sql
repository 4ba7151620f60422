-- Answers, from when they are asked for: any server can resume, share and give again what another one writes.

-- Rows are rewritten several times a second while they run. So nothing that changes then is indexed, not even in an
-- index's `where`; what is long is kept beside the table, and half of each page is left free: a row's next version goes
-- there, and no index is written. Nor is the text compressed, which would be for a quarter of a second.
create table docs.answer (
  -- 128 random bits: knowing it is the right to read the answer.
  id text primary key,
  -- No foreign key: every question would lock the one row of its site.
  site_id bigint not null,
  query text not null,
  -- What was searched for: the query, in a conversation made to stand alone; null until it is known.
  searched_query text,
  filter jsonb not null default '{}',
  -- The path of the page it was asked from.
  page text,
  conversation text,
  -- What equal questions have in common; null: is never shared.
  fingerprint bytea,
  -- The site's when it was asked.
  generation bigint not null,
  -- A hash that stands for who asked first; null where that could not be told.
  client bytea,
  model text not null,
  status text not null default 'running'
    check (status in ('running', 'finished', 'stopped', 'interrupted', 'failed')),
  text text not null default '',
  -- Sources, confidence and whether it is a refusal.
  found jsonb,
  -- What the sources were made of.
  matches jsonb,
  finish_reason text,
  -- {"code": …, "message": …} for the reader.
  problem jsonb,
  citations jsonb,
  prompt_tokens int,
  completion_tokens int,
  usage_is_estimate boolean not null default false,
  -- By how many readers, as far as that can be told; above 1 none of them may stop it.
  asked_count int not null default 1,
  is_stop_requested boolean not null default false,
  created_at timestamptz not null default now(),
  first_delta_at timestamptz,
  -- When its writer ended it; null while it runs, and when it was found interrupted.
  finished_at timestamptz,
  -- When a reader first had all of it.
  delivered_at timestamptz,
  -- The writer's last sign of life.
  touched_at timestamptz not null default now(),
  -- When a server that does not write it last asked for it, to the second.
  followed_at timestamptz
) with (fillfactor = 50, toast_tuple_target = 256);

alter table docs.answer alter column text set storage external;

-- Serves docs.open_answer.
create index answer_fingerprint on docs.answer (site_id, fingerprint, created_at) where fingerprint is not null;

-- Serves docs.drop_old_answers.
create index answer_created_at on docs.answer (created_at);

-- Which answer an Idempotency-Key stands for.
create table docs.asked_key (
  site_id bigint not null,
  key text not null,
  -- Of the request that the key came with first.
  body_sha256 bytea,
  answer_id text not null references docs.answer on delete cascade,
  created_at timestamptz not null default now(),
  primary key (site_id, key)
);

-- Serves the foreign key: dropping an answer looks for its keys.
create index asked_key_answer_id on docs.asked_key (answer_id);

-- The answers of a conversation in their order. One that is shared or given again belongs to several.
create table docs.conversation_answer (
  site_id bigint not null,
  conversation text not null,
  position bigint not null generated always as identity,
  answer_id text not null references docs.answer on delete cascade,
  primary key (site_id, conversation, position)
);

-- Serves the foreign key: dropping an answer looks for its conversations.
create index conversation_answer_answer_id on docs.conversation_answer (answer_id);

-- An answer as a server is given it.
create type docs.stored_answer as (
  id text,
  query text,
  searched_query text,
  conversation text,
  model text,
  status text,
  text text,
  found jsonb,
  finish_reason text,
  problem jsonb,
  citations jsonb,
  prompt_tokens int,
  completion_tokens int,
  usage_is_estimate boolean,
  asked_count int,
  created_at timestamptz,
  first_delta_at timestamptz,
  finished_at timestamptz,
  delivered_at timestamptz
);

alter table docs.answer enable row level security;
alter table docs.asked_key enable row level security;
alter table docs.conversation_answer enable row level security;
