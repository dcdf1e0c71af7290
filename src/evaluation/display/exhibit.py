"""A table for people: one frame with labels in two languages, shown as HTML, CSV or Markdown.

Values stay numbers and are written only when the table is shown. ``tables.exhibit`` makes one from the codebook.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from evaluation.display.cell_numbers import full_value
from evaluation.display.cell_texts import column_kind, guard, is_long, padding
from evaluation.display.units import COUNTED, unit_label, unit_words
from evaluation.display.wording import (
    MISSING,
    below_mark,
    default_decimals,
    format_change,
    format_number,
    is_missing,
    words,
)
from evaluation.settings import Language, Text

NO_TEXT = Text(ru="", en="")
HIDDEN = "×"

Labels = Mapping[Language, Mapping[str, str]]
"""Label by code, in each language."""


@dataclass(frozen=True)
class Format:
    """How a column is written: unit of its numbers, digits after the point (None: by size), sign of a change.

    ``beside`` names a column that is shown in the same cell by ``pattern``, such as «от {} до {}», and not by itself.
    """

    unit: str = ""
    decimals: int | None = None
    number: bool = True
    signed: bool = False
    beside: str = ""
    pattern: Text = NO_TEXT


@dataclass(frozen=True)
class Exhibit:
    """A table for people.

    ``labels`` name the columns, ``choices`` the codes within a column. ``hidden`` has the frame's shape: ``primary``
    marks a count below ``threshold`` (shown as «< 5»), ``complementary`` a cell hidden to protect another, True either
    of the two (both shown as «×»). ``unit_column`` names the column that gives each row's unit; it is not shown by
    itself.
    """

    name: str
    frame: pd.DataFrame
    labels: Labels
    title: Text
    note: Text = NO_TEXT
    formats: Mapping[str, Format] = field(default_factory=dict)
    choices: Mapping[str, Labels] = field(default_factory=dict)
    hidden: pd.DataFrame | None = None
    threshold: int = 5
    unit_column: str | None = None
    simulated: bool = False
    language: Language = "ru"

    @property
    def columns(self) -> list[str]:
        elsewhere = {self.unit_column, *(form.beside for form in self.formats.values())}
        return [str(name) for name in self.frame.columns if name not in elsewhere]

    # ---- cells ------------------------------------------------------------------------------------------------

    @cached_property
    def _values(self) -> dict[str, list[Any]]:
        """The frame's columns as lists: a frame asked cell by cell takes a hundred times as long."""
        return {str(name): self.frame[name].tolist() for name in self.frame.columns}

    @cached_property
    def _marks(self) -> dict[str, list[Any]]:
        return {} if self.hidden is None else {str(name): self.hidden[name].tolist() for name in self.hidden.columns}

    def _mark(self, row: int, column: str) -> str:
        """Why a cell is hidden: '' (it is not), 'primary', 'complementary' or 'hidden' (one of the two)."""
        if column not in self._marks:
            return ""
        value = self._marks[column][row]
        if isinstance(value, str):
            return value
        return "hidden" if not pd.isna(value) and bool(value) else ""

    def _is_number(self, column: str) -> bool:
        given = self.formats.get(column)
        return given.number if given is not None else pd.api.types.is_numeric_dtype(self.frame[column])

    def cell(self, row: int, column: str, language: Language) -> str:
        """One cell as people read it, with the value beside it where the column has one."""
        form = self.formats.get(column, Format())
        text = self._one(row, column, language)
        if not form.beside or text == MISSING[language] or self._mark(row, column):
            return text
        second = self._one(row, form.beside, language)
        return text if second == MISSING[language] else form.pattern.in_language(language).format(text, second)

    def _one(self, row: int, column: str, language: Language) -> str:
        mark = self._mark(row, column)
        if mark:
            return below_mark(self.threshold) if mark == "primary" else HIDDEN
        value = self._values[column][row]
        if column in self.choices:
            return self._choice(value, column, language)
        if is_missing(value) or value is None or pd.isna(value):
            return MISSING[language]
        if isinstance(value, pd.Timestamp):
            return value.strftime("%d.%m.%Y" if language == "ru" else "%Y-%m-%d")
        if pd.api.types.is_bool(value):
            return words("yes" if value else "no", language)
        if not self._is_number(column) or isinstance(value, str):
            return str(value)
        form = self.formats.get(column, Format())
        if self.unit_column is not None and not form.unit:
            written = format_change if form.signed else format_number
            return written(value, language, decimals=form.decimals, unit=str(self._values[self.unit_column][row]))
        return self._number(float(value), column, form, language)

    def _number(self, value: float, column: str, form: Format, language: Language) -> str:
        kind = unit_words(form.unit)
        scale = 100.0 if kind.kind == "share" else 1.0
        decimals = form.decimals if form.decimals is not None else kind.decimals
        if kind.kind == "money" and decimals is None:
            decimals = 0
        if decimals is None or (decimals == 0 and form.decimals is None and kind.kind not in ("money", "bare")):
            decimals = self._decimals(column, scale)
        unit = "year" if kind.kind == "bare" else None
        if form.unit == "p" and value < 10**-3:
            return f"<\u00a0{format_number(10**-3, language, 3)}"
        return format_number(value * scale, language, decimals, unit, form.signed)

    def _decimals(self, column: str, scale: float) -> int:
        """Digits after the point that the column's values need, looked for once a column."""
        known = self._known_decimals
        if column not in known:
            shown = pd.to_numeric(self.frame[column]).dropna() * scale
            known[column] = max((default_decimals(float(each)) for each in shown), default=0)
        return known[column]

    @cached_property
    def _known_decimals(self) -> dict[str, int]:
        return {}

    def _choice(self, value: Any, column: str, language: Language) -> str:
        if value is None or pd.isna(value):
            return MISSING[language]
        return self.choices[column].get(language, {}).get(str(value), str(value))

    def heading(self, column: str, language: Language) -> str:
        """Label of a column with its unit: «Стоимость, руб.»."""
        label = self.labels.get(language, {}).get(column, column)
        if (column, self.formats.get(column, Format()).beside) == ("low", "high"):
            label = words("interval", language)
        unit = unit_label(self.formats[column].unit, language) if column in self.formats else ""
        if self.formats.get(column, Format()).unit in COUNTED or unit[:3].lower() in label.lower():
            return label
        return f"{label}, {unit}" if unit else label

    def notes(self, language: Language) -> list[str]:
        """The note and, where cells are hidden or data simulated, what that means."""
        lines = [self.note.in_language(language)]
        marks = {self._mark(row, name) for name in self.columns for row in range(len(self.frame))}
        values = {"mark": below_mark(self.threshold), "threshold": self.threshold}
        if "primary" in marks:
            lines.append(words("hidden", language).format(**values))
        if marks & {"complementary", "hidden"}:
            lines.append(words("hidden_also", language).format(**values))
        if self.frame.empty:
            lines.append(words("empty_table", language))
        return [line for line in lines if line]

    # ---- what programs read beside what people see ---------------------------------------------------------------

    def sort_value(self, row: int, column: str) -> str:
        """What a cell is sorted by: its number or day in full; '' for a text, a missing and a hidden value."""
        value = self._values[column][row]
        if self._mark(row, column) or column in self.choices or value is None or pd.isna(value):
            return ""
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d")
        if not self._is_number(column) or isinstance(value, str) or pd.api.types.is_bool(value) or is_missing(value):
            return ""
        return full_value(float(value))

    def kinds(self) -> list[str]:
        """What stands in each column of the CSV: 'number', 'share', 'date' or 'text'."""
        units = {form.beside: form.unit for form in self.formats.values() if form.beside}
        units |= {name: form.unit for name, form in self.formats.items()}
        return [column_kind(self.frame[name], units.get(str(name), "")) for name in self.frame.columns]

    # ---- shapes -----------------------------------------------------------------------------------------------

    def to_html(self, language: Language) -> str:
        """A table with caption, column and row heads and note; every text escaped, no styles, no scripts.

        A number's cell carries ``data-value``, its full value to sort by, and ``data-pad``, what it lacks behind the
        decimal sign beside the longest number of its column. ``data-columns`` says the CSV's kinds of columns.
        """
        columns = self.columns
        numeric = {name: self._is_number(name) and name not in self.choices for name in columns}
        head = "".join(
            f'<th scope="col"{_class("number" if number else "")}>{html.escape(self.heading(name, language))}</th>'
            for name, number in numeric.items()
        )
        texts = {name: [self.cell(row, name, language) for row in range(len(self.frame))] for name in columns}
        pads = {name: padding(texts[name], language) for name in columns[1:] if numeric[name]}
        styles = {name: "number" if numeric[name] else "long" if is_long(texts[name]) else "" for name in columns}
        body = []
        for row in range(len(self.frame)):
            cells = []
            for position, name in enumerate(columns):
                text = html.escape(texts[name][row])
                tag, scope = ("th", ' scope="row"') if position == 0 else ("td", "")
                value = self.sort_value(row, name)
                more = f' data-value="{value}"' if value else ""
                more += f' data-pad="{pads[name][row]}"' if name in pads and pads[name][row] else ""
                cells.append(f"<{tag}{scope}{_class(styles[name] if position else '')}{more}>{text}</{tag}>")
            body.append(f"<tr>{''.join(cells)}</tr>")
        anchor = html.escape(self.name or "table", quote=True)
        wide = ' class="wide widest"' if len(columns) > 12 else ' class="wide"' if len(columns) > 7 else ""
        title = html.escape(self.title.in_language(language))
        badge = f' <span class="simulated">{words("simulated", language)}</span>' if self.simulated else ""
        notes = "".join(f'<p class="note">{html.escape(line)}</p>' for line in self.notes(language))
        return (
            f'<div class="exhibit" id="table-{anchor}" lang="{language}" data-columns="{" ".join(self.kinds())}">'
            f'<div class="scroll" role="region" tabindex="0" aria-labelledby="caption-{anchor}">'
            f'<table{wide}><caption id="caption-{anchor}">{title}{badge}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>{notes}</div>\n"
        )

    def to_csv(self, language: Language) -> str:
        """Text of a CSV for spreadsheets (write it as utf-8-sig): full precision, labels, hidden cells marked.

        Russian: semicolons and decimal commas, as Russian spreadsheets expect; English: commas and points. A text
        that a spreadsheet would take for a formula gets an apostrophe before it. Simulated data say so in a column
        of their own.
        """
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=";" if language == "ru" else ",", lineterminator="\r\n")
        shown = [str(name) for name in self.frame.columns]
        label = [words("simulated", language)] if self.simulated else []
        mark = [words("yes", language)] if self.simulated else []
        writer.writerow([*(guard(self.labels.get(language, {}).get(name, name)) for name in shown), *label])
        for row in range(len(self.frame)):
            writer.writerow([*(self._csv_cell(row, name, language) for name in shown), *mark])
        return buffer.getvalue()

    def _csv_cell(self, row: int, column: str, language: Language) -> str:
        if self._mark(row, column):
            return self._one(row, column, language)
        value = self._values[column][row]
        if value is None or pd.isna(value):
            return ""
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d")
        if not isinstance(value, str) and not pd.api.types.is_bool(value) and pd.api.types.is_number(value):
            text = f"{float(value):.12g}"
            return text.replace(".", ",") if language == "ru" else text
        return guard(str(value) if column == self.unit_column else self._one(row, column, language))

    def to_markdown(self, language: Language) -> str:
        """A pipe table with its title above and its notes below."""
        columns = self.columns
        lines = [f"**{_pipe(self.title.in_language(language))}**", ""]
        lines.append("| " + " | ".join(_pipe(self.heading(name, language)) for name in columns) + " |")
        lines.append("|" + "|".join("---:" if self._is_number(name) else "---" for name in columns) + "|")
        lines += [
            "| " + " | ".join(_pipe(self.cell(row, name, language)) for name in columns) + " |"
            for row in range(len(self.frame))
        ]
        return "\n".join([*lines, "", *map(_pipe, self.notes(language))]).rstrip() + "\n"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {len(self.frame)} rows)"

    def _repr_html_(self) -> str:
        return NOTEBOOK_STYLE + self.to_html(self.language)


NOTEBOOK_STYLE = (
    "<style>.exhibit caption{caption-side:top;text-align:left;font-weight:600;padding:.3em 0}"
    ".exhibit th,.exhibit td{text-align:left!important;vertical-align:top}"
    ".exhibit .number{text-align:right!important;font-variant-numeric:tabular-nums}"
    ".exhibit .simulated{font-size:.75em;border:1px solid;padding:0 .3em;white-space:nowrap}"  # in the theme's colour
    ".exhibit .note{font-size:.85em;margin:.2em 0}"
    ".exhibit .regression .number{white-space:nowrap}"
    ".exhibit .regression thead .number,.exhibit .regression .words{white-space:normal}"
    ".exhibit .below th,.exhibit .below td{padding-top:0}.exhibit .below th{font-weight:400}</style>"
)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _pipe(text: str) -> str:
    return html.escape(" ".join(text.split("\n")), quote=False).replace("|", "\\|")
