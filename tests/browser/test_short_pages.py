"""Cards, brief and slides in a browser without a network: nobody shut out, nothing asked for, no page too wide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from tests.report import card_world, short_inputs

from evaluation.report.brief import build_brief
from evaluation.report.cards.document import build_card, build_cards
from evaluation.report.slides import build_slides
from evaluation.settings import Language

Open = Callable[..., Any]
FORMS: dict[str, Callable[[Language], str]] = {
    "brief": lambda language: build_brief(
        short_inputs.inputs(), language, {}, short_inputs.figures(), {"report": (f"report.{language}.html", "R")}
    ),
    "slides": lambda language: build_slides(short_inputs.inputs(), language, {}, short_inputs.figures()),
    "card": lambda language: build_card(card_world.cards()[1], card_world.inputs(), language),
    "cards": lambda language: build_cards(card_world.cards(), card_world.inputs(), language),
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_nobody_is_shut_out_and_nothing_is_asked_for(open_page: Open, form: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for number, (width, scheme) in enumerate(((360, "light"), (1440, "dark"))):
        language = cast(Language, ("ru", "en")[number])
        one = open_page(FORMS[form](language), width=width, color_scheme=scheme)
        found = axe.run(one.page).response["violations"]
        serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        assert serious == [], [(each["id"], each["nodes"][0]["html"]) for each in found]
        assert one.asked == []
        assert one.wrong == []
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width, "the page is too wide"


def test_a_card_is_read_without_a_script(open_page: Open) -> None:
    one = open_page(FORMS["card"]("ru"), java_script_enabled=False)
    assert "33\u00a0заявки" in one.page.inner_text("main")
