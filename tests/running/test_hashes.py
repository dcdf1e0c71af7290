from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from evaluation.running.hashes import GRAIN_NS, Hashes


def counting(calls: list[bytes]) -> object:
    def compute(content: bytes) -> str:
        calls.append(content)
        return content.decode()

    return compute


def test_sha256_of_a_file_a_folder_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    hashes = Hashes()
    assert hashes.of_file(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
    assert hashes.of_file(tmp_path / "none") is None
    before = hashes.of_file(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert hashes.of_file(tmp_path) != before


def test_an_old_file_is_read_once_even_by_the_next_run(tmp_path: Path, monkeypatch: object) -> None:
    place, cache = tmp_path / "a", tmp_path / "folder" / "cache.json"
    place.write_bytes(b"abc")
    later = time.time_ns() + GRAIN_NS * 2
    calls: list[bytes] = []
    for _ in range(2):
        hashes = Hashes(cache)
        monkeypatch.setattr(time, "time_ns", lambda: later)  # type: ignore[attr-defined]
        for _ in range(2):
            assert hashes.derived("text", place, counting(calls)) == "abc"  # type: ignore[arg-type]
        hashes.save()
    assert len(calls) == 1


def test_a_file_hashed_right_after_a_change_is_hashed_again(tmp_path: Path) -> None:
    """The second write keeps size and time, as two writes within one tick of the clock do."""
    place = tmp_path / "a"
    place.write_bytes(b"abc")
    status = place.stat()
    hashes = Hashes()
    first = hashes.of_file(place)
    place.write_bytes(b"xyz")
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert hashes.of_file(place) != first


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    cache = tmp_path / "cache.json"
    cache.write_text("{ not json")
    (tmp_path / "a").write_bytes(b"abc")
    hashes = Hashes(cache)
    assert hashes.of_file(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
    hashes.save()
    assert "sha256" in cache.read_text()
