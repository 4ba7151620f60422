-- What tells questions a site can answer from those it cannot: learnt after a publish by asking the site about itself
-- and about everything else. One row per site at most.
create table docs.calibration (
  site_id bigint primary key references docs.site on delete cascade,
  -- What it was learnt with; with another model it says nothing.
  embedding_model text not null,
  -- Hash of what decided the vectors and the ranking then.
  learnt_with text,
  -- Of the levels' form and of the way they were learnt; those of another version are not read.
  version int not null,
  -- Pages of the site then: it is learnt anew when the site has grown or shrunk by half.
  page_count int not null,
  -- A server/confidence.py `Levels`; null where the two kinds of questions look alike, or there was too little to ask.
  levels jsonb
);

alter table docs.calibration enable row level security;
