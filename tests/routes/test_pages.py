import httpx
import pytest

from server.records import PageSection, PublishedPage
from server.routes.pages import render_sections


async def get(url: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.get(path)


async def test_a_source_leads_to_its_section_in_the_preview(site_url: str) -> None:
    response = await get(site_url, "/pages/guides/bulbs")
    assert response.status_code == 200
    assert '<section id="changing-the-bulb"><h2>Changing the bulb</h2>' in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy


@pytest.mark.parametrize("path", ["/pages/nowhere", "/pages/%00", "/pages/../../etc/passwd"])
async def test_a_page_that_is_not_there_is_not_found(site_url: str, path: str) -> None:
    assert (await get(site_url, path)).status_code == 404


def test_page_content_is_untrusted_text() -> None:
    section = PageSection(
        heading="<script>1</script>",
        heading_path=("<script>1</script>",),
        slug='"><script>2</script>',
        content="<script>3</script>\n\n[x](javascript:alert(4)) <img src=x onerror=alert(5)>",
        token_count=1,
    )
    html = render_sections(PublishedPage(title="T", source="a.md", sections=(section,)))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_a_link_to_another_file_leads_to_its_page() -> None:
    section = PageSection(
        heading="H",
        heading_path=("H",),
        slug="h",
        content="[a](../start.md#install) [b](./b%20c.md) [c](https://x.test/readme.md) [d](#here)",
        token_count=1,
    )
    html = render_sections(PublishedPage(title="T", source="guides/index.md", sections=(section,)))
    assert [part.split('"')[0] for part in html.split('href="')[1:]] == [
        "/pages/start#install",
        "/pages/guides/b%20c",
        "https://x.test/readme.md",
        "#here",
    ]


def test_a_section_that_would_take_the_renderer_long_is_shown_as_it_was_written() -> None:
    section = PageSection(heading="H", heading_path=("H",), slug="h", content="![[" * 100_000, token_count=1)
    html = render_sections(PublishedPage(title="T", source="a.md", sections=(section,)))
    assert f"<pre>{section.content}</pre>" in html


def test_a_table_asks_for_no_inline_style() -> None:
    table = "| a | b |\n| :-- | --: |\n| 1 | 2 |"
    section = PageSection(heading="H", heading_path=("H",), slug="h", content=table, token_count=1)
    html = render_sections(PublishedPage(title="T", source="a.md", sections=(section,)))
    assert "<td>1</td>" in html
    assert "style" not in html


async def test_the_demo_page_and_its_modules_are_served(site_url: str) -> None:
    page = await get(site_url, "/")
    assert page.status_code == 200
    assert "lectern-search" in page.text
    module = await get(site_url, "/widget.js")
    assert module.headers["content-type"].startswith(("text/javascript", "application/javascript"))


async def test_health_tells_what_is_there(site_url: str) -> None:
    assert (await get(site_url, "/healthz")).json() == {"status": "ok"}
    ready = (await get(site_url, "/readyz")).json()
    assert (ready["status"], ready["pages"]) == ("ok", 4)


async def test_an_unknown_address_is_an_error_of_the_same_shape(site_url: str) -> None:
    response = await get(site_url, "/v1/nothing")
    assert (response.status_code, set(response.json()["error"])) == (404, {"code", "message"})
