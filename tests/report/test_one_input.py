"""One received number changed: the sentence, the table and the figure of the report change with it, and nothing typed.

All three are made of the same frames by the functions that notebook 05 calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from evaluation.codebook import Codebook, read_codebook
from evaluation.display.charts import support_by_year
from evaluation.display.exhibits import support_exhibit
from evaluation.display.rendering import figure_bytes
from evaluation.display.wording import format_number
from evaluation.report.document import ReportInputs, build_report
from evaluation.report.findings import findings_frame
from evaluation.report.summaries.steps import support_findings
from evaluation.settings import LANGUAGES, Language, Text
from evaluation.support.streams import acts_of_support, support_reach, support_summary
from evaluation.tables import TABLES
from evaluation.year.in_text import numbers_in_text

YEAR = 2025


@cache
def codebook() -> Codebook:
    return read_codebook(Path(__file__).resolve().parents[2] / "config")


def table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """``rows`` in the shape of a table's contract; what they leave out is empty."""
    empty = TABLES[name].empty()
    return pd.DataFrame(rows).reindex(columns=empty.columns).astype(empty.dtypes.to_dict())


@dataclass(frozen=True)
class Made:
    report: str
    table: str
    figure: str


def made_from(hours: float, events: int, language: Language) -> Made:
    """What notebooks 05 and 09 make of ``events`` training events, the last of which took ``hours``."""
    days = {"starts_on": pd.Timestamp("2025-03-01"), "ends_on": pd.Timestamp("2025-03-02")}
    trainings = [
        {"event_id": f"2025-T{number}", "year": YEAR, "stream": "training", "hours": 8.0, **days}
        for number in range(1, events + 1)
    ]
    trainings[-1]["hours"] = hours
    people = [
        {"event_id": "2025-T1", "person_key": f"p{number}", "unit_id": "a", "status": "present"} for number in range(7)
    ]
    tables = [
        table("support_events", trainings), table("attendance", people),
        *(TABLES[name].empty() for name in ("exchange_events", "exchange_participation", "consultations")),
    ]  # fmt: skip
    summary = support_summary(acts_of_support(*tables), support_reach(*tables), {YEAR: 3})
    exhibit = support_exhibit(summary, codebook()).to_html(language)
    drawn = figure_bytes(support_by_year(summary, language, codebook()), "svg").decode("utf-8")
    ties = TABLES["exchange_ties"].empty()
    findings = findings_frame(support_findings(summary, YEAR, ties), "05_describe_support")
    title = Text(ru="Программа", en="Programme")
    inputs = ReportInputs(YEAR, title, title, findings, codebook=codebook())
    return Made(
        build_report(inputs, language, {"support_by_year": exhibit}, {"support_by_year": drawn}), exhibit, drawn
    )


def quoted(report: str, finding: str) -> set[str]:
    spans = BeautifulSoup(report, "html.parser").find_all(attrs={"data-finding": finding})
    return {re.sub(r"[^\d,.\u202f]", "", span.get_text()).strip(".,") for span in spans}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_event_more_changes_text_table_and_figure_together(language: Language) -> None:
    before, after = made_from(8.0, 3, language), made_from(8.0, 4, language)
    assert quoted(before.report, "training_events") == {"3"}
    assert quoted(after.report, "training_events") == {"4"}
    assert before.table != after.table
    assert before.figure != after.figure
    again = made_from(8.0, 3, language)
    assert (again.report, again.table, again.figure) == (before.report, before.table, before.figure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_cell_changed_is_the_same_number_everywhere(language: Language) -> None:
    changed = made_from(1227.0, 3, language)
    number = format_number(1243, language)
    assert number in BeautifulSoup(changed.table, "html.parser").get_text()
    assert "1243" in re.sub(r"[\s\u00a0\u202f,]", "", BeautifulSoup(changed.report, "html.parser").get_text())
    assert quoted(changed.report, "training_hours") <= {number}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_of_the_text_is_without_a_finding(language: Language) -> None:
    names = {"training_events", "training_hours", "training_participants", "training_unique", "consultations",
             "exchange_events", "exchange_ties"}  # fmt: skip
    found = numbers_in_text(language, made_from(8.0, 3, language).report, names, {str(YEAR), "5"})
    assert found.traced >= 4
    assert (found.typed, found.unknown) == ((), ())
