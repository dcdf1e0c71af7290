"""Who could adopt what and when, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.support.practices import adoption_risk

YEARS = [2020, 2021, 2022]
PRACTICES = pd.DataFrame(
    {"practice_id": ["P2", "P1"], "first_year": [2020, 2019], "origin_unit_id": [None, "a"]}
).astype({"first_year": "Int64"})
ADOPTIONS = pd.DataFrame(
    [
        ("P1", "b", 2021),
        ("P1", "b", 2022),  # the same again
        ("P1", "a", 2019),  # the origin
        ("P1", "c", 2018),  # before the practice began
        ("P2", "c", 2020),  # in its first year: an early bird, never at risk
        ("P2", "a", None),
        ("P9", "a", 2021),
        ("P2", "elsewhere", 2021),
        ("P2", "d", 2025),  # after the years told
    ],
    columns=["practice_id", "unit_id", "year"],
).astype({"year": "Int64"})
TIES = pd.DataFrame(
    [(y, "a", "b") for y in YEARS] + [(2022, "b", "d"), (2022, "b", "d"), (2022, "c", "d"), (2022, "d", "d")],
    columns=["year", "from_unit", "to_unit"],
)


@pytest.fixture(scope="module")
def risk() -> pd.DataFrame:
    return adoption_risk(PRACTICES, ADOPTIONS, ["d", "c", "b", "a"], YEARS, {"exchange": TIES}).frame.set_index(
        ["practice_id", "unit_id", "year"]
    )


def test_at_risk_after_the_first_year_until_adoption(risk: pd.DataFrame) -> None:
    at_risk = risk.groupby(["practice_id", "unit_id"]).apply(lambda rows: rows.index.get_level_values("year").tolist())
    assert at_risk.to_dict() == {
        ("P1", "b"): [2020, 2021],
        ("P1", "d"): YEARS,
        ("P2", "a"): [2021, 2022],  # its adoption has no year
        ("P2", "b"): [2021, 2022],
        ("P2", "d"): [2021, 2022],
    }
    assert risk.index[risk["adopted"] == 1].tolist() == [("P1", "b", 2021)]


def test_exposure_counts_peers_who_had_it_a_year_before(risk: pd.DataFrame) -> None:
    exposed = risk["exposure_exchange"]
    assert exposed["P1", "b"].tolist() == [1, 1]  # a has had it since 2019
    assert exposed["P1", "d"].tolist() == [0, 0, 2]  # b since 2021, once for two ties; c before the beginning
    assert exposed["P2", "d"].tolist() == [0, 1]  # c since 2020; b never
    assert (risk["exposure_neighbours"] == 0).all()


def test_what_gave_no_event_is_counted() -> None:
    found = adoption_risk(PRACTICES, ADOPTIONS, ["a", "b", "c", "d"], YEARS, {}).left_out
    assert found == {
        "without_year": 1, "unknown_practice": 1, "unknown_unit": 1, "repeated": 1, "at_origin": 3, "not_in_years": 1,
    }  # fmt: skip
    assert sum(found.values()) + 1 == len(ADOPTIONS)


def test_the_day_of_adoption_tells_its_year() -> None:
    """A file of 2022 reports an adoption of 2021."""
    late = pd.DataFrame(
        {"practice_id": ["P1", "P1"], "unit_id": ["b", "d"], "year": [2022, 2022],
         "adopted_on": pd.to_datetime(["2021-05-01", None])}
    )  # fmt: skip
    frame = adoption_risk(PRACTICES, late, ["a", "b", "d"], YEARS, {}).frame
    events = frame.loc[frame["adopted"] == 1, ["unit_id", "year"]].to_numpy().tolist()
    assert events == [["b", 2021], ["d", 2022]]


def test_a_longer_lag() -> None:
    found = adoption_risk(PRACTICES, ADOPTIONS, ["a", "b", "c", "d"], YEARS, {"exchange": TIES}, lag_years=2).frame
    rows = found.set_index(["practice_id", "unit_id", "year"])["exposure_exchange"]
    assert rows["P1", "d", 2022] == 1  # c alone: b only since 2021
    assert rows["P1", "b", 2020] == 0  # a in 2019 is one year before


def test_adopters_of_the_same_year_do_not_teach(risk: pd.DataFrame) -> None:
    """Whoever else adopts in 2022 leaves the exposures of 2022 as they were."""
    more = pd.concat([ADOPTIONS, pd.DataFrame([("P1", "d", 2022), ("P2", "b", 2022)], columns=ADOPTIONS.columns)])
    found = adoption_risk(PRACTICES, more, ["a", "b", "c", "d"], YEARS, {"exchange": TIES}).frame
    rows = found.set_index(["practice_id", "unit_id", "year"])
    assert rows["exposure_exchange"].equals(risk["exposure_exchange"])
    assert rows["adopted"].sum() == 3


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputProblem, match="one year or more"):
        adoption_risk(PRACTICES, ADOPTIONS, ["a"], YEARS, {}, lag_years=0)
    with pytest.raises(InputProblem, match="P2: its first year is empty"):
        nothing = PRACTICES.assign(first_year=PRACTICES["first_year"].mask(PRACTICES["practice_id"] == "P2"))
        adoption_risk(nothing, ADOPTIONS, ["a"], YEARS, {})
