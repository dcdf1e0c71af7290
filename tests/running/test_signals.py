"""A run of the command line that is told to end: no kernel, no half result, an exit code that says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_programme import BEGIN, FINISH, SUM, Tiny, ends, kernels_of

if sys.platform == "win32":
    pytest.skip("there is no SIGTERM to catch", allow_module_level=True)

PATIENCE_SECONDS = 60
# the command line as it is, with the tiny programme's steps and package
# tests that were started with nohup would hand its deafness on
COMMAND = """
import signal
for name in ("SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
import sys
from pathlib import Path
from tiny_programme import STEPS, Tiny
from evaluation import pipeline
from evaluation.running import engine
pipeline.STEPS, pipeline.STEP_NAMES = STEPS, tuple(step.name for step in STEPS)
tiny, plain = Tiny(Path(sys.argv[1])), engine.Options
engine.Options = lambda *given, **named: plain(*given, **{"packages": tiny.packages, **named})
from evaluation.app.cli import app
app(["run", "2024", "--workspace", sys.argv[1], "--plain", "--language", "en", "--force", "02_sum"])
"""


@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGHUP", marks=pytest.mark.slow)])
def test_a_polite_end_leaves_a_clean_state_and_says_so(finished: Tiny, tmp_path: Path, name: str) -> None:
    before = {
        place: finished.read(place)
        for place in ("data/processed/2024/sums.parquet", "reports/2024/draft/report.en.html")
    }
    mark = tmp_path / "began"
    finished.notebook("02_sum", BEGIN, f"import time\nopen({str(mark)!r}, 'w').close()\ntime.sleep(600)", FINISH)
    child = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(finished.root)], cwd=Path(__file__).parent, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "EVALUATION_KEY_FILE": str(tmp_path / "key")},
    )  # fmt: skip
    try:
        waited = time.monotonic() + PATIENCE_SECONDS
        while not mark.exists() and child.poll() is None and time.monotonic() < waited:
            time.sleep(0.1)
        assert mark.exists(), child.communicate()
        assert kernels_of(finished.root) or not Path("/proc").is_dir()
        child.send_signal(getattr(signal, name))
        said, errors = child.communicate(timeout=PATIENCE_SECONDS)
    finally:
        child.kill()
    assert child.returncode == 1, (said, errors)
    assert "02_sum 2024 ... interrupted" in said
    assert "Interrupted. Earlier results are untouched; the next run goes on from here." in said
    assert "Traceback" not in said + errors
    assert not kernels_of(finished.root)
    assert list((finished.root / ".staging").glob("run-*")) == []
    assert {place: finished.read(place) for place in before} == before
    summary = json.loads(finished.read("reports/2024/draft/run/run.json"))
    assert {task["step"]: task["end"] for task in summary["tasks"] if task["end"] == "interrupted"}.keys() >= {"02_sum"}
    # the lock is free, and the next run goes on from there
    finished.notebook("02_sum", BEGIN, SUM, FINISH)
    assert ends(finished.run())["02-4"] in ("kept", "ran")
