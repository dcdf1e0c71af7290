"""Scales by the questionnaire: turning round, scoring, and what is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.settings import InputProblem
from evaluation.survey.reliability import cronbach_alpha
from evaluation.survey.scales import (
    ITEM_COLUMNS,
    NOTES,
    SCALE_COLUMNS,
    Scale,
    describe_scales,
    item_values,
    scale_scores,
    scales_of,
    shown_scores,
)

pytestmark = pytest.mark.filterwarnings("error")
NAMES = ("a", "b", "c", "d")
SCALE = Scale("mood", NAMES, frozenset({"c"}), dict.fromkeys(NAMES, (1.0, 5.0)))
answer = st.one_of(st.none(), st.integers(1, 5))


def long(rows: list[list[float | None]], names: tuple[str, ...] = NAMES, missing: str = "blank") -> pd.DataFrame:
    """Answers of people (a row each) to the items."""
    return pd.DataFrame(
        [
            {"response_id": f"r{number:05}", "item": item, "choice": "", "value": value,
             "missing": None if value is not None else missing}
            for number, row in enumerate(rows)
            for item, value in zip(names, row, strict=True)
        ],
        columns=["response_id", "item", "choice", "value", "missing"],
    ).astype({"value": "float64"})  # fmt: skip


def people(count: int, seed: int, items: int = 4, turned: tuple[int, ...] = (2,)) -> list[list[float | None]]:
    """Answers 1 to 5 of one opinion; the items ``turned`` are worded the other way round."""
    rng = np.random.default_rng(seed)
    latent = 0.75 * rng.normal(size=(count, 1)) + 0.66 * rng.normal(size=(count, items))
    values = (np.searchsorted([-1.2, -0.4, 0.4, 1.2], latent) + 1).astype(float)
    for item in turned:
        values[:, item] = 6 - values[:, item]
    return values.tolist()


def questionnaire(**changes: list[object]) -> pd.DataFrame:
    columns: dict[str, list[object]] = {
        "name": ["a", "b", "c", "sex"],
        "kind": ["one"] * 4,
        "list_name": ["agree", "agree", "agree", "sex"],
        "scale_id": ["mood", "mood", "mood", ""],
        "reversed": [False, False, True, False],
        "low": [None] * 4,
        "high": [None] * 4,
    }
    return pd.DataFrame(columns | changes)


CHOICES = pd.DataFrame({"list_name": ["agree"] * 6 + ["sex"] * 2, "value": [1, 2, 3, 4, 5, None, None, None]})


def test_scales_come_from_the_questionnaire() -> None:
    (found,) = scales_of(questionnaire(), CHOICES)
    assert found.name == "mood"
    assert found.items == ("a", "b", "c")
    assert found.reversed == {"c"}
    assert found.limits == dict.fromkeys("abc", (1.0, 5.0))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scale_id": ["mood", "mood", "", ""]}, "'c' is marked as reversed"),
        ({"scale_id": ["mood", "mood", "mood", "mood"]}, "'sex' of the scale 'mood': its answers carry no numbers"),
        (
            {"kind": ["one", "one", "number", "one"], "low": [None, None, 0, None], "high": [None, None, 20, None]},
            "answered on different ranges",
        ),
    ],
)
def test_what_cannot_be_scored_is_refused(changes: dict[str, list[object]], said: str) -> None:
    with pytest.raises(InputProblem, match=said) as problem:
        scales_of(questionnaire(**changes), CHOICES)
    assert "шкал" in problem.value.messages["ru"]


def test_reversed_item_is_turned_round_within_its_limits() -> None:
    values = item_values(long([[5, 4, 1, 3], [1, 2, 5, None]]), SCALE)
    assert values["c"].tolist() == [5, 1]
    assert values["a"].tolist() == [5, 1]


def test_answer_beyond_its_list_is_refused() -> None:
    with pytest.raises(InputProblem, match="beyond 1 to 5"):
        item_values(long([[5, 4, 7, 3]]), SCALE)


def test_score_needs_half_of_the_items() -> None:
    scores = scale_scores(long([[5, 4, 2, 3], [5, None, 1, None], [5, None, None, None], [None] * 4]), SCALE)
    assert scores["score"].tolist()[:2] == [4.0, 5.0]
    assert scores["score"].isna().tolist() == [False, False, True, True]
    assert scores["note"].tolist() == ["", "", "too_few_answers", "too_few_answers"]
    assert scores["answered"].tolist() == [4, 2, 1, 0]


def test_who_was_not_asked_has_no_row() -> None:
    both = pd.concat([long([[5, 4, 2, 3]]), long([[None] * 4], missing="not_asked").assign(response_id="other")])
    assert scale_scores(both, SCALE)["response_id"].tolist() == ["r00000"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(answer, min_size=4, max_size=4), min_size=1, max_size=12))
def test_scores_stay_within_the_answers_and_turn_with_them(rows: list[list[float | None]]) -> None:
    scores = scale_scores(long(rows), SCALE)["score"]
    assert scores.dropna().between(1, 5).all()
    turned = [[None if value is None else 6 - value for value in row] for row in rows]
    assert (6 - scale_scores(long(turned), SCALE)["score"]).to_numpy() == pytest.approx(scores.to_numpy(), nan_ok=True)
    other = Scale("mood", NAMES, frozenset({"a", "b", "d"}), SCALE.limits)
    assert (6 - scale_scores(long(rows), other)["score"]).to_numpy() == pytest.approx(scores.to_numpy(), nan_ok=True)


def test_scale_is_described_with_its_reliability() -> None:
    rows = people(400, 1)
    table, items = describe_scales(long(rows), [SCALE], "participants")
    row = table.iloc[0]
    turned = np.array(rows)
    turned[:, 2] = 6 - turned[:, 2]
    assert list(table.columns) == SCALE_COLUMNS
    assert list(items.columns) == ITEM_COLUMNS
    assert row["alpha"] == pytest.approx(cronbach_alpha(turned))
    assert row["mean"] == pytest.approx(turned.mean())
    assert row["low"] < row["alpha"] < row["high"]
    assert row["alpha_boot_low"] < row["alpha"] < row["alpha_boot_high"]
    assert row["alpha_ordinal"] > row["alpha"]
    assert row["omega"] == pytest.approx(row["alpha"], abs=0.01)  # all items are alike
    assert row["omega_ordinal"] == pytest.approx(row["alpha_ordinal"], abs=0.01)
    assert row["is_shown"]
    assert row["note"] == ""
    assert items["is_reversed"].tolist() == [False, False, True, False]
    assert (items["item_rest"] > 0.4).all()
    assert shown_scores(long(rows), [SCALE], table)["score"].notna().all()


def test_forgotten_turn_is_told_and_so_is_low_reliability() -> None:
    scale = Scale("mood", NAMES, frozenset(), SCALE.limits)
    table, items = describe_scales(long(people(400, 1)), [scale], "participants")
    assert "item_against_scale" in table.loc[0, "note"]
    assert "low_reliability" in table.loc[0, "note"]
    assert items.set_index("item")["note"].to_dict() == {"a": "", "b": "", "c": "item_against_scale", "d": ""}
    assert np.isnan(table.loc[0, "omega"])


def test_two_items_have_no_alpha_and_no_score() -> None:
    names = ("a", "b")
    scale = Scale("pair", names, frozenset(), dict.fromkeys(names, (1.0, 5.0)))
    rows = people(200, 2, items=2, turned=())
    table, _ = describe_scales(long(rows, names), [scale], "residents")
    row = table.iloc[0]
    together = np.corrcoef(np.array(rows), rowvar=False)[0, 1]
    assert row["note"] == "two_items"
    assert row["spearman_brown"] == pytest.approx(2 * together / (1 + together))
    assert row[["alpha", "omega", "mean", "low"]].isna().all()
    assert not row["is_shown"]
    assert row["n_complete"] == 200
    assert shown_scores(long(rows, names), [scale], table).empty


@pytest.mark.parametrize(
    ("rows", "note", "shown"),
    [
        (people(25, 3), "few_people", True),
        (people(9, 3), "too_few_people", False),
        ([[None] * 4] * 40, "no_answers", False),
        ([[4, 4, 2, 4]] * 40, "constant_item", False),
        ([[row[0], row[1], row[2], 5] for row in people(200, 3)], "constant_item", True),
    ],
)
def test_what_weakens_a_scale_is_said(rows: list[list[float | None]], note: str, shown: bool) -> None:
    table, items = describe_scales(long(rows), [SCALE], "participants")
    assert note in table.loc[0, "note"].split("; ")
    assert bool(table.loc[0, "is_shown"]) is shown
    assert table["mean"].notna().tolist() == [shown]
    assert len(items) == 4


def test_one_item_is_no_scale() -> None:
    scale = Scale("single", ("a",), frozenset(), {"a": (1.0, 5.0)})
    table, _ = describe_scales(long([[1], [2], [3]] * 20, ("a",)), [scale], "participants")
    assert table.loc[0, "note"] == "one_item"
    assert not table.loc[0, "is_shown"]


def test_two_opinions_are_not_one_dimension() -> None:
    names = tuple("abcdef")
    scale = Scale("mixed", names, frozenset(), dict.fromkeys(names, (1.0, 5.0)))
    rows = [one + other for one, other in zip(people(300, 4, 3, ()), people(300, 5, 3, ()), strict=True)]
    table, _ = describe_scales(long(rows, names), [scale], "participants")
    assert "not_one_dimensional" in table.loc[0, "note"]


def test_notes_are_declared() -> None:
    tables = [describe_scales(long(people(count, 1)), [SCALE], "p")[0] for count in (5, 20, 100)]
    said = {note for table in tables for note in table.loc[0, "note"].split("; ") if note}
    assert said <= set(NOTES)


def test_many_responses_are_quick() -> None:
    import time

    rows = np.array(people(50_000, 6))
    given = pd.DataFrame(
        {
            "response_id": np.repeat([f"r{number:06}" for number in range(len(rows))], 4),
            "item": np.tile(NAMES, len(rows)),
            "value": rows.ravel(),
            "missing": None,
        }
    )
    start = time.process_time()
    table, _ = describe_scales(given, [SCALE], "participants")
    assert time.process_time() - start < 8
    assert table.loc[0, "note"] == "no_bootstrap"
