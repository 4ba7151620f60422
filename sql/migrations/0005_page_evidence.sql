-- What a page says as a whole, beside what each of its sections says: a section is ranked by both. And a
-- fingerprint of each section's text, by which other versions of it are known.

-- Which pages hold a lexeme, and how often: docs.posting, summed over a page's sections. Written by docs.publish.
create table docs.page_posting (
  lexeme_id int not null,
  page_id bigint not null,
  frequency real not null,
  page_length real not null,
  primary key (lexeme_id, page_id) include (frequency, page_length)
);

-- Serves docs.forget_pages.
create index page_posting_page_id on docs.page_posting (page_id);

-- The direction in which a page's windows point on the whole: their mean, with length 1.
create table docs.page_embedding (
  page_id bigint primary key references docs.page on delete cascade,
  embedding halfvec not null
);

alter table docs.page_posting enable row level security;
alter table docs.page_embedding enable row level security;

-- Kept by docs.publish; with length_total it gives the average length of a page.
alter table docs.site add column page_count bigint not null default 0;

-- Bits of a MinHash of the text (server/documents/fingerprints.py); null for what was ingested before.
alter table docs.page_section add column fingerprint bit(256);
alter table docs.staged_section add column fingerprint bit(256);

-- What is published already gets its page evidence here; fingerprints come with the next ingest.
update docs.site set page_count = (select count(*) from docs.page where page.site_id = site.id);

insert into docs.page_posting (lexeme_id, page_id, frequency, page_length)
select posting.lexeme_id, section.page_id, sum(posting.frequency), max(page.length)
from docs.posting
join docs.page_section as section on section.id = posting.section_id
join (
  select of_page.page_id, sum(of_section.length) as length
  from docs.page_section as of_page
  cross join lateral (
    select max(posting.section_length) as length from docs.posting where posting.section_id = of_page.id
  ) as of_section
  group by of_page.page_id
) as page on page.page_id = section.page_id
group by posting.lexeme_id, section.page_id;

insert into docs.page_embedding (page_id, embedding)
select section.page_id, l2_normalize(avg(section_window.embedding))
from docs.section_window
join docs.page_section as section on section.id = section_window.section_id
group by section.page_id;

-- A section in the order of docs.rank_sections, with all that its score was made of.
create type docs.ranked_section as (
  section_id bigint,
  page_id bigint,
  score float,
  similarity float,
  keyword_score float,
  coverage float,
  semantic_rank bigint,
  keyword_rank bigint,
  page_similarity float,
  page_keyword_score float
);

-- A section on its way into the result of docs.match_page_sections.
create type docs.taken_section as (
  ranked docs.ranked_section,
  slug text,
  edition_path text,
  fingerprint bit(256),
  -- The parts it was cut into that were found, itself included, and the sum of their tokens.
  part_ids bigint[],
  token_count int
);
