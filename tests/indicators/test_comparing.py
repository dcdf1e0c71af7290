"""Which years may be compared, and how breaks cut a series."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.indicators.breaks import BRIDGES, read_breaks
from evaluation.indicators.comparing import BRIDGE_WORDS, bridged_series, comparison_allowed
from evaluation.settings import Text

BREAKS = pd.DataFrame(
    [
        ("rules", 2022, "rules", "funded|success_rate", "", "Правила новые.", "New rules."),
        ("reform", 2025, "territory", "units|funded", "crosswalk|stable_areas", "Границы новые.", "New boundaries."),
        ("count", 2024, "counting", "participations", "both_definitions", "Счёт новый.", "New count."),
    ],
    columns=["break_id", "first_year", "kind", "indicators", "bridge", "note_ru", "note_en"],
).astype({"first_year": "Int64"})


@pytest.mark.parametrize(
    ("indicator", "years", "bridges", "allowed", "crossed", "open_ones"),
    [
        ("units", (2024, 2025), (), False, ("reform",), ("reform",)),
        ("units", (2024, 2025), ("crosswalk",), True, ("reform",), ()),
        ("units", (2024, 2025), ("stable_areas",), True, ("reform",), ()),
        ("units", (2024, 2025), ("both_definitions",), False, ("reform",), ("reform",)),
        ("funded", (2021, 2025), ("crosswalk",), False, ("rules", "reform"), ("rules",)),
        ("funded", (2022, 2024), (), True, (), ()),
        ("participations", (2023, 2024), ("both_definitions",), True, ("count",), ()),
        ("units", (2025, 2024), (), False, ("reform",), ("reform",)),
        ("units", (2024, 2024), (), True, (), ()),
    ],
)
def test_verdicts(
    indicator: str, years: tuple[int, int], bridges: tuple[str, ...], allowed: bool,
    crossed: tuple[str, ...], open_ones: tuple[str, ...],
) -> None:  # fmt: skip
    verdict = comparison_allowed(BREAKS, indicator, *years, bridges)
    assert (verdict.allowed, verdict.crossed, verdict.unbridged) == (allowed, crossed, open_ones)


def test_a_verdict_says_why_in_both_languages() -> None:
    label = Text(ru="Поддержано проектов", en="Projects funded")
    refused = comparison_allowed(BREAKS, "funded", 2021, 2025, ["crosswalk"], label).reason
    assert refused.ru == (
        "«Поддержано проектов», 2021 и 2025 годы: сравнивать нельзя, между ними неперекрытый разрыв. "
        "2022: Правила новые. Сравнивайте годы по одну его сторону."
    )
    assert "2022: New rules." in refused.en
    assert "reform" not in refused.en, "a bridged break is no reason against"
    bridged = comparison_allowed(BREAKS, "units", 2024, 2025, ["stable_areas"]).reason
    assert bridged.en == (
        "'units', 2024 and 2025: may be compared, the break is bridged (2025: areas that no change cuts are compared)."
    )
    assert comparison_allowed(None, "units", 2024, 2025).reason.en.endswith("no break lies between.")
    assert set(BRIDGE_WORDS) == set(BRIDGES)


def _series(years: list[int], indicator: str = "funded") -> pd.DataFrame:
    return pd.DataFrame({"indicator": indicator, "unit_id": "all", "year": years, "value": 1.0})


def test_segments_end_at_breaks_that_nothing_bridges() -> None:
    made = bridged_series(_series([2025, 2019, 2021, 2022, 2024]), BREAKS, ["crosswalk"])
    assert made["year"].tolist() == [2019, 2021, 2022, 2024, 2025]
    assert made["segment"].tolist() == [1, 1, 2, 2, 2]
    assert made["breaks_before"].tolist() == ["", "", "rules", "", ""]
    assert bridged_series(_series([2019, 2026]), BREAKS)["breaks_before"].tolist() == ["", "rules; reform"]
    assert bridged_series(_series([2019, 2026]), None)["segment"].tolist() == [1, 1]


def test_every_unit_and_stream_is_a_series_of_its_own() -> None:
    both = pd.concat([_series([2021, 2022]).assign(stream=name) for name in ("training", "exchange")])
    made = bridged_series(both, BREAKS)
    assert made["segment"].tolist() == [1, 2, 1, 2]


# no deadline: frames are slow on a busy machine
@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(2015, 2030), min_size=1, max_size=6, unique=True), st.sampled_from([(), ("crosswalk",)]))
def test_years_of_one_segment_are_exactly_those_that_may_be_compared(
    years: list[int], bridges: tuple[str, ...]
) -> None:
    made = bridged_series(_series(years), BREAKS, bridges).set_index("year")["segment"]
    for first in years:
        for second in years:
            verdict = comparison_allowed(BREAKS, "funded", first, second, bridges)
            assert verdict.allowed == (made[first] == made[second])


def test_the_demonstration_says_what_bridges_its_reform() -> None:
    breaks = read_breaks(Path(__file__).resolve().parents[2] / "config" / "breaks.csv")
    assert not comparison_allowed(breaks, "units_applied_share", 2024, 2025).allowed
    assert comparison_allowed(breaks, "units_applied_share", 2024, 2025, ["crosswalk"]).allowed
    assert not comparison_allowed(breaks, "success_rate", 2021, 2022, BRIDGES).allowed
