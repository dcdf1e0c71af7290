from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evaluation.running import lock
from evaluation.running.lock import only_run
from evaluation.settings import InputProblem, Text

HOLD = """
import pathlib, sys
from evaluation.running.lock import only_run
with only_run(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def owner(root: Path) -> str:
    return (root / ".staging" / "lock").read_text(encoding="utf-8")


def test_a_second_run_is_refused_until_the_first_dies(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(InputProblem) as caught, only_run(tmp_path):
            pytest.fail("two runs at once")
        for message in caught.value.messages.values():
            assert str(process.pid) in message
            assert "--wait" in message
        assert platform.node() not in caught.value.messages["en"]
        process.kill()
        process.wait()
        # the dead one's name still stands there, and its lock does not
        assert json.loads(owner(tmp_path))["process"] == process.pid
        began = time.monotonic()
        with only_run(tmp_path):
            assert json.loads(owner(tmp_path))["process"] == os.getpid()
        assert time.monotonic() - began < 1
    assert owner(tmp_path) == ""
    with only_run(tmp_path):
        pass


def test_a_second_run_waits_where_it_is_asked_to(tmp_path: Path) -> None:
    told: list[Text] = []
    with holder(tmp_path) as process:
        assert process.stdin is not None
        threading.Timer(1.2, process.stdin.close).start()
        began = time.monotonic()
        with only_run(tmp_path, wait=True, tell=told.append):
            assert time.monotonic() - began > 1
            assert json.loads(owner(tmp_path))["process"] == os.getpid()
    (text,) = told
    assert str(process.pid) in text.en
    assert text.ru.startswith("Ждём конца другого прогона")


def left_by(root: Path, computer: str) -> Path:
    path = root / ".staging" / "lock"
    path.parent.mkdir()
    since = "2026-01-01T00:00:00+00:00"
    path.write_text(json.dumps({"process": 77, "computer": computer, "since": since}), encoding="utf-8")
    return path


def test_a_run_on_another_computer_is_known_by_its_signs_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a shared disk whose locks do not reach from one computer to the other."""
    monkeypatch.setattr(lock, "SILENCE_SECONDS", 1.5)
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.1)
    path = left_by(tmp_path, "elsewhere")
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(0.2):
            os.utime(path)

    beating = threading.Thread(target=beat)
    beating.start()
    try:
        with pytest.raises(InputProblem, match="process 77 on the computer elsewhere"), only_run(tmp_path):
            pytest.fail("two runs at once")
    finally:
        ended.set()
        beating.join()
    with only_run(tmp_path):
        assert json.loads(owner(tmp_path))["computer"] == platform.node()


def test_on_a_disk_without_locks_the_signs_of_life_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_take", lambda file: None)
    monkeypatch.setattr(lock, "SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.2)
    with only_run(tmp_path), pytest.raises(InputProblem, match=f"process {os.getpid()}"), only_run(tmp_path):
        pytest.fail("two runs at once")
    (tmp_path / ".staging" / "lock").unlink()
    (tmp_path / ".staging").rmdir()
    left_by(tmp_path, platform.node())
    with only_run(tmp_path):
        assert json.loads(owner(tmp_path))["process"] == os.getpid()


def test_a_damaged_lock_file_is_no_obstacle(tmp_path: Path) -> None:
    path = left_by(tmp_path, "elsewhere")
    for content in (b"4711\n", b"{", b'{"process": 1}', b"\xff\xfe", b"[]"):
        path.write_bytes(content)
        with only_run(tmp_path):
            assert json.loads(owner(tmp_path))["process"] == os.getpid()


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / ".staging").write_text("a file where the folder should be")
    with pytest.raises(InputProblem) as caught, only_run(tmp_path):
        pytest.fail("no lock")
    assert "Nothing can be written in the workspace" in caught.value.messages["en"]
    assert "нельзя записать" in caught.value.messages["ru"]
