"""The measured panel is what it claims to be, the words hold the figures, and at full size the limits are kept."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from linearmodels import PanelOLS
from typer.testing import CliRunner

from evaluation.app.bench import effects as bench_effects
from evaluation.app.bench import rivals as bench_rivals
from evaluation.app.bench.effects import (
    BARE,
    DISTRICTS,
    DRAWS,
    OURS,
    OWN,
    PANEL_ROWS,
    YEARS,
    EffectsBench,
    Measurement,
    make_panel,
)  # fmt: skip
from evaluation.app.bench.rivals import REGRESSORS, RIVALS, TESTED
from evaluation.app.cli import app

ROOT = Path(__file__).resolve().parents[2]
MOST_RATIO = 2.0
MOST_MEMORY = 1_000_000_000


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return make_panel(400)


def test_the_panel_is_balanced_seeded_and_has_cohorts(panel: pd.DataFrame) -> None:
    assert len(panel) == 400 * YEARS and (panel.groupby("unit")["year"].nunique() == YEARS).all()
    assert panel["district"].nunique() == DISTRICTS and panel.groupby("unit")["district"].nunique().max() == 1
    assert sorted(panel["adopted"].dropna().unique()) == [4, 5, 6, 7, 8] and panel["adopted"].isna().any()
    pd.testing.assert_frame_equal(panel, make_panel(400))


def test_our_tasks_give_the_answers_of_others(panel: pd.DataFrame) -> None:
    indexed = panel.set_index(["unit", "year"])
    other = PanelOLS(indexed["y"], indexed[REGRESSORS], entity_effects=True, time_effects=True).fit()
    assert OWN["linear"][OURS](panel, 0)() == pytest.approx(other.params[TESTED], rel=1e-9)
    assert bench_rivals.linear_linearmodels(panel, 0)() == pytest.approx(other.params[TESTED], rel=1e-9)
    # the truth of the group-time effects is 0.3; their error here is about 0.08
    assert OWN["group_time"][OURS](panel, 49)() == pytest.approx(0.3, abs=0.4)
    assert 0 < OWN["wild"][OURS](panel, 99)() <= 1
    assert np.isnan(OWN["linear"][BARE](panel, 0)())


@pytest.mark.slow  # processes that import everything anew
@pytest.mark.parametrize(("language", "words"), [("ru", "память до"), ("en", "memory up to")])
def test_the_command_measures_a_small_panel(language: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_effects, "rivals_python", lambda: None)
    result = CliRunner().invoke(app, ["bench", "effects", "--rows", "1200", "--plain", "--language", language])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert len(lines) == 3 + 4 + 1 and "1200" in lines[0] and "make rivals" in lines[-1]
    assert sum(words in line for line in lines) == 4


@pytest.mark.slow  # libraries are imported anew
def test_a_rival_is_measured_by_its_file_alone(panel: pd.DataFrame, tmp_path: Path) -> None:
    """In the tests' own environment, which has linearmodels; a library that is not there is told, not raised."""
    np.savez(tmp_path / "panel.npz", **{name: column.to_numpy() for name, column in panel.items()})
    script = str(Path(bench_rivals.__file__))
    command = [sys.executable, script, "linear", "linearmodels"]
    one = bench_effects._measured(command, "linear", "linearmodels", tmp_path, 0)
    assert one.answer == pytest.approx(OWN["linear"][OURS](panel, 0)(), rel=1e-9)
    assert one.seconds > 0 and one.memory > 10_000_000 and not one.failure
    absent = bench_effects._measured([sys.executable, script, "wild", "wildboottest"], "wild", "w", tmp_path, 9)
    assert "wildboottest" in absent.failure and np.isnan(absent.seconds)


def test_the_figures_in_words() -> None:
    made = (
        Measurement("linear", BARE, 0.05, 200_000_000),
        Measurement("linear", OURS, 0.10, 300_000_000, 0.0123456789),
        Measurement("linear", "pyfixest", 0.35, 900_000_000, 0.0123456789),
        Measurement("group_time", OURS, 0.2, 10**8, 0.3),
        Measurement("group_time", "csdid", failure="no module"),
        Measurement("wild", OURS, 0.1, 10**8, 0.5),
    )
    bench = EffectsBench(264_000, dict(DRAWS), made, True)
    assert bench.in_words("en").splitlines() == [
        "Regression with unit and year effects, 11 regressors, errors by 44 districts; 264000 rows",
        "  the bare within transform (numpy): 0.050 s, the whole regression takes 2.0 times as long, "
        "memory up to 200 MB",
        "  evaluation: 0.100 s, memory up to 300 MB, answer 0.0123457",
        "  pyfixest: 0.350 s, 3.5 times ours, memory up to 900 MB, answer 0.0123457",
        "Group-time effects, 999 multiplier draws; 264000 rows",
        "  evaluation: 0.200 s, memory up to 100 MB, answer 0.3",
        "  csdid: failed: no module",
        "Wild cluster bootstrap, 11 regressors, 44 districts, 9999 draws; 264000 rows",
        "  evaluation: 0.100 s, memory up to 100 MB, answer 0.5",
    ]
    russian = bench.in_words("ru")
    assert "pyfixest: 0,350 с, дольше нашего в 3,5 раза, память до 900 МБ" in russian
    assert "make rivals" not in russian


def test_the_rivals_are_locked_and_need_nothing_of_ours() -> None:
    lock = (ROOT / "requirements-rivals.txt").read_text(encoding="utf-8")
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    assert "://" not in lock and "--index" not in lock
    assert all(re.search(rf"^{re.escape(pin)} \\$", lock, re.M) for pin in groups["rivals"])
    blocks = re.split(r"\n(?=[a-z0-9])", lock, flags=re.I)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    wanted = {name for task in RIVALS.values() for name in task}
    assert wanted <= {pin.split("==")[0] for pin in groups["rivals"]}
    tree = ast.parse(Path(bench_rivals.__file__).read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(name.startswith("evaluation") for name in imported)


@pytest.fixture(scope="module")
def large() -> EffectsBench:
    return bench_effects.bench_effects(PANEL_ROWS)


@pytest.mark.slow
def test_a_large_panel_keeps_the_limits(large: EffectsBench) -> None:
    words = large.in_words("en")
    assert all(large.of(task, OURS).memory < MOST_MEMORY for task in DRAWS), words
    assert 1 / large.ratio("linear", BARE) < MOST_RATIO, words


@pytest.mark.slow
def test_no_other_library_is_faster_or_answers_otherwise(large: EffectsBench) -> None:
    if not large.rivals:
        pytest.skip("the other libraries are not installed: make rivals")
    words = large.in_words("en")
    for task, libraries in RIVALS.items():
        own = large.of(task, OURS)
        for library in libraries:
            other = large.of(task, library)
            assert not other.failure and other.seconds > own.seconds, words
            # p values of draws by chance agree within four Monte Carlo errors of their difference
            p = max(own.answer, 1 / DRAWS["wild"])
            error = 4 * np.sqrt(2 * p * (1 - p) / DRAWS["wild"]) if task == "wild" else 1e-6
            assert other.answer == pytest.approx(own.answer, abs=error), words
