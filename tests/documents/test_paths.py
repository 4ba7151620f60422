from pathlib import PurePosixPath

import pytest

from server.documents.sites.paths import page_path
from tests.documents.cases import load_cases


@pytest.mark.parametrize(("relative", "expected"), load_cases("paths"))
def test_a_page_is_found_where_its_file_lies(relative: str, expected: str) -> None:
    assert expected == page_path(PurePosixPath(relative))
