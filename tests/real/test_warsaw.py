"""Warsaw's participatory budget: the city's own register, unchanged but for its division into years.

Every expected number is counted from the source file with plain pandas. Data: Pabulib (Faliszewski et al. 2023).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from evaluation.cleaning.context import Cleaned
from evaluation.contracts import TABLES
from evaluation.indicators.outcomes import build_panel
from evaluation.indicators.programme_years import SUPPORT, ProgrammeYears
from evaluation.ledger import check_accounts
from evaluation.places import Workspace
from evaluation.settings import Exposure, InputProblem
from evaluation.territory.matching import match_units
from evaluation.territory.registry import read_registry

pytestmark = pytest.mark.slow  # eight years through every step; the check of the same file is in every run

REGISTER = "participatory_budgeting/warsaw_projects_2017_2026.csv"
# the 18 districts in the order of their official numbers (TERYT 146502 to 146519, each with the type 8)
DISTRICTS = (
    "Bemowo", "Białołęka", "Bielany", "Mokotów", "Ochota", "Praga-Południe", "Praga-Północ", "Rembertów",
    "Śródmieście", "Targówek", "Ursus", "Ursynów", "Wawer", "Wesoła", "Wilanów", "Włochy", "Wola", "Żoliborz",
)  # fmt: skip
CODE = {name: f"{146502 + place}8" for place, name in enumerate(DISTRICTS)}
TOPICS = {
    "public space": "improvement", "urban greenery": "improvement", "environmental protection": "improvement",
    "public transit and roads": "roads", "culture": "culture", "sport": "sport", "education": "other",
    "welfare": "other",
}  # fmt: skip
PANEL_YEARS = (2024, 2025)
STEPS = ("01_clean_programme", "03_build_panel", "05_describe_support")


class Warsaw(NamedTuple):
    workspace: Workspace
    source: pd.DataFrame
    lines: dict[int, int]
    cleaned_2026: Cleaned
    table: Callable[[str, int], pd.DataFrame]

    def of(self, *years: int) -> pd.DataFrame:
        """The source's rows of ``years``, numbers as numbers."""
        rows = self.source[self.source["instance"].isin(list(map(str, years)))]
        return rows.astype({"cost": "float64", "votes": "int64", "selected": "int64", "instance": "int64"})


@pytest.fixture(scope="module")
def warsaw(
    tmp_path_factory: pytest.TempPathFactory,
    real_file: Callable[[str], Path],
    builder: Any,
    run_steps: Callable[..., Any],
    made: Callable[[Workspace, str, int], pd.DataFrame],
    clean_year: Callable[[Workspace, int], Cleaned],
) -> Warsaw:
    """2024 and 2025 through steps 01, 03 and 05; 2026, whose areas are mostly no districts, is only cleaned."""
    register = real_file(REGISTER)
    source = pd.read_csv(register, dtype="str", keep_default_na=False)
    units = pd.DataFrame({"unit_id": CODE.values(), "name": CODE.keys(), "type": "city_district"})
    currency = {"code": "PLN", "label": {"ru": "злотых", "en": "zloty"}}
    built = builder(
        tmp_path_factory.mktemp("warsaw"), units, id="warsaw", first_year=2024, last_year=2026, currency=currency
    )
    lines = {}
    for year in (2024, 2025, 2026):
        lines[year] = built.lines(register, year, (source["instance"] == str(year)).tolist())
        built.year(year, {"projects": {"file": register.name}})
    workspace = built.open()
    run_steps(workspace, [2025], *STEPS)
    return Warsaw(
        workspace, source, lines, clean_year(workspace, 2026), lambda table, year: made(workspace, table, year)
    )


def test_every_line_of_the_files_is_accounted_for(warsaw: Warsaw) -> None:
    ledgers = {year: warsaw.table("row_ledger", year) for year in PANEL_YEARS} | {2026: warsaw.cleaned_2026.row_ledger}
    for year, lines in warsaw.lines.items():
        ledger = ledgers[year]
        physical = ledger[["source", "sheet"]].drop_duplicates().assign(rows=lines)
        accounts = check_accounts(ledger, physical)
        assert len(ledger) == lines == len(warsaw.of(year)) + 1
        assert int(accounts["data"].sum()) == len(warsaw.of(year))
    for year in PANEL_YEARS:
        assert set(ledgers[year]["fate"].dropna()) == {"kept"}


def test_applications_grants_and_money_of_every_district_and_year(warsaw: Warsaw) -> None:
    source = warsaw.of(*PANEL_YEARS)
    source["unit_id"] = source["election_subunit"].map(CODE)
    won = source["selected"] == 1
    keys = ["unit_id", "instance"]
    expected = pd.DataFrame(
        {
            "applications": source.groupby(keys).size(),
            "funded": source.groupby(keys)["selected"].sum(),
            "cost": source["cost"].where(won, 0).groupby([source[key] for key in keys]).sum(),
            "participations": source.groupby(keys)["votes"].sum(),
        }
    ).sort_index()
    assert len(expected) == 36 and expected["applications"].sum() == 1065 + 1097, "what the file is known to hold"
    panel = warsaw.table("panel", 2025)
    for geography in ("original", "stable", "current"):
        found = panel[panel["geography"] == geography].set_index(["unit_id", "year"]).sort_index()
        assert list(found.index) == list(expected.index), "every district in every year, and nothing else"
        for column in expected.columns:
            assert found[column].astype("float64").tolist() == pytest.approx(expected[column].tolist()), column
        assert not found["trained"].any() and (found["exposure"] == 0).all(), "the city keeps no register of training"


def test_each_project_keeps_its_number_cost_and_votes(warsaw: Warsaw) -> None:
    for year in PANEL_YEARS:
        source = warsaw.of(year).assign(key=lambda frame: f"{frame['instance'].iloc[0]}-" + frame["project_id"])
        source = source.set_index("key").sort_index()
        projects = warsaw.table("projects", year).set_index("project_id").sort_index()
        assert projects.index.tolist() == source.index.tolist()
        assert projects["cost_planned"].tolist() == source["cost"].tolist()
        assert projects["is_funded"].tolist() == (source["selected"] == 1).tolist()
        assert projects["applied_on"].isna().all() and projects["cost_actual"].isna().all()
        votes = warsaw.table("project_participation", year).set_index("project_id").sort_index()
        assert set(votes["channel"]) == {"vote"} and set(votes["counted_as"]) == {"persons"}
        assert votes["participations"].tolist() == source["votes"].tolist()
        assert warsaw.table("project_funding", year).empty, "the register names no sources of money"


def test_the_topic_is_the_first_category_that_says_more_than_other(warsaw: Warsaw) -> None:
    def topic(categories: str) -> str:
        codes = [TOPICS[category] for category in categories.split(",") if category]
        return next((code for code in codes if code != "other"), codes[0] if codes else "not_stated")

    for year in PANEL_YEARS:
        source = warsaw.of(year)
        expected = source["category"].map(topic).value_counts().to_dict()
        found = warsaw.table("projects", year)["topic"].fillna("not_stated").value_counts().to_dict()
        assert found == expected
        remarks = warsaw.table("issues", year)["rule"]
        several = source["category"].str.contains(",")
        assert (remarks == "first_of_several").sum() == several.sum() > 800


def test_what_the_file_holds_besides_is_named(warsaw: Warsaw) -> None:
    issues = warsaw.table("issues", 2025)
    unread = set(issues.loc[issues["rule"] == "unmapped_column", "raw"])
    assert unread == {
        "file", "latitude", "longitude", "country", "unit", "currency", "num_votes", "rule", "vote_type",
    }  # fmt: skip
    refused = issues[issues["rule"] == "column_not_as_declared"]
    assert refused["field"].tolist() == ["beneficiaries"], "groups of people where a number was expected"
    assert warsaw.table("projects", 2025)["beneficiaries"].isna().all()


def test_money_is_shown_in_zloty(warsaw: Warsaw) -> None:
    exhibits = [
        warsaw.workspace.exhibit_path(name, 2025, language).read_text(encoding="utf-8")
        for name in ("panel_by_year", "projects_by_topic")
        for language in ("ru", "en")
    ]
    funded = warsaw.of(2025).query("selected == 1")["cost"].sum()
    assert f"{funded:,.0f}" == "73,951,600"
    for html in exhibits:
        assert "PLN" in html or "zł" in html
        assert "RUB" not in html and "руб" not in html and "₽" not in html


def test_areas_that_are_no_districts_are_set_aside_with_a_reason(warsaw: Warsaw) -> None:
    source = warsaw.of(2026).reset_index(drop=True)
    is_district = source["election_subunit"].isin(DISTRICTS)
    names_one = source["election_subunit"].map(lambda area: bool({*area.split(", ")} & {*DISTRICTS}))
    is_blank = source["election_subunit"] == ""
    assert (is_district.sum(), is_blank.sum()) == (424, 83), "what the file is known to hold"
    cleaned = warsaw.cleaned_2026
    ledger = cleaned.row_ledger.query("row_class == 'data'").sort_values("row")
    assert (ledger["fate"].to_numpy() == "kept").tolist() == names_one.tolist()
    assert set(ledger["fate"]) == {"kept", "quarantined"}
    issues = cleaned.issues
    refused = issues[issues["rule"] == "unit_unknown"]
    assert sorted(refused["row"]) == (source.index[~names_one] + 2).tolist(), "each by its line of the file"
    assert (refused["action"] == "quarantined").all() and refused["raw"].isna().sum() == is_blank.sum()
    projects = cleaned.tables["projects"].set_index("source_row").sort_index()
    assert projects.loc[source.index[is_district] + 2, "unit_id"].tolist() == (
        source.loc[is_district, "election_subunit"].map(CODE).tolist()
    )
    guessed = source.index[names_one & ~is_district] + 2
    assert set(issues.loc[issues["rule"] == "name_matched", "row"]) == set(guessed), "a name within a list is remarked"


def test_names_of_districts_as_people_write_them(warsaw: Warsaw) -> None:
    place = warsaw.workspace.territory_file("registry")
    assert place is not None
    registry = read_registry(place)
    spellings = {
        "Srodmiescie": "Śródmieście", "BIAŁOŁĘKA": "Białołęka", "Praga Południe": "Praga-Południe",
        "praga-polnoc": "Praga-Północ", "Dzielnica Wola": "Wola", "Wesola": "Wesoła", "1465188": "Wola",
        "Wola, Warszawa": "Wola",
    }  # fmt: skip
    found = match_units(pd.Series([*spellings]), None, registry, None, dt.date(2025, 1, 1))["unit_id"]
    assert found.tolist() == [CODE[name] for name in spellings.values()]
    open_ones = pd.Series(["Praga", "Śródmieście Południowe", "Stary Mokotów", "Ursyn", "Saska Kępa"])
    assert match_units(open_ones, None, registry, None, dt.date(2025, 1, 1))["unit_id"].isna().all()


def test_without_a_deadline_nothing_is_said_of_training_that_was_recorded(warsaw: Warsaw) -> None:
    tables = {
        name: pd.concat([warsaw.table(name, year) for year in PANEL_YEARS]) for name in ("territories", "projects")
    }
    tables |= {name: TABLES[name].empty() for name in SUPPORT}
    place = warsaw.workspace.territory_file("registry")
    assert place is not None
    dates = {year: dt.date(year, 12, 31) for year in PANEL_YEARS}
    registry, none = read_registry(place), dict.fromkeys(PANEL_YEARS)

    def panel(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
        return build_panel(ProgrammeYears(frames, none, dates, registry, None, Exposure()), "current")

    assert len(panel(tables)) == 36
    day = pd.Timestamp(2024, 3, 1)
    event = tables["support_events"].reindex([0]).assign(
        event_id="2024-T1", year=2024, stream="training", starts_on=day, ends_on=day
    )  # fmt: skip
    with pytest.raises(InputProblem, match="application_deadline"):
        panel({**tables, "support_events": event})
