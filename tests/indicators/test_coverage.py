"""Indicators of coverage by hand, and Wilson's interval against published values."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hand_made_years import DEADLINES, TERRITORY_DATES
from statsmodels.stats.proportion import proportion_confint

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.display.units import UNITS
from evaluation.indicators.coverage import (
    INDICATORS,
    coverage_indicators,
    panel_indicators,
    trained_since_start,
    unit_series,
    white_spots,
    wilson_interval,
)
from evaluation.indicators.outcomes import build_panels
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.settings import Exposure

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def panel(tables: Tables, registry: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    return build_panels(ProgrammeYears(tables, DEADLINES, TERRITORY_DATES, registry, crosswalk, Exposure()))


def _year(tables: Tables, year: int) -> Tables:
    chosen = {name: frame[frame["year"] == year] if "year" in frame else frame for name, frame in tables.items()}
    held = chosen["exchange_events"]["exchange_id"]
    rows = tables["exchange_participation"]
    return chosen | {"exchange_participation": rows[rows["exchange_id"].isin(held)]}


@pytest.fixture(scope="module")
def of_2023(tables: Tables) -> pd.DataFrame:
    return check(coverage_indicators(_year(tables, 2023), 2023), TABLES["indicators"])


def _all(indicators: pd.DataFrame, code: str) -> pd.Series:
    return indicators[(indicators["indicator"] == code) & (indicators["unit_id"] == "all")].iloc[0]


@pytest.mark.parametrize(
    ("code", "value", "n"),
    [
        ("units_in_force", 5, 5),
        ("units_applied", 2, 5),
        ("units_applied_share", 0.4, 5),
        ("units_funded_share", 0.4, 5),
        ("units_trained_share", 0.2, 5),
        ("white_spots", 3, 5),
        ("applications", 3, 5),
        ("success_rate", 2 / 3, 3),
        ("cost_total", 290, 5),
        ("cofinancing_share", 60 / 290, 5),
        ("cofinancing_share_without_local", 20 / 290, 5),
        ("participations", 180, 5),
        ("cost_per_participation", 90 / 150, 5),  # the other winner counted no participation
        ("training_persons", 1, 5),
    ],
)
def test_programme_of_2023(of_2023: pd.DataFrame, code: str, value: float, n: int) -> None:
    row = _all(of_2023, code)
    assert row["value"] == pytest.approx(value)
    assert row["n"] == n


def test_rates_leave_units_without_population_out_on_both_sides(of_2023: pd.DataFrame, tables: Tables) -> None:
    row = _all(of_2023, "projects_per_10000")
    assert (row["numerator"], row["denominator"], row["n"]) == (2, 1000 + 3000 + 4000 + 5000, 4)
    of_2024 = coverage_indicators(_year(tables, 2024), 2024)
    assert _all(of_2024, "projects_per_10000")["numerator"] == 0  # B's one project: its population is not known
    assert _all(of_2024, "funded")["value"] == 1
    assert _all(of_2023, "participation_per_1000")["value"] == pytest.approx(180 / (0.8 * 13_000) * 1000)


def test_units_have_their_own_rows(of_2023: pd.DataFrame) -> None:
    unit_a = of_2023[of_2023["unit_id"] == "A"].set_index("indicator")
    assert unit_a.loc["success_rate", ["value", "numerator", "denominator"]].tolist() == [0.5, 1, 2]
    assert unit_a.loc["projects_per_10000", "value"] == 10
    unit_c = of_2023[of_2023["unit_id"] == "C"].set_index("indicator")
    assert unit_c.loc["applications", "value"] == 0
    assert pd.isna(unit_c.loc["success_rate", "value"])  # nothing out of nothing


def test_old_codes_after_the_reform_are_in_no_unit_but_in_the_total(tables: Tables) -> None:
    of_2025 = coverage_indicators(_year(tables, 2025), 2025)
    assert _all(of_2025, "applications")["value"] == 3
    assert _all(of_2025, "units_applied")["value"] == 2
    assert _all(of_2025, "success_rate")["denominator"] == 2  # the withdrawn application is not admissible
    assert not (of_2025["unit_id"] == "unassigned").any()


def test_people_without_a_unit_count_for_the_programme(tables: Tables) -> None:
    chosen = _year(tables, 2023)
    lost = chosen["attendance"].assign(unit_id=None)
    rows = coverage_indicators(chosen | {"attendance": lost}, 2023)
    assert _all(rows, "training_persons")["value"] == 1
    assert _all(rows, "units_trained_share")["value"] == 0
    assert not (rows["unit_id"] == "unassigned").any()


def test_what_no_table_tells_is_not_zero(tables: Tables) -> None:
    chosen = {name: frame for name, frame in _year(tables, 2023).items() if name in ("territories", "projects")}
    empty = chosen | {"attendance": tables["attendance"].iloc[:0], "project_participation": pd.DataFrame()}
    for given in (chosen, empty):
        told = set(coverage_indicators(given, 2023)["indicator"])
        assert {"units_applied_share", "success_rate"} <= told
        assert not told & {"units_trained_share", "training_persons", "participations", "cost_per_participation"}


def test_repeat_participation_needs_history_in_the_same_boundaries(
    tables: Tables, panel: pd.DataFrame, of_2023: pd.DataFrame
) -> None:
    assert "repeat_share" not in set(of_2023["indicator"])
    of_2025 = coverage_indicators(_year(tables, 2025), 2025, panel)
    row = _all(of_2025, "repeat_share")
    assert (row["numerator"], row["denominator"]) == (1, 1)  # M (by B) applied in 2024 and again; K is not placed


def test_panel_series_agrees_with_the_year(tables: Tables, panel: pd.DataFrame) -> None:
    series = check(panel_indicators(panel), TABLES["indicators"]).set_index(["indicator", "year"])["value"]
    assert series["applications", 2023] == 3
    assert series["units_applied_share", 2023] == 0.5  # M by A; S is not placed; C did not
    assert series["repeat_share", 2024] == 1
    assert series["participations", 2023] == 180
    assert ("success_rate", 2023) not in series.index


def test_unit_series_tells_every_year_in_the_units_now_in_force(panel: pd.DataFrame) -> None:
    series = check(unit_series(panel), TABLES["indicators"])
    assert set(series["unit_id"]) == {"M", "C", "all"}, "neither former units nor what nobody is sure of"
    told = series.set_index(["indicator", "unit_id", "year"])
    # A's two applications and B's one are M's; S's and K's are in the programme's row alone
    applications = [
        told.loc[("applications", unit, year), "value"] for unit in ("M", "C", "all") for year in (2023, 2024)
    ]
    assert applications == [2, 1, 0, 0, 3, 2]
    cost = [told.loc[("cost_total", unit, 2023), "value"] for unit in ("M", "C", "all")]
    assert cost == [pytest.approx(90), 0, pytest.approx(290)]
    assert told.loc[("participations", "M", 2023), "value"] == 100 + 50 + 30
    assert told.loc[("funded", "M", 2023), "n"] == 1 and told.loc[("funded", "all", 2023), "n"] == 2
    assert "success_rate" not in set(series["indicator"]), "a panel does not know what was admissible"
    assert not series.duplicated(["indicator", "unit_id", "year"]).any()
    own = panel_indicators(panel)
    assert set(own["unit_id"]) == {"all"} and len(own) == (series["unit_id"] == "all").sum()


def test_people_trained_since_the_start_are_summed_over_years(panel: pd.DataFrame) -> None:
    rows = panel[(panel["geography"] == "current") & (panel["unit_id"] == "M")]
    told = trained_since_start(panel).set_index("unit_id")["value"]
    assert told.to_dict() == {"C": 0.0, "M": 1.0}, "p1 of A; p2 of S is not placed, p3 was absent"
    assert told["M"] == rows["training_persons_in_year"].sum()


def test_white_spots(tables: Tables, panel: pd.DataFrame) -> None:
    spots = white_spots(_year(tables, 2023), 2023)
    assert spots["unit_id"].tolist() == ["K", "C", "B"]  # by population, the unknown one last
    assert set(spots["reason"]) == {"not_known"}
    only_m = dict(_year(tables, 2025))
    only_m["projects"] = only_m["projects"][only_m["projects"]["unit_id"] == "M"]
    silent = panel.assign(applications=panel["applications"].mask(panel["unit_id"] == "C", 0))
    row = white_spots(only_m, 2025, silent).iloc[0]
    assert (row["unit_id"], row["reason"]) == ("C", "never_applied_untrained")


def test_every_indicator_has_labels_formula_and_a_known_unit() -> None:
    codebook = read_codebook(Path(__file__).resolve().parents[2] / "config")
    rows = codebook.variables[codebook.variables["table"] == "indicators"].set_index("variable")
    for indicator in INDICATORS:
        row = rows.loc[indicator.code]
        assert row["label_ru"] and row["label_en"] and row["note_ru"] and row["note_en"], indicator.code
        assert row["unit"] == indicator.unit
        assert indicator.unit in UNITS or indicator.unit.startswith("currency")


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (1, 29), (29, 37), (37, 39), (15, 148), (39, 39)])
def test_wilson_agrees_with_statsmodels(successes: int, trials: int) -> None:
    low, high = proportion_confint(successes, trials, method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=1e-12)


def test_wilson_published() -> None:
    """Newcombe (1998, Statistics in Medicine 17, Table I): 81/263 gives 0.2553 to 0.3662."""
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert all(pd.isna(value) for value in wilson_interval(0, 0))
