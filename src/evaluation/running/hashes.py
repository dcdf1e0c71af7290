"""Hashes of files, remembered between runs by size and times."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from evaluation.aside import write_whole

# A file changed twice within the clock's grain keeps its stamp, so that what was hashed right after a change
# is hashed again next time (as git does).
GRAIN_NS = 2_000_000_000
FORMAT = 4
Value = TypeVar("Value")


class Hashes:
    """Facts derived from files' bytes, computed again only when size, times or inode changed.

    ``cache`` is the JSON file to remember them in; a missing or damaged one is made anew. Safe for threads.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = _read(cache)
        self._once: dict[Hashable, Any] = {}
        self._changed = False

    def of_file(self, path: Path) -> str | None:
        """SHA-256 of the file's bytes, of a folder's names and bytes; None where there is nothing."""
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if stat.S_ISDIR(status.st_mode):
            inside = [inner for inner in sorted(path.rglob("*")) if inner.is_file()]
            parts = [(inner.relative_to(path).as_posix(), self.of_file(inner)) for inner in inside]
            return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        return str(self.derived("sha256", path, lambda content: hashlib.sha256(content).hexdigest(), status))

    def derived(
        self, kind: str, path: Path, compute: Callable[[bytes], Any], status: os.stat_result | None = None
    ) -> Any:
        """``compute(bytes)``, a JSON-ready value that depends on nothing but the bytes, remembered under ``kind``.

        ``status`` is the file's, where it was asked for already.
        """
        status = status or path.stat()
        stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        key = f"{kind}:{path}"
        with self._lock:
            known = self._known.get(key)
        if known is not None and known["stamp"] == stamp and max(stamp[1:3]) + GRAIN_NS < known["at"]:
            return known["value"]
        at = time.time_ns()
        value = compute(path.read_bytes())
        with self._lock:
            self._known[key] = {"stamp": stamp, "at": at, "value": value}
            self._changed = True
        return value

    def once(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """``compute()``, done once in this object's life: for what stays as it is while a run goes on."""
        if key not in self._once:
            self._once[key] = compute()
        return self._once[key]

    def save(self) -> None:
        """Write the cache file, each time in one step."""
        if self._cache is None or not self._changed:
            return
        with self._lock:
            text = json.dumps({"format": FORMAT, "known": self._known})
            self._changed = False
        # where it cannot be written, the next run computes again
        with suppress(OSError):
            write_whole(self._cache, text)


def _read(cache: Path | None) -> dict[str, dict[str, Any]]:
    if cache is None:
        return {}
    try:
        content = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = content.get("known") if isinstance(content, dict) and content.get("format") == FORMAT else None
    return known if isinstance(known, dict) else {}
