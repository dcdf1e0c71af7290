"""The published totals that the programme names stand in table and reports, with the register's and the difference."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest
from demonstration import YEAR, YEARS, Place

from evaluation.settings import Language

CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
NUMBER = re.compile(r"[−-]?\d[\d\s.,\u00a0\u202f]*")


def rows_of_exhibit(page: str) -> list[list[str]]:
    """Texts of the cells of the table of totals, a list a row, the header first."""
    found = re.search(r'<div class="exhibit" id="table-reconciliation".*?</table>', page, re.S)
    assert found, "the page has no table of totals"
    rows = re.findall(r"<tr>(.*?)</tr>", found[0], re.S)
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in CELL.findall(row)] for row in rows]


def number(text: str, language: Language) -> float:
    """The number at the beginning of a printed cell."""
    found = NUMBER.match(text)
    assert found, text
    digits = re.sub(r"\s", "", found[0]).replace("−", "-")
    digits = digits.replace(",", ".") if language == "ru" else digits.replace(",", "")
    return float(digits)


def test_the_register_is_counted_from_the_projects(finished: Place) -> None:
    table = finished.table("reconciliation").set_index("name")
    totals = finished.open().programme.reference_totals
    assert list(table.index) == [total.name for total in totals] != []
    projects = pd.concat([finished.table("projects", year) for year in YEARS])
    funded = projects[projects["is_funded"]]
    parts = pd.concat([finished.table("project_participation", year) for year in YEARS])
    participations = parts.loc[parts["project_id"].isin(funded["project_id"]), "participations"].sum()
    assert table.loc["projects_total", "register"] == len(funded) > 0
    assert table.loc["participations_total", "register"] == pytest.approx(participations / 1000)
    assert table["difference"].tolist() == (table["register"] - table["published"]).tolist()
    assert table["published"].tolist() == [total.published for total in totals]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("page", ["tables/reconciliation.{}.html", "report.{}.html"], ids=["table", "report"])
def test_totals_are_printed(finished: Place, page: str, language: Language) -> None:
    table = finished.table("reconciliation")
    path = finished.open().report_folder(YEAR) / page.format(language)
    header, *rows = rows_of_exhibit(path.read_text(encoding="utf-8"))
    names = {"ru": ["Опубликовано", "В реестре", "Разница"], "en": ["Published", "In the register", "Difference"]}
    places = [header.index(name) for name in names[language]]
    totals = finished.open().programme.reference_totals
    assert [row[0] for row in rows] == [total.label.in_language(language) for total in totals]
    for row, told, total in zip(rows, table.itertuples(), totals, strict=True):
        printed = [number(row[place], language) for place in places]
        assert printed == pytest.approx([told.published, told.register, told.difference], abs=0.5)
        assert row[-1] == total.explanation.in_language(language)
