"""The report's section on services: its numbers are those of the tables, its sentences no stronger than the design."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from evaluation.codebook import Codebook, read_codebook
from evaluation.contracts import TABLES, conform
from evaluation.display.services import overview as shown
from evaluation.display.services import tables as single
from evaluation.display.services.figures import reach_by_type, waiting_plot
from evaluation.places import repository
from evaluation.report.document import ReportInputs, build_report
from evaluation.report.findings import findings_frame
from evaluation.report.summaries.services import NAMED, service_findings
from evaluation.settings import LANGUAGES, Language, Text

TITLE = Text(ru="Программа", en="Programme")
NONE = pd.DataFrame()


def indicators(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Service, indicator, grouping, member, value, n, low, high, unit; of 2025."""
    columns = ["service", "indicator", "grouping", "member", "value", "n", "low", "high", "unit"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("numerator", "denominator", "clusters", "note"):
        frame[name] = None
    frame["year"] = 2025
    frame.loc[frame["indicator"].eq("success_difference"), "clusters"] = 31
    return conform(frame, TABLES["service_indicators"])


ROWS = indicators(
    [
        ("requests", "requests", "all", "all", 190, 190, None, None, "count"),
        ("requests", "unanswered_share", "all", "all", 0.095, 190, 0.06, 0.14, "share"),
        ("requests", "answer_days_median", "all", "all", 9, 189, 7, 11, "days"),
        ("requests", "requests", "topic", "legal", 46, 46, None, None, "count"),
        ("requests", "unanswered_share", "topic", "legal", 0.087, 46, 0.03, 0.2, "share"),
        ("education", "reached_share", "all", "all", 0.46, 39, None, None, "share"),
        ("project_office", "applications", "all", "all", 96, 96, None, None, "applications"),
        ("project_office", "success_share", "all", "all", 0.57, 81, 0.46, 0.67, "share"),
        ("project_office", "success_share", "helped", "yes", 0.72, 36, 0.56, 0.84, "share"),
        ("project_office", "success_share", "helped", "no", 0.44, 45, 0.31, 0.59, "share"),
        ("project_office", "success_difference", "all", "all", 0.28, 81, 0.07, 0.49, "share_points"),
        ("partnerships", "partnerships", "all", "all", 7, 7, None, None, "count"),
        ("partnerships", "partnerships", "status", "talks", 2, 2, None, None, "count"),
        ("partnerships", "partnerships", "status", "agreement", 5, 5, None, None, "count"),
        ("partnerships", "partners_stated", "status", "talks", None, 0, None, None, "count"),
        ("partnerships", "partners_stated", "status", "agreement", 6, 5, None, None, "count"),
        ("partnerships", "partnership_events", "kind", "visit", 3, 3, None, None, "events"),
        ("partnerships", "event_persons", "kind", "visit", 3, 3, None, None, "persons"),
        ("requests", "requests", "month", "03", 24, 24, None, None, "count"),
        ("requests", "requests", "unit", "1", 9, 9, None, None, "count"),
        ("requests", "requests", "unit", "2", 0, 0, None, None, "count"),
        ("requests", "requests", "unit", "3", 12, 12, None, None, "count"),
        ("requests", "requests", "unit", "not_stated", 1, 1, None, None, "count"),
        ("requests", "requests_per_10000", "unit", "1", 4.5, 9, 2.1, 8.5, "per_10000"),
        ("requests", "requests_per_10000", "unit", "2", 0.0, 0, 0.0, 1.8, "per_10000"),
    ]
)


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(repository() / "config")


def section(findings: pd.DataFrame, language: Language, **more: object) -> str:
    page = BeautifulSoup(build_report(ReportInputs(2025, TITLE, TITLE, findings, **more), language), "html.parser")
    found = page.find(id="services")
    assert found is not None
    return re.sub(r"\s+", " ", found.get_text().replace("\u00a0", " ").replace("\u202f", " "))


def test_the_section_tells_the_numbers_and_that_help_is_no_effect() -> None:
    findings = findings_frame(service_findings(ROWS, NONE, NONE, 2025, (3, 24)), "05f_describe_services")
    assert findings.set_index("name").loc["office_difference_units", "value"] == 31
    russian, english = section(findings, "ru"), section(findings, "en")
    assert "поступило 190 обращений" in russian and "Половина обращений получила ответ за 9 дней" in russian
    assert "28,0 п. п." in russian and "связь, а не действие помощи" in russian
    assert "на стадии переговоров — 2, число партнёров в них не названо и нулём не считается" in russian
    assert "received 190 requests" in english and "an association and not the effect of help" in english
    assert "no number of partners is stated, which is not counted as zero" in english


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_findings_it_says_nothing_and_switched_off_it_says_so(language: Language) -> None:
    none = findings_frame([], "05f_describe_services")
    heading = section(none, language)
    assert not re.search(r"\d", heading.removeprefix(heading.split(" ")[0])[2:]), heading
    off = section(none, language, not_applicable={"05f_describe_services": Text(ru="часть выключена", en="part off")})
    assert ("часть выключена" if language == "ru" else "part off") in off


def test_every_named_finding_belongs_to_an_indicator_with_a_label(codebook: Codebook) -> None:
    known = codebook.choice_labels("service_grouping", "ru")
    for service, indicator, grouping, _ in NAMED.values():
        assert service in codebook.choice_labels("service", "ru") and grouping in known
        assert codebook.label("service_indicators", indicator, "ru") != indicator


def test_small_numbers_of_people_are_hidden_and_what_is_not_stated_is_a_dash(codebook: Codebook) -> None:
    visits = single.visits_exhibit(ROWS, 2025, codebook, threshold=5)
    assert "3" not in visits.to_csv("en").splitlines()[1].split(",")[2] and "< 5" in visits.to_html("en").replace(
        "\u00a0", " "
    ).replace("&lt;", "<")
    status = single.status_exhibit(ROWS, 2025, codebook)
    rows = {line.split(";")[0]: line.split(";") for line in status.to_csv("ru").splitlines()}
    assert rows["Переговоры"][1:4] == ["2", "", "0"] and rows["Соглашение действует"][1:4] == ["5", "6", "5"]


def test_who_never_asked_stands_first(codebook: Codebook) -> None:
    table = single.territories_exhibit(ROWS, {"1": "Абан", "2": "Ачинск", "3": "Балахта"}, 2025, codebook)
    told = [line.split(";")[:5] for line in table.to_csv("ru").splitlines()[1:]]
    rows, last = told[:3], told[3:]
    assert [row[:3] for row in rows] == [["Ачинск", "0", "0"], ["Балахта", "12", ""], ["Абан", "9", "4,5"]]
    assert rows[2][3:] == ["2,1", "8,5"]
    assert [row[:3] for row in last] == [["не названа", "1", ""]], "requests that name no territory are told last"
    assert "not named;1" in table.to_csv("en").replace(",", ";")
    months = single.months_exhibit(ROWS, 2025, codebook)
    assert "март" in months.to_csv("ru") and "March" in months.to_csv("en")


def test_tables_have_both_languages_and_their_n(codebook: Codebook) -> None:
    topics = single.topics_exhibit(ROWS, 2025, codebook)
    assert "Правовая защита" in topics.to_csv("ru") and "Legal protection" in topics.to_csv("en")
    assert "46" in topics.to_csv("en").splitlines()[1]
    overview = shown.overview_exhibit(ROWS, 2025, codebook)
    assert "Доля обращений без ответа" in overview.to_html("ru")
    empty = single.topics_exhibit(TABLES["service_indicators"].empty(), 2025, codebook)
    assert "<table" in empty.to_html("ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_break_where_the_number_of_territories_changed(language: Language) -> None:
    rows = [("education", "reached_share", "type", "city_okrug", 0.5, n, None, None, "share") for n in (14, 14, 3)]
    frame = indicators(rows).assign(year=[2023, 2024, 2025])
    axis = reach_by_type(frame, language, {"city_okrug": "ГО"}).axes[0]
    assert [line.get_xdata().tolist() for line in axis.get_lines()] == [[2023, 2024], [2025]]
    assert reach_by_type(frame.iloc[:0], language, {}).texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_waiting_curve_starts_with_all(language: Language) -> None:
    curve = pd.DataFrame(
        {"time": [2.0, 9.0], "at_risk": [4, 2], "survival": [0.5, 0.25], "low": [0.1, 0.02], "high": [0.8, 0.6]}
    )
    axis = waiting_plot(curve, language).axes[0]
    assert axis.get_lines()[0].get_ydata().tolist() == [1.0, 0.5, 0.25]
    assert axis.get_xticklabels()[0].get_text() == "0\n4"
    assert waiting_plot(curve.iloc[:0], language).texts
