"""Whether the packages are there that only an evaluation needs."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from server.errors import EvaluationInvalid

_NEEDED: Final = ("ir_measures", "scipy", "matplotlib", "jinja2")


def require_packages(names: Sequence[str] = _NEEDED) -> None:
    """Raises `EvaluationInvalid` with the command that installs them."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise EvaluationInvalid(
            f"`lectern eval` needs packages that are not installed ({', '.join(missing)}): "
            "run `pip install '.[eval]'` in Lectern's folder."
        )
