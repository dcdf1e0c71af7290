"""The register of programme lines and the journal of document reviews: messy files against the truth behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from cleaning_helpers import CONFIG, clean, krasnoyarsk, workbook

from evaluation.cleaning.context import Cleaned
from evaluation.contracts import TABLES, check
from evaluation.simulate import SimulatedProgramme, simulate_programme
from evaluation.simulate.files import teams_part as files_teams_part
from evaluation.simulate.files.teams_part import FILES, document_reviews, programme_lines
from evaluation.simulate.mess import Ledger
from evaluation.simulate.year_view import YearView, view

HEADERS = ["Направление", "Муниципальное образование", "Подано заявок", "Поддержано", "Краевой бюджет, тыс. руб.",
           "Участников", "Как считали"]  # fmt: skip


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    units = pd.read_csv(CONFIG / "territory" / "units.csv", dtype="str", keep_default_na=False)
    # amounts are written in roubles in odd years and in thousands in even ones
    return simulate_programme(units.head(14), None, seed=11, years=(2023, 2024))


@pytest.fixture(scope="module", params=[2023, 2024])
def year(request: pytest.FixtureRequest, programme: SimulatedProgramme) -> YearView:
    return view(programme, request.param)


def received(folder: Path, year: YearView, ledger: Ledger) -> tuple[Cleaned, Mapping[str, pd.DataFrame]]:
    truth = {name: part.frame(year) for name, part in FILES.items()}
    paths = {}
    for name, part in FILES.items():
        if len(truth[name]):
            paths[name] = folder / part.name(year.year)
            paths[name].write_bytes(part.write(year, truth[name], part.name(year.year), ledger))
    return clean(paths, year.year, krasnoyarsk(), region_code="04"), truth


def test_what_is_read_is_the_truth_but_for_what_the_ledger_names(tmp_path: Path, year: YearView) -> None:
    ledger = Ledger()
    cleaned, truth = received(tmp_path, year, ledger)
    notes = ledger.frame()
    lines = check(cleaned.tables["programme_lines"], TABLES["programme_lines"])
    key = ["line", "unit_id", "year"]
    both = truth["programme_lines"].merge(lines, on=key, how="outer", suffixes=("_true", ""), indicator=True)
    assert (both["_merge"] == "both").all(), both[both["_merge"] != "both"][key].to_dict("records")
    # one count of supported and one of participants were spoilt on purpose; thousands are told to a hundred roubles
    for name, spoilt in (("applications", 0), ("supported", 1), ("participants", 1), ("cost_regional", 0),
                         ("cost_residents", 0), ("counted_as", 0)):  # fmt: skip
        ours, true = both[name], both[f"{name}_true"]
        same = (
            ours.eq(true)
            if name == "counted_as"
            else (ours - true).abs().le(51 if name.startswith("cost") else 0).fillna(False)
        )
        same = same.astype("boolean").fillna(False) | (ours.isna() & true.isna())
        assert int((~same.astype(bool)).sum()) == spoilt, name
    remarks = cleaned.issues[cleaned.issues["source"] == "programme_lines"]
    for note in notes[(notes["source"] == "programme_lines") & notes["reader_must"].isin(["report", "refuse"])].to_dict(
        "records"
    ):
        row = int("".join(letter for letter in note["cell"] if letter.isdigit()))
        assert row in set(remarks["row"].dropna().astype(int)), note
    assert "line_supported_over_applications" in set(remarks["rule"])
    fates = cleaned.row_ledger[cleaned.row_ledger["source"] == "programme_lines"]["fate"].value_counts()
    assert fates.to_dict() == {"kept": len(lines), "merged": 1, "quarantined": 1}


@pytest.fixture
def reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of reviews in 2024 already."""
    monkeypatch.setattr(files_teams_part, "REVIEW_YEARS", range(2024, 2026))


@pytest.mark.usefixtures("reviewed")
def test_reviews_are_read_with_their_kinds_and_days(tmp_path: Path, programme: SimulatedProgramme) -> None:
    ledger, of_year = Ledger(), view(programme, 2024)
    cleaned, truth = received(tmp_path, of_year, ledger)
    reviews = check(cleaned.tables["document_reviews"], TABLES["document_reviews"])
    true = truth["document_reviews"].set_index("review_id")
    # the projects' register was not received, so the application that it does not have cannot be refused here
    assert set(reviews["review_id"]) - set(true.index) == {f"2024-D{len(true) + 1}"}
    ours = reviews.set_index("review_id").loc[true.index]
    for name in ("unit_id", "project_id", "document_kind", "round", "remarks"):
        assert ours[name].tolist() == true[name].tolist(), name
    assert (ours["reviewed_on"] == true["reviewed_on"]).all()
    text = cleaned.issues.to_csv() + reviews.to_csv()
    assert "перезвонить" not in text, "a telephone number from a note"
    assert cleaned.row_ledger.query("source == 'document_reviews'")["fate"].value_counts()["merged"] == 1


@pytest.mark.usefixtures("reviewed")
def test_only_helped_applications_are_reviewed_before_the_contest(programme: SimulatedProgramme) -> None:
    of_year = view(programme, 2024)
    reviews = document_reviews(of_year)
    early = set(reviews.loc[reviews["document_kind"] != "report", "project_id"])
    contest = next(one for one in programme.history.contests if one.year == 2024)
    assert len(early) == int(contest.helped.sum())
    applied = of_year.tables["projects"].set_index("project_id")["applied_on"]
    days = reviews[reviews["document_kind"] != "report"]
    assert (days["reviewed_on"].to_numpy() <= days["project_id"].map(applied).to_numpy()).all()
    assert document_reviews(view(programme, 2023)).empty and programme_lines(of_year)["line"].nunique() == 4


def test_own_line_repeats_the_contest(year: YearView) -> None:
    own = programme_lines(year).query("line == 'local_initiatives'")
    projects = year.tables["projects"]
    assert own["applications"].sum() == len(projects) and own["supported"].sum() == projects["is_funded"].sum()
    assert own["cost_regional"].sum() > 0


def test_an_unknown_line_and_an_impossible_count_are_said(tmp_path: Path) -> None:
    rows = [
        HEADERS,
        ["ППМИ", "г. Ачинск", 3, 1, "1 250,5", 400, "участий"],
        ["Жители за чистоту и благоустройство", "г. Ачинск", 2, 3, 10, "н/д", None],
        ["Озеленение", "г. Ачинск", 2, 1, None, None, None],
        ["Инициатива жителей – эффективность в работе", "г. Ачинск", "-2", 1, None, 5, "человек"],
    ]
    path = workbook(tmp_path / "lines.xlsx", {"Лист": rows})
    cleaned = clean(
        {"programme_lines": path}, 2024, krasnoyarsk(), region_code="04", territory_date=dt.date(2024, 12, 31)
    )
    lines = cleaned.tables["programme_lines"].set_index("line")
    assert lines.loc["local_initiatives", ["applications", "supported", "cost_regional", "participants"]].tolist() == [
        3, 1, 1_250_500.0, 400,
    ]  # fmt: skip
    assert lines.loc["local_initiatives", "counted_as"] == "participations" and "04703000" in set(lines["unit_id"])
    assert pd.isna(lines.loc["residents_effectiveness", "applications"])
    found = cleaned.issues["rule"].tolist()
    assert {"line_supported_over_applications", "category_unknown", "key_missing", "negative"} <= set(found)
    assert set(lines.index) == {"local_initiatives", "cleanliness", "residents_effectiveness"}
