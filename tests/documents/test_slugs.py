import pytest

from server.documents.sites.slugs import GitHubSlugger
from tests.documents.cases import load_cases


@pytest.mark.parametrize(("headings", "expected"), load_cases("slugs"))
def test_headings_get_the_anchors_github_gives_them(headings: str, expected: str) -> None:
    slugger = GitHubSlugger()
    assert expected == "\n".join(slugger.slug(heading) for heading in headings.split("\n"))


def test_a_reserved_slug_is_not_given_again() -> None:
    slugger = GitHubSlugger()
    slugger.reserve("setup")
    assert [slugger.slug("Setup"), slugger.slug("Setup")] == ["setup-1", "setup-2"]
