"""A page taken apart: what stays, what goes, what is renamed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_pages import OTHER_SVG, SVG, figure, image, leaflet, report, table

from evaluation.report.office.page import read_document
from evaluation.report.office.tree import Element, parse, write
from evaluation.settings import InputProblem


def body_of(html: str) -> str:
    return write(read_document(leaflet(html)).body)


# ---- the tree ----------------------------------------------------------------------------------------------------


def trees() -> st.SearchStrategy[Element]:
    texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
    names = st.sampled_from(["div", "p", "span", "td", "b"])
    values = st.dictionaries(st.sampled_from(["id", "class", "title"]), texts, max_size=2)
    leaves = st.builds(Element, names, values)
    return st.recursive(
        leaves, lambda inner: st.builds(Element, names, values, st.lists(inner, max_size=3)), max_leaves=12
    )


@given(trees(), st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30))
def test_what_is_written_is_read_back(tree: Element, text: str) -> None:
    tree = Element("p", {}, [tree, text] if text else [tree])
    assert parse(write(tree)).children == [tree]


@given(st.text("<>/!-abpdsvg =\"'&;#1", max_size=60))
def test_every_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        parse(text).text()
    except InputProblem as problem:
        assert "09_write_report" in problem.messages["ru"]


@pytest.mark.parametrize("broken", ["<p>Слово <b>важное</p>", "<p>a</p></div>", "<p hidden>a</p>", "a & b"])
def test_a_page_changed_by_hand_is_refused_with_its_place(broken: str) -> None:
    with pytest.raises(InputProblem, match="is broken near"):
        parse(f"<p>Начало</p>\n{broken}")


def test_programs_and_styles_are_passed_over() -> None:
    tree = parse("<!DOCTYPE html>\n<style>a < b</style><p>1</p><script>if (a < b && c) {}</script><p>2</p>")
    assert tree.text().strip() == "12"


def test_a_drawing_keeps_its_source() -> None:
    drawing = parse(f"<p>a</p>\n<div>{SVG}</div>").find("svg")
    assert drawing is not None
    assert drawing.get("data-source") == SVG


# ---- what stays --------------------------------------------------------------------------------------------------


def test_cover_and_kinds() -> None:
    document = read_document(report())
    assert document.cover.title == "Программа"
    assert document.cover.kind == "Отчёт об оценке"
    assert document.cover.facts == (("Год", "2025"), ("Кто оценивал", "Институт"))
    assert document.cover.author == "Институт"
    assert document.cover.banner == "СМОДЕЛИРОВАННЫЕ ДАННЫЕ. Ничего настоящего."
    assert document.has_contents
    assert not read_document(leaflet("<p>a</p>")).has_contents


def test_screen_goes_and_print_stays() -> None:
    text = read_document(report()).body.text()
    assert "Только на экране" not in text and "Скачать" not in text
    assert "Только на бумаге" in text and "Скрытое" in text and "Подробнее" in text


def test_sections_dissolve_and_their_headings_take_the_anchors() -> None:
    headings = [(each.tag, each.get("id"), each.plain()) for each in read_document(report()).body.walk()
                if each.tag in ("h1", "h2", "h3")]  # fmt: skip
    assert headings == [
        ("h1", "summary", "1\u00a0\u00a0Коротко"),
        ("h1", "data", "2\u00a0\u00a0Данные"),
        ("h1", "annex", "3\u00a0\u00a0Приложение"),
        ("h2", "", "Модели"),  # an h4 on the page: no level is skipped
    ]


def test_links_lead_somewhere_or_become_text() -> None:
    links = [(each.get("href"), each.plain()) for each in read_document(report()).body.walk() if each.tag == "a"]
    assert links == [("#table-one", "табл.\u00a01")]
    assert "блокнот" in read_document(report()).body.text()
    assert body_of('<p><a href="https://example.org/a">там</a></p>') == '<p><a href="https://example.org/a">там</a></p>'
    assert body_of('<p><a href="javascript:alert(1)">там</a></p>') == "<p>там</p>"


def test_an_identifier_that_stands_twice_stays_once() -> None:
    html = body_of('<ul id="a"><li>1</li></ul><ul id="a"><li>2</li></ul>')
    assert html == '<ul id="a"><li>1</li></ul><ul><li>2</li></ul>'


def test_facts_and_tiles() -> None:
    html = write(read_document(report()).body)
    assert "<p><strong>Вопрос:</strong> Кого? </p>" in html
    assert "<td><p><strong>268 заявок</strong></p><p>подано</p></td><td></td><td></td>" in html


def test_a_heading_that_sorts_keeps_its_words() -> None:
    html = body_of("<table><thead><tr><th><button>Графа</button></th></tr></thead></table>")
    assert "<th>Графа</th>" in html


def test_text_without_a_paragraph_gets_one() -> None:
    assert body_of("<div>Слово <b>важное</b></div>") == "<p>Слово <b>важное</b></p>"


def test_a_page_asks_for_a_new_page() -> None:
    html = body_of('<section><h2>A</h2></section><section data-break="before"><h2>B</h2></section>')
    assert html == '<h1>A</h1><div class="new-page"></div><h1>B</h1>'


def test_a_page_without_text_is_refused() -> None:
    with pytest.raises(InputProblem, match="it has no text"):
        read_document("<html><head><title>a</title></head></html>")


# ---- captions and pictures ---------------------------------------------------------------------------------------


def test_printed_numbers_leave_the_captions_and_are_kept() -> None:
    document = read_document(report())
    marked = [(each.get("data-kind"), each.get("data-number"), each.get("data-title"), each.get("data-reset"))
              for each in document.body.walk() if each.get("data-kind")]  # fmt: skip
    assert marked == [
        ("table", "1", "Строки one", ""),
        ("figure", "1", "Заявки mapСМОДЕЛИРОВАННЫЕ ДАННЫЕ", ""),
        ("table", "2", "Строки wide", ""),
        ("table", "3", "Строки wider", ""),
        ("figure", "2", "Заявки secondСМОДЕЛИРОВАННЫЕ ДАННЫЕ", ""),
    ]
    assert "Таблица 1" not in document.body.text()


def test_a_number_out_of_order_is_set() -> None:
    tables = [each for each in read_document(leaflet(table("a", 1) + table("b", 5) + table("c", 6))).body.walk()
              if each.tag == "table"]  # fmt: skip
    assert [each.get("data-reset") for each in tables] == ["", "5", ""]


def test_a_caption_with_another_label_stays() -> None:
    html = table("a", 1).replace("<b>Таблица 1.</b>", "<b>Таблица А1.</b>")
    document = read_document(leaflet(html))
    assert "Таблица А1." in document.body.text()
    assert not any(each.get("data-kind") for each in document.body.walk())


def test_pictures_are_taken_out_once() -> None:
    document = read_document(leaflet(figure("a", 1) + figure("b", 2) + figure("c", 3, OTHER_SVG)))
    assert [picture.content.decode() for picture in document.pictures] == [SVG, OTHER_SVG]
    assert [picture.identifier for picture in document.pictures] == ["image-a", "image-c"]


def test_a_picture_from_elsewhere_is_not_fetched() -> None:
    document = read_document(leaflet('<p><img src="https://example.org/a.png" alt="Вид"/> и</p>'))
    assert write(document.body) == "<p>Вид и</p>"
    assert document.pictures == ()


def test_a_drawing_in_the_page_becomes_a_picture_with_its_description() -> None:
    drawing = SVG.replace("<svg", '<svg role="img" aria-label="Столбик"').replace(
        ' xmlns="http://www.w3.org/2000/svg"', ""
    )
    document = read_document(leaflet(f"<figure>{drawing}<figcaption>К</figcaption></figure>"))
    assert document.pictures[0].content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg" role="img"')
    assert 'alt="Столбик"' in write(document.body)


def test_a_picture_without_description_takes_its_caption() -> None:
    html = f"<figure>{image('a', told='')}<figcaption>Подпись</figcaption></figure>"
    assert 'alt="Подпись"' in write(read_document(leaflet(html)).body)
