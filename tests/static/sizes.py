"""How many bytes a reader's browser loads, as the server sends them. By hand: `python -m tests.static.sizes`."""

import gzip

from server.routes.static_folder import StaticFolder, make_file
from server.settings import find_folder

STATIC = find_folder("static")


def loader_bytes() -> int:
    file = StaticFolder(STATIC).edition().loader("widget.js")
    assert file is not None
    return len(file.gzipped)


def box_bytes() -> int:
    """All that the loader imports, but for a language other than English."""
    file = StaticFolder(STATIC).edition().get("box.js")
    assert file is not None
    return len(file.gzipped)


def language_bytes() -> dict[str, int]:
    files = sorted((STATIC / "strings").glob("*.js"))
    return {path.stem: len(make_file(path.name, path.read_bytes()).gzipped) for path in files}


def _show() -> None:
    for path in sorted(STATIC.glob("*.js")):
        print(f"{path.name:24} {len(gzip.compress(make_file(path.name, path.read_bytes()).content, 9)):6}")
    largest = max(language_bytes().values(), default=0)
    print(f"{'the loader':24} {loader_bytes():6}\n{'the box, joined':24} {box_bytes():6}")
    print(f"{'largest language':24} {largest:6}\n{'everything':24} {loader_bytes() + box_bytes() + largest:6}")


if __name__ == "__main__":
    _show()
