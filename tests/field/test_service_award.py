"""Places by the jury's points, by hand: weights, ballots with gaps, ties, and one juror less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.field.services.award import (
    award_agreement,
    award_indicators,
    award_ranking,
    ballots,
    criterion_weights,
    points_matrix,
    winners_without,
)
from evaluation.settings import InputProblem

WEIGHTS = {"relevance": 3.0, "result": 1.0}


def scores(rows: dict[tuple[str, str], tuple[float | None, float | None]]) -> pd.DataFrame:
    """Points on relevance and result by entry and juror."""
    out = [
        (entry, criterion, juror, points)
        for (entry, juror), both in rows.items()
        for criterion, points in zip(WEIGHTS, both, strict=True)
        if points is not None
    ]
    return pd.DataFrame(out, columns=["entry_id", "criterion", "person_key", "points"])


ENTRIES = pd.DataFrame(
    {
        "entry_id": ["A", "B", "C"], "year": 2025, "unit_id": ["1", "2", "3"], "nomination": "practice",
        "place": pd.array([1, 2, None], dtype="Int64"),
    }
)  # fmt: skip
# A leads by j3 alone; C lacks one criterion of j2
SCORES = scores(
    {
        ("A", "j1"): (40, 80), ("B", "j1"): (60, 60), ("C", "j1"): (10, 10),
        ("A", "j2"): (50, 50), ("B", "j2"): (60, 20), ("C", "j2"): (90, None),
        ("A", "j3"): (90, 90), ("B", "j3"): (40, 40), ("C", "j3"): (10, 50),
    }
)  # fmt: skip


def test_weights_add_up_to_one_and_unknown_criteria_are_refused() -> None:
    assert criterion_weights(SCORES, WEIGHTS).to_dict() == {"relevance": 0.75, "result": 0.25}
    assert criterion_weights(SCORES, {}).to_dict() == {"relevance": 0.5, "result": 0.5}
    with pytest.raises(InputProblem, match="result") as refused:
        criterion_weights(SCORES, {"relevance": 1})
    assert "award.weights" in refused.value.messages["ru"]


def test_a_ballot_with_a_gap_does_not_count() -> None:
    cast = ballots(SCORES, criterion_weights(SCORES, WEIGHTS)).set_index(["entry_id", "person_key"])["points"]
    assert cast["A", "j1"] == 0.75 * 40 + 0.25 * 80
    assert np.isnan(cast["C", "j2"])


def test_places_and_what_one_juror_changes() -> None:
    weights = criterion_weights(SCORES, WEIGHTS)
    found = check(award_ranking(ENTRIES, SCORES, weights, 1), TABLES["award_ranking"]).set_index("entry_id")
    # A: 50, 50, 90; B: 60, 50, 40; C: 10, -, 20
    assert found["points"].tolist() == pytest.approx([190 / 3, 50, 15])
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["jurors"].tolist() == [3, 3, 2]
    assert found["missing"].tolist() == [0, 0, 1]
    without = winners_without(points_matrix(ENTRIES, ballots(SCORES, weights), "practice"), 1)
    # without j3: A 50, B 55; without j1: A 70, B 45; without j2: A 70, B 50
    assert without["j3"].tolist() == [False, True, False]
    assert found["leads_without_one"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    kept = award_agreement(ENTRIES, SCORES, weights, 1, 2025).set_index("measure")
    assert kept.loc["winners_kept", "value"] == pytest.approx(2 / 3)
    assert kept.loc["icc_single", ["n", "note"]].tolist() == [2, "incomplete_ballots"]


def test_equal_points_share_the_better_place() -> None:
    both = scores({("A", "j1"): (50, 50), ("B", "j1"): (50, 50), ("C", "j1"): (40, 40)})
    found = award_ranking(ENTRIES, both, criterion_weights(both, WEIGHTS), 1)
    assert found["rank"].tolist() == [1, 1, 3]
    assert found["leads_without_one"].isna().all()  # a single juror cannot be left out
    assert set(award_agreement(ENTRIES, both, criterion_weights(both, WEIGHTS), 1, 2025)["note"]) == {
        "too_few", "one_juror",
    }  # fmt: skip


def test_no_entries_no_rows() -> None:
    none = ENTRIES.iloc[:0]
    assert award_ranking(none, SCORES.iloc[:0], pd.Series(dtype=float), 1).empty
    assert award_agreement(none, SCORES.iloc[:0], pd.Series(dtype=float), 1, 2025).empty
    units = pd.DataFrame(columns=["unit_id", "name", "type", "region", "population"])
    assert award_indicators(none, units, 2025).empty
