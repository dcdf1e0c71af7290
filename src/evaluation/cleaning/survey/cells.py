"""Single answers: one answer in words, a score, several answers in one cell, an option in a column of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from evaluation.cleaning.markers import read_missing
from evaluation.cleaning.parsed import EMPTY, Parsed, plain
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import Choices, is_blank, is_marker, parse_number

MISSING = "missing:"
# words for the lack of an answer that no list declares
_ROLES: dict[str | None, str] = {
    "dont_know": "dont_know", "refused": "refused", "not_asked": "not_asked", "skip": "not_asked",
}  # fmt: skip
_YES = frozenset(map(fold, (
    "1", "1.0", "y", "yes", "да", "true", "истина", "x", "х", "+", "v", "✓", "✔", "☑", "checked", "selected", "quoted",
    "выбрано", "отмечено",
)))  # fmt: skip
_NO = frozenset(map(fold, (
    "0", "0.0", "n", "no", "нет", "false", "ложь", "unchecked", "not selected", "not quoted", "не выбрано",
    "не отмечено",
)))  # fmt: skip
_SEPARATOR = re.compile(r"\s*\.?\s*(?:[,;|/•]\s*|\s(?:и|and)\s+|$)")
_LEADING = " .,;|/•"
_LINE_ENDS = re.compile(r"[\r\n\v\f\u2028]+")
_MOST_READINGS = 2


def parse_answer(raw: Any, spellings: Choices, missing: Choices) -> Parsed:
    """The code of one answer; «затрудняюсь ответить» and refusals outside the list are ``missing:dont_know`` etc."""
    if is_blank(raw):
        return EMPTY
    parsed = spellings.parse(raw)
    if parsed.value is not None:
        return parsed
    role = missing.parse(raw)
    if role.value in ("dont_know", "refused", "not_asked"):
        return Parsed(f"{MISSING}{role.value}", role.rule)
    if parsed.missing in _ROLES:
        return Parsed(f"{MISSING}{_ROLES[parsed.missing]}", parsed.rule)
    if parsed.missing == "marker":
        return parsed
    return Parsed(None, "answer_unknown", parsed.suggestion)


def parse_score(raw: Any, low: float | None, high: float | None) -> Parsed:
    """A number within its bounds; «12/20» and «12 из 20» are 12 where the maximum agrees."""
    if isinstance(raw, str):
        found = re.match(r"^\s*(\d+(?:[.,]\d+)?)\s*(?:/|из)\s*(\d+)\s*(?:балл\w*)?\s*$", raw)
        if found:
            number = float(found[1].replace(",", "."))
            if (high is not None and float(found[2]) != high) or number > float(found[2]):
                return Parsed(None, "out_of_range", found[1])
            return Parsed(number, "unit_in_cell")
    parsed = parse_number(raw)
    if parsed.value is not None and (
        (low is not None and parsed.value < low) or (high is not None and parsed.value > high)
    ):
        return Parsed(None, "out_of_range", f"{low}..{high}")
    return parsed


def parse_number_answer(raw: Any, low: float | None, high: float | None, missing: Choices) -> Parsed:
    """As ``parse_score``; words for the lack of an answer are ``missing:dont_know`` etc."""
    if isinstance(raw, str) and not is_blank(raw):
        role = missing.parse(raw)
        if role.value in ("dont_know", "refused", "not_asked"):
            return Parsed(f"{MISSING}{role.value}", role.rule)
        reason = read_missing(raw)
        if reason is not None and reason.missing in _ROLES:
            return Parsed(f"{MISSING}{_ROLES[reason.missing]}", reason.rule)
    return parse_score(raw, low, high)


def parse_option(raw: Any, option: str, spellings: Choices) -> Parsed:
    """Whether an option with a column of its own was chosen: True, False, None of an empty cell.

    The cell holds 1 and 0, yes and no, or the option's own wording; the wording of another option is refused.
    """
    raw = plain(raw)
    if isinstance(raw, bool):
        return Parsed(raw)
    if is_blank(raw) or (isinstance(raw, str) and is_marker(raw) and fold(raw) not in _YES):
        return EMPTY
    word = fold(f"{raw:g}" if isinstance(raw, (int, float)) else str(raw))
    if word in _YES or word in _NO:
        return Parsed(word in _YES)
    parsed = spellings.parse(raw)
    if parsed.value == option:
        return Parsed(True, parsed.rule)
    reason = read_missing(raw)
    if reason is not None and reason.missing in _ROLES:
        return EMPTY
    return Parsed(None, "answer_unknown", parsed.value or parsed.suggestion)


def parse_in_words(raw: Any) -> Parsed:
    """Whether another answer was given in words; the words themselves are passed over."""
    if is_blank(raw):
        return EMPTY
    word = fold(str(plain(raw)))
    return Parsed(word not in _NO) if word in _YES | _NO else Parsed(True)


class Options(NamedTuple):
    """Codes chosen in one cell, parts that stand for none, and the codes of a second reading where there is one."""

    codes: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Splitter:
    """Takes a cell of several answers apart by the declared spellings, which may hold commas and one another.

    A cell is read whole: every way to write it as spellings with separators between them is looked for. Of several
    ways the one that takes the longest spelling at the earliest place stands, and the other is named.
    """

    spellings: Choices

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[str, str]]]:
        """Folded spelling and code by first letter, the longest first; ambiguous spellings are left out."""
        folded: dict[str, str | None] = {}
        for spelling, own in self.spellings.spellings.items():
            key = fold(spelling).rstrip(" .;,:")
            folded[key] = own if folded.setdefault(key, own) == own else None
        by_first: dict[str, list[tuple[str, str]]] = {}
        for key in sorted(folded, key=lambda text: (-len(text), text)):
            code = folded[key]
            if key and code is not None:
                by_first.setdefault(key[0], []).append((key, code))
        return by_first

    def split(self, raw: Any) -> Options:
        """The options of one cell, once each, in their order there."""
        text = fold(_LINE_ENDS.sub("; ", str(plain(raw))))
        words = text.split()
        names = {fold(code): code for code in self.spellings.spellings.values()}
        if words and all(word in names for word in words):
            return Options(tuple(dict.fromkeys(names[word] for word in words)))
        for loose in (False, True):
            readings = self._readings(text.strip(_LEADING), loose)
            if readings:
                # equal sets of answers, found in another order or by another spelling, are one reading
                first, *rest = readings
                other = next((one for one in rest if set(one) != set(first)), ())
                return Options(tuple(dict.fromkeys(first)), (), tuple(dict.fromkeys(other)))
        several = self.spellings.split(str(plain(raw)))
        return Options(several.codes, several.unknown)

    def _readings(self, text: str, loose: bool) -> list[tuple[str, ...]]:
        """Up to two ways to write the whole text; ``loose`` lets a blank separate spellings as well."""
        if not text:
            return []
        known: dict[int, list[tuple[str, ...]]] = {len(text): [()]}
        for start in range(len(text) - 1, -1, -1):
            found: list[tuple[str, ...]] = []
            for spelling, code in self._by_first.get(text[start], ()):
                if len(found) >= _MOST_READINGS or not text.startswith(spelling, start):
                    continue
                end = _next_part(text, start + len(spelling), loose)
                for more in () if end is None else known.get(end, ()):
                    reading = (code, *more)
                    if all(set(reading) != set(one) for one in found):
                        found.append(reading)
            if found:
                known[start] = found[:_MOST_READINGS]
        return known.get(0, [])


def _next_part(text: str, end: int, loose: bool) -> int | None:
    """Where the part after a spelling that ends at ``end`` begins; None where no part ends there."""
    found = _SEPARATOR.match(text, end)
    if found is None:
        blank = loose and text[end : end + 1] == " "
        return end + 1 if blank else None
    place = found.end()
    while place < len(text) and text[place] in _LEADING:
        place += 1
    return place


def parse_several(raw: Any, spellings: Choices) -> tuple[list[str], list[str]]:
    """Codes chosen in one cell, and the parts that stand for no option (``Splitter.split``)."""
    found = Splitter(spellings).split(raw)
    return list(found.codes), list(found.unknown)
