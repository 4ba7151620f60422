"""The rules that hold for a folder, from real config files in real folders."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.documents.sites.profiles import GITHUB, PROFILES, Profile
from server.errors import IngestFailed
from server.ingest.framework import detect_profile
from tests.documents.test_addresses import shown


def site(folder: Path, files: dict[str, str], *, ingested: str = ".") -> Path:
    """A repository with these files; the folder of it that is ingested."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / ingested).mkdir(parents=True, exist_ok=True)
    return folder / ingested


def slugs(profile: Profile, *headings: str) -> list[str]:
    slugger = profile.make_slugger()
    return [slugger.slug(heading) for heading in headings]


@pytest.mark.parametrize(
    ("framework", "config", "text"),
    [
        ("docusaurus", "docusaurus.config.ts", "export default {}"),
        ("mkdocs", "mkdocs.yml", "site_name: x"),
        ("vitepress", ".vitepress/config.mts", "export default {}"),
        ("starlight", "astro.config.mjs", "import starlight from '@astrojs/starlight'"),
        ("nextra", "next.config.mjs", "import nextra from 'nextra'"),
        ("hugo", "hugo.toml", "title = 'x'"),
        ("hugo", "config.toml", "baseURL = 'https://example.com'"),
        ("mintlify", "docs.json", '{"navigation": {}}'),
        ("sphinx", "conf.py", "project = 'x'"),
        ("github", "astro.config.mjs", "export default {}"),
        ("github", "next.config.mjs", "export default {}"),
        ("github", "config.toml", "[tool]"),
        ("github", "docs.json", "{}"),
        ("github", "docs.json", "{"),
        ("github", "conf.py", "x = 1"),
        ("github", "README.md", "# Read"),
    ],
)
def test_the_config_file_tells_the_site_generator(tmp_path: Path, framework: str, config: str, text: str) -> None:
    folder = site(tmp_path, {config: text}, ingested="docs/guides")
    assert framework == detect_profile(folder).name


def test_the_nearest_config_counts_and_none_above_the_repository(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: outside")
    folder = site(tmp_path / "repository", {"conf.py": "project = 'x'"}, ingested="docs/deep")
    assert "sphinx" == detect_profile(folder).name
    (folder.parent / "hugo.toml").write_text("")
    assert "hugo" == detect_profile(folder).name
    (tmp_path / "repository" / "conf.py").unlink()
    (folder.parent / "hugo.toml").unlink()
    assert GITHUB == detect_profile(folder)


def test_a_copy_without_its_repository_is_told_from_a_few_folders_above(tmp_path: Path) -> None:
    folder = tmp_path / "site" / "src" / "content" / "docs" / "en"
    folder.mkdir(parents=True)
    (tmp_path / "site" / "astro.config.mjs").write_text("starlight()")
    (tmp_path / "mkdocs.yml").write_text("site_name: x")
    assert "/en/a/" == shown(detect_profile(folder), "a.md")
    assert "github" == detect_profile(tmp_path / "site" / "src" / "content" / "docs" / "en" / "x" / "y").name


def test_the_setting_decides_which_config_is_read(tmp_path: Path) -> None:
    folder = site(tmp_path, {"mkdocs.yml": "site_name: x", "hugo.toml": "uglyURLs = true"}, ingested="content")
    assert "/a.html" == shown(detect_profile(folder, "hugo"), "a.md")
    assert GITHUB == detect_profile(folder, "github")


def test_without_a_config_the_folder_is_that_of_the_pages(tmp_path: Path) -> None:
    profile = detect_profile(site(tmp_path, {}), "starlight")
    assert replace(PROFILES["starlight"], place="src/content/docs") == profile
    assert "/guides/auth/" == shown(profile, "guides/auth.md")


@pytest.mark.parametrize(("ingested", "prefix"), [(".", "web/docs/"), ("web", "docs/"), ("web/docs", "")])
def test_a_page_has_one_address_whichever_folder_is_ingested(tmp_path: Path, ingested: str, prefix: str) -> None:
    files = {"mkdocs.yml": "docs_dir: web/docs\n"}
    profile = detect_profile(site(tmp_path, files, ingested=ingested))
    assert "/guides/auth/" == shown(profile, f"{prefix}guides/auth.md")


def test_a_folder_beside_the_sites_pages_is_taken_for_them(tmp_path: Path) -> None:
    profile = detect_profile(site(tmp_path, {"mkdocs.yml": "site_name: x"}, ingested="handbook"))
    assert "/auth/" == shown(profile, "auth.md")


DOCUSAURUS = """
// trailingSlash: false,
const config = {
  url: 'https://example.com', /* trailingSlash: false */ trailingSlash: true,
  i18n: { defaultLocale: 'de', locales: ['de', 'en'] },
  presets: [['classic', {
    docs: { versions: { current: { path: 'no', label: '3' } }, path: './manual', "routeBasePath": '/learn' },
    blog: { routeBasePath: 'news' },
  }]],
  themeConfig: { docs: { sidebar: { hideable: true } } },
};
"""


def test_what_is_literal_in_docusaurus_config_is_read(tmp_path: Path) -> None:
    files = {"docusaurus.config.js": DOCUSAURUS, "versions.json": '["2.0", "1.0"]'}
    profile = detect_profile(site(tmp_path, files))
    pages = ["manual/01-a.md", "versioned_docs/version-2.0/a.md", "versioned_docs/version-1.0/a.md", "docs/a.md"]
    assert ["/learn/next/a/", "/learn/a/", "/learn/1.0/a/", "no page"] == [shown(profile, page) for page in pages]
    assert "/learn/a/" == shown(profile, "i18n/de/docusaurus-plugin-content-docs/version-2.0/a.md")
    assert "/en/learn/a/" == shown(profile, "i18n/en/docusaurus-plugin-content-docs/version-2.0/a.md")


def test_docusaurus_docs_may_be_a_plugin_at_the_root_that_serves_the_current_version(tmp_path: Path) -> None:
    config = """
    export default { plugins: [["@docusaurus/plugin-content-docs", {
      routeBasePath: "/", lastVersion: "current", numberPrefixParser: false }]] }
    """
    files = {"docusaurus.config.mjs": config, "versions.json": '["1.0"]'}
    profile = detect_profile(site(tmp_path, files, ingested="docs"))
    assert ["/01-a", "/"] == [shown(profile, "01-a.md"), shown(profile, "index.md")]


@pytest.mark.parametrize(
    ("config", "text", "place", "address"),
    [
        (".vitepress/config.js", "export default { cleanUrls: true }", "a.md", "/a"),
        (".vitepress/config.js", "export default { cleanUrls: true }", "b/index.md", "/b/"),
        (".vitepress/config.js", "export default { srcDir: './src' }", "src/a.md", "/a.html"),
        (".vitepress/config.js", "export default { srcDir: './src' }", "a.md", "no page"),
        ("astro.config.mjs", "starlight(); trailingSlash: 'never'", "src/content/docs/a.md", "/a"),
        ("astro.config.mjs", "starlight(); build: { format: 'file' }", "src/content/docs/a.md", "/a.html"),
        ("next.config.mjs", "nextra({ contentDirBasePath: '/docs' })", "content/a.mdx", "/docs/a"),
        ("mkdocs.yml", "use_directory_urls: false", "docs/a.md", "/a.html"),
        ("hugo.yaml", "uglyURLs: true\ncontentDir: pages", "pages/a.md", "/a.html"),
        ("hugo.toml", "[languages.fr]\ncontentDir = 'francais'\n[languages.en]", "francais/a.md", "/fr/a/"),
        ("hugo.json", '{"languages": {"en": {}, "fr": {}}}', "content/a.fr.md", "/fr/a/"),
        (
            "hugo.json",
            '{"defaultContentLanguageInSubdir": true, "languages": {"en": {}}}',
            "content/a.en.md",
            "/en/a/",
        ),
        (
            "conf.py",
            "project = 'x'\nexclude_patterns = ['_build', a]",
            "_build/a.md",
            "/_build/a.html",
        ),
        ("conf.py", "project = 'x'\nexclude_patterns = ['_build', 'old*']", "_build/a.md", "no page"),
        ("conf.py", "project = 'x'\nhtml_link_suffix = '/'", "a.md", "/a/"),
    ],
)
def test_what_is_literal_in_a_config_is_read(
    tmp_path: Path, config: str, text: str, place: str, address: str
) -> None:
    assert address == shown(detect_profile(site(tmp_path, {config: text})), place)


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ("toc", ["uber", "uber_1"]),
        ("toc: {slugify: !!python/name:markdown.extensions.toc.slugify_unicode }", ["über", "über_1"]),
        ("toc: {slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}}", ["über", "über_1"]),
        (
            "toc: {slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {normalize: NFD}}}",
            ["Uber", "Uber_1"],
        ),
        ("toc: {slugify: !!python/name:pymdownx.slugs.uslugify }", ["über", "über_1"]),
        ("toc: {slugify: !!python/name:mine.slugify }", ["uber", "uber_1"]),
    ],
)
def test_mkdocs_slugs_are_read_without_running_them(tmp_path: Path, extension: str, expected: list[str]) -> None:
    config = f"site_name: !ENV [NAME, x]\nmarkdown_extensions: [admonition, {extension}]\n"
    assert expected == slugs(detect_profile(site(tmp_path, {"mkdocs.yml": config})), "Über", "Über")


def test_mkdocs_separator_and_emoji_are_read(tmp_path: Path) -> None:
    config = """
markdown_extensions:
  - toc:
      separator: "_"
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
"""
    profile = detect_profile(site(tmp_path, {"mkdocs.yml": config}))
    assert ["start_now"] == slugs(profile, "Start :rocket: now")


def test_hugo_and_myst_anchors_are_read(tmp_path: Path) -> None:
    kind = "[markup.goldmark.parser]\nautoHeadingIDType = 'blackfriday'"
    assert ["a-b"] == slugs(detect_profile(site(tmp_path / "hugo", {"hugo.toml": kind})), "A.b")
    levels = "project = 'x'\nmyst_heading_anchors = 3"
    sphinx = detect_profile(site(tmp_path / "sphinx", {"conf.py": levels}))
    assert ["认证", "id2"] == [
        sphinx.make_slugger().slug("认证"),
        slugs(detect_profile(tmp_path / "hugo", "sphinx"), "!", "!")[1],
    ]


def test_anchors_and_ends_of_addresses_can_be_chosen_alone(tmp_path: Path) -> None:
    folder = site(tmp_path, {"conf.py": "project = 'x'"})
    profile = detect_profile(folder, slug_style="mkdocs", url_suffix="/")
    assert ("sphinx", ["a", "a_1"], "/a/") == (profile.name, slugs(profile, "A", "A"), shown(profile, "a.md"))
    assert "/a" == shown(detect_profile(folder, url_suffix="none"), "a.md")


@pytest.mark.parametrize(
    ("config", "text", "reason"),
    [
        ("mkdocs.yml", "a: [", "is not YAML"),
        ("mkdocs.yml", "{" * 100_000, "is not YAML"),
        ("hugo.toml", "a = ", "is not TOML"),
        ("hugo.json", "{", "is not JSON"),
        ("conf.py", "project = (", "is not Python"),
    ],
)
def test_a_broken_config_is_told(tmp_path: Path, config: str, text: str, reason: str) -> None:
    with pytest.raises(IngestFailed, match=f"{config} {reason}: .*LECTERN_FRAMEWORK=github"):
        detect_profile(site(tmp_path, {config: text}))


def test_a_config_is_never_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    touch = f"__import__('pathlib').Path({str(ran)!r}).touch()"
    files = {
        "conf.py": f"project = 'x'\n{touch}\nmyst_heading_anchors = {touch}\n",
        "mkdocs.yml": f'site_name: !!python/object/apply:eval ["{touch}"]\n',
    }
    folder = site(tmp_path, files)
    assert "sphinx" == detect_profile(folder, "sphinx").name
    assert "mkdocs" == detect_profile(folder, "mkdocs").name
    assert not ran.exists()


def test_every_rule_is_in_the_profiles_repr(tmp_path: Path) -> None:
    """What a page's checksum holds: another rule, and pages are made anew."""
    plain = repr(detect_profile(site(tmp_path, {"mkdocs.yml": "a: b"})))
    config = "markdown_extensions: [{toc: {separator: _}}]"
    assert plain != repr(detect_profile(site(tmp_path, {"mkdocs.yml": config})))
    assert plain == repr(detect_profile(site(tmp_path, {"mkdocs.yml": "c: d"})))
    assert " at 0x" not in plain
