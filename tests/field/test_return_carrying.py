"""Earlier answers that stand in for missing ones: by hand, marked, within their years, and never told as received."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.display.return_exhibits import totals_exhibit
from evaluation.field.returns.estimates import totals_of_years
from evaluation.field.returns.form import Form, Question
from evaluation.places import repository
from evaluation.settings import ReturnSettings, Text

YEARS = (2021, 2022, 2023, 2024)
UNITS = ("a", "b", "c", "d")
FORM = Form(
    (
        Question("clubs", Text(ru="Клубы", en="Clubs"), "count"),
        Question("share", Text(ru="Доля", en="Share"), "share"),
        Question("villages", Text(ru="Сёла", en="Villages"), "count", required_for=("rural_okrug",)),
    ),
    (),
)
# the answers of one country and type: d is silent from 2022 on, c in 2024 alone, b answered in 2021 and 2024
CLUBS = {"a": (1, 2, 3, 4), "b": (10, None, None, 40), "c": (5, 6, 7, None), "d": (100, None, None, None)}


def register(kinds: dict[str, str] | None = None) -> pd.DataFrame:
    rows = [
        {
            "unit_id": unit, "year": year, "region": "1", "type": (kinds or {}).get(unit, "city_okrug"),
            "returned": True, "population": 1000,
        }
        for year in YEARS
        for unit in UNITS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def returns(answers: dict[str, tuple[float | None, ...]], variable: str = "clubs") -> pd.DataFrame:
    rows = [
        {"unit_id": unit, "year": year, "variable": variable, "value": value}
        for unit, values in answers.items()
        for year, value in zip(YEARS, values, strict=True)
    ]
    frame = pd.DataFrame(rows).astype({"value": "float64"})
    return frame.assign(missing=pd.Series("blank", index=frame.index).where(frame["value"].isna(), None))


def estimates(years: int, given: pd.DataFrame, of: pd.DataFrame | None = None) -> pd.DataFrame:
    rules = ReturnSettings(carry_forward=years, smallest_cell=2, least_rate=0.0, calibrate=False)
    return totals_of_years(given, register() if of is None else of, FORM, rules, 2024)


def row(
    found: pd.DataFrame, method: str, year: int = 2024, variable: str = "clubs", statistic: str = "total"
) -> pd.Series:
    own = found[
        found["method"].eq(method) & found["year"].eq(year) & found["variable"].eq(variable)
        & found["statistic"].eq(statistic) & found["grouping"].eq("country")
    ]  # fmt: skip
    assert len(own) == 1
    return own.iloc[0]


def test_nothing_is_carried_unless_wanted() -> None:
    found = estimates(0, returns(CLUBS))
    assert set(found["method"]) == {"weights"}
    assert (found["carried_share"] == 0).all()
    # a and b answered of four: 44 received, each stands for two
    assert (row(found, "weights")["received"], row(found, "weights")["value"]) == (44, 88)


@pytest.mark.parametrize(
    ("years", "value", "n", "share"),
    [
        # 2024 lacks c (last answered 2023) and d (last answered 2021); whoever is left weighs 4 / n
        (1, (4 + 40 + 7) * 4 / 3, 3, 1 / 3),
        (2, (4 + 40 + 7) * 4 / 3, 3, 1 / 3),
        (3, 4 + 40 + 7 + 100, 4, 2 / 4),
    ],
)
def test_an_answer_stands_in_for_as_many_years_as_declared(years: int, value: float, n: int, share: float) -> None:
    found = row(estimates(years, returns(CLUBS)), "carried")
    assert found["value"] == pytest.approx(value)
    assert (found["n"], found["units"]) == (n, 4)
    assert found["carried_share"] == pytest.approx(share)


def test_the_latest_of_several_earlier_answers_stands_in() -> None:
    # in 2023 b and d are silent: b's answer of 2021 and d's of 2021 are two years old, c's own of 2023 stands
    found = estimates(2, returns(CLUBS))
    assert row(found, "carried", 2023)["value"] == 3 + 10 + 7 + 100
    # c is silent in 2024: its 7 of 2023, not its 6 of 2022
    latest = estimates(2, returns({**CLUBS, "d": (None, None, None, 1)}))
    assert row(latest, "carried")["value"] == 4 + 40 + 7 + 1


def test_what_is_carried_never_counts_as_received() -> None:
    found = estimates(3, returns(CLUBS))
    reported = {2021: 116, 2022: 8, 2023: 10, 2024: 44}
    for year, bare in reported.items():
        for method in ("weights", "carried"):
            assert row(found, method, year)["received"] == bare, (year, method)
    assert np.isnan(row(found, "carried", statistic="mean")["received"])
    silent = estimates(1, returns(dict.fromkeys(UNITS, (1, 1, 1, None))))
    told = row(silent, "carried")
    assert (told["value"], told["n"], told["carried_share"]) == (4, 4, 1)
    assert np.isnan(told["received"]), "nobody reported anything"


def test_the_first_set_stays_what_it_is_without() -> None:
    with_them, without = estimates(3, returns(CLUBS)), estimates(0, returns(CLUBS))
    own = with_them[with_them["method"].eq("weights")].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, without)
    assert (own["carried_share"] == 0).all()


def test_the_first_year_has_no_earlier_answers() -> None:
    found = estimates(3, returns(CLUBS))
    assert (row(found, "carried", 2021)["value"], row(found, "carried", 2021)["carried_share"]) == (116, 0)
    assert row(found, "weights", 2021)["value"] == 116


def test_an_answer_of_this_year_is_never_replaced_not_even_a_zero() -> None:
    found = row(estimates(3, returns(dict.fromkeys(UNITS, (9, 9, 9, 0)))), "carried")
    assert (found["value"], found["carried_share"]) == (0, 0)


def test_nobody_is_asked_by_way_of_an_earlier_answer() -> None:
    # d was rural and answered; since it became a city the question is none of its own
    of = register({"a": "rural_okrug", "b": "rural_okrug"})
    of.loc[of["unit_id"].eq("d") & of["year"].lt(2024), "type"] = "rural_okrug"
    answers = returns({"a": (1, 1, 1, 1), "b": (2, 2, 2, 2), "d": (50, 50, 50, None)}, "villages")
    found = row(estimates(3, answers, of), "carried", variable="villages")
    assert (found["value"], found["n"], found["units"], found["carried_share"]) == (3, 2, 2, 0)


@pytest.mark.parametrize(("why", "value"), [("skip", 51 * 4 / 3), ("not_asked", 51 * 4 / 3), ("refused", 151)])
def test_who_says_that_the_question_does_not_apply_has_answered(why: str, value: float) -> None:
    answers = returns(CLUBS)
    answers.loc[answers["unit_id"].eq("d") & answers["year"].eq(2024), "missing"] = why
    # c's 7 of 2023 stands in either way; without d three answers weigh 4 / 3 each
    assert row(estimates(3, answers), "carried")["value"] == pytest.approx(value)


def test_units_no_longer_in_force_stand_for_nobody() -> None:
    of = register()
    of = of[~(of["unit_id"].eq("d") & of["year"].eq(2024))]
    found = row(estimates(3, returns(CLUBS), of), "carried")
    assert (found["value"], found["n"], found["units"]) == (4 + 40 + 7, 3, 3)


def test_a_mean_of_shares_by_hand_with_its_uncertainty() -> None:
    answers = {"a": (0.1, 0.1, 0.1, 0.2), "b": (0.4, 0.4, 0.4, 0.4), "c": (0.5, 0.5, 0.6, None)}
    found = row(estimates(1, returns(answers, "share")), "carried", variable="share", statistic="mean")
    assert (found["value"], found["n"]) == (pytest.approx((0.2 + 0.4 + 0.6) / 3), 3)
    # three of four at random: variance (1 - 3/4) * 0.04 / 3
    assert found["se"] == pytest.approx(np.sqrt((1 - 3 / 4) * 0.04 / 3))


def test_the_table_marks_what_is_carried_beside_what_was_received() -> None:
    totals = check(estimates(3, returns(CLUBS)), TABLES["return_totals"], read_codebook(repository() / "config"))
    questions = {question.variable: question.label for question in FORM.questions}
    codebook = read_codebook(repository() / "config")
    table = totals_exhibit(totals[totals["year"].eq(2024)], questions, codebook, 5)
    lines = [line.split(",") for line in table.to_csv("en").splitlines()]
    head, rows = lines[0], [one for one in lines[1:] if one[0] == "Clubs" and one[1] == lines[1][1]]
    received, marked = head.index("Sum received"), head.index("Answers of earlier years")
    assert sorted((one[received], float(one[marked])) for one in rows) == [("44", 0.0), ("44", 0.5)]


@settings(deadline=None, max_examples=25)  # time depends on the machine
@given(
    st.lists(st.tuples(*[st.none() | st.integers(0, 50) for _ in YEARS]), min_size=4, max_size=4),
    st.integers(1, 3),
)
def test_carried_and_reported_answers_are_told_apart(values: list[tuple[int | None, ...]], years: int) -> None:
    answers = dict(zip(UNITS, values, strict=True))
    found = estimates(years, returns(answers))
    for place, year in enumerate(YEARS):
        reported = [own[place] for own in answers.values() if own[place] is not None]
        stand_in = [
            next(one for one in reversed(own[max(place - years, 0) : place]) if one is not None)
            for own in answers.values()
            if own[place] is None and any(one is not None for one in own[max(place - years, 0) : place])
        ]
        told, n = row(found, "carried", year), len(reported) + len(stand_in)
        assert told["n"] == n
        assert told["carried_share"] == (pytest.approx(len(stand_in) / n) if n else 0)
        assert told["received"] == sum(reported) if reported else np.isnan(told["received"])
        if n >= 2:
            assert told["value"] == pytest.approx((sum(reported) + sum(stand_in)) * 4 / n)
