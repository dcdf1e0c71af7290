"""Coverage by stream and year on a programme told by hand: three units, two years, every stream in its own way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.display.units import UNITS
from evaluation.indicators.geographies import Geography, build_geography
from evaluation.indicators.intervals import poisson_bounds, wilson_interval
from evaluation.indicators.last_contact import last_contact
from evaluation.indicators.stream_coverage import stream_coverage
from evaluation.indicators.stream_indicators import BY_CHANNEL, OF_PROGRAMME, OF_STREAMS
from evaluation.indicators.stream_measures import stream_contacts, years_told
from evaluation.settings import InputProblem

CONFIG = Path(__file__).resolve().parents[2] / "config"
Tables = dict[str, pd.DataFrame]


def frame(columns: str, *rows: tuple[object, ...], **types: str) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=columns.split())
    return made.astype({"year": "Int64", **types} if "year" in made else types)


@pytest.fixture(scope="module")
def programme() -> Tables:
    """Units A (1,000 residents), B (4,000), C (not published). 2023: training in A, advice in B; 2024: more."""
    people = [(unit, year, count, adults) for year in (2023, 2024)
              for unit, count, adults in (("A", 1000, 800), ("B", 4000, 3000), ("C", None, None))]  # fmt: skip
    events = frame(
        "event_id year stream starts_on ends_on hours",
        ("T1", 2023, "training", "2023-03-01", "2023-03-02", 8.0),
        ("T2", 2024, "training", "2024-03-01", "2024-03-02", 10.0),
        ("T3", 2024, "training", "2024-05-01", "2024-05-01", 4.0),
        ("T4", 2024, "training", "2024-06-01", "2024-06-01", 4.0),  # no list was kept
        ("I1", 2024, "information", "2024-02-01", "2024-02-01", 1.0),  # and none here
    )
    rows = [
        ("T1", "p1", "A", None, "present", None),
        ("T2", "p1", "A", "1", "present", 5.0),
        ("T2", "p1", "A", "2", "present", 4.0),  # the same person at two sessions
        ("T2", "p2", "B", None, "present", None),
        ("T2", "p3", "B", None, "partial", None),  # part of the time, hours not written
        ("T2", "p4", "C", None, "absent", 0.0),
        ("T3", "p1", "A", None, "present", None),
        ("T3", "p5", "Z", None, "present", None),  # a unit that is not in force
    ]
    projects = [
        ("1", 2023, "A", "completed", True), ("2", 2024, "A", "funded", True), ("3", 2024, "A", "not_selected", False),
        ("4", 2024, "B", "rejected_formally", False), ("5", 2024, "C", "funded", True),
    ]  # fmt: skip
    projects = frame("project_id year unit_id status is_funded", *projects, is_funded="boolean").assign(
        topic="roads", applicant_type="administration", score=50.0, cost_planned=1.0, cost_actual=np.nan,
        beneficiaries=pd.array([1] * 5, dtype="Int64"),
    )  # fmt: skip
    return {
        "territories": frame("unit_id year population population_18plus", *people, population="Int64"),
        "support_events": events,
        "attendance": frame("event_id person_key unit_id session status hours_present", *rows),
        "exchange_events": frame("exchange_id year", ("X1", 2024), ("X2", 2024)),
        "exchange_participation": frame(
            "exchange_id unit_id role persons",
            ("X1", "A", "host", 3), ("X1", "B", "guest", 0), ("X1", "C", "guest", None), ("X2", "A", "guest", 2),
            persons="Int64",
        ),
        "consultations": frame(
            "consultation_id year unit_id person_key minutes",
            ("c1", 2023, "B", None, 30.0), ("c2", 2024, "B", "p2", 60.0), ("c3", 2024, "B", None, None),
        ),
        "teams": frame("team_id year unit_id", ("t1", 2024, "A"), ("t2", 2024, "A"), ("t3", 2024, "B")),
        "projects": projects,
        "project_participation": frame(
            "project_id channel participations", ("2", "meeting", 40), ("4", "meeting", 30), ("5", "meeting", 9),
            ("2", "online", 8), ("1", "meeting", 1),
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(programme: Tables) -> pd.DataFrame:
    codebook = read_codebook(CONFIG)
    table = TABLES["stream_coverage"]
    return check(stream_coverage(programme), table, codebook).set_index(["year", "stream", "indicator", "unit_id"])


def row(made: pd.DataFrame, *key: object, channel: str | None = None) -> pd.Series:
    found = made.loc[[key]]
    found = found[found["channel"].isna() if channel is None else found["channel"].eq(channel)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize(
    ("stream", "indicator", "unit", "numerator", "denominator", "value"),
    [
        ("training", "units_reached_share", "all", 2, 3, 2 / 3),
        ("training", "acts_listed_share", "all", 2, 3, 2 / 3),
        ("training", "repeat_reach_share", "all", 1, 1, 1),
        ("training", "acts", "A", 2, None, 2),
        ("training", "acts", "all", 4, None, 4),  # A twice, B once, the unit not in force once
        ("training", "acts_per_10000", "all", 3, 5000, 6),
        ("training", "acts_per_10000", "A", 2, 1000, 20),
        ("training", "attendances", "all", 5, None, 5),
        ("training", "attendances_per_1000", "B", 2, 4000, 0.5),
        ("training", "attendances_per_1000", "all", 4, 5000, 0.8),
        ("training", "persons_per_1000", "A", 1, 1000, 1),
        ("training", "persons_per_1000", "all", 3, 5000, 0.6),
        ("training", "unique_reach_ratio", "A", 1, 2, 0.5),
        ("training", "unique_reach_ratio", "all", 4, 5, 0.8),
        ("training", "person_hours_per_team", "A", 9 + 4, 2, 6.5),
        ("training", "person_hours_per_team", "all", 9 + 4 + 10 + 4, 3, 9),
        ("training", "hours_known_share", "all", 4, 5, 0.8),
        ("training", "success_rate", "all", 1, 2, 0.5),  # A's and B's: three submitted, two admissible, one won
        ("training", "success_rate_submitted", "all", 1, 3, 1 / 3),
        ("exchange", "units_reached_share", "all", 2, 3, 2 / 3),  # nobody came from B; C came, how many is not known
        ("exchange", "attendances_per_1000", "A", 5, 1000, 5),
        ("consulting", "units_reached_share", "all", 1, 3, 1 / 3),
        ("consulting", "repeat_reach_share", "all", 1, 1, 1),
        ("consulting", "person_hours_per_team", "B", 1, 1, 1),
        ("consulting", "unique_reach_ratio", "B", 1, 1, 1),
        ("methodical", "units_reached_share", "all", 0, 3, 0),  # nothing was held: that is known
        ("programme", "units_applied_share", "all", 3, 3, 1),
        ("programme", "units_funded_share", "all", 2, 3, 2 / 3),
        ("programme", "success_rate", "all", 2, 3, 2 / 3),
        ("programme", "success_rate_submitted", "all", 2, 4, 0.5),
        ("programme", "repeat_share", "all", 1, 1, 1),
        ("programme", "projects_per_10000", "all", 1, 5000, 2),
    ],
)
def test_by_hand(
    made: pd.DataFrame,
    stream: str,
    indicator: str,
    unit: str,
    numerator: float,
    denominator: float | None,
    value: float,
) -> None:
    found = row(made, 2024, stream, indicator, unit)
    assert found["numerator"] == numerator
    assert found["denominator"] == denominator or (denominator is None and pd.isna(found["denominator"]))
    assert found["value"] == pytest.approx(value)


def test_participation_by_channel_leaves_out_units_without_residents(made: pd.DataFrame) -> None:
    meeting = row(made, 2024, "programme", "participation_per_1000", "all", channel="meeting")
    assert (meeting["numerator"], meeting["denominator"], meeting["n"]) == (70, 3800, 2)
    low, high = poisson_bounds(70)
    assert [meeting["low"], meeting["high"]] == pytest.approx([float(low) / 3.8, float(high) / 3.8])
    online = row(made, 2024, "programme", "participation_per_1000", "B", channel="online")
    assert (online["value"], online["low"]) == (0, 0)
    assert online["high"] == pytest.approx(3.689 / 3, abs=1e-3), "nothing seen is not nothing possible"


def test_shares_carry_wilsons_interval(made: pd.DataFrame) -> None:
    found = row(made, 2024, "training", "units_reached_share", "all")
    assert (found["low"], found["high"]) == pytest.approx(wilson_interval(2, 3))
    assert found["n"] == 3


def test_what_no_table_tells_makes_no_row(programme: Tables, made: pd.DataFrame) -> None:
    told = set(zip(made.index.get_level_values("year"), made.index.get_level_values("stream"), strict=True))
    assert (2024, "information") not in told, "an event without a list does not tell whom it reached"
    assert (2023, "exchange") not in told
    assert (2023, "information") in told, "the year's schedule is there and holds none"
    of_2024 = made.loc[2024]
    assert ("exchange", "persons_per_1000", "all") not in of_2024.index, "exchange knows no people"
    assert ("consulting", "persons_per_1000", "all") not in of_2024.index, "one of the people has no key"
    assert ("training", "repeat_reach_share", "all") not in made.loc[2023].index
    without = {name: table for name, table in programme.items() if name not in ("attendance", "teams", "projects")}
    bare = stream_coverage(without, [2024])
    assert set(bare["stream"]) == {"methodical", "consulting", "exchange"}
    assert not bare["indicator"].isin(["person_hours_per_team", "success_rate"]).any()
    assert made["value"].notna().all()


def test_contacts_and_told_years(programme: Tables) -> None:
    contacts = stream_contacts(programme)
    assert contacts["stream"].value_counts().to_dict() == {"training": 6, "consulting": 3, "exchange": 3}
    assert stream_contacts({}).empty
    told = years_told(programme).set_index(["stream", "year"])
    assert told.loc[("training", 2024)].tolist() == [3, 2]
    assert told.loc[("exchange", 2024)].tolist() == [2, 2]
    assert years_told({}).empty


def test_a_year_without_units_is_refused(programme: Tables) -> None:
    with pytest.raises(InputProblem, match="no territorial unit for 2030"):
        stream_coverage(programme, [2030])


# ---- across a change of territory -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def merged(programme: Tables) -> tuple[Tables, Geography]:
    """In 2024 A and B become M."""
    registry = pd.DataFrame(
        [("A", "2006-01-01", "2023-12-31"), ("B", "2006-01-01", "2023-12-31"), ("C", "2006-01-01", None),
         ("M", "2024-01-01", None)],
        columns=["unit_id", "valid_from", "valid_to"],
    )  # fmt: skip
    registry = registry.assign(
        name=registry["unit_id"], short_name=registry["unit_id"], type="okrug", is_north=False,
        valid_from=pd.to_datetime(registry["valid_from"]), valid_to=pd.to_datetime(registry["valid_to"]),
    )  # fmt: skip
    crosswalk = pd.DataFrame(
        {
            "from_unit": ["A", "B"], "to_unit": "M", "from_date": pd.Timestamp("2023-12-31"),
            "to_date": pd.Timestamp("2024-01-01"), "share": 1.0, "share_low": np.nan, "share_high": np.nan,
            "basis": "exact", "quality": "exact", "evidence": "",
        }
    )  # fmt: skip
    place = build_geography("current", registry, crosswalk, {2023: dt.date(2023, 7, 1), 2024: dt.date(2024, 7, 1)})
    people = programme["territories"]
    new = frame("unit_id year population population_18plus", ("M", 2024, 5000, 3800), ("C", 2024, None, None))
    territories = pd.concat([people[people["year"] == 2023], new.astype({"population": "Int64"})])
    attendance = programme["attendance"]
    only_b = attendance[~(attendance["event_id"].isin(["T2", "T3"]) & attendance["unit_id"].eq("A"))]
    return programme | {"territories": territories, "attendance": only_b}, place


def test_repetition_goes_through_the_crosswalk(merged: tuple[Tables, Geography]) -> None:
    tables, place = merged
    found = stream_coverage(tables, [2024], place).set_index(["stream", "indicator", "unit_id"])
    again = found.loc[("training", "repeat_reach_share", "all")]
    assert (again["numerator"], again["denominator"]) == (1, 1), "A was reached in 2023, B in 2024: both are M"
    unplaced = stream_coverage(tables, [2024])
    assert "repeat_reach_share" not in set(unplaced["indicator"]), "by old codes nobody can tell"


def test_last_contact_says_never_and_does_not_count_it(programme: Tables, merged: tuple[Tables, Geography]) -> None:
    found = check(last_contact(programme, 2024), TABLES["last_contact"], read_codebook(CONFIG))
    rows = found.set_index(["stream", "unit_id"])
    assert rows.loc[("training", "A"), ["state", "last_year", "years_since"]].tolist() == ["this_year", 2024, 0]
    assert rows.loc[("training", "C"), "state"] == "never"
    assert rows.loc[("training", "C"), "since_year"] == 2023
    assert rows.loc[("training", "C"), ["last_year", "years_since"]].isna().all()
    assert rows.loc[("information", "A"), "state"] == "never", "2023 is told: nothing was held"
    assert len(found) == 5 * 3
    tables, place = merged
    silent = tables | {"attendance": tables["attendance"][tables["attendance"]["event_id"].isin(["T1", "T4"])]}
    moved = last_contact(silent, 2024, place).set_index(["stream", "unit_id"])
    assert moved.loc[("training", "M"), ["state", "last_year", "years_since"]].tolist() == ["earlier", 2023, 1]
    nothing = last_contact({"territories": programme["territories"]}, 2024)
    assert set(nothing["state"]) == {"not_known"}


def test_every_indicator_has_labels_a_formula_and_a_known_unit() -> None:
    codebook = read_codebook(CONFIG)
    rows = codebook.variables[codebook.variables["table"] == "stream_coverage"].set_index("variable")
    for indicator in (*OF_STREAMS, *OF_PROGRAMME, BY_CHANNEL):
        told = rows.loc[indicator.code]
        assert told["label_ru"] and told["label_en"] and told["note_ru"] and told["note_en"], indicator.code
        assert told["unit"] == indicator.unit
        assert indicator.unit in UNITS
