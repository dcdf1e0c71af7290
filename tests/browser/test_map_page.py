"""The interactive map in a browser without a network: mouse, keys, search, table, years, zoom, and who can use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from display.interactive_world import INDICATORS, grid_page, grid_values
from evaluation.display.interactive.outlines import tile_outlines
from evaluation.display.interactive.page import map_page
from evaluation.display.interactive.series import MapIndicator
from evaluation.display.wording import format_number
from evaluation.settings import Text

Open = Callable[..., Any]
MARKS = {
    "ru": {"hidden": "скрыто: мало людей", "no_data": "нет данных"},
    "en": {"hidden": "hidden: few people", "no_data": "no data"},
}


def text(page: Any, part: str) -> str:
    return str(page.locator(f"[data-part={part}]").inner_text())


def rows(page: Any) -> list[list[str]]:
    found = page.eval_on_selector_all(
        "[data-part=rows] tr:not([hidden])", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return [list(row) for row in found]


def live(page: Any) -> str:
    return str(page.locator("[data-part=live]").text_content())


@pytest.fixture
def en(open_page: Open) -> Any:
    one = open_page(grid_page("en"))
    yield one.page
    assert one.wrong == [] and one.asked == []


def test_nothing_leaves_the_page_and_the_cut_network_would_be_noticed(open_page: Open) -> None:
    one = open_page(grid_page("ru"))
    assert one.asked == [] and one.wrong == []
    leaking = open_page(grid_page("ru").replace("</main>", '<img src="https://example.org/a.png"></main>'))
    assert any("Content Security Policy" in message for message in leaking.wrong), "the policy stops a foreign picture"
    free = open_page('<img src="https://example.org/a.png">')
    free.page.wait_for_timeout(200)
    assert free.asked == ["https://example.org/a.png"], "without a policy the request would have been noted"


def test_an_injected_script_does_not_run(open_page: Open) -> None:
    one = open_page(grid_page("en").replace("</main>", "<script>document.title='taken'</script></main>"))
    assert one.page.title() == "Reach <of> the programme" and any("script" in message for message in one.wrong)


def test_hover_shows_and_leaving_hides(en: Any) -> None:
    en.locator("path[data-i='4']").hover()
    assert text(en, "tip").splitlines() == ["Unit E1", "Applications, 2024: 14\u00a0applications"]
    en.mouse.move(2, 2)
    assert not en.locator("[data-part=tip]").is_visible()


def test_tab_arrows_enter_and_escape(en: Any) -> None:
    for _ in range(4):
        en.keyboard.press("Tab")
    assert en.evaluate("document.activeElement.dataset.part") == "area"
    assert en.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert live(en).startswith("Unit E1."), "the middle one first"
    for key, name in (("ArrowRight", "F2"), ("ArrowUp", "C2"), ("ArrowLeft", "B1"), ("ArrowLeft", "A0")):
        en.keyboard.press(key)
        assert live(en).startswith(f"Unit {name}."), key
    en.keyboard.press("ArrowLeft")
    assert live(en) == "There is no further territory in this direction"
    en.keyboard.press("Enter")
    assert live(en).endswith("pinned") and "pinned" in text(en, "tip")
    en.locator("path[data-i='8']").hover()
    assert "Unit A0" in text(en, "tip"), "a pinned territory stays"
    en.keyboard.press("Escape")
    assert not en.locator("[data-part=tip]").is_visible() and live(en) == "Unit A0: not pinned"


def test_search_knows_no_difference_of_letters(open_page: Open) -> None:
    one = open_page(grid_page("ru"))
    page = one.page
    page.locator("[data-part=search]").fill("ЁЛ")
    assert [row[0] for row in rows(page)] == ["Весёлое", "Елово", "Новосёлово"] and text(page, "found") == "Найдено: 3"
    assert page.locator("path.faint").count() == 6
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.part") == "area" and live(page).startswith("Елово.")
    page.locator("[data-part=search]").press("Escape")
    assert len(rows(page)) == 9 and page.locator("path.faint").count() == 0 and one.wrong == []


def test_the_table_sorts_by_numbers_and_is_linked_with_the_map(en: Any) -> None:
    head = en.locator("[data-part=head-value]")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending" and live(en) == "Sorted descending: Applications, 2024"
    numbers = [int(row[1].split("\u00a0")[0].replace(",", "")) for row in rows(en) if row[1] != "no data"]
    assert numbers == sorted(numbers, reverse=True) and max(numbers) == 1200
    assert rows(en)[-1][1] == "no data", "what is not known comes last"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending" and rows(en)[-1][1] == "no data"
    en.locator("[data-part=rows] tr", has_text="Unit F2").click()
    assert live(en).startswith("Unit F2.") and en.locator("[data-part=ring]").get_attribute("d")
    en.locator("path[data-i='0']").click()
    assert en.locator("tr.current th").text_content() == "Unit A0"
    en.locator("[data-part=scroller]").focus()
    en.keyboard.press("ArrowDown")
    assert en.locator("tr.current th").all_text_contents() == [rows(en)[1][0]] and live(en).startswith(rows(en)[1][0])


@pytest.mark.parametrize("language", ["ru", "en"])
def test_numbers_are_those_of_the_frame_in_every_year_and_indicator(open_page: Open, language: Any) -> None:
    page = open_page(grid_page(language)).page
    values = grid_values()
    for number, indicator in enumerate(INDICATORS):
        page.locator("[data-part=indicator]").select_option(str(number))
        own = values[values["indicator"] == indicator.code]
        for year in sorted(own["year"].unique().tolist()):
            page.locator("[data-part=year]").select_option(str(year))
            decimals = {"applications": 0, "share": 1, "hours": 1}[indicator.code]
            expected = [
                MARKS[language].get(row.state) or format_number(row.value, language, decimals, indicator.unit)
                for row in own[own["year"] == year].sort_values("unit_id").itertuples()
            ]
            page.locator("[data-part=search]").fill("")
            shown = {row[0]: row[1] for row in rows(page)}
            units = json.loads(page.locator("section script").text_content())["units"]
            assert [shown[unit[0]] for unit in units] == expected, (indicator.code, year)
            legend = page.locator("[data-part=legend] li").all_inner_texts()
            assert sum(int(item.rsplit("(", 1)[1].rstrip(")")) for item in legend) == 9


def test_interval_and_n_stand_in_the_table_where_there_are_any(en: Any) -> None:
    assert (
        not en.locator("[data-part=head-interval]").is_visible() and not en.locator("[data-part=head-n]").is_visible()
    )
    en.locator("[data-part=indicator]").select_option("1")
    assert en.locator("[data-part=head-interval]").is_visible()
    row = next(row for row in rows(en) if row[0] == "Unit E1")
    assert row == ["Unit E1", "50.0%", "40.0 to 60.0", "25"]
    hidden = next(row for row in rows(en) if row[0] == "Unit B1")
    assert hidden == ["Unit B1", "hidden: few people", "", ""]
    assert en.locator("path[data-i='1']").get_attribute("fill") == "url(#map-hidden)"


def test_another_year_paints_other_colours_by_the_same_classes(en: Any) -> None:
    def painted() -> list[str]:
        return list(en.eval_on_selector_all("path[data-i]", "all => all.map(one => one.getAttribute('fill'))"))

    def words() -> list[str]:
        return [item.split(" (")[0] for item in en.locator("[data-part=legend] li").all_inner_texts()]

    before, legend = painted(), words()
    en.locator("[data-part=year]").select_option("2023")
    assert painted() != before and [one for one in words() if one != "no data"] == [
        one for one in legend if one != "no data"
    ]


def test_zoom_by_buttons_keys_and_wheel(en: Any) -> None:
    svg = en.locator("[data-part=svg]")
    whole = svg.get_attribute("viewBox")

    def width() -> float:
        return float(str(svg.get_attribute("viewBox")).split()[2])

    full = width()
    en.locator("[data-part=zoom-in]").click()
    assert width() == pytest.approx(full / 1.5, rel=0.01)
    en.locator("[data-part=zoom-out]").click()
    assert svg.get_attribute("viewBox") == whole
    en.locator("[data-part=area]").focus()
    en.keyboard.press("+")
    en.keyboard.press("+")
    assert width() == pytest.approx(full / 2.25, rel=0.01)
    en.keyboard.press("0")
    assert svg.get_attribute("viewBox") == whole
    en.locator("path[data-i='4']").hover()
    en.mouse.wheel(0, -100)
    en.wait_for_timeout(100)
    assert width() == pytest.approx(full / 1.25, rel=0.01)
    en.locator("[data-part=reset]").click()
    assert svg.get_attribute("viewBox") == whole


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("tiles", [False, True])
def test_everyone_can_use_it(open_page: Open, language: Any, scheme: str, width: int, tiles: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    one = open_page(grid_page(language, tiles), width, color_scheme=scheme, reduced_motion="reduce")
    one.page.locator("[data-part=indicator]").select_option("1")
    one.page.locator("path[data-i='4']").first.click()
    # axe adds its own script past the policy of the page
    found = axe.Axe().run(one.page).response["violations"]
    assert [(each["id"], each["impact"]) for each in found if each["impact"] in ("serious", "critical")] == []
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width, "nothing to scroll sideways"
    seconds = one.page.eval_on_selector("path.u", "one => getComputedStyle(one).transitionDuration")
    assert seconds == "0s", "no movement for those who ask for none"


def test_axe_would_find_a_fault(open_page: Open) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    spoiled = grid_page("en").replace('aria-label="Zoom in">+', ">")
    found = axe.Axe().run(open_page(spoiled).page).response["violations"]
    assert "button-name" in [each["id"] for each in found]


def test_on_paper_the_whole_table_and_no_controls(open_page: Open) -> None:
    page = open_page(grid_page("en")).page
    page.emulate_media(media="print")
    assert not page.locator("[data-part=search]").is_visible()
    assert page.eval_on_selector("[data-part=scroller]", "one => getComputedStyle(one).maxHeight") == "none"


def test_names_of_any_kind_stay_text(open_page: Open) -> None:
    nasty = '</script><img src=x onerror="document.title=1">&amp;\u2028"'
    units = pd.DataFrame({"unit_id": ["a"], "short_name": [nasty], "x": [0.0], "y": [0.0]})
    values = pd.DataFrame({"unit_id": ["a"], "year": [2024], "indicator": ["i"], "value": [1.0]})
    indicators = [MapIndicator("i", Text(ru=nasty, en=nasty))]
    drawing = tile_outlines(units, {"a": nasty})
    page_text = map_page(units, drawing, values, indicators, "ru", title=nasty, note=nasty)
    one = open_page(page_text)
    assert one.page.title() == nasty and one.wrong == [] and one.asked == []
    assert rows(one.page)[0][0] == nasty and one.page.locator("img").count() == 0
