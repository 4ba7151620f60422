-- Pages in many languages: a keyword index per page's language, and one of character pairs for Chinese, Japanese,
-- Korean, Thai, Lao, Khmer and Burmese.

-- Those that the site's pages are indexed with, in the order of their oids: what a query's words are read with. Kept by
-- docs.publish.
alter table docs.site add column text_search_configs regconfig[] not null default '{english}';
update docs.site set text_search_configs = array[text_search_config];

-- Of these characters no title words are made any more (docs.paired_characters). Pages get their character pairs with
-- the next ingest, which stores every page anew.
delete from docs.title_word
where word ~ (
  '[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff'
  '\U00020000-\U0003ffff]'
);
