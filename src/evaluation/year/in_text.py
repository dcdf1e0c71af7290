"""Numbers in a report's sentences, and whether each comes from a named finding."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from html.parser import HTMLParser

NUMBER = re.compile(r"(?<![\w.,])[−+-]?\d(?:[\d\u00a0\u202f ]*\d)?(?:[.,]\d+)?")
LEVEL = re.compile(r"95[ \u00a0]?%")
# what stands in these is no sentence of the text: numbers of tables, names of models, facts of the run, captions
APART = (
    "table", "figure", "figcaption", "nav", "style", "script", "a", "code", "math", "h1", "h2", "h3", "h4", "header",
)  # fmt: skip
APART_CLASSES = ("cards", "facts", "place", "banner", "interactive", "exhibit")
TYPED = "typed"  # a number that a text says is no result
VOID = ("br", "img", "meta", "link", "hr", "input", "col", "wbr")
WORDS_AROUND = 40


@dataclass(frozen=True)
class InText:
    """``total`` numbers stand in the text, ``traced`` of them in a finding that exists.

    ``settled`` are no results but settings (the level of intervals, the year, the threshold) or said to be none (the
    number of a law); ``typed`` are the others in their surroundings, ``unknown`` names findings that no step made.
    """

    report: str
    total: int
    traced: int
    settled: int
    typed: tuple[str, ...]
    unknown: tuple[str, ...]


class _Sentences(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool, str | None, bool]] = []
        self.parts: list[tuple[str, str | None, bool]] = []
        self._inside_main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        apart = tag in APART or bool(classes & set(APART_CLASSES))
        above = self.open[-1] if self.open else ("", False, None, False)
        self.open.append((tag, apart or above[1], given.get("data-finding") or above[2], TYPED in classes or above[3]))

    def handle_endtag(self, tag: str) -> None:
        if any(each[0] == tag for each in self.open):
            while self.open.pop()[0] != tag:
                continue
        if tag in ("p", "li", "dd", "dt", "div", "section"):
            self.parts.append(("\n", None, False))

    def handle_data(self, data: str) -> None:
        tags = [each[0] for each in self.open]
        if "main" in tags and not self.open[-1][1]:
            self.parts.append((data, *self.open[-1][2:]))


def numbers_in_text(name: str, html: str, findings: Set[str], settings: Set[str] = frozenset()) -> InText:
    """Count the numbers in the sentences of one report; ``findings`` are the names that the steps made, ``settings``
    numbers that the programme's settings give."""
    parser = _Sentences()
    parser.feed(html)
    parser.close()
    total = traced = settled = 0
    typed: list[str] = []
    unknown: dict[str, None] = {}
    text = "".join(part for part, *_ in parser.parts)
    start = 0
    for part, finding, is_typed in parser.parts:
        for number in NUMBER.finditer(part):
            total += 1
            if finding is not None and finding in findings:
                traced += 1
            elif finding is not None:
                unknown[finding] = None
            elif is_typed or number.group() in settings or LEVEL.match(part, number.start()):
                settled += 1
            else:
                place = start + number.start()
                around = text[max(0, place - WORDS_AROUND) : place + len(number.group()) + WORDS_AROUND]
                typed.append(" ".join(around.split()))
        start += len(part)
    return InText(name, total, traced, settled, tuple(typed), tuple(unknown))
