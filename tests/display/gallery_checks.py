"""What every picture of the gallery must keep to: texts apart, inside the frame, large enough on an A4 page."""

from __future__ import annotations

import itertools
import struct

from matplotlib.figure import Figure
from matplotlib.text import Text

from evaluation.display.page import text_boxes
from evaluation.display.rendering import PNG_DPI, figure_bytes
from evaluation.display.wording import WORDS

A4_TEXT = 170 / 25.4  # inches
LEAST_POINTS = 6.0
TOUCH = 0.006  # inches: less than a pixel on paper


def overlapping_texts(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap; the simulated mark lies in the empty first line of its title."""
    boxes = text_boxes(figure)
    pairs = []
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        marked = {first, second} & set(WORDS["simulated"]) and any(text.startswith("\n") for text in (first, second))
        if min(a[2], b[2]) - max(a[0], b[0]) > TOUCH and min(a[3], b[3]) - max(a[1], b[1]) > TOUCH and not marked:
            pairs.append((first, second))
    return pairs


def texts_outside(figure: Figure) -> list[str]:
    width, height = figure.get_size_inches()
    return [
        text
        for text, (left, low, right, high) in text_boxes(figure)
        if left < -TOUCH or low < -TOUCH or right > width + TOUCH or high > height + TOUCH
    ]


def smallest_points(figure: Figure) -> float:
    """Least size of letters when the saved picture is as wide as an A4 page's text."""
    png = figure_bytes(figure, "png")
    width = struct.unpack(">I", png[16:20])[0] / PNG_DPI
    shown = {text for text, _ in text_boxes(figure)}
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    sizes = [text.get_fontsize() for text in texts if text.get_text() in shown]
    return min(sizes) * A4_TEXT / width
