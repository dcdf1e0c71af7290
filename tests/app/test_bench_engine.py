from __future__ import annotations

import pytest

from evaluation.app.bench.engine import EngineBench, bench_engine, bench_nothing


def test_finding_nothing_to_do_is_quick() -> None:
    """Seven years of twelve steps that reach much of the package, Python's start included: processor seconds."""
    assert bench_nothing() < 1.5


@pytest.mark.slow
def test_a_step_costs_little_more_than_papermill_alone() -> None:
    found = bench_engine()
    assert found.bare > 0
    assert found.cost < 0.06, found.in_words("en")


def test_the_measurement_in_words() -> None:
    found = EngineBench(bare=1.0, engine=1.05, nothing=0.74)
    assert "The run's own cost: 50 ms a step" in found.in_words("en")
    assert "1.050 s of processor time each" in found.in_words("en")
    assert "Своя цена прогона: 50 мс на шаг" in found.in_words("ru")
    assert "1,050 с процессора" in found.in_words("ru")
