"""Venues and the way to them, computed by hand on a line of units along the equator."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.territory.access import access_to_events, event_venues, weighted_median
from evaluation.territory.neighbours import EARTH_RADIUS_KM

DEGREE = math.pi / 180 * EARTH_RADIUS_KM
YEAR = 2025
# a, b, c on one line, a degree and three degrees apart; d has no centre, e no published population
TERRITORIES = pd.DataFrame(
    {
        "unit_id": ["e", "d", "c", "b", "a"],
        "year": YEAR,
        "longitude": [1.0, None, 4.0, 1.0, 0.0],
        "latitude": [0.0, None, 0.0, 0.0, 0.0],
        "population": pd.array([None, 50, 100, 300, 600], dtype="Int64"),
    }
)
EVENTS = pd.DataFrame(
    [
        ("T1", "training", "course", "in_person", "a"),
        ("T2", "training", "webinar", "online", "c"),  # online: c is nobody's venue
        ("T3", "training", "seminar", "in_person", None),  # host not named
        ("T4", "methodical", "webinar", None, "c"),  # the form says online where the mode is missing
        ("T5", "information", "publication", None, "c"),
        ("T6", "consulting", "clock_check", "mixed", "c"),
        ("T7", "consulting", "clock_check", "in_person", "z"),  # not among the units
    ],
    columns=["event_id", "stream", "form", "mode", "host_unit_id"],
).assign(year=YEAR)
OLD = EVENTS.head(1).assign(event_id="T0", year=YEAR - 1, host_unit_id="c")
EXCHANGES = pd.DataFrame({"exchange_id": ["X1", "X2", "X3"], "year": YEAR, "form": ["rally", "webinar", "seminar"]})
TAKING_PART = pd.DataFrame(
    [("X1", "b", "host"), ("X1", "z", "host"), ("X1", "a", "guest"), ("X2", "c", "host"), ("X3", "a", "guest")],
    columns=["exchange_id", "unit_id", "role"],
)
TABLES_IN = {
    "territories": TERRITORIES,
    "support_events": pd.concat([EVENTS, OLD], ignore_index=True),
    "exchange_events": EXCHANGES,
    "exchange_participation": TAKING_PART,
}


def test_every_event_has_one_fate() -> None:
    venues = event_venues(TABLES_IN, YEAR, TERRITORIES)
    counts = venues.counts.set_index("stream")
    assert counts.index.tolist() == ["all", "consulting", "exchange", "information", "methodical", "training"]
    assert counts.loc["all"].to_dict() == {
        "events": 10, "publications": 1, "online": 3, "host_unknown": 2, "host_elsewhere": 1, "with_venue": 3,
    }  # fmt: skip
    assert counts.loc["exchange", ["events", "with_venue", "online", "host_unknown"]].tolist() == [3, 1, 1, 1]
    fates = counts.drop(columns="events")
    assert (fates.sum(axis=1) == counts["events"]).all()
    places = [tuple(row) for row in venues.places.itertuples(index=False)]
    assert places == [("T1", "training", "a"), ("T6", "consulting", "c"), ("X1", "exchange", "b")]
    assert venues.units() == ("a", "b", "c")
    assert venues.units("methodical") == ()


def test_the_nearest_venue_by_stream() -> None:
    access = access_to_events(TABLES_IN, YEAR)
    nearest = check(access.nearest, TABLES["access"]).set_index(["stream", "unit_id"])
    training = nearest.loc["training"]
    assert training["venue_unit"].dropna().unique().tolist() == ["a"]
    np.testing.assert_allclose(training["distance_km"].loc[["a", "b", "c", "e"]], [0, DEGREE, 4 * DEGREE, DEGREE])
    assert training.loc["d", "gap"] == "no_centre"
    assert math.isnan(training.loc["d", "distance_km"])
    assert nearest.loc["all"]["venue_unit"].loc[["a", "b", "c", "e"]].tolist() == ["a", "b", "c", "b"]
    assert (nearest.loc["methodical"]["gap"] == "no_venue").all()
    assert len(nearest) == 6 * 5  # five streams with events and all of them together, every unit


def test_sums_by_hand_and_nobody_dropped_in_silence() -> None:
    access = access_to_events(TABLES_IN, YEAR, thresholds_km=(100, 112, 500))
    training = access.summary.set_index("stream").loc["training"]
    assert training[["units", "units_measured", "units_unmeasured", "units_without_population"]].tolist() == [
        5,
        4,
        1,
        1,
    ]
    assert training[["residents", "residents_unmeasured"]].tolist() == [1000, 50]
    assert training["mean"] == pytest.approx((600 * 0 + 300 + 100 * 4) * DEGREE / 1000)
    assert training["median"] == 0
    assert training["farthest_unit"] == "c"
    assert training["farthest"] == pytest.approx(4 * DEGREE)
    within = access.within[access.within["stream"] == "training"]
    assert within["residents_within"].tolist() == [600, 900, 1000]
    assert within["share"].tolist() == [0.6, 0.9, 1.0]
    assert within["units_within"].tolist() == [1, 3, 4]
    assert set(access.summary["stream"]) == {"all", "consulting", "exchange", "training"}


def test_minutes_by_road_with_what_the_matrix_lacks() -> None:
    travel = pd.DataFrame(
        {"from_unit": ["b", "b", "c"], "to_unit": ["a", "c", "b"], "minutes": [200.0, 90.0, 70.0],
         "km": [130.0, np.nan, np.nan]}
    )  # fmt: skip
    nearest = access_to_events(TABLES_IN, YEAR, travel=travel).nearest
    rows = nearest[(nearest["stream"] == "training") & (nearest["basis"] == "travel_time")].set_index("unit_id")
    assert rows.loc["b", ["minutes", "distance_km", "venue_unit"]].tolist() == [200.0, 130.0, "a"]
    assert rows.loc["a", "minutes"] == 0
    assert rows.loc[["c", "d", "e"], "gap"].tolist() == ["no_road"] * 3
    assert rows.loc[["c", "d", "e"], "minutes"].isna().all()
    exchange = nearest[(nearest["stream"] == "exchange") & (nearest["basis"] == "travel_time")].set_index("unit_id")
    assert exchange.loc["c", "minutes"] == 70  # not the 90 of the way back

    access = access_to_events(TABLES_IN, YEAR, travel=travel, assumed_kmh=60)
    rows = access.nearest[(access.nearest["stream"] == "training") & access.nearest["minutes"].notna()]
    assert dict(zip(rows["unit_id"], rows["basis"], strict=True)) == {
        "a": "travel_time", "b": "travel_time", "c": "assumed_speed", "e": "assumed_speed",
    }  # fmt: skip
    assert access.summary.query("basis == 'travel_time' and stream == 'training'")["units_unmeasured"].item() == 1
    check(access.nearest, TABLES["access"])


def test_a_year_without_events_says_so() -> None:
    access = access_to_events({"territories": TERRITORIES}, YEAR)
    assert access.venues.counts.to_dict("records") == [
        {"stream": "all", "events": 0, "publications": 0, "online": 0, "host_unknown": 0, "host_elsewhere": 0,
         "with_venue": 0}
    ]  # fmt: skip
    assert (access.nearest["gap"] == "no_venue").all()
    assert access.summary.empty
    assert access.within.empty


def test_the_order_of_rows_does_not_matter() -> None:
    turned = {name: frame.iloc[::-1] for name, frame in TABLES_IN.items()}
    pd.testing.assert_frame_equal(
        access_to_events(turned, YEAR).nearest, access_to_events(TABLES_IN, YEAR).nearest
    )  # fmt: skip


def test_weighted_median() -> None:
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])) == 2
    assert weighted_median(np.array([3.0, 1.0]), np.array([1.0, 9.0])) == 1
    assert math.isnan(weighted_median(np.array([1.0]), np.array([0.0])))
