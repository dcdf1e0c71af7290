"""What a researcher sees of a result or a table in a notebook: enough to judge it, in the notebook's language.

Colours are those of the page around it, so that light and dark themes both do; every text is escaped.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import NOTEBOOK_STYLE, Exhibit
from evaluation.display.exhibits import estimates_exhibit
from evaluation.display.tables import exhibit
from evaluation.display.wording import label_of
from evaluation.settings import LANGUAGES, Language, Text
from evaluation.tables import Table

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

SHOWN_ROWS = 200
_WARNINGS = Text(ru="Оговорки", en="Reservations")
_MORE = Text(ru="Показаны первые {shown} из {all}.", en="The first {shown} of {all} are shown.")
_COLUMNS: dict[str, Text] = {
    "column": Text(ru="Столбец", en="Column"),
    "meaning": Text(ru="Что это", en="Meaning"),
    "kind": Text(ru="Вид", en="Kind"),
    "filled": Text(ru="Заполнено", en="Filled"),
    "distinct": Text(ru="Разных значений", en="Distinct values"),
    "smallest": Text(ru="Наименьшее", en="Smallest"),
    "largest": Text(ru="Наибольшее", en="Largest"),
}
_KINDS: dict[str, Text] = {
    "text": Text(ru="текст", en="text"),
    "code": Text(ru="код", en="code"),
    "category": Text(ru="категория", en="category"),
    "integer": Text(ru="целое", en="integer"),
    "number": Text(ru="число", en="number"),
    "money": Text(ru="деньги", en="money"),
    "date": Text(ru="дата", en="date"),
    "flag": Text(ru="да или нет", en="yes or no"),
}
_ROW = Text(ru="Строка", en="A row")
_KEY = Text(ru="ключ", en="key")
_PEOPLE = Text(
    ru="В таблице строки о людях под псевдонимами: значения не показаны, ведь вывод блокнота сохраняется в файле.",
    en="The table has rows about people under pseudonyms: values are not shown, since a notebook's output is kept in "
    "its file.",
)


@dataclass(frozen=True)
class Shown:
    """HTML for a notebook, and words for where HTML is not shown."""

    html: str
    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def show_exhibit(table: Exhibit, language: Language) -> Shown:
    """A table for people in one language."""
    return Shown(NOTEBOOK_STYLE + table.to_html(language), table.to_markdown(language))


def show_estimates(frame: pd.DataFrame, codebook: Codebook | None, language: Language) -> Shown:
    """Estimates as a referee wants them: interval, p, n, clusters and supported clusters, design, inference, and
    every reservation in words.

    ``frame`` has the columns of the contract ``estimates`` and, for the reservations, ``warning_ru`` and
    ``warning_en``. Of many rows the first SHOWN_ROWS are shown, which is said.
    """
    many = len(frame) > SHOWN_ROWS
    more = {
        each: _MORE.in_language(each).format(shown=SHOWN_ROWS, all=len(frame)) if many else "" for each in LANGUAGES
    }
    part = frame.head(SHOWN_ROWS)
    table = estimates_exhibit(part, codebook, note_ru=more["ru"], note_en=more["en"], language=language)
    items = []
    if f"warning_{language}" in part.columns:
        for row in part.to_dict("records"):
            said = row[f"warning_{language}"]
            if isinstance(said, str) and said:
                of = label_of(codebook, ("models",), str(row["model"]), language)
                what = label_of(codebook, ("panel", "project_table"), str(row["exposure"]), language)
                items.append(f"{of}, {what}: {said}")
    listed = "".join(f"<li>{html.escape(item)}</li>" for item in items)
    word = _WARNINGS.in_language(language)
    more_html = (
        f'<div class="exhibit" lang="{language}"><p class="note">{word}:</p><ul>{listed}</ul></div>' if items else ""
    )
    text = table.to_markdown(language) + "".join(f"- {item}\n" for item in items)
    return Shown(NOTEBOOK_STYLE + table.to_html(language) + more_html, text)


def columns_exhibit(
    frame: pd.DataFrame, table: Table, codebook: Codebook | None, row: Text, *, language: Language = "ru"
) -> Exhibit:
    """What a declared table holds: its columns with label, kind, share filled, distinct values, smallest and largest.

    ``row`` says what a row is. Of pseudonymous tables and of columns of text and codes no value is shown.
    """
    kinds = {column.name: column.kind for column in table.columns}
    open_values = table.sensitivity != "pseudonymous"
    rows = []
    for name in (str(each) for each in frame.columns):
        values = frame[name]
        ends = ("", "")
        if open_values and kinds.get(name) in ("integer", "number", "money", "date") and values.notna().any():
            ends = (_end(values.min()), _end(values.max()))
        rows.append((name, name, kinds.get(name, ""), float(values.notna().mean()), values.nunique(), *ends))
    made = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"filled": "float64", "distinct": "Int64"})
    tables = (table.name, "*", "panel")
    meanings: dict[str, dict[str, str]] = {
        each: {name: label_of(codebook, tables, name, each) for name in made["column"]} for each in LANGUAGES
    }
    kind_words: dict[str, dict[str, str]] = {
        each: {code: text.in_language(each) for code, text in _KINDS.items()} for each in LANGUAGES
    }
    notes = {
        each: f"{_ROW.in_language(each)}: {row.in_language(each)}; {_KEY.in_language(each)}: {', '.join(table.key)}; "
        f"n = {len(frame)}." + ("" if open_values else " " + _PEOPLE.in_language(each))
        for each in LANGUAGES
    }
    hidden = [] if open_values else ["smallest", "largest"]
    return exhibit(
        made.drop(columns=hidden), None, "", table.name, table.name, notes["ru"], notes["en"], name=table.name,
        labels=_COLUMNS, units={"filled": "share", "distinct": ""}, names={"meaning": meanings, "kind": kind_words},
        language=language,
    )  # fmt: skip


def _end(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    number = float(value)  # type: ignore[arg-type]  # a number of a frame
    return f"{number:.0f}" if number.is_integer() else f"{number:.6g}"
