"""The whole catalog against `catalog.txt`, so that no table, index, function or right changes unseen.

After a change that is meant: `LECTERN_WRITE_GOLDEN=1 pytest tests/database/test_catalog.py`, and read the diff.
"""

import os
from pathlib import Path

import asyncpg

GOLDEN = Path(__file__).with_name("catalog.txt")
WRITE = bool(os.environ.get("LECTERN_WRITE_GOLDEN"))  # read before the environment is cleaned for the test

QUERIES = {
    "columns": """
        select format('%s.%s %s%s', class.relname, attname, format_type(atttypid, atttypmod),
                      case when attnotnull then ' not null' else '' end)
        from pg_attribute join pg_class as class on class.oid = attrelid
        where relnamespace = 'docs'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
        order by class.relname, attnum""",
    "constraints": """
        select format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
        where connamespace = 'docs'::regnamespace and contype <> 'n' order by 1""",
    "indexes": "select indexdef from pg_indexes where schemaname = 'docs' order by indexname",
    "tables without row-level security": """
        select relname::text from pg_class
        where relnamespace = 'docs'::regnamespace and relkind = 'r' and not relrowsecurity order by 1""",
    "functions": """
        select format('%s(%s) returns %s%s', proname, pg_get_function_arguments(oid), pg_get_function_result(oid),
                      case when prosecdef then ' as owner' else '' end)
        from pg_proc where pronamespace = 'docs'::regnamespace order by 1""",
    "functions without a search path": """
        select proname::text from pg_proc
        where pronamespace = 'docs'::regnamespace and not coalesce(proconfig::text like '%search_path=%', false)
        order by 1""",
    "tables the server may touch": """
        select relname::text from pg_class
        where relnamespace = 'docs'::regnamespace and relkind = 'r'
          and has_table_privilege('lectern_server', oid, 'select, insert, update, delete') order by 1""",
    "functions granted to the server": """
        select proname::text from pg_proc
        where pronamespace = 'docs'::regnamespace and proacl::text like '%lectern_server=X%' order by 1""",
}


async def catalog_of(owner: asyncpg.Connection) -> str:
    lines = []
    for title, query in QUERIES.items():
        lines += [f"# {title}", *(row[0] for row in await owner.fetch(query)), ""]
    return "\n".join(lines)


async def test_the_catalog_is_the_golden_one(owner: asyncpg.Connection) -> None:
    actual = await catalog_of(owner)
    if WRITE:
        GOLDEN.write_text(actual)
    assert GOLDEN.read_text() == actual
