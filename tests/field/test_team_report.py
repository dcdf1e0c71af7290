"""What people see of the teams: tables, figures and the report's section, in both languages."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from team_world import A, B, line, world

from evaluation.codebook import Codebook, read_codebook
from evaluation.contracts import TABLES, check
from evaluation.display import team_tables
from evaluation.display.portfolio import composition_trend, lines_by_year
from evaluation.display.rendering import figure_bytes
from evaluation.field.teams.reach import shown_cards, shown_composition, teams_reached
from evaluation.field.teams.results import team_results
from evaluation.places import repository
from evaluation.report.document import ReportInputs, build_report
from evaluation.report.findings import findings_frame
from evaluation.report.summaries.teams import team_findings
from evaluation.settings import LANGUAGES, Language, Text

STEP = "05b_follow_teams"
TITLE = Text(ru="Программа", en="Programme")
LINES = [
    line("local_initiatives", 2025, A, 4, 2, cost_regional=9e6, participants=50, counted_as="participations"),
    line("cleanliness", 2025, A, 3, 2, cost_regional=4e6, participants=60, counted_as="persons"),
    line("cleanliness", 2025, B, 5, 1),
    line("residents_effectiveness", 2025, B, 2, 1),
    line("consulting_measure", 2025, A, None, None, cost_regional=7e3, participants=9, counted_as="persons"),
]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(repository() / "config")


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return team_results(world(programme_lines=LINES), 2025, 1)


def section(findings: pd.DataFrame, language: Language, **more: object) -> str:
    page = BeautifulSoup(build_report(ReportInputs(2025, TITLE, TITLE, findings, **more), language), "html.parser")
    found = page.find(id="teams")
    assert found is not None
    return re.sub(r"\s+", " ", found.get_text().replace("\u00a0", " ").replace("\u202f", " "))


def test_everything_holds_its_contract(made: dict[str, pd.DataFrame], codebook: Codebook) -> None:
    for name, frame in made.items():
        check(frame, TABLES[name], codebook)
    assert set(made["programme_line_years"]["line"]) == {row["line"] for row in LINES}


def test_the_section_says_what_is_known_of_whom(made: dict[str, pd.DataFrame]) -> None:
    findings = findings_frame(team_findings(made, teams_reached(made["team_cards"], 2025), 2025), STEP)
    russian, english = section(findings, "ru"), section(findings, "en")
    assert "В реестре 3 команды из 2 территорий; заявку подали 2, поддержаны 1" in russian
    assert "Списка состава нет у 1 команды" in russian and "связь, а не действие поддержки" in russian
    assert "обмен опытом — 100,0 %." in russian, "of a team itself exchange cannot be known"
    assert "не доказывает, что от них команды держатся дольше" in russian
    assert "Своей линии реестр линий даёт +1 поддержанных" in russian
    assert "The register holds 3 teams of 2 territories; 2 applied, 1 were funded" in english
    assert "1 team without a list of members" in english and "an association, no effect of support" in english
    assert "a success rate does not say which line is better" in english


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_lines_or_without_the_part_it_is_said(language: Language) -> None:
    none = findings_frame([], STEP)
    missing = {"ru": "сравнить линии нельзя", "en": "the lines cannot be compared"}
    assert missing[language] in section(none, language)
    off = section(none, language, not_applicable={STEP: Text(ru="часть выключена", en="part off")})
    assert {"ru": "часть выключена", "en": "part off"}[language] in off


def test_tables_hide_few_people_and_show_what_is_unknown(made: dict[str, pd.DataFrame], codebook: Codebook) -> None:
    cards = shown_cards(made["team_cards"].query("year == 2025"), 5)
    table = team_tables.cards_exhibit(cards.frame, {A: "Ачинский", B: "Боготольский"}, codebook, hidden=cards.hidden)
    first = dict(zip(table.to_csv("ru").splitlines()[0].split(";"), table.to_csv("ru").splitlines()[1].split(";"),
                     strict=True))  # fmt: skip
    assert first["Людей"] == "×" and first["Бизнес"] == "×" and first["Обмен: команда"] == ""
    assert first["Консультации: команда"] == "2" and first["Поддержана"] == "нет"
    composition = shown_composition(made["team_composition"].query("year == 2025"), 100)
    hidden = team_tables.composition_exhibit(composition.frame, codebook, hidden=composition.hidden).to_csv("en")
    assert all(row.split(",")[2] == "×" for row in hidden.splitlines()[1:])


def test_every_code_has_its_words(made: dict[str, pd.DataFrame], codebook: Codebook) -> None:
    tables = [
        team_tables.contents_exhibit(made["support_contents"].query("year == 2025"), codebook),
        team_tables.scales_exhibit(made["team_index_scales"], codebook),
        team_tables.items_exhibit(made["team_index_items"], codebook),
        team_tables.combinations_exhibit(made["stream_combinations"], codebook),
        team_tables.lines_exhibit(made["programme_line_years"], codebook),
        team_tables.overlap_exhibit(made["programme_line_overlap"], codebook),
    ]
    for table in tables:
        for language in LANGUAGES:
            text = BeautifulSoup(table.to_html(language), "html.parser").get_text(" ")
            assert not re.findall(r"\b[a-z]+_[a-z_]+\b", text), (table.name, language)
    lines = tables[4].to_csv("ru").splitlines()
    order = [row.split(";")[0].split(",")[0] for row in lines[1:]]
    assert order[:2] == ["Жители за чистоту и благоустройство", "Поддержка местных инициатив"]
    both = tables[5].to_csv("ru")
    assert "Жители за чистоту и благоустройство + Инициатива жителей" in both


def test_figures_are_the_same_every_time_and_say_their_numbers(
    made: dict[str, pd.DataFrame], codebook: Codebook
) -> None:
    lines = made["programme_line_years"]
    first, again = (figure_bytes(lines_by_year(lines, "ru", codebook, simulated=True), "svg") for _ in range(2))
    assert first == again
    english = lines_by_year(lines, "en", codebook)
    words = [text.get_text() for text in english.findobj() if hasattr(text, "get_text")]
    assert {"8", "38", "–", "Applications", "Supported, %"} <= set(words)
    assert "Money, million RUB" in words
    russian = lines_by_year(lines, "ru", codebook)
    assert "Средства, млн руб." in {text.get_text() for text in russian.findobj() if hasattr(text, "get_text")}
    assert len(lines_by_year(lines.iloc[:0], "ru", codebook).axes) == 0
    drawn = composition_trend(made["team_composition"], "en", codebook).axes[0]
    assert len(drawn.lines) >= 5
