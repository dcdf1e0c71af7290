"""Which question, code or name a heading stands for, and in what multiple of its unit the column is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from evaluation.cleaning.dates import parse_date
from evaluation.cleaning.measures import Measure, trailing_measure
from evaluation.cleaning.text import fold
from evaluation.codebook import Codebook
from evaluation.field.returns.form import Form

CODE, NAME = "unit_id", "name"
# headings that number the rows
COUNTERS = frozenset({"№", "№ п/п", "n п/п", "п/п", "no", "#"})
_YEAR = re.compile(r"(?:за|for|отчетный год:?|reporting year:?)\s*((?:19|20)\d\d)(?!\d)")
_STATED = re.compile(
    r"(?:по состоянию на|дата(?: представления| заполнения)?|редакция от|as of|submitted on)[\s:«\"]*"
    r"(\d{1,2}[.\s]\s?(?:\d{1,2}|[а-яa-z]+)[.\s]\s?\d{4}|\d{4}-\d\d-\d\d)"
)
_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4})(?!\d)")


@dataclass(frozen=True)
class Heading:
    """What a heading stands for, and the multiple of the question's unit that it states."""

    variable: str
    multiple: float = 1.0


@dataclass(frozen=True, eq=False)
class Headings:
    """Headings by folded text, found out once for each text."""

    known: dict[str, str]
    kinds: dict[str, str]
    _met: dict[str, Heading | None] = field(default_factory=dict)

    def match(self, cell: Any) -> Heading | None:
        """What a cell stands for as a heading; None for nothing known."""
        if not isinstance(cell, str) or not cell.strip():
            return None
        if cell not in self._met:
            self._met[cell] = self._find(cell)
        return self._met[cell]

    def _find(self, text: str) -> Heading | None:
        found = trailing_measure(text)
        if found is not None and (rest := _bare(found[0])) in self.known:
            variable = self.known[rest]
            return Heading(variable, _multiple(found[1], self.kinds.get(variable, "")))
        key = _bare(fold(text))
        return Heading(self.known[key]) if key in self.known else None


def _multiple(measure: Measure, kind: str) -> float:
    if kind == "share" and measure.unit == "percent":
        return float(measure.factor) / 100
    return float(measure.factor)


def _bare(key: str) -> str:
    return re.sub(r"^\d+(?:\.\d+)*[.)]\s+", "", key).rstrip(" .,:;*")


def headings(form: Form, codebook: Codebook) -> Headings:
    """The form's labels and aliases, and those of code and name in the codebook's table ``returns``."""
    known: dict[str, str] = {}
    for question in form.questions:
        for text in (question.variable, question.label.ru, question.label.en, *question.aliases):
            measured = trailing_measure(text)
            for key in (fold(text), *(measured[:1] if measured else ())):
                known.setdefault(_bare(key), question.variable)
    spellings = codebook.aliases("returns")
    for variable in (CODE, NAME):
        for text in spellings.get(variable, [variable]):
            known.setdefault(_bare(fold(text)), variable)
    return Headings(known, {one.variable: one.kind for one in form.questions})


def stated_year(texts: Iterable[str]) -> int | None:
    """The year that titles say the return is of («за 2020 год»); None where they say nothing."""
    for text in texts:
        found = _YEAR.search(fold(text))
        if found:
            return int(found[1])
    return None


def stated_day(texts: Iterable[str], file_name: str) -> dt.date | None:
    """The day that titles state for the edition, else the one in the file's name; None where there is none."""
    for text in texts:
        found = _STATED.search(fold(text))
        if found and (day := parse_date(found[1].strip()).value) is not None:
            return day
    named = _IN_NAME.search(file_name)
    return None if named is None else parse_date(named[1]).value
