"""Slides: one idea each, left out where a year has nothing to say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tests.report.short_inputs import figures, findings, inputs

from evaluation.pipeline import STEPS
from evaluation.report.slides import SLIDES, build_slides, slide_texts
from evaluation.report.texts import package_texts
from evaluation.settings import LANGUAGES, InputProblem, Language, Question, Text


def slides(language: Language = "ru", **changes: object) -> BeautifulSoup:
    given = replace(inputs(), **changes)  # type: ignore[arg-type]
    return BeautifulSoup(build_slides(given, language, {}, figures()), "html.parser")


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_idea_a_slide(language: Language) -> None:
    page = slides(language)
    found = page.find_all("section", class_="slide")
    assert [section["id"] for section in found] == [slide.name for slide in SLIDES]
    for section, slide in zip(found, SLIDES, strict=True):
        assert len(section.find_all("h2")) == 1
        images = [figure["id"] for figure in section.find_all("figure")]
        assert images == ([f"figure-{slide.figure}"] if slide.figure else [])
        for figure in section.find_all("figure"):
            figure.decompose()
        assert len(section.get_text().split()) < 75, slide.name
    assert "<script>alert" not in str(page)


def test_steps_and_figures_exist() -> None:
    assert {slide.step for slide in SLIDES} - {None} <= {step.name for step in STEPS}
    assert {slide.figure for slide in SLIDES} - {None} <= {name for step in STEPS for name in step.figures}


def test_numbers_are_findings_in_words() -> None:
    page = slides("ru")
    reach = page.find(id="reach")
    assert reach is not None
    assert "Заявки подали 21 территория из 39" in reach.get_text().replace("\u00a0", " ")
    support = page.find(id="support")
    assert support is not None
    assert "5 учебных мероприятий, 22 встречи" in support.get_text().replace("\u00a0", " ")
    assert {span["data-finding"] for span in reach.find_all(class_="finding")} == {
        "units_applied", "units_in_force", "white_spots"
    }  # fmt: skip


def test_what_the_year_does_not_have_is_left_out() -> None:
    frame = findings()
    page = slides("en", findings=frame[frame["name"] != "levels_measured"])
    assert page.find(id="voices") is None
    reason = {"06_estimate_outcomes": Text(ru="нет плана", en="no plan")}
    page = slides("en", not_applicable=reason)
    assert page.find(id="training") is None
    assert page.find(id="exchange") is None
    assert page.find(id="reach") is not None


def test_many_questions_end_with_a_word_on_the_rest() -> None:
    numbers = range(1, 10)
    many = tuple(
        Question(id=f"EQ{number}", text=Text(ru=f"Вопрос {number}?", en=f"Question {number}?")) for number in numbers
    )
    asked = slides("ru", questions=many).find(id="asked")
    assert asked is not None
    lines = [item.get_text().replace("\u00a0", " ") for item in asked.find_all("li")]
    assert lines[:6] == [f"Вопрос {number}?" for number in range(1, 7)]
    assert lines[6:] == ["Остальные вопросы плана — в отчёте."]


def test_a_missing_or_unknown_slide_is_named(tmp_path: Path) -> None:
    text = package_texts()["slides.ru.md.j2"]
    assert list(slide_texts("t", text)) == [slide.name for slide in SLIDES]
    with pytest.raises(InputProblem, match="reach"):
        slide_texts("t", text.replace("{# slide reach #}\n", ""))
    with pytest.raises(InputProblem, match="turnout"):
        slide_texts("t", text + "\n{# slide turnout #}\n# T\n")
    with pytest.raises(InputProblem, match="asked"):
        slide_texts("t", text + "\n{# slide asked #}\n# T\n")
    (tmp_path / "slides.ru.md.j2").write_text(text.replace("# Конкурс", "# Отбор"), encoding="utf-8")
    assert "Отбор" in slides("ru", own_texts=tmp_path).get_text()


def test_the_same_bytes_on_every_run() -> None:
    assert build_slides(inputs(), "ru", {}, figures()) == build_slides(inputs(), "ru", {}, figures())
