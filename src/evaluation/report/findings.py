"""Findings: the named numbers that a report may quote, and how its text asks for them."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

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
    """

    name: str
    value: float | None
    unit: str
    n: int | None = None
    low: float | None = None
    high: float | None = None
    note: str | None = None


def findings_frame(findings: Iterable[Finding], step: str) -> pd.DataFrame:
    """Findings of a step in the shape of the contract (name, value, unit, n, low, high, note, step).

    Raises FindingError for a name that is no lower-case identifier or stands twice, and for an interval whose ends
    are exchanged.
    """
    rows = []
    seen: set[str] = set()
    for finding in findings:
        if not _NAME.fullmatch(finding.name):
            raise FindingError(f"finding '{finding.name}': a name has lower-case letters, digits and _ only")
        if finding.name in seen:
            raise FindingError(f"finding '{finding.name}' is given twice in step {step}")
        seen.add(finding.name)
        row = {**vars(finding), "step": step}
        for key in ("value", "low", "high"):
            row[key] = math.nan if is_missing(row[key]) else float(row[key])
        if row["low"] > row["high"]:
            raise FindingError(f"finding '{finding.name}': its interval runs from {row['low']} down to {row['high']}")
        row["n"] = pd.NA if is_missing(finding.n) else finding.n
        rows.append(row)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    types = {"name": "str", "value": "float64", "unit": "str", "n": "Int64", "low": "float64", "high": "float64"}
    return frame.astype({**types, "note": "str", "step": "str"}).assign(note=frame["note"].where(frame["note"].notna()))


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

    def counted(self, name: str, forms: str) -> Markup:
        """The value with a word in the right form, e.g. ``counted('applications', 'заявка|заявки|заявок')``."""
        value = self.row(name)["value"]
        if is_missing(value):
            return self._wrap(name, format_number(value, self.language))
        word = plural(float(value), tuple(forms.split("|")), self.language)  # type: ignore[arg-type]
        return self._wrap(name, f"{format_number(value, self.language)}\u00a0{word}")

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

    def days(self, name: str) -> str:
        """The first and the last day that the note holds (2025-10-05/2025-10-31), in words."""
        first, last = (pd.Timestamp(day) for day in self.note(name).split("/"))
        return f"{format_date(first, self.language)} — {format_date(last, self.language)}"
