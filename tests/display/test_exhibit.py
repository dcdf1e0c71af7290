"""Tables for people: labels, units, hidden cells, escaping, and what a spreadsheet would make of them."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.codebook import CHOICE_COLUMNS, COLUMNS, Codebook
from evaluation.display.cell_texts import guard
from evaluation.display.tables import Exhibit, exhibit


def codebook() -> Codebook:
    rows = [
        ("projects", "topic", "Тема", "Topic", "", "topic"),
        ("projects", "cost_planned", "Стоимость", "Cost", "", ""),
        ("*", "unit_id", "Территория", "Unit", "", ""),
        ("*", "share", "Доля", "Share", "share", ""),
        ("indicators", "success_rate", "Доля победивших", "Success rate", "share", ""),
    ]
    variables = pd.DataFrame(rows, columns=list(COLUMNS[:6])).reindex(columns=list(COLUMNS), fill_value="")
    choices = pd.DataFrame([("topic", "roads", "дороги", "roads", "")], columns=list(CHOICE_COLUMNS))
    return Codebook(variables, choices)


def made(**changes: object) -> Exhibit:
    frame = pd.DataFrame(
        {
            "unit_id": ["04701000", "<b>x</b>", "all"],
            "topic": ["roads", None, "roads"],
            "cost_planned": [1_234_567.0, 2_000_000.5, None],
            "share": [0.1234, 0.5, None],
            "persons": pd.array([3, 777, 780], dtype="Int64"),
        }
    )
    options = {"names": {"unit_id": {"04701000": "Красноярск"}}, "name": "trial", **changes}
    return exhibit(frame, codebook(), "projects", "Пробная", "Trial", "Заметка", "Note", **options)  # type: ignore[arg-type]


def cells(html: str) -> list[list[str]]:
    table = BeautifulSoup(html, "html.parser").find("table")
    assert table is not None
    rows = table.find_all("tr")  # type: ignore[union-attr]
    return [
        [cell.get_text().replace("\u202f", " ").replace("\u00a0", " ") for cell in row.find_all(["th", "td"])]
        for row in rows
    ]


def test_labels_units_and_codes_come_from_the_codebook() -> None:
    assert cells(made().to_html("ru")) == [
        ["Территория", "Тема", "Стоимость, руб.", "Доля, %", "persons"],
        ["Красноярск", "дороги", "1 234 567", "12,3", "3"],
        ["<b>x</b>", "—", "2 000 000", "50,0", "777"],
        ["все территории", "дороги", "—", "—", "780"],
    ]
    assert cells(made(currency="EUR").to_html("en"))[0] == ["Unit", "Topic", "Cost, EUR", "Share, %", "persons"]


def test_html_is_a_table_with_caption_scopes_and_escaped_text() -> None:
    html = made(simulated=True).to_html("ru")
    page = BeautifulSoup(html, "html.parser")
    assert "<b>" not in html
    assert page.caption is not None
    assert page.caption.get_text() == "Пробная СМОДЕЛИРОВАННЫЕ ДАННЫЕ"
    assert [head["scope"] for head in page.find_all("th")] == ["col"] * 5 + ["row"] * 3
    assert "style=" not in html, "a style attribute would be stopped by the report's policy"
    region = page.find("div", class_="scroll")
    assert region is not None
    assert region["aria-labelledby"] == page.caption["id"]  # type: ignore[index]


def test_hidden_counts_leave_the_frame_and_every_shape() -> None:
    hidden = pd.DataFrame({"persons": ["primary", "complementary", ""]})
    table = made(hidden=hidden)
    assert table.frame["persons"].tolist()[2] == 780
    assert table.frame["persons"].isna().tolist() == [True, True, False]
    assert [row[4] for row in cells(table.to_html("ru"))[1:]] == ["< 5", "×", "780"]
    for text in (table.to_html("ru"), table.to_csv("ru"), table.to_markdown("en")):
        assert "777" not in text
    assert "меньше 5" in table.to_html("ru")
    assert "fewer than 5" in table.to_html("en")


def test_a_plain_mask_does_not_claim_that_a_cell_is_small() -> None:
    table = made(hidden=pd.DataFrame({"persons": [True, False, False]}))
    assert [row[4] for row in cells(table.to_html("ru"))[1:]] == ["×", "777", "780"]


def test_csv_for_russian_and_english_spreadsheets() -> None:
    russian = list(csv.reader(io.StringIO(made().to_csv("ru")), delimiter=";"))
    assert russian[1] == ["Красноярск", "дороги", "1234567", "0,1234", "3"]
    english = list(csv.reader(io.StringIO(made(simulated=True).to_csv("en"))))
    assert english[0][-1] == "SIMULATED DATA"
    assert english[2] == ["<b>x</b>", "", "2000000.5", "0.5", "777", "yes"]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", '=HYPERLINK("x")'])
def test_formulas_are_guarded(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", ["-2", "+7", "-2,5", "1e-3", "Красноярск", "", "- нет"[2:]])
def test_plain_numbers_and_words_are_spared(text: str) -> None:
    assert guard(text) == text


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_any_text_survives_csv_and_stays_text_in_html(texts: list[str]) -> None:
    table = exhibit(pd.DataFrame({"title": pd.Series(texts, dtype="object"), "n": 1}), None, "x", "т", "t")
    read = list(csv.reader(io.StringIO(table.to_csv("en"), newline="")))
    assert [row[0].removeprefix("'") for row in read[1:]] == [text.removeprefix("'") for text in texts]
    body = BeautifulSoup(table.to_html("en"), "html.parser").find("tbody")
    assert body is not None
    assert {tag.name for tag in body.find_all()} == {"tr", "th", "td"}  # type: ignore[union-attr]


def test_rows_with_their_own_unit() -> None:
    frame = pd.DataFrame(
        {
            "indicator": ["success_rate", "cost"],
            "value": [0.5, 2e6],
            "change": [-0.031, 1e6],
            "low": [0.4, None],
            "high": [0.6, None],
            "n": [39, 39],
            "unit": ["share", "currency"],
        }
    )
    table = exhibit(
        frame, codebook(), "year_comparison", "т", "t", variables_in={"indicator": "indicators"}, signed=("change",)
    )
    assert cells(table.to_html("ru"))[1:] == [
        ["Доля победивших", "50,0 %", "−3,1 п. п.", "от 40,0 % до 60,0 %", "39"],
        ["cost", "2,0 млн руб.", "+1,0 млн руб.", "—", "39"],
    ]


def test_names_may_differ_between_languages() -> None:
    names = {"unit_id": {"ru": {"1": "Абан"}, "en": {"1": "Aban"}}}
    table = exhibit(pd.DataFrame({"unit_id": ["1", "all"]}), None, "x", "т", "t", names=names)
    assert [table.cell(row, "unit_id", "en") for row in (0, 1)] == ["Aban", "all territories"]
    assert table.cell(0, "unit_id", "ru") == "Абан"


def test_markdown_is_one_table() -> None:
    lines = made().to_markdown("en").splitlines()
    assert lines[2] == "| Unit | Topic | Cost, RUB | Share, % | persons |"
    assert lines[3] == "|---|---|---:|---:|---:|"
    assert lines[5].startswith("| &lt;b&gt;x&lt;/b&gt; | n/a |")


def test_unknown_column_is_refused() -> None:
    with pytest.raises(KeyError, match="nothing"):
        made(columns=["nothing"])


def test_notebook_shows_it() -> None:
    assert "Пробная" in made()._repr_html_()
