"""The box as one module: what it was made of keeps to the rules, and it says the same."""

import re
from pathlib import Path

import pytest

from server.routes.joining import join_modules
from server.settings import find_folder
from tests.clients.programs import find_node, run

MODULES = {path.name: path.read_text(encoding="utf-8") for path in find_folder("static").glob("*.js")}


def test_what_is_needed_comes_first_and_once() -> None:
    modules = {
        "names.js": 'export const NAME = "lamp";\n',
        "light.js": 'import { NAME } from "./names.js";\n\nexport function light() {\n  return NAME;\n}\n',
        "room.js": 'import { light } from "./light.js";\nimport {\n  NAME,\n} from "./names.js";\n\n'
        "export const room = light() + NAME;\n",
    }
    expected = (
        'export const { room } = (() => {\nconst NAME = "lamp";\n\nfunction light() {\n  return NAME;\n}\n\n'
        "const room = light() + NAME;\nreturn { room };\n})();\n"
    )
    assert expected == join_modules(modules, "room.js")


@pytest.mark.parametrize("entry", ["box.js", "client.js"])
def test_what_is_joined_is_a_module_that_imports_no_neighbour(entry: str, tmp_path: Path) -> None:
    joined = tmp_path / "joined.mjs"
    joined.write_text(join_modules(MODULES, entry), encoding="utf-8")
    # Two declarations of one name are a syntax error, as is an export that was overlooked.
    run(find_node(), "--check", str(joined))
    left = re.findall(r"^(?:import|export) .*", joined.read_text(encoding="utf-8"), re.MULTILINE)
    assert 1 == len(left)
