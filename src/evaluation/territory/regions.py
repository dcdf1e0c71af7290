"""Which region a received text, a region's code or the beginning of a unit's code stands for.

A region's name stands in many forms beside a unit's («Абанский район Красноярского края», «Печора (Респ. Коми)»).
It is looked for in the text, told apart by its kind («Алтайский край», «Республика Алтай»), and cut out, so that what
is left is the unit's name alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from evaluation.territory.spelling import fold

ACCEPT = 90.0
MARGIN = 3.0

_LETTER = r"[^\W_]"
_KINDS = {
    "республика": r"респ(?:ублик\w{0,3}|\.)?",
    "край": r"кр(?:а(?:й|я|ю|е|ем)|\.)",
    "область": r"обл(?:аст\w{1,3}|\.)?",
    "автономный округ": r"(?:авт(?:ономн\w{1,3}|\.)? ?окр(?:уг\w{0,2}|\.)?|а\.? ?о\.?)",
    "автономная область": r"(?:авт(?:ономн\w{1,3}|\.)? ?обл(?:аст\w{1,3}|\.)?|а\.? ?о\.?)",
}
_TRIGGER = re.compile(rf"(?<!{_LETTER})(?:респ|кра[йяюе]|кр\.|обл|авт|а\.? ?о(?!{_LETTER}))")
# names of regions as such: what stands so and is none of the registry's regions lies outside of it
_FOREIGN = re.compile(
    rf"(?<!{_LETTER})(?:[\w-]+(?:ск|цк)(?:ий|ого|ому|ом|ая|ой|ую) "
    rf"(?:кра(?:й|я|ю|е)|обл(?:аст\w{{1,2}}|\.)|республик\w|автономн\w+ (?:округ\w?|област\w{{1,2}}))"
    rf"|республик\w [\w-]+)(?!{_LETTER})"
)
_EMPTY_BRACKETS = re.compile(r"\(\s*[,;]?\s*\)")
_SHORT_NAMES = {
    "хмао": "ханты-мансийский автономный округ", "хмао-югра": "ханты-мансийский автономный округ",
    "янао": "ямало-ненецкий автономный округ", "нао": "ненецкий автономный округ", "чао": "чукотский автономный округ",
    "еао": "еврейская автономная область", "кбр": "кабардино-балкарская республика",
    "кчр": "карачаево-черкесская республика", "спб": "санкт-петербург", "мск": "москва",
}  # fmt: skip


class Regions:
    """The regions of a registry: their names, the beginnings of their units' codes, and their units.

    ``names`` are in the order in which regions are numbered. Without names a region is the first two digits of the
    codes, where those are OKTMO codes of several regions.
    """

    def __init__(self, unit_ids: Sequence[str], region_names: Sequence[str], is_oktmo: bool) -> None:
        prefixes = [unit[:2] if is_oktmo else "" for unit in unit_ids]
        self.has_names = any(region_names)
        labels = [name or prefix for name, prefix in zip(region_names, prefixes, strict=True)]
        self.names: list[str] = sorted(set(labels))
        number = {name: place for place, name in enumerate(self.names)}
        self.of_unit: list[int] = [number[label] for label in labels]
        self._by_prefix: dict[str, set[int]] = {}
        for prefix, place in zip(prefixes, self.of_unit, strict=True):
            if prefix:
                self._by_prefix.setdefault(prefix, set()).add(place)
        self._prefixes: dict[int, set[str]] = {}
        for prefix, places in self._by_prefix.items():
            for place in places:
                self._prefixes.setdefault(place, set()).add(prefix)
        self._folded: dict[str, int] = {}
        forms: list[str] = []
        cities: list[str] = []
        for place, name in enumerate(self.names):
            if not name or not self.has_names:
                continue
            key = fold(name)
            self._folded[key] = place
            pattern = _pattern(key)
            (forms if _kind(key) else cities).append(f"(?P<r{place}>{pattern})")
        self._short = self._short_names()
        shorts = "|".join(re.escape(short) for short in sorted(self._short, key=len, reverse=True))
        self._shorts = re.compile(rf"(?<![\w-])(?:{shorts})(?![\w-])") if shorts else None
        # longer names first: «Ямало-Ненецкий АО» holds «Ненецкий АО»
        forms.sort(key=len, reverse=True)
        self._forms = re.compile(rf"(?<!{_LETTER})(?:{'|'.join(forms)})(?!{_LETTER})") if forms else None
        inside = "|".join(cities)
        self._cities = re.compile(rf"[(,;]\s*(?:{inside})\s*(?:\)|$)") if cities else None
        self.of_text = lru_cache(maxsize=200_000)(self._of_text)
        self.of_value = lru_cache(maxsize=10_000)(self._of_value)

    def _short_names(self) -> dict[str, int]:
        found = {}
        for short, name in _SHORT_NAMES.items():
            place = next((place for key, place in self._folded.items() if key.startswith(name)), None)
            if place is not None:
                found[short] = place
        return found

    def prefix(self, regions: frozenset[int] | None) -> str | None:
        """First two digits of the codes of all ``regions``; None where they differ or none is known."""
        found = {prefix for place in regions or () for prefix in self._prefixes.get(place, ())}
        return next(iter(found)) if len(found) == 1 else None

    def of_code(self, code: str) -> frozenset[int]:
        """Regions whose units' codes begin as ``code``; empty where none does."""
        return frozenset(self._by_prefix.get(code[:2], ()))

    def _of_value(self, value: str) -> frozenset[int] | None:
        """Regions of a cell of a column of regions: a name in any form or the first two digits of its codes.

        None where the cell is filled and no region of the registry is recognised for certain; empty where it is empty
        and where the registry knows no more than one region, and that without a name.
        """
        key = fold(value)
        if not key:
            return frozenset()
        if not self.has_names and len(self.names) < 2:
            return frozenset()
        digits = key.removesuffix(".0")
        if digits.isdigit() and len(digits) <= 2:
            return frozenset(self._by_prefix.get(digits.zfill(2), ())) or None
        if not self.has_names:
            return frozenset()
        exact = self._folded.get(key, self._short.get(key))
        if exact is not None:
            return frozenset({exact})
        found, rest, foreign = self.of_text(f"({key})")
        if found or foreign:
            return found if found and not rest.strip("() ") else None
        return self._nearest(key)

    def _nearest(self, key: str) -> frozenset[int] | None:
        from rapidfuzz import fuzz

        scores = pd.Series({place: fuzz.ratio(key, name) for name, place in self._folded.items()})
        best = scores.nlargest(2)
        margin = best.iloc[0] - (best.iloc[1] if len(best) > 1 else 0.0)
        return frozenset({int(best.index[0])}) if best.iloc[0] >= ACCEPT and margin >= MARGIN else None

    def _of_text(self, key: str) -> tuple[frozenset[int], str, bool]:
        """Regions that a folded text names, the text without them, and whether it names a region that is unknown."""
        found: set[int] = set()
        rest = key
        if self._forms is not None and _TRIGGER.search(key):
            for hit in self._forms.finditer(key):
                found.add(int(str(hit.lastgroup)[1:]))
            rest = self._forms.sub(" ", key) if found else key
        if self._cities is not None:
            hit_city = self._cities.search(rest)
            if hit_city:
                found.add(int(str(hit_city.lastgroup)[1:]))
                rest = rest[: hit_city.start()] + " " + rest[hit_city.end() :]
        if self._shorts is not None and self._shorts.search(rest):
            found |= {self._short[word] for word in self._shorts.findall(rest)}
            rest = self._shorts.sub(" ", rest)
        foreign = self.has_names and not found and bool(_FOREIGN.search(rest))
        if not found:
            return frozenset(), key, foreign
        rest = " ".join(_EMPTY_BRACKETS.sub(" ", rest).split())
        return frozenset(found), rest.strip(" ,;:/|-"), foreign


def _kind(key: str) -> str | None:
    words = set(re.findall(r"\w+", key))
    return next((kind for kind in reversed(_KINDS) if set(kind.split()) <= words), None)


def _pattern(key: str) -> str:
    """Regular expression of a region's folded name in its cases, with usual short forms of its kind."""
    main = re.split(r"\s-\s|\(", key)[0]
    extra = re.findall(r"\w+", key[len(main) :])
    kind = _kind(key)
    if kind is None:
        return rf"(?:г(?:ород\w{{0,2}}|\.)? ?)?{_stem(key)}"
    words = [word for word in main.split() if word not in kind.split()]
    own = " ".join(_stem(word) for word in words)
    first = main.split()[0] in kind.split()
    inside = " ".join(_stem(word) for word in extra)
    tail = "" if not extra else rf"(?: ?\({inside}\))?" if "(" in key else rf"(?: ?- ?{inside})?"
    return rf"{_KINDS[kind]} ?{own}{tail}" if first else rf"{own} ?{_KINDS[kind]}{tail}"


def _stem(word: str) -> str:
    """Regular expression of a word in its cases."""
    if len(word) < 4:
        return re.escape(word)
    for ending in ("ий", "ый", "ая", "ой"):
        if word.endswith(ending):
            return rf"{re.escape(word[:-2])}(?:ий|ый|ого|ому|им|ом|ая|ой|ую|\.)"
    bare = word[:-1] if word[-1] in "аеиоуыэюяьй" else word
    return rf"{re.escape(bare)}\w{{0,3}}"
