from __future__ import annotations

import datetime as dt
import os
import subprocess
from pathlib import Path

import pytest
from tiny_programme import Tiny

from evaluation.app.doctor.examination import examine
from evaluation.app.doctor.machine import bytecode, clock, encoding, fonts, git, git_version, newest_change
from evaluation.app.doctor.workspace import can_write, key_place, places, to_confirm
from evaluation.display.fonts import missing_letters

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def test_encodings() -> None:
    assert encoding("utf-8", "utf-8").state == "good"
    assert encoding("cp1251", "utf-8").state == "look"  # no rouble sign
    found = encoding("ascii", "utf-8")
    assert found.state == "look" and "ascii" in found.text.en and "PYTHONUTF8=1" in found.text.ru
    assert encoding(None, "no-such-encoding").state == "look"


def test_git(tmp_path: Path) -> None:
    assert git(tmp_path, None).state == "look"
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert "git init" in git(inner, "2.39").text.en
    (tmp_path / "a" / ".git").mkdir()
    assert git(inner, "2.39").state == "good"


def test_git_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_version() is None


def test_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fonts().state == "good"
    assert missing_letters("Ё№—₽ \n") == ""
    assert missing_letters("a\U0010fffd") == "\U0010fffd"
    monkeypatch.setattr("evaluation.display.fonts.STYLE", {"font.family": "No Such Font At All"})
    assert missing_letters("a") is None
    assert fonts().state == "bad"


def test_the_clock() -> None:
    assert clock(NOW, None).state == "good"
    assert clock(NOW, NOW + dt.timedelta(hours=3)).state == "good"
    found = clock(NOW, NOW + dt.timedelta(days=40))
    assert found.state == "bad" and "2026-06-10" in found.text.en


def test_the_newest_change(tmp_path: Path) -> None:
    assert newest_change(tmp_path) is None
    (tmp_path / "config").mkdir()
    for name, day in (("a.yml", 5), ("b.yml", 9)):
        (tmp_path / "config" / name).write_text("")
        moment = dt.datetime(2026, 1, day, tzinfo=dt.UTC).timestamp()
        os.utime(tmp_path / "config" / name, (moment, moment))
    assert newest_change(tmp_path) == dt.datetime(2026, 1, 9, tzinfo=dt.UTC)


def test_bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.pycache_prefix", None)
    assert bytecode(tmp_path, False).state == "good"
    found = bytecode(tmp_path, True)
    assert found.state == "look" and "compileall" in found.text.ru
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"")
    assert bytecode(tmp_path, True).state == "good"


def test_places_that_cannot_be_written(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [finding.state for finding in places(tiny.open())] == ["good"]
    # the superuser may write anywhere, so that permissions cannot be taken away here
    monkeypatch.setattr("evaluation.app.doctor.workspace.can_write", lambda path: path.name != "reports")
    (found,) = places(tiny.open())
    assert found.state == "bad" and "reports" in found.text.en and "config" not in found.text.en


def test_writing_is_tried_and_leaves_nothing(tmp_path: Path) -> None:
    assert can_write(tmp_path / "not" / "yet")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    assert not can_write(tmp_path / "file" / "below")


def test_the_key_must_lie_outside_git(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "kept" / "tiny.key"
    monkeypatch.setenv("EVALUATION_KEY_FILE", str(key))
    assert list(key_place(tiny.open())) == []
    key.parent.mkdir()
    key.write_text("0" * 64)
    key.chmod(0o600)
    assert list(key_place(tiny.open())) == []
    key.chmod(0o644)
    if os.name == "posix":
        assert [finding.state for finding in key_place(tiny.open())] == ["look"]
    subprocess.run(["git", "init", "-q", str(key.parent)], check=True)
    assert next(iter(key_place(tiny.open()))).state == "bad"


def test_lines_to_confirm_are_listed(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EVALUATION_KEY_FILE", str(tmp_path / "tiny.key"))
    assert list(to_confirm(tiny.open())) == []
    tiny.edit("config/years/2024.yml", "ends_on: 2024-12-31", "ends_on: 2024-12-31  # confirm: a guess")
    (found,) = to_confirm(tiny.open())
    assert found.state == "look"
    assert "config/years/2024.yml:3 ends_on: 2024-12-31" in found.text.en
    assert found in examine(tiny.root)
