"""The demonstration's messy files against the truth behind them.

What was cleaned must equal the truth except where the ledger of planted defects says that a reader cannot know it,
and every defect to report or refuse must have its remark.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from cleaning_helpers import CONFIG, KEY, NO_ALIASES, NO_DECISIONS, codebook, krasnoyarsk

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.programme import clean_programme
from evaluation.cleaning.questionnaire.xlsform import read_questionnaire
from evaluation.cleaning.survey.export import clean_surveys
from evaluation.cleaning.workbook import read_received
from evaluation.contracts import TABLES, check, dangling
from evaluation.privacy.pseudonyms import pseudonym
from evaluation.settings import Year, read_year
from evaluation.simulate import simulate_programme, write_simulation

YEARS = (2021, 2022)
SEED = 7
KEYS = {
    "territories": ["unit_id"],
    "projects": ["project_id"],
    "project_funding": ["project_id", "funding_source", "stage"],
    "project_participation": ["project_id", "channel"],
    "scores": ["project_id", "criterion"],
    "support_events": ["event_id"],
    "exchange_events": ["exchange_id"],
    "exchange_participation": ["exchange_id", "unit_id", "role"],
    "consultations": ["consultation_id"],
    "teams": ["team_id", "year"],
    "practices": ["practice_id", "year"],
    "practice_adoptions": ["practice_id", "unit_id", "year"],
}
PROVENANCE = ["source", "source_sheet", "source_row"]


class Case(NamedTuple):
    """One year: what was cleaned, the truth of all tables, and the ledger of defects (empty for the plain files)."""

    year: int
    programme: Cleaned
    surveys: Cleaned
    truth: dict[str, pd.DataFrame]
    ledger: pd.DataFrame


def clean_year(folder: Path, year: int, settings: Year) -> tuple[Cleaned, Cleaned]:
    received = {
        name: read_received(folder / "data" / "raw" / str(year) / source.file, name)
        for name, source in settings.sources.items()
    }
    survey_sources = set(settings.surveys)
    programme = clean_programme(
        {name: one for name, one in received.items() if name not in survey_sources},
        year,
        krasnoyarsk(),
        NO_ALIASES,
        NO_DECISIONS,
        codebook(),
        KEY,
        dt.date(year, 12, 31),
        "04",
    )
    forms = {
        name: read_questionnaire(CONFIG / "survey" / survey.questionnaire) for name, survey in settings.surveys.items()
    }
    surveys = clean_surveys(
        {name: one for name, one in received.items() if name in survey_sources},
        settings.surveys,
        forms,
        year,
        krasnoyarsk(),
        NO_ALIASES,
        NO_DECISIONS,
        codebook(),
        KEY,
        dt.date(year, 12, 31),
        programme.tables["support_events"],
        "04",
        programme.tables["attendance"],
    )
    return programme, surveys


@pytest.fixture(scope="module")
def truth() -> dict[str, pd.DataFrame]:
    return simulate_programme(*_territory(), seed=SEED, years=YEARS).tables


def _territory() -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = CONFIG / "territory"
    return tuple(
        pd.read_csv(folder / name, dtype="str", keep_default_na=False) for name in ("units.csv", "crosswalk.csv")
    )  # type: ignore[return-value]


@pytest.fixture(scope="module", params=["messy", pytest.param("plain", marks=pytest.mark.slow)])
def case(request: Any, tmp_path_factory: pytest.TempPathFactory, truth: dict[str, pd.DataFrame]) -> Case:
    folder = tmp_path_factory.mktemp(request.param)
    write_simulation(folder, *_territory(), seed=SEED, years=YEARS, clean=request.param == "plain")
    year = YEARS[-1]
    settings = read_year(CONFIG / "years" / f"{year}.yml")
    path = folder / "simulated_truth" / "ledger.csv"
    ledger = pd.read_csv(path, dtype="str", keep_default_na=False) if path.exists() else pd.DataFrame(columns=["year"])
    return Case(year, *clean_year(folder, year, settings), truth, ledger[ledger["year"] == str(year)])


def of_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    if "year" in table:
        return table[table["year"] == year]
    key = (
        "response_id"
        if "response_id" in table
        else next(name for name in ("project_id", "event_id", "exchange_id") if name in table)
    )
    return table[table[key].str.startswith(f"{year}-")]


def differences(ours: pd.DataFrame, true: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Cells and rows that differ (columns record, column, true, ours); a missing row has the column '(row)'."""
    both = true.merge(ours, on=keys, how="outer", suffixes=("_true", "_ours"), indicator=True)
    alone = both[both["_merge"] != "both"].to_dict("records")
    rows: list[tuple[Any, ...]] = [(tuple(row[key] for key in keys), "(row)", row["_merge"], None) for row in alone]
    both = both[both["_merge"] == "both"]
    for name in true.columns:
        if name in (*keys, *PROVENANCE):
            continue
        one, other = both[f"{name}_true"], both[f"{name}_ours"]
        if one.dtype.kind in "fi" or str(one.dtype) in ("Int64", "Float64"):
            same = (one.astype("float64") - other.astype("float64")).abs().le(1e-6 * one.astype("float64").abs() + 1e-9)
        else:
            same = one.eq(other).fillna(False).astype(bool)
        wrong = both[~(same.fillna(False) | (one.isna() & other.isna()))]
        rows += [
            (tuple(row[key] for key in keys), name, row[f"{name}_true"], row[f"{name}_ours"])
            for row in wrong.to_dict("records")
        ]
    return pd.DataFrame(rows, columns=["record", "column", "true", "ours"])


def test_tables_equal_the_truth_but_for_what_cannot_be_known(case: Case) -> None:
    found = pd.concat(
        [
            differences(case.programme.tables[name], of_year(case.truth[name], case.year), keys).assign(table=name)
            for name, keys in KEYS.items()
        ]
    )
    if case.ledger.empty:
        assert found.empty
        return
    # what each kind of planted defect may cost, and no more
    costs = {
        ("projects", "topic"): "category_misspelt",
        ("projects", "title"): "personal_data_in_title",
        ("projects", "cost_actual"): "error_value",
        ("projects", "beneficiaries"): "number_approximate|beneficiaries_above_population",
        ("projects", "planned_end"): "impossible_date",
        ("projects", "finished_on"): "finished_before_applied",
        ("projects", "unit_id"): "unit_not_in_force",
        ("project_funding", "(row)"): "source_times_thousand",
        ("scores", "(row)"): "points_above_maximum",
        ("support_events", "reported_participants"): "count_disagrees_with_list",
        ("exchange_events", "reported_participants"): "total_disagrees",
        ("exchange_participation", "persons"): "host_without_count",
        ("consultations", "unit_id"): "unit_missing",
    }
    found = found[~((found["column"] == "hours") & (found["true"] == 0))]  # no hours are written as an empty cell
    for (table, column), group in found.groupby(["table", "column"]):
        defects = costs.get((table, column))
        assert defects, f"{table}.{column}: {group.head().to_dict('records')}"
        source = {"exchange_participation": "exchange_events", "project_funding": "projects"}.get(str(table), table)
        planted = case.ledger["defect"].isin(defects.split("|")) & (case.ledger["source"] == source)
        assert len(group) <= planted.sum(), f"{table}.{column}: {group.to_dict('records')}"


def test_people_are_told_apart_and_recognised(case: Case) -> None:
    ours, true = case.programme.tables["attendance"], of_year(case.truth["attendance"], case.year)
    assert len(ours) == len(true)
    assert ours["person_key"].nunique() == true["person_key"].nunique()
    columns = ["event_id", "unit_id", "sector"]
    pd.testing.assert_frame_equal(
        ours[columns].sort_values(columns, ignore_index=True), true[columns].sort_values(columns, ignore_index=True)
    )
    came = [table[table["status"].isin(["present", "partial"])].groupby("event_id").size() for table in (ours, true)]
    pd.testing.assert_series_equal(*came)


def test_members_of_teams_are_told_apart(case: Case) -> None:
    ours, true = case.programme.tables["team_members"], of_year(case.truth["team_members"], case.year)
    assert len(ours) == len(true) and not ours["person_key"].duplicated().any()
    columns = ["team_id", "sector", "role", "from_on", "to_on"]
    pd.testing.assert_frame_equal(
        ours[columns].sort_values(columns, ignore_index=True), true[columns].sort_values(columns, ignore_index=True)
    )
    if case.ledger.empty:
        # the plain lists of participants and of teams hold the same registration numbers
        attended = case.truth["attendance"].merge(true[["person_key"]].drop_duplicates(), on="person_key")
        both = of_year(attended, case.year)["person_key"].nunique()
        assert both > 10
        assert len(set(case.programme.tables["attendance"]["person_key"]) & set(ours["person_key"])) == both


def test_every_defect_to_report_or_refuse_has_its_remark(case: Case) -> None:
    issues = pd.concat([case.programme.issues, case.surveys.issues])
    places = set(zip(issues["source"], issues["cell"], strict=True)) | set(
        zip(issues["source"], issues["row"].astype("str"), strict=True)
    )
    sheets = set(zip(issues["source"], issues["sheet"], strict=True))
    missed = []
    for defect in case.ledger[case.ledger["reader_must"].isin(["report", "refuse"])].itertuples():
        row = "".join(letter for letter in defect.cell if letter.isdigit())
        is_open = defect.defect == "personal_data_in_open_answer"  # the whole column is dropped, with one remark
        whole_sheet = defect.defect == "hidden_sheet" and (defect.source, defect.sheet) in sheets
        if not (is_open or whole_sheet or (defect.source, defect.cell) in places or (defect.source, row) in places):
            missed.append((defect.source, defect.sheet, defect.cell, defect.defect))
    assert not missed


def test_survey_answers_equal_the_truth_but_for_answers_nobody_offered(case: Case) -> None:
    keys = ["response_id", "item", "choice"]
    found = differences(case.surveys.tables["survey_answers"], of_year(case.truth["survey_answers"], case.year), keys)
    records = found["record"].unique()
    planted = (case.ledger["defect"] == "answer_not_offered").sum() if len(case.ledger) else 0
    assert len(records) == planted
    assert set(found[found["column"] == "missing"]["ours"]) <= {"invalid"}
    true = of_year(case.truth["survey_responses"], case.year)
    keys_of = true["person_key"].map(lambda number: pseudonym("registration", number, KEY), na_action="ignore")
    responses = differences(
        case.surveys.tables["survey_responses"], true.assign(person_key=keys_of.astype("str")), ["response_id"]
    )
    assert responses.empty


def test_contracts_hold_and_nothing_personal_is_left(case: Case) -> None:
    everything = {**case.programme.tables, **case.surveys.tables}
    for name, table in everything.items():
        check(table, TABLES[name], codebook())
    assert dangling(everything).empty
    issues = pd.concat([case.programme.issues, case.surveys.issues])
    text = " ".join(frame.to_csv() for frame in (*everything.values(), issues))
    for secret in ("000 100-", "example.org", "Ивановна", "Сергеевич", "Орлова"):
        assert secret not in text, secret


def test_plain_files_need_no_remark(case: Case) -> None:
    if case.ledger.empty:
        assert case.programme.issues.empty and case.surveys.issues.empty
    else:
        assert len(case.programme.issues) > 500
