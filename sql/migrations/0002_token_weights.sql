-- What an embedder has learnt of a site's corpus: how much each token weighs (smooth inverse frequency).
-- One row per site at most, written in the transaction that publishes the vectors made with it.
create table docs.token_weights (
  site_id bigint primary key references docs.site on delete cascade,
  weights bytea not null,
  sha256 text not null generated always as (encode(sha256(weights), 'hex')) stored,
  -- Pages of the site when they were learnt: they are learnt anew when it has grown or shrunk by half.
  page_count int not null
);

alter table docs.token_weights enable row level security;
