"""Page paths against those of the real site generators, which built sites of such files in November 2026.

Versions as in `test_anchors.py`. A case's input is a file's place in the site, and its front matter behind it.
"""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
import yaml

from server.documents.sites.addresses import DocusaurusAddresses, HugoAddresses
from server.documents.sites.profiles import GITHUB, PROFILES, Profile
from tests.documents.cases import load_cases

VARIANTS: dict[str, Profile] = {
    "docusaurus_versions": replace(
        PROFILES["docusaurus"], addresses=DocusaurusAddresses(last_version="2.0", default_locale="fr")
    ),
    "hugo_languages": replace(
        PROFILES["hugo"],
        addresses=HugoAddresses(languages=(("en", ""), ("fr", "fr")), translations=(("inhalt", "fr"),)),
    ),
    "mkdocs_files": replace(PROFILES["mkdocs"], url_suffix=".html"),
}


def cases() -> list[object]:
    names = [*(name for name in PROFILES if name != "github"), *VARIANTS]
    return [
        pytest.param(name, *case.values, id=f"{name}-{case.id}")
        for name in names
        for case in load_cases(f"addresses/{name}")
    ]


@pytest.mark.parametrize(("profile_name", "places", "expected"), cases())
def test_pages_are_where_the_real_site_generator_puts_them(profile_name: str, places: str, expected: str) -> None:
    profile = PROFILES.get(profile_name) or VARIANTS[profile_name]
    assert expected == "\n".join(shown(profile, place) for place in places.split("\n"))


def shown(profile: Profile, place: str) -> str:
    """The address of a page, or why there is none."""
    written, brace, front_matter = place.partition("  {")
    name, meta = PurePosixPath(written), yaml.safe_load(brace + front_matter) or {}
    if not profile.is_page(name):
        return "no page"
    return "draft" if profile.is_draft(meta) else profile.url(profile.path(name, meta))


def test_a_folder_of_pages_may_be_ingested_alone() -> None:
    profile = replace(PROFILES["starlight"], place="src/content/docs")
    assert profile.is_page(PurePosixPath("guides/auth.md"))
    assert "/guides/auth" == profile.path(PurePosixPath("guides/auth.md"), {})


def test_without_a_site_generator_files_are_pages_at_their_places() -> None:
    assert "/guides/auth" == GITHUB.path(PurePosixPath("guides/auth.md"), {"slug": "/other"})
    assert "/guides/auth" == GITHUB.url("/guides/auth")
    assert not GITHUB.is_draft({"draft": True})
