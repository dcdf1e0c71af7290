"""The code of best practice: a chapter a practice, every number from its registers, texts held harmless."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.field.practices.cards import PracticeCard
from evaluation.report.best_practice import best_practice_page
from evaluation.report.findings import COLUMNS
from evaluation.report.inputs import ReportInputs
from evaluation.report.office import to_docx
from evaluation.settings import Language, Text

CONFIG = Path(__file__).resolve().parents[2] / "config"
NAMES = {"a": "Ачинск", "b": "Бородино", "c": "Канск"}


def inputs(simulated: bool = True) -> ReportInputs:
    return ReportInputs(
        year=2025, title=Text(ru="Программа", en="Programme"), institute=Text(ru="Институт", en="Institute"),
        findings=pd.DataFrame(columns=COLUMNS), simulated=simulated, codebook=read_codebook(CONFIG),
    )  # fmt: skip


def cards() -> list[PracticeCard]:
    curve = pd.DataFrame({"practice_id": "П-01", "year": [2024, 2025], "title": "Сход", "eligible": 38,
                          "adopted": [1, 3], "value": [1 / 38, 3 / 38], "low": 0.01, "high": 0.2})  # fmt: skip
    adopters = pd.DataFrame(
        {"unit_id": ["a", "b", "c"], "year": 2025, "told_channel": ["exchange", None, "own_idea"],
         "state": ["one_candidate", "several_candidates", "not_known"], "candidates": [1, 4, 0],
         "candidate_units": ["b", "a; b", None]}
    )  # fmt: skip
    full = PracticeCard(
        "П-01", "Сход <b>по видео</b>", {"problem": "Не слышно & далеко", "solution": "Связь"},
        {"kind": "involvement", "origin_unit_id": "a", "first_year": 2019, "cost": 230000.0, "contact_role": None},
        curve, adopters,
    )  # fmt: skip
    bare = PracticeCard("П-02", "Копилка", {}, dict.fromkeys(full.facts), curve.iloc[:0], adopters.iloc[:0])
    return [full, bare]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", ["2\u00a0практики из 12\u00a0практик", "3 из 38 территорий", "одна из 4 территорий", "Бородино",
                "не известно", "230\u202f000\u00a0руб.", "в реестре не указано", "В реестре нет ни одного внедрения",
                "Вовлечение жителей", "Какую проблему решает"]),
        ("en", ["2\u00a0practices of the 12\u00a0practices", "3 of the 38 units", "one of 4 units", "Borodino",
                "not known", "not told in the register", "The register has no adoption", "Involving residents",
                "Texts of the cards stand in the language"]),
    ],
)  # fmt: skip
def test_chapters_say_what_the_registers_say(language: Language, said: list[str]) -> None:
    page = best_practice_page(cards(), 12, NAMES, inputs(), language)
    for text in said:
        assert text in page, text
    assert page.count('data-break="before" aria') == 2
    assert "SIMULATED" in page or "СМОДЕЛИРОВАННЫЕ" in page
    assert page == best_practice_page(cards(), 12, NAMES, inputs(), language)


def test_received_texts_cannot_become_markup() -> None:
    page = best_practice_page(cards(), 12, NAMES, inputs(), "ru")
    assert "<b>по видео</b>" not in page and "Не слышно &amp; далеко" in page


def test_what_a_card_does_not_tell_its_chapter_does_not_have() -> None:
    page = best_practice_page(cards()[1:], 1, NAMES, inputs(simulated=False), "ru")
    for label in ("Какую проблему решает", "В чём решение", "Чем подтверждено", "СМОДЕЛИРОВАННЫЕ"):
        assert label not in page
    with pytest.raises(ValueError, match="without a practice"):
        best_practice_page([], 1, NAMES, inputs(), "ru")


def test_the_word_file_has_the_chapters_and_their_table() -> None:
    made = to_docx(
        best_practice_page(cards(), 12, NAMES, inputs(), "ru"), "ru", dt.datetime(2026, 2, 20, tzinfo=dt.UTC)
    )
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        text = file.read("word/document.xml").decode("utf-8")
    for word in ("О кодексе", "Копилка", "Не слышно", "Ачинск", "Кто перенял"):
        assert word in text, word
    assert text.count("<w:tbl>") == 1
