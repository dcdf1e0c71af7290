"""The measured survey is what it claims to be, the words hold the figures, and at full size the limits are kept."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from evaluation.app.bench.survey import (
    BARE,
    DESIGN,
    NAMES,
    PSUS,
    RAKE,
    REPLICATED,
    RESPONSES,
    RIVAL,
    STRATA,
    TASKS,
    TAYLOR,
    Measurement,
    SurveyBench,
    bench_survey,
    make_survey,
)  # fmt: skip
from evaluation.app.cli import app

MOST_RATIO = 3.0
MOST_SECONDS = 1.0
MOST_MEMORY = 500_000_000


@pytest.fixture(scope="module")
def survey() -> dict[str, np.ndarray]:
    return make_survey(6_000)


def test_the_survey_has_its_places_and_is_seeded(survey: dict[str, np.ndarray]) -> None:
    assert len(np.unique(survey["psu"])) == STRATA * PSUS and len(np.unique(survey["stratum"])) == STRATA
    assert (survey["psu"] // PSUS == survey["stratum"]).all()
    np.testing.assert_array_equal(survey["y"], make_survey(6_000)["y"])


def test_every_task_gives_the_same_error(survey: dict[str, np.ndarray]) -> None:
    bare = TASKS[BARE](survey, 0)()
    assert TASKS[TAYLOR](survey, 0)() == pytest.approx(bare, rel=1e-10)
    assert TASKS[REPLICATED](survey, 2_000)() == pytest.approx(bare, rel=0.08)
    pytest.importorskip("svy")
    assert TASKS[RIVAL](survey, 0)() == pytest.approx(bare, rel=1e-8)


@pytest.mark.slow  # processes that import everything anew
def test_the_command_measures_a_small_survey() -> None:
    result = CliRunner().invoke(app, ["bench", "survey", "--rows", "4000", "--plain", "--language", "ru"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert "4000" in lines[0] and sum("память до" in line for line in lines) >= len(NAMES) - 1


def test_the_figures_in_words() -> None:
    made = {
        BARE: Measurement(0.008, 176_000_000, 0.0068),
        TAYLOR: Measurement(0.016, 300_000_000, 0.0068),
        DESIGN: Measurement(0.9, 300_000_000, float("nan")),
        RIVAL: Measurement(0.048, 300_000_000, 0.0068),
    }
    bench = SurveyBench(1_000_000, 1_000, made)
    assert bench.ratio == 2
    assert bench.in_words("en").splitlines() == [
        "Weighted mean of 1000000 responses; 2000 PSUs in 40 strata",
        "  the bare arithmetic (numpy): 0.0080 s, memory up to 176 MB, standard error 0.0068",
        "  evaluation, Taylor error: 0.0160 s, 2.00 times the bare arithmetic, memory up to 300 MB, "
        "standard error 0.0068",
        "  evaluation, the design from a table (once): 0.9000 s, memory up to 300 MB",
        "  svy, Taylor error: 0.0480 s, 3 times ours, memory up to 300 MB, standard error 0.0068",
    ]
    assert "дольше одной арифметики в 2,00 раза" in bench.in_words("ru")
    without = SurveyBench(10, 10, {name: one for name, one in made.items() if name != RIVAL})
    assert without.in_words("en").endswith("svy is not installed: no comparison.")


@pytest.fixture(scope="module")
def large() -> SurveyBench:
    return bench_survey(RESPONSES)


@pytest.mark.slow
def test_a_million_responses_keep_the_limits(large: SurveyBench) -> None:
    words = large.in_words("en")
    assert large.ratio <= MOST_RATIO, words
    replicated = large.measurements[REPLICATED]
    assert replicated.seconds < MOST_SECONDS and replicated.memory < MOST_MEMORY, words
    assert all(large.measurements[name].memory < MOST_MEMORY for name in (TAYLOR, RAKE)), words


@pytest.mark.slow
def test_svy_gives_the_same_error(large: SurveyBench) -> None:
    if RIVAL not in large.measurements:
        pytest.skip("svy is not installed")
    ours = large.measurements[TAYLOR].answer
    assert large.measurements[RIVAL].answer == pytest.approx(ours, rel=1e-8)
