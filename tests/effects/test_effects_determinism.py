"""Every estimate is the same on every run: to the last bit whatever the hash seed, to 1e-10 on another number of
threads (sums of linear algebra are then taken in another order)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from all_estimators import MODELS, OTHER_TABLES

from evaluation.effects.families import FAMILIES

pytestmark = pytest.mark.slow  # every estimator in six processes

SCRIPT = Path(__file__).with_name("all_estimators.py")
HASH_SEEDS = range(5)
TOLERANCE = 1e-10


def start(hash_seed: int, threads: int) -> subprocess.Popen[str]:
    settings = {
        **os.environ,
        "PYTHONHASHSEED": str(hash_seed),
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)),
    }
    command = [sys.executable, "-W", "error::RuntimeWarning", str(SCRIPT)]
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines_of(process: subprocess.Popen[str]) -> list[str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-3000:]
    return out.splitlines()


@pytest.fixture(scope="module")
def runs() -> dict[tuple[int, int], list[str]]:
    """Printed lines by hash seed and threads; two processes at a time."""
    wanted = [*((seed, 1) for seed in HASH_SEEDS), (0, 2)]
    found = {}
    for position in range(0, len(wanted), 2):
        pair = wanted[position : position + 2]
        for key, process in [(key, start(*key)) for key in pair]:
            found[key] = lines_of(process)
    return found


def test_every_family_of_models_is_looked_at() -> None:
    assert set(FAMILIES) - set(OTHER_TABLES) == set(MODELS)


def test_there_is_something_to_compare(runs: dict[tuple[int, int], list[str]]) -> None:
    lines = runs[0, 1]
    names = {line.rsplit(" ", 1)[0] for line in lines}
    assert len(names) == len(lines) > 500
    for family in MODELS:
        estimates = [line for line in lines if line.startswith(f"{family} ") and " estimate " in line]
        assert any(not line.endswith("nan") for line in estimates), f"{family} gives no estimate"


@pytest.mark.parametrize("seed", HASH_SEEDS[1:])
def test_hash_seeds_change_no_bit(runs: dict[tuple[int, int], list[str]], seed: int) -> None:
    assert runs[seed, 1] == runs[0, 1]


def test_threads_change_next_to_nothing(runs: dict[tuple[int, int], list[str]]) -> None:
    one, two = ([line.rsplit(" ", 1) for line in runs[0, threads]] for threads in (1, 2))
    assert [name for name, _ in one] == [name for name, _ in two]
    for (name, first), (_, second) in zip(one, two, strict=True):
        expected, found = float.fromhex(first), float.fromhex(second)
        assert found == pytest.approx(expected, abs=TOLERANCE, rel=TOLERANCE, nan_ok=True), name
