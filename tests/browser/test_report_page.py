"""The report in a browser without a network: nothing leaves, tables sort and download, folding, map, dark, paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from display.interactive_world import grid_page
from evaluation.display.exhibit import Exhibit, Format
from evaluation.report.formulas.models import formula
from evaluation.report.html import interactive_map, page, picture
from evaluation.settings import Language, Text

Open = Callable[..., Any]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" fill="#0b5a8a"/></svg>'
UNITS = ["=cmd|'/c calc'!A1", "Ёлово", "Абан", "@SUM(A1)", "Ейск"]
VALUES = [1234.5, None, -3.0, 20.3, 0.0]


def sums(language: Language, **changes: object) -> Exhibit:
    frame = pd.DataFrame(
        {
            "unit": UNITS,
            "value": VALUES,
            "share": [0.1, 0.02, 0.5, 0.25, None],
            "day": pd.to_datetime(["2025-02-01", "2024-12-31", None, "2025-01-15", "2023-07-01"]),
            "people": [3.0, 40.0, 50.0, 9.0, 100.0],
        }
    )
    given: dict[str, object] = {
        "labels": {"ru": {"unit": "Территория", "value": "Сумма"}, "en": {"unit": "Unit", "value": "Sum"}},
        "title": Text(ru="Суммы", en="Sums"),
        "formats": {"share": Format("share", 1)},
        "hidden": pd.DataFrame({"people": ["primary", "", "", "", ""]}),
        "simulated": True,
        "language": language,
        **changes,
    }
    return Exhibit("sums", frame, **given)  # type: ignore[arg-type]


def wide(language: Language) -> Exhibit:
    columns = {f"column {place}": [place * 1.5, place * 1000.0] for place in range(1, 16)}
    frame = pd.DataFrame({"unit": ["A long name of a territory", "B"], **columns})
    return Exhibit("wide", frame, {}, Text(ru="Широкая", en="Wide"), language=language)


def report_page(language: Language) -> str:
    table, broad = sums(language).to_html(language), wide(language).to_html(language)
    filler = "<p>" + "words " * 400 + "</p>"
    body = (
        f'<section id="one" aria-labelledby="title-one"><h2 id="title-one">One</h2><p><a href="#table-late">late</a> '
        f'<span data-medium="print" class="on-paper">on paper</span><span data-medium="screen" class="on-screen">on '
        f"screen</span></p>{table}{broad}{filler}</section>"
        f'<section id="two" aria-labelledby="title-two"><h2 id="title-two">Two</h2><figure id="figure-m">'
        f"{picture('m', SVG, 'A map of rectangles, one of them blue')}<figcaption>Map</figcaption></figure>"
        f"{interactive_map(grid_page(language), 'm')}{filler}</section>"
        f'<section id="three" aria-labelledby="title-three"><h2 id="title-three">Three</h2>'
        f"{formula(chr(92) + 'log E[y_i] = ' + ' + '.join(f'b_{{{n}}} x_{{{n}}}' for n in range(30)), 'a long sum')}"
        f'<details class="annex-group" id="g1"><summary>First</summary><p>inside first</p></details>'
        f'<details class="annex-group" id="g2"><summary>Second</summary>'
        f"{table.replace('sums', 'late')}</details>{filler}</section>"
    )
    contents = [("one", "1", "One"), ("two", "2", "Two"), ("three", "3", "Three")]
    facts = "<dl><div><dt>Year</dt><dd>2025</dd></div></dl>"
    head = f'<header class="cover"><div><p class="kind">Report</p><h1>Title</h1>{facts}</div></header>'
    return page("Title", language, head, contents, body)


@pytest.fixture
def en(open_page: Open) -> Any:
    one = open_page(report_page("en"))
    yield one.page
    assert one.wrong == [] and one.asked == [], "nothing leaves the page and nothing is wrong in it"


def column(page_: Any, at: int, table: str = "sums") -> list[str]:
    rows = page_.eval_on_selector_all(
        f"#table-{table} tbody tr", "all => all.map(r => [...r.cells].map(c => c.textContent))"
    )
    return [row[at] for row in rows]


def test_an_injected_script_and_picture_are_stopped(open_page: Open) -> None:
    spoiled = report_page("en").replace(
        "</main>", '<script>document.title="x"</script><img src="https://example.org/a.png" alt="a"></main>'
    )
    one = open_page(spoiled)
    assert one.page.title() == "Title"
    assert sum("Content Security Policy" in each for each in one.wrong) >= 2


def test_columns_sort_by_value_and_say_so(en: Any) -> None:
    before = column(en, 0)
    head = en.locator("#table-sums thead th").nth(1)
    head.locator("button").focus()
    en.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(en, 0) == [UNITS[0], UNITS[3], UNITS[4], UNITS[2], UNITS[1]], "the missing value comes last"
    assert en.locator("p.unseen[role=status]").last.text_content() == "Sorted descending: Sum"
    en.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(en, 0) == [UNITS[2], UNITS[4], UNITS[3], UNITS[0], UNITS[1]]
    en.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None and column(en, 0) == before
    en.locator("#table-sums thead th button").nth(3).click()
    assert column(en, 3)[:4] == ["2023-07-01", "2024-12-31", "2025-01-15", "2025-02-01"]
    en.locator("#table-sums thead th button").nth(4).click()
    assert column(en, 4)[0] == "100" and column(en, 4)[-1].replace("\u00a0", " ") == "< 5", "a hidden count has no rank"


def test_numbers_without_full_values_sort_by_what_is_shown(open_page: Open) -> None:
    one = open_page(report_page("en").replace("data-value=", "data-other="))
    one.page.locator("#table-sums thead th button").nth(1).click()
    assert column(one.page, 0) == [UNITS[0], UNITS[3], UNITS[4], UNITS[2], UNITS[1]]


def test_words_sort_as_the_language_sorts(open_page: Open) -> None:
    one = open_page(report_page("ru"))
    one.page.locator("#table-sums thead th button").first.click()
    assert [each for each in column(one.page, 0) if each[0] in "АЕЁ"] == ["Абан", "Ейск", "Ёлово"]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_downloaded_table_is_what_is_shown_and_cannot_run(open_page: Open, language: Any) -> None:
    one = open_page(report_page(language), accept_downloads=True)
    with one.page.expect_download() as waiting:
        one.page.locator("#table-sums .tools button").click()
    got = waiting.value
    assert got.suggested_filename == f"sums.{language}.csv"
    content = Path(got.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows, ours = (
        list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if language == "ru" else ","))
        for text in (content.decode("utf-8-sig"), sums(language).to_csv(language))
    )
    assert [row[0] for row in rows[1:]] == [row[0] for row in ours[1:]], "texts are guarded as in the other files"
    assert rows[0][-1] == ours[0][-1] and rows[1][-1] == ours[1][-1], "simulated data say so"
    comma = "," if language == "ru" else "."
    missing = "—" if language == "ru" else "n/a"
    assert [row[1].replace(comma, ".") for row in rows[1:]] == ["1234.5", missing, "-3.0", "20.3", "0.0"]
    assert [row[2] for row in rows[1:]][:4] == [f"10{comma}0", f"2{comma}0", f"50{comma}0", f"25{comma}0"]
    assert one.wrong == []


def test_numbers_stand_sign_below_sign(open_page: Open) -> None:
    frame = pd.DataFrame({"n": ["a", "b", "c"], "v": [1.5, 200.25, 7.0]})
    table = Exhibit("t", frame, {}, Text(ru="т", en="t"), formats={"v": Format(decimals=2)}).to_html("en")
    # the same numbers as if each had its own digits
    uneven = table.replace(">1.50<", ' data-pad="0">1.5<').replace(">7.00<", ' data-pad=".00">7<')
    one = open_page(page("T", "en", "<header><h1>T</h1></header>", [], f"<section>{uneven}</section>"))
    ends = one.page.evaluate(
        """() => [...document.querySelectorAll('tbody td')].map(cell => {
             const range = document.createRange(), text = cell.firstChild, at = text.data.indexOf('.');
             range.setStart(text, 0); range.setEnd(text, at < 0 ? text.length : at);
             return range.getBoundingClientRect().right; })"""
    )
    assert max(ends) - min(ends) < 0.6, ends
    assert one.page.locator("tbody td").nth(2).inner_text() == "7"


def test_an_address_opens_the_folded_part_it_names(en: Any) -> None:
    assert not en.locator("#g2").evaluate("one => one.open")
    en.locator("a[href='#table-late']").click()
    assert en.locator("#g2").evaluate("one => one.open") and en.locator("#table-late").is_visible()
    assert not en.locator("#g1").evaluate("one => one.open")
    every = en.locator("#three > .tools button")
    assert every.text_content() == "Open all" and every.get_attribute("aria-expanded") == "false"
    every.click()
    assert en.locator("details[open]").count() == 2 and every.text_content() == "Close all"
    every.click()
    assert en.locator("details[open]").count() == 0


def test_the_contents_tell_where_the_reader_is(en: Any) -> None:
    en.locator("#three").scroll_into_view_if_needed()
    en.evaluate("document.getElementById('three').scrollIntoView()")
    en.locator(".contents [aria-current][href='#three']").wait_for()
    assert en.locator(".contents [aria-current]").count() == 1


def test_the_map_works_by_keyboard_inside_the_report(en: Any) -> None:
    en.locator("#map-m [data-part=area]").focus()
    en.keyboard.press("ArrowRight")
    assert "Unit" in str(en.locator("#map-m [data-part=live]").text_content())
    assert en.locator("#map-m [data-part=rows] tr").count() == 9


def test_paper_opens_everything_and_shows_no_controls(en: Any) -> None:
    assert en.locator(".on-screen").is_visible() and not en.locator(".on-paper").is_visible()
    en.emulate_media(media="print")
    assert en.locator(".on-paper").is_visible() and not en.locator(".on-screen").is_visible()
    assert not en.locator("#map-m").is_visible() and not en.locator("#table-sums .tools").is_visible()
    en.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert en.locator("#table-late").is_visible()
    en.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert en.locator("details[open]").count() == 0


def test_without_a_script_everything_can_be_read(open_page: Open) -> None:
    one = open_page(report_page("en"), java_script_enabled=False)
    assert one.page.locator("#table-sums tbody tr").count() == 5 and one.page.locator("button.sort").count() == 0
    assert one.page.locator("#table-sums .tools").count() == 0
    assert not one.page.locator("#map-m [data-part=search]").is_visible()
    one.page.locator("#g2 summary").click()
    assert one.page.locator("#table-late").is_visible()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1440)])
def test_everyone_can_read_it(open_page: Open, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    language = "ru" if scheme == "dark" else "en"
    one = open_page(report_page(language), width, color_scheme=scheme, reduced_motion="reduce")
    one.page.locator("#three > .tools button").click()
    # axe adds its own script past the policy of the page
    found = axe.Axe().run(one.page).response["violations"]
    assert [(each["id"], each["impact"], each["nodes"][0]["html"][:120]) for each in found
            if each["impact"] in ("serious", "critical")] == []  # fmt: skip
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width, "nothing to scroll sideways"
    inside = one.page.locator("#table-wide .scroll")
    if width == 360:
        assert inside.evaluate("one => one.scrollWidth > one.clientWidth")
        inside.focus()
        one.page.keyboard.press("ArrowRight")
        for _ in range(50):
            if inside.evaluate("one => one.scrollLeft") > 0:
                break
            one.page.wait_for_timeout(100)
        else:
            pytest.fail("the arrow does not move the table")
    paper = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    figure = one.page.evaluate("getComputedStyle(document.querySelector('figure img')).backgroundColor")
    assert figure == "rgb(255, 255, 255)", "a drawing keeps its light ground"
