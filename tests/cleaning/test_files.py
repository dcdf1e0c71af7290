"""A received file is taken whole or refused in plain words, and nothing around it is touched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cleaning_helpers import clean, krasnoyarsk, workbook

from evaluation.cleaning import files
from evaluation.cleaning.files import check_unchanged, take
from evaluation.cleaning.workbook import Remark, read_received
from evaluation.settings import InputProblem

REGISTER = [["№ заявки", "Муниципальное образование", "Статус"], ["24-001", "г. Ачинск", "Победитель"]]


def refused(path: Path, words: str) -> None:
    """The file is refused; both messages name it and its source."""
    with pytest.raises(InputProblem, match=words) as raised:
        read_received(path, "projects")
    for message in raised.value.messages.values():
        assert str(path) in message and "projects" in message


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    refused(tmp_path / "a.xlsx", "A folder lies in the place")


def test_no_file_and_no_folder_for_it(tmp_path: Path) -> None:
    refused(tmp_path / "a.xlsx", "There is no file")
    (tmp_path / "b").write_text("x")
    refused(tmp_path / "b" / "a.xlsx", "There is no file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    refused(tmp_path / "a.csv", "no ordinary file")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "no right to read"),
        (OSError(16, "Device or resource busy"), "another program holds it"),
        (OSError(5, "Input/output error"), "cannot be read: Input/output error"),
        (FileNotFoundError(2, "No such file"), "There is no file"),
    ],
)
def test_what_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Лист": REGISTER})

    def fail(_: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", fail)
    refused(path, words)


def test_no_right_to_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Лист": REGISTER})
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    refused(path, "no right to read")


def test_too_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    (tmp_path / "a.csv").write_text("a;b;c;d;e;f\n")
    refused(tmp_path / "a.csv", "is too large: 12 bytes, the limit is 10")


def read_while(path: Path, happens: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something happen to the file after its content was taken."""
    real = Path.read_bytes

    def taken(self: Path) -> bytes:
        data = real(self)
        happens()
        return data

    monkeypatch.setattr(Path, "read_bytes", taken)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")
    read_while(path, lambda: path.write_text("a;b\n1;3\n"), monkeypatch)
    refused(path, "changed while it was read")


def test_a_file_that_disappears_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")
    read_while(path, path.unlink, monkeypatch)
    refused(path, "disappeared")


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    data, digest, remarks = take(path, "s")
    # published value: FIPS 180-2, appendix B.1
    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert data == b"abc" and remarks == ()
    check_unchanged(path, "s", digest)


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_file_that_is_open_elsewhere_is_read_and_remarked(tmp_path: Path, lock: str) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Лист": REGISTER})
    (tmp_path / lock).write_bytes(b"somebody")
    assert read_received(path, "projects").remarks == (Remark("file_open_elsewhere"),)
    issues = clean({"projects": path}, 2024, krasnoyarsk()).issues
    found = issues[issues["rule"] == "file_open_elsewhere"]
    assert found[["severity", "action", "file_name"]].values.tolist() == [["warning", "kept", "a.xlsx"]]
    assert (tmp_path / lock).read_bytes() == b"somebody"
