-- What search while typing needs: the words of titles and headings as they are written, and indexes by beginning.

-- Lexemes are stems, so `getti` is the beginning of none: these words tell that it is on its way to `getting`.
-- Mistyped words are corrected by them too. Kept by docs.publish.
create table docs.title_word (
  site_id bigint not null references docs.site on delete cascade,
  -- In lower case. Compared by bytes, so that an index gives all words with one beginning.
  word text collate "C" not null,
  -- Sections with it in their heading or their page's title.
  section_count bigint not null,
  primary key (site_id, word)
);

-- What is left of a word's first seven letters without one or two of them. A mistyped word is found by what is left
-- of it (symmetric deletes, as in SymSpell: https://github.com/wolfgarbe/SymSpell).
create table docs.title_word_rest (
  site_id bigint not null,
  rest text collate "C" not null,
  word text collate "C" not null,
  primary key (site_id, rest, word),
  foreign key (site_id, word) references docs.title_word on delete cascade
);

-- Serves the foreign key: removing a word looks for its rests.
create index title_word_rest_word on docs.title_word_rest (site_id, word);

-- Serves docs.completed_lexemes: the lexemes with one beginning, without reading the table.
create index lexeme_beginning on docs.lexeme (site_id, lexeme collate "C") include (id, section_count);

-- Serve docs.titled_sections.
create index page_title_beginning on docs.page (site_id, lower(title) collate "C");
create index page_section_heading_beginning on docs.page_section (lower(heading) collate "C");

alter table docs.title_word enable row level security;
alter table docs.title_word_rest enable row level security;

-- What is published already gets its words here.
insert into docs.title_word (site_id, word, section_count)
select page.site_id, found.word, count(*)
from docs.page_section as section
join docs.page on page.id = section.page_id
cross join lateral (
  select distinct split.word
  from regexp_split_to_table(lower(page.title || ' ' || section.heading), '[^[:alnum:]]+') as split (word)
  where length(split.word) between 3 and 40
) as found
group by page.site_id, found.word;

insert into docs.title_word_rest (site_id, rest, word)
with recursive deletion (site_id, word, rest, deleted) as (
  select title_word.site_id, title_word.word, left(title_word.word, 7), 0
  from docs.title_word
  where title_word.word !~ '[[:digit:]]'
  union
  select
    deletion.site_id, deletion.word,
    left(deletion.rest, place - 1) || substr(deletion.rest, place + 1), deletion.deleted + 1
  from deletion
  cross join lateral generate_series(1, length(deletion.rest)) as place
  where deletion.deleted < case when length(deletion.word) < 6 then 1 else 2 end
)
select distinct deletion.site_id, deletion.rest, deletion.word from deletion;

-- A word of a query, or what an unfinished or mistyped one may stand for, as docs.query_terms gives it.
create type docs.query_term as (
  -- As it was looked for.
  lexeme text,
  -- What matches it, each with how much it counts; null where the site does not know it.
  lexeme_ids int[],
  weights float[],
  idf float,
  -- How many sections hold it, at most.
  section_count numeric,
  is_unfinished boolean,
  -- The words it was corrected to.
  corrections text[]
);
