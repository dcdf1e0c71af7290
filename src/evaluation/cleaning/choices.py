"""Cells that hold one, or several, of the values that a list of the codebook declares.

Canonical is a spelling as it is declared; for several values their codes with single blanks between them. Case,
look-alike letters, dashes, quotes and a closing full stop are put right and remarked; anything else is refused with
the declared value nearest to it, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from evaluation.cleaning.markers import read_missing
from evaluation.cleaning.mojibake import damage
from evaluation.cleaning.parsed import EMPTY, Parsed, Parser, as_text, plain
from evaluation.cleaning.text import fold

_SEPARATOR = re.compile(r"\s*\.?\s*(?:[,;|/•]|\sи\s|\sand\s|$)")
_WHOLE_AS_FLOAT = re.compile(r"([-+]?[0-9]+)[.,]0+")


class Several(NamedTuple):
    """Codes found in one cell, in order and once each, and the parts that stand for no declared value."""

    codes: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """Codes by declared spelling (``Codebook.choice_aliases``).

    A spelling that, once folded, stands for two codes stands for none.
    """

    spellings: dict[str, str]

    @cached_property
    def _folded(self) -> dict[str, str]:
        folded: dict[str, str] = {}
        ambiguous = set()
        for spelling, code in self.spellings.items():
            key = _category_key(spelling)
            if folded.setdefault(key, code) != code:
                ambiguous.add(key)
        return {key: code for key, code in folded.items() if key not in ambiguous}

    @cached_property
    def _longest_first(self) -> list[str]:
        return sorted(filter(None, self._folded), key=len, reverse=True)

    def parse(self, raw: Any) -> Parsed:
        """The code of a declared spelling; another spelling is refused with the nearest declared one."""
        raw = plain(raw)
        if raw is None:
            return EMPTY
        text = as_text(raw)
        if text in self.spellings:
            return Parsed(self.spellings[text])
        key = _category_key(text)
        code = self._folded.get(key)
        if code is None and (number := _WHOLE_AS_FLOAT.fullmatch(key)):
            code = self._folded.get(number[1])
        if code is not None:
            return Parsed(code, "category_normalised")
        missing = read_missing(raw)
        if missing:
            return missing
        damaged = damage(text)
        if damaged:
            return Parsed(None, "mojibake", damaged.proposal)
        return Parsed(None, "category_unknown", self.nearest(key))

    def nearest(self, key: str, least: float = 75.0) -> str | None:
        """The code of the declared spelling most like ``key``."""
        from rapidfuzz import fuzz, process

        found = process.extractOne(key[:200], list(self._folded), scorer=fuzz.ratio, score_cutoff=least)
        return None if found is None else self._folded[found[0]]

    def split(self, text: str) -> Several:
        """The values that one cell lists, between commas, semicolons, slashes, line breaks or «и».

        Spellings may hold the separators themselves, so that at every place the longest spelling that ends at one is
        taken. Codes separated by blanks are read as well.
        """
        words = text.split()
        codes = set(self.spellings.values())
        if words and all(word in codes for word in words):
            return Several(tuple(dict.fromkeys(words)), ())
        rest = fold(re.sub(r"[\r\n\v\f\u2028]+", "; ", text))
        chosen: list[str] = []
        unknown: list[str] = []
        while rest := rest.lstrip(" .,;|/•"):
            found = next((one for one in self._longest_first if rest.startswith(one) and _ends(rest, len(one))), None)
            if found is not None:
                chosen.append(self._folded[found])
                rest = re.sub(r"^\s*\.?\s*(?:и|and)\s", "", rest[len(found) :])
                continue
            part, _, rest = rest.partition(";") if ";" in rest else rest.partition(",")
            unknown.append(part.strip())
        return Several(tuple(dict.fromkeys(chosen)), tuple(unknown))

    def parse_several(self, raw: Any) -> Parsed:
        """Codes of all values in a cell, as a tuple; ``several_part_unknown`` names the parts that are none."""
        raw = plain(raw)
        if raw is None:
            return EMPTY
        one = self.parse(raw)
        if one.value is not None or one.rule is None or one.rule not in ("category_unknown", "mojibake"):
            return one if one.value is None else one._replace(value=(one.value,))
        several = self.split(as_text(raw))
        if not several.codes:
            return one
        if several.unknown:
            return Parsed(several.codes, "several_part_unknown", "; ".join(several.unknown))
        return Parsed(several.codes, None if raw == " ".join(several.codes) else "category_normalised")

    def parse_first(self, raw: Any) -> Parsed:
        """As ``parse``; of a comma list without a declared spelling the first part that has one.

        A part that only says «other» gives way to one that says more.
        """
        parsed = self.parse(raw)
        if parsed.rule != "category_unknown" or not isinstance(raw, str) or not re.search("[,;]", raw):
            return parsed
        codes = [code for part in re.split("[,;]", raw) if (code := self.parse(part).value) is not None]
        if not codes:
            return parsed
        return Parsed(next((code for code in codes if code != "other"), "other"), "first_of_several")

    def find(self, text: str) -> str | None:
        """The code of the longest declared spelling that stands in ``text`` as the beginning of a word."""
        key = f" {fold(text)}"
        best, length = None, 0
        for spelling, code in self._folded.items():
            if length < len(spelling) <= len(key) and re.search(rf"(?<!\w){re.escape(spelling)}", key):
                short = len(spelling) <= 4
                if not short or re.search(rf"(?<!\w){re.escape(spelling)}(?!\w)", key) or spelling.endswith(" "):
                    best, length = code, len(spelling)
        return best

    def find_start(self, text: str) -> str | None:
        """As ``find``, for key words given as beginnings of words («заявк», «смет»), however short."""
        key = fold(text)
        hits = [
            (found.start(), -len(spelling), code)
            for spelling, code in self._folded.items()
            if (found := re.search(rf"(?<!\w){re.escape(spelling)}", key))
        ]
        return min(hits)[2] if hits else None


def _ends(text: str, place: int) -> bool:
    """Does a part of a list end at ``place``?"""
    return _SEPARATOR.match(text, place) is not None


def _category_key(text: str) -> str:
    return fold(text).rstrip(" .;,:")


def parse_flag(choices: Choices) -> Parser:
    """Yes or no as True or False; ``choices`` is the list yes_no."""

    def parse(raw: Any) -> Parsed:
        plain_raw = plain(raw)
        if isinstance(plain_raw, bool):
            return Parsed(plain_raw)
        parsed = choices.parse(plain_raw)
        return Parsed(None if parsed.value is None else parsed.value == "yes", parsed.rule, parsed.suggestion)

    return parse
