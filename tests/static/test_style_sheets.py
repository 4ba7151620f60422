"""What the box's style sheets say once they are shortened."""

import re
from typing import Final

import pytest

from server.routes.static_folder import StaticFolder
from server.settings import find_folder

_GLUED: Final = re.compile(r"var\((?:[^()]|\([^()]*\))*\)[\w.#%+-]+")


@pytest.mark.parametrize("path", ["box.js", "widget.js"])
def test_nothing_stands_right_behind_a_variable(path: str) -> None:
    """Shortening takes the space away, and Firefox reads `var(--_top)0` as `0px0` where `--_top` is `0px`."""
    file = StaticFolder(find_folder("static")).edition().get(path)
    assert file is not None
    assert [] == _GLUED.findall(file.content.decode())
