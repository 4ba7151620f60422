import pytest

from server.errors import EvaluationInvalid
from server.evaluation.packages import require_packages


def test_missing_packages_are_named_with_the_command_that_installs_them() -> None:
    require_packages()
    with pytest.raises(EvaluationInvalid) as raised:
        require_packages(("scipy", "no_such_package"))
    expected = "not installed (no_such_package): run `pip install '.[eval]'` in Lectern's folder."
    assert str(raised.value).endswith(expected)
