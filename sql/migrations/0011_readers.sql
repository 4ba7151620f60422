-- What readers' pages name a site by, and what readers say of its answers.

-- 128 random bits. No secret: it stands in every page of the site, and tells a server that it was meant.
alter table docs.site
  add column public_key text not null unique default
    'pk_' || left(encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'), 32);

-- One rating per answer and reader, the last one.
create table docs.feedback (
  id bigint generated always as identity primary key,
  answer_id text not null references docs.answer on delete cascade,
  -- A hash that stands for the reader of this one answer; null once it is forgotten.
  client bytea,
  rating text not null check (rating in ('up', 'down')),
  reason text check (reason in ('incorrect', 'outdated', 'incomplete', 'irrelevant', 'unclear', 'other')),
  comment text check (char_length(comment) <= 2000),
  rated_at timestamptz not null default now(),
  -- Serves the foreign key too: dropping an answer looks for its ratings.
  unique (answer_id, client)
);

alter table docs.feedback enable row level security;
