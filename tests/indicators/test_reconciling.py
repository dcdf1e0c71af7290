"""Published totals that differ from the register, and the remarks that would close the gap, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check, conform
from evaluation.indicators.reconciling import published_rounding, reconcile
from evaluation.settings import ReferenceTotal, Text

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
WORDS = Text(ru="почему", en="why")
ITEM = ["year", "measure", "rule", "treatment", "amount", "source_row"]


def projects(*costs: float) -> pd.DataFrame:
    """Funded projects of 2024 and one of 2023 that cost 1000."""
    table = TABLES["projects"].empty().reindex(range(len(costs) + 1))
    return conform(
        table.assign(
            project_id=[f"2024-{n}" for n in range(len(costs))] + ["2023-1"], unit_id="U",
            year=[2024] * len(costs) + [2023], is_funded=True, status="funded", cost_planned=[*costs, 1000.0],
            source="projects", source_sheet="s", source_row=range(1, len(costs) + 2),
        ),
        TABLES["projects"],
    )  # fmt: skip


def items(*rows: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=ITEM).assign(source="projects", source_sheet="s")
    return check(frame[list(TABLES["reconciling_items"].names)], TABLES["reconciling_items"])


ITEMS = items(
    (2024, "cost", "duplicate_row", "counted", 100.25, 11),
    (2024, "cost", "duplicate_row", "counted", 50.0, 12),
    (2024, "cost", "key_missing", "counted", 7.5, 13),
    (2024, "cost", "probable_duplicate", "left_out", -20.0, 2),
    (2023, "cost", "duplicate_row", "counted", 9000.0, 14),
    (2024, "projects_funded", "duplicate_row", "counted", 1.0, 11),
    (2024, "projects_funded", "duplicate_row", "counted", 1.0, 12),
)


def reconciled(published: float, measure: str = "cost", **more: Any) -> pd.Series:
    values = {"years": (2024, 2024), "name": "t", "label": WORDS, "unit": "u", "reference": "r", "explanation": WORDS}
    total = ReferenceTotal(measure=measure, published=published, **values | more)  # type: ignore[arg-type]
    made = reconcile(projects(200.0, 300.0), None, None, [total], ITEMS, CODEBOOK)
    return check(made, TABLES["reconciliation"]).iloc[0]


@pytest.mark.parametrize(
    ("published", "remainder", "causes"),
    [
        (500.0, 0.0, None),
        (650.25, 0.0, "counting 2 × 'The row repeats another' (+150.25)"),
        (480.0, 0.0, "leaving out 1 × 'Looks like a second record of the same' (-20)"),
        (
            657.75,
            0.0,
            "counting 2 × 'The row repeats another' (+150.25) and counting 1 × 'The record has no number' (+7.50)",
        ),
        (650.26, -150.26, None),
        (9500.0, -9000.0, None),
    ],
)  # fmt: skip
def test_a_gap_is_closed_to_the_kopeck_or_left_open(published: float, remainder: float, causes: str | None) -> None:
    one = reconciled(published)
    assert one["register"] == 500.0 and one["difference"] == pytest.approx(500.0 - published)
    assert one["remainder"] == pytest.approx(remainder)
    english = one["causes_en"] if isinstance(one["causes_en"], str) else None
    key_missing = CODEBOOK.choice_labels("rule", "en")["key_missing"]
    assert english == (causes and causes.replace("The record has no number", key_missing))
    assert isinstance(one["causes_ru"], str) == (causes is not None)


def test_counts_and_other_years_have_their_own_items() -> None:
    one = reconciled(4, "projects_funded")
    assert (one["register"], one["remainder"]) == (2.0, 0.0)
    assert one["causes_ru"] == "посчитать 2 × «Строка повторяет другую» (+2)"
    both = reconciled(10_650.25, years=(2023, 2024))
    assert both["register"] == 1500.0 and both["causes_en"] == "counting 3 × 'The row repeats another' (+9,150.25)"


def test_a_total_that_was_published_in_round_numbers() -> None:
    rounded = reconciled(0.5, scale=1000)
    assert rounded["remainder"] == 0.0 and not isinstance(rounded["causes_en"], str), "0.5 thousand is 500 as published"
    assert reconciled(0.6, scale=1000)["remainder"] == pytest.approx(-0.1), "a cause of 20 to 150 in 50 to 150"


def test_half_of_the_last_published_digit() -> None:
    def rounding(published: float, scale: float = 1.0) -> int:
        named = {"name": "t", "label": WORDS, "unit": "u", "reference": "r", "explanation": WORDS}
        return published_rounding(ReferenceTotal(measure="cost", published=published, scale=scale, **named))  # type: ignore[arg-type]

    assert rounding(971, 1_000_000) == 50_000_000
    assert rounding(971.3, 1_000_000) == 5_000_000
    assert rounding(867) == 50 and rounding(0.25) == 0
