"""Words in many languages: stems by the page's language, character pairs where no dictionary finds words."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest

from server.documents.scripts import PAIRED_RUN, folded, pairs
from tests.pages import direction, page, publish_pages, section

SITE = [
    page(
        "/deploy",
        section("Set environment variables", "The server reads its environment variables when it starts."),
        section("Roll back a release", "Every earlier release can be published again."),
        meta={"lang": "en"},
    ),
    page(
        "/zh/deploy",
        section("部署环境变量", "服务器启动时读取环境变量。修改之后请重新启动 Docker containers。"),
        section("回滚版本", "可以再次发布以前的任何版本，密钥不会改变。"),
        meta={"lang": "zh-CN"},
    ),
    page(
        "/ja/deploy",
        section("環境変数を設定する", "サーバーは起動時に環境変数を読み込みます。"),
        section("リリースを元に戻す", "以前のリリースはいつでも再公開できます。"),
        meta={"lang": "ja"},
    ),
    page(
        "/th/deploy",
        section("ตั้งค่าตัวแปรสภาพแวดล้อม", "เซิร์ฟเวอร์อ่านตัวแปรสภาพแวดล้อมเมื่อเริ่มทำงาน"),
        section("ย้อนกลับรุ่น", "เผยแพร่รุ่นก่อนหน้าได้อีกครั้งเสมอ"),
        meta={"lang": "th"},
    ),
    page(
        "/ko/deploy",
        section("환경 변수 설정하기", "서버는 시작할 때 환경 변수를 읽습니다."),
        section("릴리스 되돌리기", "이전 릴리스는 언제든지 다시 게시할 수 있습니다."),
        meta={"lang": "ko"},
    ),
    page(
        "/de/deploy",
        section("Umgebungsvariablen setzen", "Der Server liest seine Einstellungen beim Start."),
        section("Eine Version zurücknehmen", "Frühere Versionen lassen sich wieder veröffentlichen."),
        meta={"lang": "de"},
    ),
    page(
        "/fr/deploy",
        section("Définir les variables", "Le serveur lit ses réglages au démarrage."),
        section("Revenir à une version", "Les versions antérieures peuvent être republiées."),
        meta={"lang": "fr"},
    ),
]


async def match(
    owner: asyncpg.Connection,
    query_text: str,
    *,
    filter: Mapping[str, Any] | None = None,
    is_typed: bool = False,
) -> list[tuple[str, float]]:
    """Headings and coverages of what is found by words alone, best first."""
    rows = await owner.fetch(
        "select heading, coverage from docs.match_page_sections("
        "null, -1, 20, 0, query_text => $1, filter => $2, is_typed => $3)",
        query_text,
        filter or {},
        is_typed,
    )
    return [(row["heading"], round(row["coverage"], 6)) for row in rows]


async def found(owner: asyncpg.Connection, query_text: str, **options: Any) -> list[str]:
    return [heading for heading, _ in await match(owner, query_text, **options)]


async def terms(owner: asyncpg.Connection, query_text: str) -> list[tuple[str, int]]:
    """The query's terms with how many lexemes each may be."""
    rows = await owner.fetch(
        "select term.lexeme, coalesce(cardinality(term.lexeme_ids), 0) as lexemes "
        "from unnest(docs.query_terms((select id from docs.site), $1, false)) as term order by 1",
        query_text,
    )
    return [(row["lexeme"], row["lexemes"]) for row in rows]


@pytest.mark.parametrize(
    ("query_text", "heading"),
    [
        ("setting the environment", "Set environment variables"),
        ("如何部署环境变量？", "部署环境变量"),
        ("版本怎么回滚", "回滚版本"),
        ("環境変数の設定", "環境変数を設定する"),
        ("リリースを戻すには", "リリースを元に戻す"),
        ("วิธีตั้งค่าตัวแปร", "ตั้งค่าตัวแปรสภาพแวดล้อม"),
        ("ย้อนกลับรุ่นก่อนหน้า", "ย้อนกลับรุ่น"),
        ("환경변수", "환경 변수 설정하기"),
        ("릴리스를 되돌리려면", "릴리스 되돌리기"),
        ("Umgebungsvariable", "Umgebungsvariablen setzen"),
        ("alte Version zurücknehmen", "Eine Version zurücknehmen"),
        ("réglage du serveur", "Définir les variables"),
        ("version antérieure", "Revenir à une version"),
    ],
)
async def test_each_language_finds_its_section_by_words(
    owner: asyncpg.Connection, query_text: str, heading: str
) -> None:
    await publish_pages(owner, SITE)
    assert (await found(owner, query_text))[0] == heading


@pytest.mark.parametrize(
    "query_text",
    [
        "environment variables",
        "部署环境变量",
        "部署 环境变量",
        "環境変数を設定",
        "ตัวแปรสภาพแวดล้อม",
        "환경 변수 설정",
        "Umgebungsvariable setzen",
        "die Einstellung beim Start",
        "variable à définir",
        "Docker container",
    ],
)
async def test_a_section_with_all_of_the_query_covers_it(owner: asyncpg.Connection, query_text: str) -> None:
    await publish_pages(owner, SITE)
    assert max(coverage for _, coverage in await match(owner, query_text)) == 1


async def test_the_border_between_two_known_words_is_no_unknown_word(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, SITE)
    assert (await match(owner, "启动版本"))[0][1] < 1
    assert [term for term, lexemes in await terms(owner, "启动版本") if not lexemes] == []
    assert [term for term, lexemes in await terms(owner, "启动麒麟版本") if not lexemes] == ["麒麟"]


async def test_a_word_is_one_term_however_many_languages_stem_it(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, SITE)
    await publish_pages(owner, [page("/a", section("One", "Einstellungen, in English."), meta={"lang": "en"})])
    assert await terms(owner, "Einstellungen") == [("einstell", 2)]
    assert await terms(owner, "Einstellung Einstellungen") == [("einstell", 2)]
    assert await terms(owner, "the server liest") == [("liest", 1), ("serv", 2)]
    assert await terms(owner, "the") == [("the", 0)]


async def test_one_language_reads_a_query_as_it_did(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, SITE[:3])
    assert await owner.fetchval("select text_search_configs::text[] from docs.site") == ["english"]
    assert await terms(owner, "the running servers") == [("run", 0), ("server", 1)]
    assert await terms(owner, "the") == []


async def test_the_languages_in_use_follow_the_pages(owner: asyncpg.Connection) -> None:
    async def configs() -> list[str]:
        return sorted(await owner.fetchval("select text_search_configs::text[] from docs.site"))

    await publish_pages(owner, SITE)
    assert await configs() == ["english", "french", "german"]
    await publish_pages(owner, [], removed_paths=["/fr/deploy"])
    assert await configs() == ["english", "german"]
    await publish_pages(owner, [page("/pl", section("Wersja"), meta={"lang": "pl_PL"})])
    assert await configs() == ["english", "german", "simple"]
    await publish_pages(owner, [], removed_paths=["/pl", *(one.path for one in SITE)])
    assert await configs() == ["english"]


@pytest.mark.parametrize(
    ("lang", "config"),
    [
        (None, "dutch"),
        ("", "dutch"),
        ('["en", "de"]', "dutch"),
        ("de", "german"),
        ("pt-BR", "portuguese"),
        ("SR_Latn", "serbian"),
        ("nb", "norwegian"),
        ("zh-Hans", "english"),
        ("vi", "simple"),
        ("tlh", "simple"),
    ],
)
async def test_a_language_has_its_configuration(owner: asyncpg.Connection, lang: str | None, config: str) -> None:
    assert await owner.fetchval("select docs.text_search_config($1, 'dutch')::text", lang) == config


async def test_a_filter_by_language_keeps_its_pages_and_its_stems(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, SITE)
    assert await found(owner, "环境变量", filter={"lang": "zh-CN"}) == ["部署环境变量"]
    assert await found(owner, "環境変数", filter={"lang": "zh-CN"}) == []
    assert await found(owner, "Version", filter={"lang": "de"}) == ["Eine Version zurücknehmen"]
    assert (await match(owner, "the Version", filter={"lang": "de"}))[0][1] < 1
    assert (await match(owner, "the Version", filter={"lang": "en"})) == []


@pytest.mark.parametrize(
    ("typed", "heading"),
    [
        ("部", "部署环境变量"),
        ("部署环", "部署环境变量"),
        ("部署环境变", "部署环境变量"),
        ("环境变量 dock", "部署环境变量"),
        ("環境変数をせ", "環境変数を設定する"),
        ("ย้อ", "ย้อนกลับรุ่น"),
        ("ตัวแปรส", "ตั้งค่าตัวแปรสภาพแวดล้อม"),
        ("설", "환경 변수 설정하기"),
        ("설저", "환경 변수 설정하기"),
        ("Umgebungsvar", "Umgebungsvariablen setzen"),
    ],
)
async def test_a_query_is_understood_while_it_is_typed(
    owner: asyncpg.Connection, typed: str, heading: str
) -> None:
    await publish_pages(owner, SITE)
    assert (await found(owner, typed, is_typed=True))[0] == heading


@pytest.mark.parametrize("query_text", ["量", "密", "钥", "키"])
async def test_one_character_is_found(owner: asyncpg.Connection, query_text: str) -> None:
    pages = [page("/a", section("One", "请保存密钥。量"), section("Two", "키를 저장하세요"))]
    await publish_pages(owner, pages)
    assert await match(owner, query_text) == [("Two" if query_text == "키" else "One", 1)]


async def test_an_english_page_that_quotes_chinese_is_found_by_both(owner: asyncpg.Connection) -> None:
    sections = [section("Greetings", "Write 你好世界 to greet the world."), section("Other", "Write nothing.")]
    await publish_pages(owner, [page("/a", *sections)])
    assert await found(owner, "世界") == ["Greetings"]
    assert await found(owner, "greeting") == ["Greetings"]


async def test_letters_and_characters_need_no_space_between_them(owner: asyncpg.Connection) -> None:
    await publish_pages(
        owner, [page("/zh", section("One", "在Docker容器中调用useEffect钩子"), meta={"lang": "zh"})]
    )
    for query_text in ("docker", "容器", "useEffect", "Docker容器", "调用useEffect"):
        assert await match(owner, query_text) == [("One", 1)]


async def test_half_width_and_composed_characters_are_one(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/ja", section("One", "サーバーガイド、ＡＰＩ、설정"), meta={"lang": "ja"})])
    for query_text in ("ｻｰﾊﾞｰ", "カ\u3099イド", "api", "\u1109\u1165\u11af\u110c\u1165\u11bc"):
        assert await match(owner, query_text) == [("One", 1)]


async def test_a_pair_is_a_word_of_a_sections_length_and_a_last_character_none(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select * from docs.section_terms('simple', '键', '', '{}', '/', 'set 环境变量') order by 1"
    )
    assert [tuple(row) for row in rows] == [
        (lexeme, frequency, 4)
        for lexeme, frequency in (("set", 1), ("变量", 1), ("境变", 1), ("环境", 1), ("量", 1), ("键", 3))
    ]


async def test_title_words_are_of_letters(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, SITE[1:2])
    await publish_pages(owner, [page("/zh/x", section("使用Docker容器"), meta={"lang": "zh"})])
    assert [row["word"] for row in await owner.fetch("select word from docs.title_word order by word")] == [
        "deploy",
        "docker",
    ]


async def test_a_long_text_without_spaces_is_no_trouble(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [*SITE, page("/long", section("Long", "环境" * 20_000))])
    assert "Long" in await found(owner, "环境" * 500)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("/de/auth", {"lang": "de"}), ("/auth", {"lang": "en"}), 1),
        (("/docs/pt_BR/auth", {"lang": "pt-BR"}), ("/docs/auth", {"lang": "en"}), 1),
        (("/auth.fr", {"lang": "fr"}), ("/auth", {"lang": "en"}), 1),
        (("/zh/auth", {"lang": "zh-CN"}), ("/auth", {"lang": "en"}), 1),
        (("/it/auth", {"lang": "en"}), ("/auth", {"lang": "en"}), 2),
        (("/no/auth", {"lang": "en"}), ("/it/auth", {"lang": "en"}), 2),
        (("/v2/auth", {"lang": "en", "version": "v2"}), ("/v3/auth", {"lang": "en", "version": "v3"}), 1),
        (("/version-2.1/auth", {"lang": "en", "version": "2.1"}), ("/auth", {"lang": "en"}), 1),
        (("/releases/v2/auth", {"lang": "en"}), ("/releases/v3/auth", {"lang": "en"}), 2),
        (("/releases/v2", {"lang": "en", "version": "v2"}), ("/releases/v3", {"lang": "en", "version": "v3"}), 2),
        (("/a.b", {"lang": "((", "version": 2.1}), ("/v2.1/a.b", {"lang": "((", "version": 2.1}), 1),
    ],
)
async def test_what_an_edition_is_the_metadata_tell(
    owner: asyncpg.Connection, one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]], expected: int
) -> None:
    pages = [page(path, section("Tokens", f"{path} has its own text."), meta=meta) for path, meta in (one, other)]
    await publish_pages(owner, pages)
    rows = await owner.fetch("select * from docs.match_page_sections($1, -1, 9, 0)", direction(1))
    assert len(rows) == expected


@pytest.mark.parametrize(
    ("content", "expected"), [("a" * 29, True), ("a" * 30, False), ("字" * 14, True), ("字" * 15, False)]
)
async def test_a_wide_character_is_as_long_as_two(owner: asyncpg.Connection, content: str, expected: bool) -> None:
    assert await owner.fetchval("select docs.is_shorter($1, 30)", content) == expected


TEXTS = (
    "部署环境变量",
    "環境変数を設定する",
    "ตั้งค่าตัวแปรสภาพแวดล้อม",
    "ເຊີບເວີເລີ່ມຕົ້ນ",
    "ម៉ាស៊ីនមេចាប់ផ្ដើម",
    "ဆာဗာကို စတင်ပါ။",
    "설정을 합니다, 키",
    "在Docker容器中。好",
    "ｻｰﾊﾞｰ",
    "English only",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
async def test_the_pairs_are_those_of_the_database(owner: asyncpg.Connection, text: str) -> None:
    rows = await owner.fetch(
        "select pair from docs.character_pairs($1) where not is_last or is_first order by place", text
    )
    assert [row["pair"] for row in rows] == [
        pair for run in PAIRED_RUN.findall(folded(text)) for pair in pairs(run)
    ]
