"""Numbers of the finished demonstration's report, followed to cells of its workbooks, which another library reads."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from demonstration import YEAR, Place
from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "report"))

from template_scan import unguarded

from evaluation.pipeline import STEPS
from evaluation.report.counted_rows import CountedRows
from evaluation.report.parts import SECTIONS
from evaluation.report.texts import package_texts
from evaluation.settings import LANGUAGES, Language
from evaluation.year.in_text import numbers_in_text
from evaluation.year.trace.finding import findings_of
from evaluation.year.trace.rows import counting

# the settings that a report names: the year, and the smallest number of people that is shown
SETTINGS = {str(YEAR), "5"}
CARDS = "card."


def traced(place: Place, finding: str) -> dict[str, Any]:
    out = place.root.parent / f"{finding}.csv"
    answer = place.evaluation("trace", finding, str(YEAR), "--json", "--all", "--out", str(out))
    assert answer.code == 0, answer.output
    return json.loads(answer.stdout)


def cells(place: Place, source: str, found: dict[str, Any], field: str) -> list[Any]:
    """Received values of the cells that the trace names for ``field``, read by another library."""
    book = load_workbook(place.raw(YEAR, source))
    values = []
    for row in found["origins"]:
        assert row["file_name"] == place.raw(YEAR, source).name
        names = [part.split(":")[0] for part in row["values"].split("; ")]
        address = row["cells"].split("; ")[names.index(field)]
        values.append(book[row["sheet"]][address].value)
    return values


def number_of(value: Any) -> float:
    """«24 ак.ч.» is 24."""
    found = re.match(r"\d+(?:[.,]\d+)?", str(value))
    assert found, value
    return float(found[0].replace(",", "."))


def report(place: Place, language: Language) -> str:
    return (place.open().report_folder(YEAR) / f"report.{language}.html").read_text(encoding="utf-8")


def quoted(place: Place, finding: str, language: Language) -> list[str]:
    """The whole numbers that the report shows for a finding."""
    spans = BeautifulSoup(report(place, language), "html.parser").find_all(attrs={"data-finding": finding})
    assert spans, f"the report does not show {finding}"
    digits = [re.search(r"\d[\d\u202f\u00a0,]*", span.get_text()) for span in spans]
    return [re.sub(r"\D", "", found[0]) for found in digits if found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_applications_are_the_numbers_in_the_register(finished: Place, language: Language) -> None:
    found = traced(finished, "applications")
    numbers = cells(finished, "projects", found, "project_number")
    kept = [number for number, row in zip(numbers, found["origins"], strict=True) if row["fate"] == "kept"]
    assert len(kept) == len(set(map(str, kept))) == found["finding"]["value"]
    assert set(map(str, numbers)) == set(map(str, kept)), "a merged row repeats one that was kept"
    assert set(quoted(finished, "applications", language)) == {str(len(kept))}
    # nothing else in the register's column is a number of an application
    row = found["origins"][0]
    column = re.sub(r"\d", "", row["cells"].split("; ")[0])
    sheet = load_workbook(finished.raw(YEAR, "projects"))[row["sheet"]]
    there = [cell.value for cell in sheet[column] if re.fullmatch(r"\D*\d\d(\d\d)?-\d+", str(cell.value))]
    assert sorted(map(str, there)) == sorted(map(str, numbers))


def test_the_hours_of_training_are_the_cells_of_the_plan(finished: Place) -> None:
    found = traced(finished, "training_hours")
    hours = [number_of(value) for value in cells(finished, "support_events", found, "hours")]
    assert sum(hours) == found["finding"]["value"] == found["counting"]["value"]
    assert found["code"]["step"] == "05_describe_support"


def test_the_funded_projects_are_the_rows_with_such_a_status(finished: Place) -> None:
    found = traced(finished, "funded")
    statuses = {str(value).strip().casefold() for value in cells(finished, "projects", found, "status")}
    refused = {"не прошла отбор", "отклонена по форме", "отозвана", "подана", "не поддержана", "снята"}
    assert statuses
    assert not statuses & refused
    kept = [row for row in found["origins"] if row["fate"] == "kept"]
    assert len(kept) == found["finding"]["value"]


def test_what_rows_alone_make_is_what_the_findings_say(finished: Place) -> None:
    findings = findings_of(finished.open(), YEAR)
    measured = findings[findings["source_measure"].fillna("") != ""]
    assert len(measured) > 30
    told = {}
    for row in measured.to_dict("records"):
        rows = CountedRows(row["source_table"], row["source_rows"], row["source_measure"])
        told[row["name"]], _ = counting(finished.open(), YEAR, rows, row["value"])
    assert {name: each.problem for name, each in told.items() if each.problem} == {}
    assert {name: each.value for name, each in told.items() if not each.agrees} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_the_text_has_a_finding(finished: Place, language: Language) -> None:
    names = set(findings_of(finished.open(), YEAR)["name"])
    found = numbers_in_text(f"report.{language}.html", report(finished, language), names, SETTINGS)
    assert found.total > 100
    assert (found.typed, found.unknown) == ((), ())


def test_every_text_asks_for_findings_that_there_are(finished: Place) -> None:
    names = set(findings_of(finished.open(), YEAR)["name"])
    on = finished.open().programme.parts
    parts = {step.name: step.part for step in STEPS}
    off = tuple(f"section_{one.name}." for one in SECTIONS if one.step and parts[one.step] not in (None, *on))
    assert off == ("section_returns.",)
    asked = {
        name: sorted(set(unguarded(text)) - names)
        for name, text in package_texts().items()
        if not name.startswith((CARDS, *off))
    }
    assert {name: lacking for name, lacking in asked.items() if lacking} == {}


@pytest.mark.slow
def test_one_cell_changed_changes_text_table_and_figure(own: Place) -> None:
    found = traced(own, "training_events")
    row = found["origins"][0]
    names = [part.split(":")[0] for part in row["values"].split("; ")]
    address = row["cells"].split("; ")[names.index("stream")]
    training = set(map(str, cells(own, "support_events", found, "stream")))
    path = own.raw(YEAR, "support_events")
    book = load_workbook(path)
    sheet = book[row["sheet"]]
    others = [cell.value for cell in sheet[re.sub(r"\d", "", address)] if cell.row > row["row"] and cell.value]
    sheet[address].value = next(value for value in others if str(value) not in training)
    book.save(path)
    folder = own.open().report_folder(YEAR)
    shown = [folder / "tables" / "support_by_year.ru.html", folder / "figures" / "support_by_year.ru.svg"]
    before = [place.read_bytes() for place in shown]
    ran = own.evaluation("run", str(YEAR))
    assert ran.code == 0, ran.output
    wanted = found["finding"]["value"] - 1
    assert findings_of(own.open(), YEAR).set_index("name")["value"]["training_events"] == wanted
    assert all(place.read_bytes() != old for place, old in zip(shown, before, strict=True))
    for language in LANGUAGES:
        assert set(quoted(own, "training_events", language)) == {f"{wanted:.0f}"}
