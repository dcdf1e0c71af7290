"""A small workspace for the panel's page: one register with faulty cells, the first step alone; and servers of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from deciding_workspace import make_workspace, row, write_register

from evaluation.pipeline import STEP_NAMES
from evaluation.places import KEY_FILE, Workspace, open_workspace

ROWS = [row("24-001", "ок. 50"), row("24-002", "пятьдесят"), row("24-003", "100-200"), row("24-005")]
START_SECONDS = 120.0
END_SECONDS = 30.0


def small_workspace(root: Path) -> Workspace:
    """The demonstration's programme in the year 2024 with its register alone; only step 01 applies."""
    workspace = make_workspace(root)
    write_register(workspace, ROWS)
    place = root / "config" / "programme.yml"
    settings = yaml.safe_load(place.read_text(encoding="utf-8"))
    settings["first_year"] = settings["last_year"] = 2024
    reason = {"ru": "в этом примере не нужен", "en": "not needed in this example"}
    others = [name for name in STEP_NAMES if name != "01_clean_programme"]
    settings["steps"] = {name: {"applicable": False, "reason": reason} for name in others}
    place.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return open_workspace(root)


@dataclass(frozen=True)
class Served:
    """A server that answers at ``address`` (with its token), and what it has said."""

    address: str
    log: Path


@contextmanager
def served(arguments: Sequence[str], key: Path, log: Path, address: str) -> Iterator[Served]:
    """The command line ``evaluation`` with ``arguments`` until it says an ``address`` (a pattern); then it is ended."""
    environment: dict[str, Any] = {**os.environ, KEY_FILE: str(key), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "evaluation.app.cli", *arguments],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment, start_new_session=True,
        )  # fmt: skip
    try:
        end = time.monotonic() + START_SECONDS
        while (found := re.search(address, log.read_text(encoding="utf-8", errors="replace"))) is None:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, f"no address: {log.read_text(encoding='utf-8')}"
            time.sleep(0.2)
        yield Served(found[0], log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
