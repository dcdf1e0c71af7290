"""Age groups: their names in files, their bounds, what overlaps and what makes up a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.territory.ages import OLDEST, TOTAL, age_group, bounds, overlapping, partition


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Всего", "total"), ("все возрасты", "total"), ("Total", "total"), ("7", "7"), ("7 лет", "7"), ("1 год", "1"),
        ("0–4", "0-4"), ("5-9 лет", "5-9"), ("от 15 до 17 лет", "15-17"), ("65+", "65+"), ("70 лет и старше", "70+"),
        ("80 и более", "80+"), ("85 лет и более", "85+"), ("до 15 лет", "0-14"), ("моложе 18 лет", "0-17"),
        ("18 and over", "18+"), ("под 18", None), ("9-5", None), ("300", None), ("", None), ("трудоспособный", None),
    ],
)  # fmt: skip
def test_usual_words(text: str, group: str | None) -> None:
    assert age_group(text) == group


def test_bounds_are_half_open() -> None:
    assert [bounds(group) for group in ("7", "5-9", "65+", TOTAL)] == [(7, 8), (5, 10), (65, 121), (0, 121)]


def test_overlaps_by_hand() -> None:
    found = overlapping(["0-14", "15-64", "65", "65+", "66+", TOTAL])
    assert found == {"total": ("0-14", "15-64", "65", "65+", "66+"), "65+": ("65", "66+")}
    assert overlapping(["0-14", "15-64", "65+"]) == {}


def test_a_partition_counts_every_age_once() -> None:
    groups = ["0-14", "15-64", "15", "16-64", "65+", "65", "66+", TOTAL]
    assert partition(groups, 0) == [TOTAL]
    assert partition(groups, 0, finest=True) == ["0-14", "15", "16-64", "65", "66+"]
    assert partition(groups, 15) == ["15-64", "65+"]
    assert partition(groups, 18) is None, "nothing begins at 18"
    assert partition(groups, 0, 15) == ["0-14"]
    assert partition(["0-14", "16+"], 0) is None, "15 is missing"


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=14), st.integers(0, 10), st.booleans())
def test_any_partition_covers_each_age_exactly_once(spans: list[tuple[int, int]], first: int, finest: bool) -> None:
    groups = {f"{low}-{low + size - 1}" if size > 1 else str(low) for low, size in spans} | {"13+"}
    found = partition(groups, first, finest=finest)
    if found is not None:
        ages = [age for group in found for age in range(*bounds(group))]
        assert sorted(ages) == list(range(first, OLDEST + 1))
