"""Ties and exposure by hand: who teaches whom, and only peers trained earlier count."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from evaluation.settings import Exposure
from evaluation.support.exchange import exchange_counts, exchange_ties, exposure

DEADLINES = {2020: dt.date(2020, 2, 14), 2021: dt.date(2021, 2, 15), 2022: dt.date(2022, 2, 15)}
UNITS = ["a", "b", "c", "d"]
EVENTS = pd.DataFrame(
    {
        "exchange_id": ["X1", "X2", "X3", "X4"],
        "ends_on": pd.to_datetime(["2020-05-01", "2020-09-01", "2021-02-15", "2022-02-15"]),
    }
)
PARTICIPATION = pd.DataFrame(
    [
        ("X1", "a", "host", 5),
        ("X1", "a", "guest", 1),  # the host's own guest is no peer
        ("X1", "b", "guest", 3),
        ("X1", "c", "speaker", 1),
        ("X2", "a", "expert", 1),
        ("X2", "b", "guest", 2),
        ("X3", "a", "host", 4),  # ends on the deadline of 2021: a tie of 2022
        ("X3", "d", "guest", None),
        ("X4", "a", "host", 1),  # on the last deadline's day: no year yet
        ("X4", "d", "guest", 1),
    ],
    columns=["exchange_id", "unit_id", "role", "persons"],
).astype({"persons": "Int64"})


def _ties(settings: Exposure) -> dict[tuple[int, str, str], tuple[int, int]]:
    ties = exchange_ties(EVENTS, PARTICIPATION, DEADLINES, settings)
    return {(r.year, r.from_unit, r.to_unit): (r.events, r.persons) for r in ties.itertuples()}


def test_knowledge_flows_from_teaching_roles_to_everyone_else() -> None:
    assert _ties(Exposure()) == {
        (2021, "a", "b"): (2, 5),
        (2021, "a", "c"): (1, 1),  # a speaker learns from the host
        (2021, "c", "a"): (1, 6),  # and the host from the speaker; both its rows count as people
        (2021, "c", "b"): (1, 3),
        (2022, "a", "d"): (1, 0),
    }


def test_teaching_roles_come_from_the_settings() -> None:
    assert set(_ties(Exposure(teaching_roles=("speaker",)))) == {(2021, "c", "a"), (2021, "c", "b")}


def _dose(trained: dict[str, int]) -> pd.DataFrame:
    rows = [(unit, year, unit in trained and year >= trained[unit]) for unit in UNITS for year in DEADLINES]
    return pd.DataFrame(rows, columns=["unit_id", "year", "trained"]).astype({"year": "Int64", "trained": "boolean"})


FUNDED = pd.DataFrame({"unit_id": ["a", "c"], "year": pd.array([2020, 2021], dtype="Int64"), "funded": [4, 9]})


@pytest.mark.parametrize(
    ("weight", "expected"),
    [("events", {"b": 2.0, "c": 1.0}), ("one", {"b": 1.0, "c": 1.0}), ("persons", {"b": 5.0, "c": 1.0})],
)
def test_exposure_weighs_ties_to_peers_trained_a_year_earlier(weight: str, expected: dict[str, float]) -> None:
    settings = Exposure(weight=weight)  # type: ignore[arg-type]
    ties = exchange_ties(EVENTS, PARTICIPATION, DEADLINES, settings)
    found = exposure(ties, _dose({"a": 2020}), FUNDED, settings, UNITS)
    of_2021 = found[found["year"] == 2021].set_index("unit_id")["exposure"]
    assert of_2021[of_2021 > 0].to_dict() == expected


def test_peer_trained_this_year_is_not_yet_an_earlier_trained_peer() -> None:
    ties = exchange_ties(EVENTS, PARTICIPATION, DEADLINES, Exposure())
    found = exposure(ties, _dose({"a": 2021}), FUNDED, Exposure(), UNITS).set_index(["year", "unit_id"])["exposure"]
    assert (found[2021] == 0).all()
    assert found[2022]["d"] == 1


def test_wins_are_those_of_the_year_before() -> None:
    ties = exchange_ties(EVENTS, PARTICIPATION, DEADLINES, Exposure())
    wins = exposure(ties, _dose({}), FUNDED, Exposure(), UNITS).set_index(["year", "unit_id"])["exposure_wins"]
    assert wins[2021].to_dict() == {"a": 0, "b": 8, "c": 4, "d": 0}  # c's nine wins came in 2021 itself
    assert (wins[2022] == 0).all()


def test_longer_lag() -> None:
    settings = Exposure(lag_years=2)
    ties = exchange_ties(EVENTS, PARTICIPATION, DEADLINES, settings)
    found = exposure(ties, _dose({"a": 2020}), FUNDED, settings, UNITS).set_index(["year", "unit_id"])["exposure"]
    assert (found[2021] == 0).all()
    assert found[2022]["d"] == 1


def test_counts_of_events_attended_and_hosted() -> None:
    counts = exchange_counts(EVENTS, PARTICIPATION, DEADLINES, UNITS).set_index(["year", "unit_id"])
    assert counts["exchange_events_attended"][2021].to_dict() == {"a": 2, "b": 2, "c": 1, "d": 0}
    assert counts["exchange_events_hosted"][2021].to_dict() == {"a": 1, "b": 0, "c": 0, "d": 0}
    assert counts["exchange_events_attended"][2022].to_dict() == {"a": 1, "b": 0, "c": 0, "d": 1}
    assert counts["exchange_events_attended"][2020].sum() == 0


def test_no_exchange_at_all() -> None:
    ties = exchange_ties(EVENTS.iloc[:0], PARTICIPATION.iloc[:0], DEADLINES, Exposure())
    found = exposure(ties, _dose({"a": 2020}), FUNDED, Exposure(), UNITS)
    assert len(found) == 12
    assert found["exposure"].sum() == 0


def test_an_invitation_is_no_contact() -> None:
    """Nobody came: no tie and no visit, yet an invitation; an unknown number of people counts as having come."""
    listed = PARTICIPATION.assign(invited=[None, None, 4, None, None, 2, None, 1, None, None]).astype(
        {"invited": "Int64"}
    )
    listed.loc[2, "persons"] = 0  # b at X1
    counts = exchange_counts(EVENTS, listed, DEADLINES, UNITS).set_index(["year", "unit_id"])
    assert counts["exchange_events_invited"][2021].to_dict() == {"a": 0, "b": 2, "c": 0, "d": 0}
    assert counts["exchange_events_attended"][2021].to_dict() == {"a": 2, "b": 1, "c": 1, "d": 0}
    assert counts["exchange_events_invited"][2022].to_dict() == {"a": 0, "b": 0, "c": 0, "d": 1}
    ties = exchange_ties(EVENTS, listed, DEADLINES, Exposure())
    rows = {(r.year, r.from_unit, r.to_unit): r.events for r in ties.itertuples()}
    assert rows[2021, "a", "b"] == 1  # X2 alone
    assert (2021, "c", "b") not in rows
    assert rows[2022, "a", "d"] == 1


def test_without_invitations_none_are_counted() -> None:
    counts = exchange_counts(EVENTS, PARTICIPATION, DEADLINES, UNITS)
    assert counts["exchange_events_invited"].sum() == 0
