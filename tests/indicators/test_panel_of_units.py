"""The panel in three geographies, the project table and reconciliation, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hand_made_years import DEADLINES, TERRITORY_DATES

from evaluation.contracts import TABLES, check
from evaluation.indicators.geographies import build_geography
from evaluation.indicators.outcomes import (
    build_panel,
    build_panels,
    project_table,
    ties_of_geography,
    unplaced_rows,
)
from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.indicators.projects import project_values
from evaluation.indicators.reconciling import reconcile
from evaluation.settings import Exposure, ReferenceTotal, Text
from evaluation.simulate import Parameters, simulate_panel
from evaluation.simulate.parameters import application_deadline, territory_date
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry

Tables = dict[str, pd.DataFrame]
TERRITORY = Path(__file__).resolve().parents[2] / "config" / "territory"


@pytest.fixture(scope="module")
def panel(tables: Tables, registry: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    made = build_panels(ProgrammeYears(tables, DEADLINES, TERRITORY_DATES, registry, crosswalk, Exposure()))
    return check(made, TABLES["panel"])


def _of(panel: pd.DataFrame, geography: str) -> pd.DataFrame:
    return panel[panel["geography"] == geography].set_index(["unit_id", "year"])


def test_original_tells_the_years_before_the_change(panel: pd.DataFrame) -> None:
    original = _of(panel, "original")
    assert set(original.index) == {(unit, year) for unit in "ABCSK" for year in (2023, 2024)}
    row = original.loc[("A", 2023)]
    assert (row["applications"], row["funded"], row["participations"], row["beneficiaries"]) == (2, 1, 180, 10)
    assert (row["cost"], row["cost_regional"], row["cost_residents"], row["cost_local"]) == (90, 70, 20, 0)
    assert row["name"] == "Old A"
    assert pd.isna(original.loc[("B", 2023), "population"])


def test_doing_nothing_is_zero(panel: pd.DataFrame) -> None:
    row = _of(panel, "original").loc[("C", 2023)]
    assert (row["applications"], row["cost"], row["training_events_before_deadline"], row["exposure"]) == (0, 0, 0, 0)


def test_stable_joins_all_that_exchanged_territory(panel: pd.DataFrame) -> None:
    stable = _of(panel, "stable")
    units = set(stable.index.get_level_values("unit_id"))
    assert len(units) == 2  # A, B, C, S, M together; K apart
    area = next(unit for unit in units if "M" in unit)
    assert stable.loc[(area, 2023), "applications"] == 3
    assert stable.loc[(area, 2025), "applications"] == 3
    assert pd.isna(stable.loc[(area, 2023), "population"])  # B's is not known
    assert stable.loc[(area, 2025), "population"] == 6700
    assert bool(stable.loc[(area, 2023), "trained"])
    assert stable.loc[(area, 2025), "exposure"] == 0  # A taught B and C: inside one area nobody is a peer
    assert " + " in stable.loc[(area, 2025), "name"]


def test_current_leaves_uncertain_parts_unassigned(panel: pd.DataFrame) -> None:
    current = _of(panel, "current")
    assert set(current.index.get_level_values("unit_id")) == {"M", "C", "unassigned"}
    assert current.loc[("M", 2023), "applications"] == 2
    assert current.loc[("unassigned", 2023), "applications"] == 1  # S
    assert current.loc[("unassigned", 2024), "applications"] == 1  # K
    assert current.loc[("M", 2025), "applications"] == 2  # one of them under the old code A
    assert current.loc[("C", 2024), "population"] == 3000
    assert current.loc[("M", 2025), "exposure"] == 0
    assert current.loc[("C", 2025), "exposure"] == 1  # taught by A, now M, trained before the deadline of 2024
    assert current.loc[("C", 2025), "exposure_wins"] == 1  # M's one funded project of 2024
    assert not current.loc[("C", 2025), "trained"]


def test_sums_are_the_same_in_all_geographies(panel: pd.DataFrame) -> None:
    sums = panel.groupby(["geography", "year"])[["applications", "funded", "participations", "cost"]].sum()
    for year in (2023, 2024):
        assert sums.loc[("original", year)].tolist() == sums.loc[("stable", year)].tolist()
        assert sums.loc[("original", year)].tolist() == sums.loc[("current", year)].tolist()
    assert sums.loc[("stable", 2025)].tolist() == sums.loc[("current", 2025)].tolist()


def test_rows_that_no_unit_takes_are_told(tables: Tables, panel: pd.DataFrame) -> None:
    told = unplaced_rows(tables, panel).set_index(["geography", "table"])["rows"]
    assert told["current", "projects"] == 2
    assert told["original", "projects"] == 0


def test_unknown_code_is_not_lost(tables: Tables, registry: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    strange = tables["projects"].assign(unit_id=tables["projects"]["unit_id"].replace("B", "Z"))
    received = tables | {"projects": strange}
    years = ProgrammeYears(received, DEADLINES, TERRITORY_DATES, registry, crosswalk, Exposure())
    made = build_panel(years, "original")
    lost = made[made["unit_id"] == "unassigned"].set_index("year")["applications"]
    assert lost.to_dict() == {2023: 0, 2024: 1}


def test_without_crosswalk_one_geography_tells_all(tables: Tables, registry: pd.DataFrame) -> None:
    lasting = registry[registry["valid_to"].notna()].assign(valid_to=pd.NaT)
    for name in ("original", "stable", "current"):
        made = build_geography(name, lasting, None, TERRITORY_DATES)  # type: ignore[arg-type]
        assert made.years == (2023, 2024, 2025)
        assert made.units["unit_id"].tolist() == ["A", "B", "C", "K", "S"]


def test_ties_between_units_of_a_geography(tables: Tables, registry: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    years = ProgrammeYears(tables, DEADLINES, TERRITORY_DATES, registry, crosswalk, Exposure())
    assert ties_of_geography(years, "stable").empty
    current = ties_of_geography(years, "current")
    assert current[["from_unit", "to_unit", "persons"]].to_numpy().tolist() == [["M", "C", 3]]


# ---- projects -----------------------------------------------------------------------------------------------


def test_project_values(tables: Tables) -> None:
    values = project_values(tables["projects"], tables["project_funding"], tables["project_participation"])
    rows = values.set_index("project_id")
    assert rows.loc["2023-1", ["cost", "cost_regional", "cost_residents", "participations"]].tolist() == [
        90,
        70,
        20,
        150,
    ]
    assert rows.loc["2023-3", ["cost", "cost_regional", "cost_local"]].tolist() == [200, 160, 40]
    assert rows["is_admissible"].sum() == 6
    assert pd.isna(rows.loc["2024-1", "participations"])
    assert pd.isna(rows.loc["2025-1", "cost_regional"])


def test_cost_falls_back_on_the_sources(tables: Tables) -> None:
    unknown = tables["projects"].assign(cost_planned=np.nan, cost_actual=np.nan)
    values = project_values(unknown, tables["project_funding"], None).set_index("project_id")
    assert values.loc["2023-3", "cost"] == 200
    assert pd.isna(values.loc["2025-1", "cost"])


def test_project_table(tables: Tables, panel: pd.DataFrame, registry: pd.DataFrame, crosswalk: pd.DataFrame) -> None:
    years = ProgrammeYears(tables, DEADLINES, TERRITORY_DATES, registry, crosswalk, Exposure())
    made = check(project_table(years, panel), TABLES["project_table"])
    rows = made.set_index("project_id")
    assert rows["unit_id"].to_dict() == {
        "2023-1": "A", "2023-2": "A", "2023-3": "S", "2024-1": "B", "2024-2": "K", "2025-1": "M", "2025-2": "M",
        "2025-3": "C",
    }  # fmt: skip
    assert rows["stable_unit_id"].nunique() == 2
    assert rows["trained"].to_dict()["2025-1"] is True or bool(rows.loc["2025-1", "trained"])
    assert not rows.loc["2024-1", "trained"]  # B itself was never there
    assert rows.loc["2023-1", ["share_regional", "share_residents", "share_business"]].tolist() == pytest.approx(
        [70 / 90, 20 / 90, 0]
    )
    assert pd.isna(rows.loc["2025-1", "share_regional"])


def test_reconciliation(tables: Tables) -> None:
    words = Text(ru="почему", en="why")

    def total(measure: str, published: float, **more: object) -> ReferenceTotal:
        values = {"name": measure, "label": words, "unit": "u", "reference": "r", "explanation": words} | more
        return ReferenceTotal(measure=measure, published=published, **values)  # type: ignore[arg-type]

    totals = [
        total("projects_funded", 6),
        total("applications", 3, years=(2023, 2023)),
        total("cost", 1.5, scale=1000),
        total("participations", 150, years=(2023, 2024)),
        total("units_with_projects", 4),
    ]
    made = reconcile(tables["projects"], tables["project_funding"], tables["project_participation"], totals)
    rows = check(made, TABLES["reconciliation"]).set_index("name")
    assert rows["register"].to_dict() == pytest.approx(
        {"projects_funded": 5, "applications": 3, "cost": 1.49, "participations": 150, "units_with_projects": 4}
    )
    assert rows.loc["cost", "difference"] == pytest.approx(-0.01)
    assert rows.loc["applications", "period"] == "2023"
    assert reconcile(tables["projects"], None, None, []).empty


# ---- against the simulated truth ----------------------------------------------------------------------------


def test_panel_equals_the_simulated_truth() -> None:
    """Doses, exposure and outcomes rebuilt from tables of people and events are those the simulation acted on."""
    registry, crosswalk = read_registry(TERRITORY / "units.csv"), read_crosswalk(TERRITORY / "crosswalk.csv")
    years = range(2019, 2026)
    programme = simulate_panel(registry, crosswalk, Parameters(), 5, years)
    deadlines = {year: application_deadline(year) for year in years}
    dates = {year: territory_date(year) for year in years}
    received = ProgrammeYears(programme.tables, deadlines, dates, registry, crosswalk, Exposure())
    made = build_panel(received, "original")
    both = made.merge(programme.truth.unit_years, on=["unit_id", "year"], suffixes=("", "_true"))
    assert len(both) == len(made) == 61 * 6
    for column in ("trained", "exposure", "exposure_wins", "applications", "funded", "consultations_before_deadline"):
        assert (both[column] == both[f"{column}_true"]).all(), column
    assert both["trained"].mean() > 0.1
    assert both["exposure"].max() > 2
