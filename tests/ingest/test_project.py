"""What pages include: remembered as it was read."""

from pathlib import Path, PurePosixPath

import pytest

from server.errors import DocumentUnreadable
from server.ingest.checksums import checksum
from server.ingest.project import Includes, Project
from server.ingest.sources import read_bytes


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


def test_what_git_keeps_is_not_included(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_bytes(b"AUTHORIZATION: basic ...")
    (tmp_path / "link.md").symlink_to(".git/config")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "ci.yml").write_bytes(b"on: push")
    project = Project(tmp_path, max_bytes=100)
    for name in (".git/config", "docs/../.git/config", "link.md"):
        with pytest.raises(DocumentUnreadable, match="outside the project"):
            project.read(PurePosixPath(name))
    assert b"on: push" == project.read(PurePosixPath(".github/ci.yml"))


def test_a_file_that_states_no_size_is_read_up_to_the_limit() -> None:
    with pytest.raises(DocumentUnreadable, match="more bytes than it states"):
        read_bytes(Path("/proc/self/stat"), max_bytes=10)
