-- The text-search configuration for a language as pages state it (`de`, `pt-BR`, `zh_CN`): Postgres' own, `simple` where
-- it has none, and the fallback where nothing is stated. What docs.character_pairs leaves of a page is English for the
-- most part: names of commands, options and products.
create or replace function docs.text_search_config(lang text, fallback regconfig)
returns regconfig
language sql
stable
parallel safe
set search_path = docs, public, extensions, pg_temp
as $$
  select case
    when text_search_config.lang ~* '^[a-z]{2,3}([-_]|$)' then coalesce(
      (
        select known.oid::regconfig
        from (
          values
            ('ar', 'arabic'), ('ca', 'catalan'), ('da', 'danish'), ('de', 'german'), ('el', 'greek'),
            ('en', 'english'), ('eo', 'esperanto'), ('es', 'spanish'), ('et', 'estonian'), ('eu', 'basque'),
            ('fi', 'finnish'), ('fr', 'french'), ('ga', 'irish'), ('hi', 'hindi'), ('hu', 'hungarian'),
            ('hy', 'armenian'), ('id', 'indonesian'), ('it', 'italian'), ('ja', 'english'), ('km', 'english'),
            ('ko', 'english'), ('lo', 'english'), ('lt', 'lithuanian'), ('my', 'english'), ('nb', 'norwegian'),
            ('ne', 'nepali'), ('nl', 'dutch'), ('nn', 'norwegian'), ('no', 'norwegian'), ('pl', 'polish'),
            ('pt', 'portuguese'), ('ro', 'romanian'), ('ru', 'russian'), ('sr', 'serbian'), ('sv', 'swedish'),
            ('ta', 'tamil'), ('th', 'english'), ('tr', 'turkish'), ('yi', 'yiddish'), ('yue', 'english'),
            ('zh', 'english')
        ) as snowball (language, config)
        join pg_catalog.pg_ts_config as known on known.cfgname = snowball.config
        where snowball.language = lower(substring(text_search_config.lang from '^[A-Za-z]+'))
          and known.cfgnamespace = 'pg_catalog'::regnamespace
      ),
      'pg_catalog.simple'
    )
    else text_search_config.fallback
  end;
$$;
