"""The small charts of cards: bars as high as their numbers, ranks where they stand, words beside them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from evaluation.display.canvas import BLUE, LIGHT
from evaluation.display.card_charts import bars_by_year, bars_in_words, rank_scale
from evaluation.settings import LANGUAGES

SVG = "{http://www.w3.org/2000/svg}"


def bars(svg: str, colour: str) -> list[float]:
    """Heights of the bars of a colour, without the key's small squares."""
    rects = ET.fromstring(svg).iter(f"{SVG}rect")
    return [float(each.get("height", 0)) for each in rects if each.get("fill") == colour and each.get("width") != "9"]


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).iter(f"{SVG}text")]


def test_bars_are_as_high_as_their_numbers() -> None:
    svg = bars_by_year([2023, 2024, 2025], [8, 0, 4], [2, 0, 4], "ru")
    whole, part = bars(svg, LIGHT), bars(svg, BLUE)
    assert whole == [72.0, 36.0], "the highest takes all the room; nothing applied for is no bar"
    assert part == [18.0, 36.0]
    assert {"2023", "2024", "2025", "8", "0", "4"} <= set(texts(svg))


def test_a_year_that_is_not_known_has_a_dash() -> None:
    svg = bars_by_year([2022, 2024], [3, None], [1, None], "en")
    assert texts(svg).count("–") == 2, "2023 is not told, 2024 not known"
    assert {"2022", "2023", "2024"} <= set(texts(svg))
    assert "no data" in texts(bars_by_year([], [], [], "en"))


def test_bars_in_words() -> None:
    told = bars_in_words([2023, 2024, 2025], [1, 22, None], [1, 5, None], "ru")
    assert told == "2023: 1 заявка, из них поддержаны 1; 2024: 22 заявки, из них поддержаны 5; 2025: нет данных."
    assert bars_in_words([2025], [111], [0], "en") == "2025: 111 applications, of them supported 0."


def test_the_rank_stands_on_its_scale() -> None:
    svg = rank_scale(1, 1, 5, 5, "ru")
    root = ET.fromstring(svg)
    dot = next(each for each in root.iter(f"{SVG}circle") if each.get("r") == "5")
    assert dot.get("cx") == "22.0", "the first rank at the beginning"
    band = next(each for each in root.iter(f"{SVG}rect") if each.get("height") == "12")
    assert (band.get("x"), band.get("width")) == ("18.0", "484.0"), "all ranks open: the whole scale"
    middle = rank_scale(3, 2, 4, 5, "en")
    assert 'cx="260.0"' in middle
    assert {"1", "2", "3", "4", "5"} <= set(texts(middle))
    assert {"1", "20", "36"} <= set(texts(rank_scale(7, 1, 36, 36, "ru")))


@pytest.mark.parametrize("numbers", [(3, 4, 5, 5), (3, 1, 2, 5), (3, 1, 6, 5), (1, 0, 5, 5)])
def test_ranks_out_of_order_are_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="not in this order"):
        rank_scale(*numbers, "ru")


def test_one_place_alone_and_the_mark_of_simulated_data() -> None:
    assert "1" in texts(rank_scale(1, 1, 1, 1, "ru"))
    for language in LANGUAGES:
        assert re.search("СМОДЕЛ|SIMUL", bars_by_year([2025], [1], [1], language, simulated=True))
        assert not re.search("СМОДЕЛ|SIMUL", bars_by_year([2025], [1], [1], language))
