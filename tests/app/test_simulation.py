from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_programme import Tiny

from evaluation import simulate
from evaluation.app.simulation import parse_years, simulate_files
from evaluation.settings import InputProblem


@pytest.mark.parametrize(
    ("text", "years"),
    [("2019-2021", [2019, 2020, 2021]), ("2025", [2025]), (" 2024 – 2025 ", [2024, 2025]), ("2025-2025", [2025])],
)
def test_years_as_people_write_them(text: str, years: list[int]) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["", "25", "2025-2019", "2019..2025", "2019-", "год"])
def test_years_that_cannot_be_understood(text: str) -> None:
    with pytest.raises(InputProblem, match="for example"):
        parse_years(text)


def test_what_is_asked_reaches_the_simulation(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(simulate, "write_simulation", lambda root, **facts: asked.update(facts, root=root))
    tiny.write("config/units.csv", "unit_id,name\n1,Село\n")
    assert simulate_files(tiny.open(), 7, None, 30, True) == tiny.root / "data" / "raw"
    assert asked["root"] == tiny.root
    assert (asked["seed"], asked["years"], asked["municipalities"], asked["clean"]) == (7, [2023, 2024], 30, True)
    assert list(asked["units"]["unit_id"]) == ["1"]
    assert asked["crosswalk"] is None
    simulate_files(tiny.open(), None, "2024", None, False)
    assert (asked["seed"], asked["years"]) == (simulate.DEFAULT_SEED, [2024])


def test_without_a_registry_there_is_nothing_to_simulate(tiny: Tiny) -> None:
    with pytest.raises(InputProblem, match=r"units.csv"):
        simulate_files(tiny.open(), 1, None, None, False)
    assert not Path(tiny.root / "data" / "raw" / "SIMULATED.json").exists()
