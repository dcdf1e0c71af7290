from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.running.lock import only_run
from evaluation.settings import InputProblem

HOLD = """
import pathlib, sys
from evaluation.running.lock import only_run
with only_run(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_refused_until_the_first_dies(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputProblem, match=f"process {holder.pid}"), only_run(tmp_path):
            pytest.fail("two runs at once")
    finally:
        holder.kill()
        holder.communicate()
    with only_run(tmp_path):
        assert (tmp_path / ".staging" / "lock").read_text().strip().isdigit()
    with only_run(tmp_path):
        pass
