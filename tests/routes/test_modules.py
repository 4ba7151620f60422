import gzip
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from server.app import ReadersCors
from server.errors import LecternError
from server.routes.modules import accepts_gzip, holds_etag, module, widget
from server.routes.responses import tell_error
from server.routes.static_folder import StaticFolder, make_file
from server.settings import find_folder
from tests.clients.programs import find_node, run
from tests.serving import serve_in_thread

LOADER = '// loads\nconst home = "./static/";\n\nexport const open = () => import(home + "box.js");\n'
BOX = "/** The box. */\nexport class Box {\n  #open = true; // now\n}\n"
TYPES = "export interface Box { open: boolean } // open\n"
STATIC = find_folder("static")
ORIGIN = "https://docs.example.com"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "widget.js").write_text(LOADER)
    (tmp_path / "box.js").write_text(BOX)
    (tmp_path / "box.d.ts").write_text(TYPES)
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "de.js").write_text("export default {}; // none\n")
    (tmp_path / "dot.png").write_bytes(b"\x89PNG")
    (tmp_path / ".box.js.swp").write_text("")
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[httpx.Client]:
    static = StaticFolder(folder)
    routes = [Route("/widget.js", partial(widget, static)), Route("/static/{path:path}", partial(module, static))]
    cors = Middleware(ReadersCors, allow_origins=[ORIGIN])
    app = Starlette(routes=routes, middleware=[cors], exception_handlers={LecternError: tell_error})
    with serve_in_thread(app) as url, httpx.Client(base_url=url) as client:
        yield client


def version_in(loader: str) -> str:
    found = re.search(r'"\./static/([0-9a-f]{12})/"', loader)
    assert found
    return found[1]


def test_the_loader_names_the_version_of_what_it_imports(client: httpx.Client) -> None:
    loader = client.get("/widget.js")
    version = version_in(loader.text)
    start = f'export const{{open}}=(()=>{{const e="./static/{version}/",'
    expected = start + 't=()=>import(e+"box.js");return{open:t}})()'
    assert expected == loader.text
    assert "public, max-age=300, stale-while-revalidate=86400" == loader.headers["cache-control"]
    box = client.get(f"/static/{version}/box.js")
    assert "export const{Box}=(()=>{class e{#e=!0}return{Box:e}})()" == box.text
    assert "public, max-age=31536000, immutable" == box.headers["cache-control"]
    assert "export default{}" == client.get(f"/static/{version}/words/de.js").text


def test_another_version_and_none_give_what_there_is_now(client: httpx.Client) -> None:
    for address in ("/static/box.js", "/static/0123456789ab/box.js"):
        box = client.get(address)
        assert ("export const{Box}=(()=>{class e{#e=!0}return{Box:e}})()", "no-cache") == (
            box.text,
            box.headers["cache-control"],
        )


def test_what_is_saved_is_served_at_the_next_request(client: httpx.Client, folder: Path) -> None:
    before, tag = version_in(client.get("/widget.js").text), client.get("/static/box.js").headers["etag"]
    (folder / "box.js").write_text("export const box = 2;\n")
    changed = client.get("/static/box.js", headers={"If-None-Match": tag})
    assert (200, "export const{box}=(()=>{const e=2;return{box:e}})()") == (changed.status_code, changed.text)
    after = version_in(client.get("/widget.js").text)
    assert before != after
    assert "no-cache" == client.get(f"/static/{before}/box.js").headers["cache-control"]
    (folder / "box.js").unlink()
    assert 404 == client.get(f"/static/{after}/box.js").status_code


def test_a_slip_of_the_pen_is_served_as_it_is(client: httpx.Client, folder: Path) -> None:
    (folder / "words" / "de.js").write_text("export default {;\n")
    served = client.get("/static/words/de.js")
    assert (200, "export default {;\n") == (served.status_code, served.text)


@pytest.mark.parametrize("address", ["/widget.js", "/static/box.js", "/static/box.d.ts"])
def test_a_browser_that_has_it_is_told_so_in_either_form(client: httpx.Client, address: str) -> None:
    for encoding in ("gzip", "identity"):
        tag = client.get(address, headers={"Accept-Encoding": encoding}).headers["etag"]
        again = client.get(address, headers={"If-None-Match": f'"x", {tag}', "Accept-Encoding": "gzip"})
        assert (304, b"", tag) == (again.status_code, again.content, again.headers["etag"])
        assert "Accept-Encoding" in again.headers["vary"]


def test_text_is_compressed_for_who_takes_it(client: httpx.Client) -> None:
    plain = client.get("/static/box.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/static/box.js", headers={"Accept-Encoding": "br, gzip"}) as compressed:
        raw = b"".join(compressed.iter_raw())
    assert "gzip" == compressed.headers["content-encoding"]
    assert gzip.compress(plain.content, 9, mtime=0) == raw
    assert "content-encoding" not in client.get("/static/dot.png").headers


@pytest.mark.parametrize(
    ("accept_encoding", "takes"),
    [
        ("gzip", True),
        ("br;q=1, gzip;q=0.5", True),
        ("*", True),
        ("", False),
        ("gzip;q=0", False),
        ("xgzip", False),
    ],
)
def test_gzip_is_a_matter_of_its_weight(accept_encoding: str, takes: bool) -> None:
    assert takes == accepts_gzip(accept_encoding)


def test_a_tag_a_proxy_has_weakened_or_not_is_the_same() -> None:
    assert holds_etag('"a"', 'W/"a"')
    assert holds_etag("*", 'W/"a"')
    assert not holds_etag('W/"ab"', 'W/"a"')
    assert not holds_etag("", 'W/"a"')


def test_a_page_of_an_allowed_origin_may_import_modules(client: httpx.Client) -> None:
    for address in ("/widget.js", "/static/box.js"):
        allowed = client.get(address, headers={"Origin": ORIGIN})
        assert ORIGIN == allowed.headers["access-control-allow-origin"]
        refused = client.get(address, headers={"Origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in refused.headers
        for response in (allowed, refused, client.get(address)):
            assert {"Accept-Encoding", "Origin"} == set(response.headers["vary"].split(", "))
            assert "nosniff" == response.headers["x-content-type-options"]
            assert "cross-origin" == response.headers["cross-origin-resource-policy"]


def test_types_are_served_as_they_were_written(client: httpx.Client) -> None:
    types = client.get("/static/box.d.ts")
    assert (TYPES, "application/typescript; charset=utf-8") == (types.text, types.headers["content-type"])
    assert "text/javascript; charset=utf-8" == client.get("/static/box.js").headers["content-type"]


@pytest.mark.parametrize("path", ["nothing.js", ".box.js.swp", "../pyproject.toml", "%2e%2e/secret", "words", ""])
def test_nothing_else_is_served(client: httpx.Client, path: str) -> None:
    assert 404 == client.get(f"/static/{path}").status_code


def test_the_demo_page_asks_whether_it_changed(site_url: str) -> None:
    with httpx.Client(base_url=site_url) as client:
        page = client.get("/")
        assert (200, "gzip", "no-cache") == (
            page.status_code,
            page.headers["content-encoding"],
            page.headers["cache-control"],
        )
        again = client.get("/", headers={"If-None-Match": page.headers["etag"]})
        assert 304 == again.status_code
        assert again.headers["content-security-policy"] == page.headers["content-security-policy"]


def test_where_every_origin_is_allowed_modules_say_so(site_url: str) -> None:
    imported = httpx.get(f"{site_url}/static/client.js", headers={"Origin": ORIGIN})
    assert "*" == imported.headers["access-control-allow-origin"]
    # A cache must not give the one without the header, which a navigation gets, to who imports.
    for response in (imported, httpx.get(f"{site_url}/static/client.js")):
        assert {"Accept-Encoding", "Origin"} == set(response.headers["vary"].split(", "))


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda path: path.name)
def test_a_module_is_one_as_it_goes_out(path: Path, tmp_path: Path) -> None:
    """That it does the same is what the browser's tests see: they are served these forms."""
    sent = tmp_path / "sent.mjs"
    sent.write_bytes(make_file(path.name, path.read_bytes()).content)
    run(find_node(), "--check", str(sent))
    assert len(sent.read_bytes()) < len(path.read_bytes())
