"""What pages include: remembered as it was read."""

from pathlib import Path, PurePosixPath

import pytest

from server.errors import DocumentUnreadable
from server.ingest.checksums import checksum
from server.ingest.project import Includes, Project


def test_an_include_that_changes_while_its_page_is_parsed_is_told_by_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_bytes(b"before")
    includes = Includes(Project(tmp_path, max_bytes=100))
    assert b"before" == includes.read(PurePosixPath("guides/../note.md"))
    (tmp_path / "note.md").write_bytes(b"after")
    assert {"note.md": checksum(b"before")} == includes.checksums


def test_an_include_that_appears_while_its_page_is_parsed_was_missing(tmp_path: Path) -> None:
    includes = Includes(Project(tmp_path, max_bytes=100))
    with pytest.raises(DocumentUnreadable):
        includes.read(PurePosixPath("note.md"))
    (tmp_path / "note.md").write_bytes(b"here now")
    assert {"note.md": ""} == includes.checksums
