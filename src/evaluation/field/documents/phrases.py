"""Sentences and clauses of a paragraph, with their places in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# after these a point ends no sentence, even before a capital letter
_ABBREVIATION = re.compile(r"(?:^|[\s(«\"])(?:г|гг|ст|п|пп|ч|ул|д|им|т|е|с|см|стр|обл|р|пос|тов|[А-ЯЁ])\.$")
_ITEM_MARK = re.compile(r"(?:^|:\s)1\.$|;\s\d{1,2}\.$")
_END = re.compile(r"[.!?…]+[»\"”)]?\s+(?=[«\"“(]?[А-ЯЁA-Z\d])")
_BREAK = re.compile(r"[,;()]|\s(?:а\s+также|из\s+них|в\s+том\s+числе|в\s+т\.\s?ч\.)\s", re.I)


class Span(NamedTuple):
    """A piece of a text: its words, its first place and the place after its last."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=2_000)
def sentences(text: str) -> tuple[Span, ...]:
    """Sentences in order; abbreviations before names (г., ст., initials) and item marks end none."""
    found, start = [], 0
    for end in _END.finditer(text):
        stop = end.start() + 1
        before = text[max(start, stop - 8) : stop]
        if _ABBREVIATION.search(before) or _ITEM_MARK.search(before):
            continue
        found.append(Span(text[start : end.end()].strip(), start, end.end()))
        start = end.end()
    if start < len(text):
        found.append(Span(text[start:].strip(), start, len(text)))
    return tuple(found)


def clauses(text: str) -> Iterator[Span]:
    """Pieces between commas, brackets, semicolons, «из них», «а также»; places count from the text's start."""
    start = 0
    for stop in _BREAK.finditer(text):
        if text[start : stop.start()].strip():
            yield Span(text[start : stop.start()], start, stop.start())
        start = stop.end()
    if text[start:].strip():
        yield Span(text[start:], start, len(text))


def sentence_at(text: str, place: int) -> str:
    """The sentence of a text that covers a place."""
    return next((span.text for span in sentences(text) if span.start <= place < span.end), text)
