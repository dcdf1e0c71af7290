"""The clean layer: its tables, its definitions of training and exposure, its totals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation import contracts
from evaluation.settings import InputProblem
from evaluation.simulate import Parameters, SimulatedProgramme, simulate_panel
from evaluation.simulate.geography import build_geography, great_circle, sampled_units
from evaluation.simulate.parameters import application_deadline

YEARS = tuple(range(2019, 2025))


def test_every_table_meets_its_contract(programme: SimulatedProgramme) -> None:
    for name, frame in programme.tables.items():
        parts = frame.groupby("year") if name == "territories" else [(0, frame)]
        for _, part in parts:
            contracts.check(part, contracts.TABLES[name])
    assert contracts.dangling(programme.tables).empty


def test_same_seed_gives_the_same_tables_and_another_seed_others(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    first = simulate_panel(units, crosswalk, seed=5, years=YEARS)
    again = simulate_panel(units, crosswalk, seed=5, years=YEARS)
    other = simulate_panel(units, crosswalk, seed=6, years=YEARS)
    for name, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    assert not first.tables["projects"].equals(other.tables["projects"])


def test_the_fast_form_draws_the_same_programme(
    programme: SimulatedProgramme, units: pd.DataFrame, crosswalk: pd.DataFrame
) -> None:
    fast = simulate_panel(units, crosswalk)
    for name in ("territories", "projects", "exchange_events", "exchange_participation", "consultations"):
        pd.testing.assert_frame_equal(fast.tables[name], programme.tables[name])
    training = programme.tables["support_events"].query("stream == 'training'")["event_id"]
    columns = ["event_id", "person_key", "unit_id", "status", "hours_present"]
    full = programme.tables["attendance"][programme.tables["attendance"]["event_id"].isin(training)]
    pd.testing.assert_frame_equal(
        fast.tables["attendance"][columns].reset_index(drop=True), full[columns].reset_index(drop=True)
    )


def test_adding_a_year_does_not_change_the_earlier_ones(units: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    short = simulate_panel(units, crosswalk, seed=3, years=YEARS[:4]).truth.unit_years
    long = simulate_panel(units, crosswalk, seed=3, years=YEARS).truth.unit_years
    # Teams are drawn once for all years, so only who is sent may differ, not which units train nor what they achieve.
    long = long[long["year"] <= YEARS[3]].reset_index(drop=True)
    pd.testing.assert_series_equal(short["trained"], long["trained"])
    pd.testing.assert_series_equal(short["applications"], long["applications"])


def test_totals_are_of_the_published_order(programme: SimulatedProgramme) -> None:
    projects = programme.tables["projects"]
    funded = projects[projects["is_funded"]]
    participation = programme.tables["project_participation"]
    people = participation[participation["project_id"].isin(set(funded["project_id"]))]["participations"].sum()
    assert len(funded) == pytest.approx(867, rel=0.1)
    assert funded["cost_planned"].sum() == pytest.approx(971e6, rel=0.1)
    assert people == pytest.approx(878e3, rel=0.1)
    never = 1 - programme.truth.unit_years.query("year == 2024")["trained"].mean()
    assert 0.1 <= never <= 0.2
    largest = programme.truth.unit_years.groupby("unit_id")["applications"].sum()
    assert largest.max() / largest.sum() < 0.2


def test_trained_follows_from_attendance_before_the_deadline(programme: SimulatedProgramme) -> None:
    """Recomputed from the tables alone: present or partial at a training event that ended before the deadline."""
    events = programme.tables["support_events"].query("stream == 'training'")
    rows = programme.tables["attendance"].merge(events[["event_id", "ends_on"]], on="event_id")
    rows = rows[rows["status"].isin(["present", "partial"])]
    truth = programme.truth.unit_years.set_index(["unit_id", "year"])["trained"]
    for year in YEARS:
        expected = set(rows[rows["ends_on"] < pd.Timestamp(application_deadline(year))]["unit_id"])
        actual = set(truth.xs(year, level="year").loc[lambda held: held].index)
        assert actual == expected, year


def test_an_event_on_the_day_of_the_deadline_does_not_count(programme: SimulatedProgramme) -> None:
    events = programme.tables["support_events"]
    on_the_day = events[(events["stream"] == "training") & events["title"].str.startswith("Онлайн-семинар «Последние")]
    assert [pd.Timestamp(application_deadline(y)) for y in (2021, 2024)] == on_the_day["ends_on"].tolist()
    came = programme.tables["attendance"].merge(on_the_day[["event_id"]], on="event_id")
    assert len(came) > 0


def test_exposure_follows_from_exchange_and_earlier_training(programme: SimulatedProgramme) -> None:
    """Recomputed pair by pair from the tables, with training before the previous deadline."""
    events = programme.tables["exchange_events"]
    rows = programme.tables["exchange_participation"]
    truth = programme.truth.unit_years.set_index(["unit_id", "year"])
    for year in YEARS[1:]:
        first, last = (pd.Timestamp(application_deadline(y)) for y in (year - 1, year))
        held = events[(events["ends_on"] >= first) & (events["ends_on"] < last)]["exchange_id"]
        trained = truth["trained"].xs(year - 1, level="year")
        funded = truth["funded"].xs(year - 1, level="year")
        expected = pd.Series(0, index=trained.index)
        wins = pd.Series(0, index=trained.index)
        for _, group in rows[rows["exchange_id"].isin(held)].groupby("exchange_id"):
            teachers = set(group.loc[group["role"].isin(["host", "speaker", "expert"]), "unit_id"])
            for learner in set(group["unit_id"]):
                expected[learner] += sum(bool(trained[a]) for a in teachers if a != learner)
                wins[learner] += sum(int(funded[a]) for a in teachers if a != learner)
        actual = truth.xs(year, level="year")
        np.testing.assert_array_equal(actual["exposure"], expected.to_numpy())
        np.testing.assert_array_equal(actual["exposure_wins"], wins.to_numpy())


def test_applications_of_the_truth_are_the_rows_of_the_register(programme: SimulatedProgramme) -> None:
    projects = programme.tables["projects"]
    truth = programme.truth.unit_years.query("year < 2025").set_index(["unit_id", "year"])
    counted = projects[projects["year"] < 2025].groupby(["unit_id", "year"]).size().reindex(truth.index, fill_value=0)
    np.testing.assert_array_equal(truth["applications"], counted)


def test_after_the_reform_all_rows_stand_under_units_in_force(programme: SimulatedProgramme) -> None:
    territories = programme.tables["territories"]
    assert territories.groupby("year").size().to_dict() == {**dict.fromkeys(YEARS, 61), 2025: 39}
    assert territories[territories["is_closed"]]["population"].isna().all()
    codes = set(territories.query("year == 2025")["unit_id"])
    assert set(programme.tables["projects"].query("year == 2025")["unit_id"]) <= codes
    by_year = territories.groupby("year")["population"].sum()
    assert by_year[2025] == pytest.approx(by_year[2024], rel=0.02)
    # The split district's projects went both ways.
    contest = programme.history.contests[-1]
    base = programme.history.geography.units["unit_id"].tolist().index("04605000")
    targets = programme.history.geography.successors[2025]
    assert set(targets.codes[targets.target[base]]) == {"04505000", "04701000"}
    assert (contest.unit == base).sum() > 0


def test_sampled_units_of_another_size_can_be_simulated() -> None:
    small = simulate_panel(sampled_units(8, 1), None, Parameters(), seed=1, years=(2019, 2020))
    assert small.truth.unit_years["unit_id"].nunique() == 8
    assert small.tables["territories"].groupby("year").size().tolist() == [8, 8]


def test_years_that_are_not_consecutive_and_incomplete_registries_are_refused(units: pd.DataFrame) -> None:
    with pytest.raises(InputProblem, match="not consecutive"):
        simulate_panel(units, None, years=(2019, 2021))
    with pytest.raises(InputProblem, match="short_name"):
        build_geography(units.drop(columns="short_name"), None, Parameters(), 1, (2019,))


def test_distance_between_two_known_points() -> None:
    # Moscow to Saint Petersburg: 634 km on the sphere.
    assert great_circle(np.array([37.6173]), np.array([55.7558]), 30.3351, 59.9343)[0] == pytest.approx(634, abs=2)
