"""Curves and candidates by hand; cards of the code; nothing filled in."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from evaluation.contracts import check, conform
from evaluation.field.practices.cards import card_numbers, code_of_best_practice, included
from evaluation.field.practices.curves import diffusion_curves
from evaluation.field.practices.learning import first_adoptions, learning_sources, placed_practices
from evaluation.indicators.geographies import Geography
from evaluation.indicators.intervals import wilson_interval
from evaluation.support.practices import adoption_risk
from evaluation.tables import TABLES

PRACTICES = pd.DataFrame(
    {
        "practice_id": ["П-1", "П-2"], "year": 2025, "title": ["Сход", "Копилка"], "kind": ["involvement", None],
        "origin_unit_id": ["a", None], "first_year": [2020, 2021],
    }
)  # fmt: skip


def adoptions(*rows: tuple[str, str, int, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["practice_id", "unit_id", "year", "learned_through"])
    return frame.assign(adopted_on=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]"))


def ties(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["year", "from_unit", "to_unit"]).assign(events=1, persons=1)


def sources(adopted: pd.DataFrame, met: pd.DataFrame) -> pd.DataFrame:
    made = learning_sources(adopted, PRACTICES, met)
    check(made, TABLES["practice_sources"])
    return made.set_index(["practice_id", "unit_id"])


def test_a_candidate_taught_the_adopter_and_had_it_the_year_before() -> None:
    adopted = adoptions(("П-1", "b", 2022, "exchange"), ("П-1", "c", 2023, None), ("П-1", "d", 2023, "exchange"))
    met = ties(
        (2022, "a", "b"),  # the origin has had it since 2020
        (2023, "a", "c"), (2023, "b", "c"),  # both had it
        (2023, "c", "d"),  # c adopts in the same year: it cannot have taught
        (2022, "a", "d"),  # the year is another
        (2023, "d", "d"),
    )  # fmt: skip
    found = sources(adopted, met)
    assert found["state"].to_dict() == {
        ("П-1", "b"): "one_candidate", ("П-1", "c"): "several_candidates", ("П-1", "d"): "not_known",
    }  # fmt: skip
    assert found.loc[("П-1", "c"), "candidate_units"] == "a; b" and found.loc[("П-1", "c"), "candidates"] == 2
    assert pd.isna(found.loc[("П-1", "d"), "candidate_units"])
    assert found["told_channel"].tolist()[0] == "exchange" and pd.isna(found["told_channel"].tolist()[1])


def test_the_origin_adopts_nothing_and_a_repeated_adoption_counts_once_with_its_first_year() -> None:
    adopted = adoptions(("П-1", "a", 2023, None), ("П-2", "b", 2024, None), ("П-2", "b", 2022, "own_idea"))
    found = sources(adopted, ties((2022, "a", "b"), (2024, "c", "b")))
    assert found.index.tolist() == [("П-2", "b")]
    assert found.loc[("П-2", "b"), "year"] == 2022 and found.loc[("П-2", "b"), "told_channel"] == "own_idea"


def test_the_day_of_adoption_goes_before_the_files_year() -> None:
    adopted = adoptions(("П-1", "b", 2024, None)).assign(adopted_on=pd.Timestamp(2022, 5, 1))
    assert first_adoptions(adopted, PRACTICES).set_index("unit_id")["since"].to_dict() == {"a": 2020, "b": 2022}
    assert sources(adopted, ties((2022, "a", "b"))).loc[("П-1", "b"), "state"] == "one_candidate"


def test_curves_by_hand() -> None:
    units = list("abcde")
    adopted = adoptions(("П-1", "b", 2021, None), ("П-1", "c", 2023, None), ("П-2", "a", 2022, None))
    risk = adoption_risk(PRACTICES, adopted, units, range(2021, 2024), {}).frame
    curves = diffusion_curves(risk.rename(columns={}), PRACTICES)
    check(curves, TABLES["practice_diffusion"])
    one = curves[curves["practice_id"] == "П-1"]
    # the origin a is no candidate: four units could adopt
    assert one["eligible"].tolist() == [4, 4, 4]
    assert one["adopted"].tolist() == [1, 1, 2] and one["new"].tolist() == [1, 0, 1]
    assert one["value"].tolist() == [0.25, 0.25, 0.5] and set(one["title"]) == {"Сход"}
    assert (one["low"].iloc[2], one["high"].iloc[2]) == pytest.approx(wilson_interval(2, 4))
    every = curves[curves["practice_id"] == "all"].set_index("year")
    # П-2 began in 2021 and is at risk from 2022 on, in five units
    assert every["eligible"].to_dict() == {2021: 4, 2022: 9, 2023: 9}
    assert every["adopted"].to_dict() == {2021: 1, 2022: 2, 2023: 3}
    assert math.isnan(every["low"].iloc[0])


def test_no_practices_no_curves_and_no_candidates() -> None:
    none = TABLES["practice_years"].empty()
    empty = TABLES["practices"].empty(), TABLES["practice_adoptions"].empty()
    assert diffusion_curves(none, empty[0]).empty
    assert learning_sources(empty[1], empty[0], TABLES["exchange_ties"].empty()).empty
    assert card_numbers(empty[0], TABLES["practice_cards"].empty()) == {
        "registered": 0, "described": 0, "in_code": 0,
    }  # fmt: skip


def test_adoptions_that_no_unit_can_take_for_certain_are_left_out() -> None:
    targets = pd.DataFrame({"year": [2025, 2025], "unit_id": ["a", "b"], "target": ["a", "b"]}).astype(
        {"year": "Int64"}
    )
    place = Geography("current", (2025,), pd.DataFrame({"unit_id": ["a", "b"]}), targets)
    rows = adoptions(("П-1", "b", 2025, None), ("П-1", "x", 2025, None))
    practices, kept = placed_practices(PRACTICES.assign(origin_unit_id=["a", "x"]), rows, place)
    assert kept["unit_id"].tolist() == ["b"]
    assert practices["origin_unit_id"].tolist()[0] == "a" and pd.isna(practices["origin_unit_id"].tolist()[1])


def cards(*rows: dict[str, object]) -> pd.DataFrame:
    table = TABLES["practice_cards"]
    filled = [{"year": 2025, "source": "x", "source_sheet": "1", "source_row": 2, **row} for row in rows]
    return conform(pd.DataFrame(filled).reindex(columns=list(table.names)), table)


def test_the_code_has_the_marked_cards_and_invents_nothing() -> None:
    described = cards(
        {"practice_id": "П-1", "problem": "Не слышно", "cost": 1000.0, "in_code": True},
        {"practice_id": "П-2", "in_code": None},
        {"practice_id": "П-9", "in_code": True},
    )
    curve, source = TABLES["practice_diffusion"].empty(), TABLES["practice_sources"].empty()
    chapters = code_of_best_practice(PRACTICES, described, curve, source)
    assert [chapter.practice_id for chapter in chapters] == ["П-1"]
    assert chapters[0].texts == {"problem": "Не слышно"}
    assert chapters[0].facts == {
        "kind": "involvement", "origin_unit_id": "a", "first_year": 2020, "cost": 1000.0, "contact_role": None,
    }  # fmt: skip
    assert card_numbers(PRACTICES, described) == {"registered": 2, "described": 2, "in_code": 1}


def test_where_nobody_marked_a_card_all_with_a_card_are_in_the_code() -> None:
    assert included(PRACTICES, cards({"practice_id": "П-2"}, {"practice_id": "П-9"})) == ["П-2"]
    assert included(PRACTICES, cards({"practice_id": "П-2", "in_code": False})) == []
