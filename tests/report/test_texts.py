"""The report's texts: no typed numbers, both languages, and nothing inserted is read as markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from evaluation.report.figure_words import FIGURES
from evaluation.report.parts import SECTIONS
from evaluation.report.short_forms import SHORT_FORMS, short_text_name
from evaluation.report.texts import Renderer, own_texts, package_texts, text_name, typed_numbers
from evaluation.settings import LANGUAGES, InputProblem

TEXTS = package_texts()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_no_number_is_typed(name: str) -> None:
    assert typed_numbers(TEXTS[name]) == []


def test_typed_numbers_are_found() -> None:
    text = "# T\nОхват 95 % и {{ f('x1') }}\nдоля 37,5 %{# 12 #}\n{% if a == 2 %}5{% endif %}"
    assert typed_numbers(text) == [(3, "37,5"), (4, "5")]


def test_every_section_has_both_languages_and_no_text_is_left_over() -> None:
    sections = {text_name(section.name, language) for section in SECTIONS for language in LANGUAGES}
    assert set(TEXTS) == sections | {short_text_name(form, language) for form in SHORT_FORMS for language in LANGUAGES}


@pytest.mark.parametrize("section", [section.name for section in SECTIONS])
def test_both_languages_ask_for_the_same_findings(section: str) -> None:
    asked = []
    for language in LANGUAGES:
        blocks = " ".join(re.findall(r"\{[{%].*?[%}]\}", TEXTS[text_name(section, language)], flags=re.DOTALL))
        asked.append(set(re.findall(r"(\w+)\('(\w+)'", blocks)))
    assert asked[0] == asked[1]


def test_figures_are_described_in_both_languages() -> None:
    assert set(FIGURES) == {name for section in SECTIONS for name in section.figures}
    assert all(text.ru and text.en for pair in FIGURES.values() for text in pair)


def renderer(**functions: object) -> Renderer:
    return Renderer(dict(functions), "ru")


def render(template: str, **functions: object) -> str:
    made = renderer(**functions)
    _, body = made.section("t", f"# T\n\n{template}")
    return made.finish(body)


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "**bold** [x](javascript:alert(1))", "# head", "| a | b |", "\ue0000\ue001"]
)
def test_inserted_text_stays_text(value: str) -> None:
    html = render("Итог: {{ value }}.", value=value)
    assert "<script" not in html
    assert "<strong>" not in html
    assert "<a " not in html
    assert "<h" not in html
    assert html.count("<p>") == 1


def test_html_in_a_text_is_shown_not_run() -> None:
    assert "&lt;img" in render("<img src=x onerror=alert(1)>")


def test_blocks_lose_their_paragraph_and_sentences_keep_one_full_stop() -> None:
    assert render("{{ block }}", block=Markup("<div>x</div>")).strip() == "<div>x</div>"
    money = Markup('<span class="finding">5 млн руб.</span>')
    assert render("Стоило {{ money }}.", money=money) == '<p>Стоило <span class="finding">5 млн руб.</span></p>\n'


def test_typography() -> None:
    assert "в\u00a0году" in render("Сколько в году — и как")
    assert "году\u00a0— и" in render("Сколько в году — и как")


def test_titles_come_from_the_first_heading() -> None:
    made = renderer(year=2025)
    title, body = made.section("t", "\n# За {{ year }} год\n\n## Ниже\n\nтекст")
    assert made.finish(title) == "За 2025 год"
    assert "<h3>Ниже</h3>" in body


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("текст без заголовка", "heading"),
        ("# T\n{{ unknown }}", "unknown"),
        ("# T\n{% if %}", "line 2"),
        ("# T\n{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_wrong_texts_are_refused_in_plain_words(template: str, message: str) -> None:
    with pytest.raises(InputProblem, match=message) as caught:
        renderer().section("section_x.ru.md.j2", template)
    assert "section_x.ru.md.j2" in caught.value.messages["ru"]


def test_own_texts(tmp_path: Path) -> None:
    assert own_texts(None) == {}
    with pytest.raises(InputProblem, match="no folder"):
        own_texts(tmp_path / "missing")
    (tmp_path / "section_summary.ru.md.j2").write_text("# Своё\n{{ typed('№ 10-4831') }}", encoding="utf-8")
    assert list(own_texts(tmp_path)) == ["section_summary.ru.md.j2"]
    (tmp_path / "section_years.ru.md.j2").write_text("# Годы\n\nВыросло на 12 %", encoding="utf-8")
    with pytest.raises(InputProblem, match=r"line 3: the number '12' is typed"):
        own_texts(tmp_path)
    (tmp_path / "section_years.ru.md.j2").rename(tmp_path / "section_jahre.ru.md.j2")
    with pytest.raises(InputProblem, match="no such text"):
        own_texts(tmp_path)
