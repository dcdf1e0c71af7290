"""Findings: the named numbers that a report may quote, and how its text asks for them."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from evaluation.display import grammar
from evaluation.display.declension import NOUNS
from evaluation.display.units import COUNTED, plural, unit_words
from evaluation.display.wording import (
    format_change,
    format_date,
    format_interval,
    format_number,
    format_p,
    is_missing,
    words,
)
from evaluation.report.counted_rows import CountedRows, RowsError, check_rows
from evaluation.settings import Language
from evaluation.tables import TABLES

COLUMNS = list(TABLES["findings_data"].names)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class FindingError(LookupError):
    """A text asks for a finding, table or figure that does not exist, or a finding is not well formed."""


@dataclass(frozen=True)
class Finding:
    """One number with its unit (a code of ``display.units``), its interval and the number it rests on.

    ``value`` may be missing (None): then the finding says that the number could not be computed, and ``note`` why.
    ``rows`` are the rows of a table that it counts, where it counts some.
    """

    name: str
    value: float | None
    unit: str
    n: int | None = None
    low: float | None = None
    high: float | None = None
    note: str | None = None
    rows: CountedRows | None = None


def findings_frame(findings: Iterable[Finding], step: str) -> pd.DataFrame:
    """Findings of a step in the shape of the contract (COLUMNS).

    Raises FindingError for a name that is no lower-case identifier or stands twice, for an interval whose ends are
    exchanged, and for rows of no declared table or described in no known way.
    """
    rows = []
    seen: set[str] = set()
    for finding in findings:
        if not _NAME.fullmatch(finding.name):
            raise FindingError(f"finding '{finding.name}': a name has lower-case letters, digits and _ only")
        if finding.name in seen:
            raise FindingError(f"finding '{finding.name}' is given twice in step {step}")
        seen.add(finding.name)
        row = {**vars(finding), "step": step, **_where_from(finding)}
        for key in ("value", "low", "high"):
            row[key] = math.nan if is_missing(row[key]) else float(row[key])
        if row["low"] > row["high"]:
            raise FindingError(f"finding '{finding.name}': its interval runs from {row['low']} down to {row['high']}")
        row["n"] = pd.NA if is_missing(finding.n) else finding.n
        rows.append(row)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    types = {"name": "str", "value": "float64", "unit": "str", "n": "Int64", "low": "float64", "high": "float64"}
    return frame.astype({**types, **dict.fromkeys(("note", "step", *_WHERE_FROM), "str")})


_WHERE_FROM = ("source_table", "source_rows", "source_measure")


def _where_from(finding: Finding) -> dict[str, str | None]:
    rows = finding.rows
    if rows is None:
        return dict.fromkeys(_WHERE_FROM)
    if rows.table not in TABLES:
        raise FindingError(f"finding '{finding.name}': there is no table '{rows.table}'")
    try:
        check_rows(rows)
    except RowsError as error:
        raise FindingError(f"finding '{finding.name}': {error}") from error
    return dict(zip(_WHERE_FROM, (rows.table, rows.where, rows.measure), strict=True))


class Findings:
    """Findings as the report's text asks for them, in one language.

    Everything returned is safe HTML: the number is wrapped with the finding's name and step, so that a reader can
    trace it. A name that does not exist raises FindingError with the names that come near, and so does a name to
    which two steps give different values.
    """

    def __init__(self, frame: pd.DataFrame, language: Language, currency: str = "RUB") -> None:
        self.language = language
        self._rows: dict[str, dict[str, object]] = {}
        for row in frame.to_dict("records"):
            first = self._rows.setdefault(str(row["name"]), row)
            if first["value"] != row["value"] and not (is_missing(first["value"]) and is_missing(row["value"])):
                raise FindingError(
                    f"finding '{row['name']}' has two values: {first['value']} in step {first['step']} and "
                    f"{row['value']} in step {row['step']}"
                )
        self._currency = currency

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def row(self, name: str) -> dict[str, object]:
        """The finding's row. Raises FindingError naming the nearest names there are."""
        if name not in self._rows:
            near = difflib.get_close_matches(name, self._rows, n=3, cutoff=0.5) or sorted(self._rows)[:5]
            hint = f"; near it: {', '.join(near)}" if near else "; there are no findings at all"
            raise FindingError(f"there is no finding '{name}'{hint}")
        return self._rows[name]

    def _unit(self, name: str) -> str:
        unit = self.row(name)["unit"]
        return "" if unit is None or pd.isna(unit) else str(unit).replace("currency", self._currency)

    # ---- conditions ---------------------------------------------------------------------------------------------

    def has(self, *names: str) -> bool:
        """True where every name is a finding with a value."""
        return all(name in self._rows and not is_missing(self._rows[name]["value"]) for name in names)

    def sign(self, name: str) -> int:
        """1, -1 or 0 by the finding's value."""
        value = float(self.row(name)["value"])  # type: ignore[arg-type]
        return 0 if is_missing(value) or value == 0 else int(math.copysign(1, value))

    def clear(self, name: str) -> bool:
        """True where the interval is known and leaves out zero."""
        row = self.row(name)
        if is_missing(row["low"]) or is_missing(row["high"]):
            return False
        return bool(row["low"] > 0 or row["high"] < 0)  # type: ignore[operator]

    def below(self, name: str, limit: float) -> bool:
        """True where the finding has a value below ``limit``."""
        value = self.row(name)["value"]
        return not is_missing(value) and float(value) < limit  # type: ignore[arg-type]

    # ---- numbers ------------------------------------------------------------------------------------------------

    def _wrap(self, name: str, text: str) -> Markup:
        step = self.row(name)["step"]
        pattern = Markup('<span class="finding" data-finding="{}" title="{} · {}">{}</span>')
        return pattern.format(name, name, step, text)

    def value(self, name: str, decimals: int | None = None) -> Markup:
        """Value and unit: «61,3 %»."""
        unit = self._unit(name)
        if unit_words(unit) is unit_words("p") and not is_missing(self.row(name)["value"]):
            return self._wrap(name, format_p(self.row(name)["value"], self.language))
        return self._wrap(name, format_number(self.row(name)["value"], self.language, decimals, unit))

    def number(self, name: str) -> Markup:
        """The value without its unit (shares in per cent without the sign)."""
        value = self.row(name)["value"]
        if unit_words(self._unit(name)).kind == "share" and not is_missing(value):
            return self._wrap(name, format_number(float(value) * 100, self.language, 1))  # type: ignore[arg-type]
        return self._wrap(name, format_number(value, self.language))

    def counted(self, name: str, forms: str, case: str = "nominative") -> Markup:
        """The value with a word in the right form and case.

        ``forms`` is a counted word of ``display.declension`` (``counted('units_applied', 'territory',
        'prepositional')``) or the forms themselves (``counted('applications', 'заявка|заявки|заявок')``), which have
        no other case. Raises FindingError for an unknown word or case.
        """
        value = self.row(name)["value"]
        if is_missing(value):
            return self._wrap(name, format_number(value, self.language))
        if "|" not in forms and (forms in NOUNS or self.language == "ru"):
            return self._wrap(name, self._grammar(grammar.counted, value, forms, self.language, case))
        if case != "nominative":
            raise FindingError(f"finding '{name}': the forms '{forms}' are not declined; name a word for a case")
        word = plural(float(value), tuple(forms.split("|")), self.language)  # type: ignore[arg-type]
        return self._wrap(name, f"{format_number(value, self.language)}\u00a0{word}")

    def form(self, name: str, forms: str, case: str = "nominative") -> str:
        """The word alone that goes with the value: «подана» with 21, «поданы» with 22, «подано» with 25.

        ``forms`` as for ``counted``. Empty where the value is missing.
        """
        value = self.row(name)["value"]
        if is_missing(value):
            return ""
        if "|" not in forms:
            return self._grammar(grammar.agreeing, float(value), forms, self.language, case)  # type: ignore[arg-type]
        return plural(float(value), tuple(forms.split("|")), self.language)  # type: ignore[arg-type]

    def between(self, low: str, high: str) -> Markup:
        """Two findings of one unit as a range: «3–5 %»."""
        text = grammar.number_range(self.row(low)["value"], self.row(high)["value"], self.language, self._unit(low))
        first, middle, last = re.fullmatch("(.*?)(\u2060\u2013\u2060| до\u00a0| to\u00a0|$)(.*)", text).groups()  # type: ignore[union-attr]
        return Markup("{}{}{}").format(self._wrap(low, first), middle, self._wrap(high, last) if last else "")

    def money(self, name: str, scale: str, decimals: int | None = None) -> Markup:
        """An amount on a chosen scale (unit, thousand, million, billion): «998 тыс. руб.»."""
        value = self.row(name)["value"]
        return self._wrap(name, self._grammar(grammar.money, value, self.language, self._currency, scale, decimals))

    @staticmethod
    def _grammar(function: Callable[..., str], *arguments: Any) -> str:
        try:
            return function(*arguments)
        except grammar.GrammarError as error:
            raise FindingError(str(error)) from error

    def change(self, name: str) -> Markup:
        """The value with its sign, for a finding that is itself a change.

        A difference of shares is in percentage points, a change in per cent stays in per cent; counted words are left
        to the sentence.
        """
        value, unit = self.row(name)["value"], self._unit(name)
        if unit == "share":
            return self._wrap(name, format_change(value, self.language, unit))
        return self._wrap(name, format_number(value, self.language, None, "" if unit in COUNTED else unit, signed=True))

    def interval(self, name: str) -> Markup:
        """The interval alone: «от 0,1 до 0,4»."""
        row = self.row(name)
        return self._wrap(name, format_interval(row["low"], row["high"], self.language, None, self._unit(name)))

    def full(self, name: str) -> Markup:
        """Value, unit, 95 % interval and n where known: «61,3 % (95 % интервал: от 48,7 % до 72,5 %; n = 61)»."""
        row = self.row(name)
        parts = []
        if not is_missing(row["low"]) and not is_missing(row["high"]):
            parts.append(Markup("{}: {}").format(words("interval", self.language), self.interval(name)))
        if not is_missing(row["n"]):
            count = self._wrap(name, format_number(row["n"], self.language, 0))
            parts.append(Markup("n\u00a0=\u00a0{}").format(count))
        value = self.value(name)
        return Markup("{} ({})").format(value, Markup("; ").join(parts)) if parts else value

    def note(self, name: str) -> str:
        """The finding's note; empty where there is none."""
        text = self.row(name)["note"]
        return "" if text is None or pd.isna(text) else str(text)

    def days(self, name: str) -> Markup:
        """The first and the last day that the note holds (2025-10-05/2025-10-31), in words."""
        first, last = (pd.Timestamp(day) for day in self.note(name).split("/"))
        return self._wrap(name, f"{format_date(first, self.language)} — {format_date(last, self.language)}")


def typed(text: str) -> Markup:
    """A number that is no result (of a law, of an edition), marked as such and held together."""
    return Markup('<span class="typed">{}</span>').format(grammar.held(text))
