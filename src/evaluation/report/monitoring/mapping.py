"""The mapping of a monitoring form: every number it asks for, and what in it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.report.counted_rows import CountedRows, RowsError, check_rows, columns_of
from evaluation.settings import Text
from evaluation.settings.monitoring import Aggregation, MonitoredValue, MonitoringForm
from evaluation.tables import TABLES

Place = tuple[Any, ...]
"""Keys and positions that lead to an entry of the mapping, such as ("cells", 2, "column")."""
Problem = tuple[Place, Text]

NUMERIC = ("integer", "number", "money")
WITH_COLUMN: tuple[Aggregation, ...] = ("distinct", "sum", "mean", "median", "least", "most")


@dataclass(frozen=True)
class Asked:
    """One number that the mapping asks for: its entry, where that stands, and the units' column (blocks alone)."""

    entry: MonitoredValue
    place: Place
    by: str | None = None


def asked_values(form: MonitoringForm) -> Iterator[Asked]:
    """Every number of the form, in its order."""
    for position, cell in enumerate(form.cells):
        yield Asked(cell, ("cells", position))
    for number, block in enumerate(form.blocks):
        for position, column in enumerate(block.columns):
            yield Asked(column, ("blocks", number, "columns", position), block.by)


def mapping_problems(form: MonitoringForm, available: Callable[[str], bool], year: int) -> list[Problem]:
    """What in the mapping itself cannot be: unknown tables, columns, conditions, keys; a key or cell named twice.

    ``available`` tells whether a table is made in this workspace for the year.
    """
    problems: list[Problem] = []
    seen: set[str] = set()
    for asked in asked_values(form):
        if asked.entry.key in seen:
            name = asked.entry.key
            problems.append(problem(asked.place, "key", f"имя «{name}» занято другой записью. Дайте другое.",
                                    f"the name '{name}' is taken by another entry. Give another."))  # fmt: skip
        seen.add(asked.entry.key)
        problems += _entry_problems(asked, available, year)
    cells: set[tuple[str, str]] = set()
    named = [(("cells", position), cell.sheet, cell.cell) for position, cell in enumerate(form.cells)]
    named += [(("texts", position), text.sheet, text.cell) for position, text in enumerate(form.texts)]
    for place, sheet, address in named:
        if (sheet, address) in cells:
            problems.append(
                problem(
                    place, "cell",
                    f"ячейка «{sheet}»!{address} занята другой записью. Оставьте одну.",
                    f"the cell '{sheet}'!{address} is taken by another entry. Keep one.",
                )
            )  # fmt: skip
        cells.add((sheet, address))
    for position, check in enumerate(form.sums):
        unknown = [key for key in (check.total, *check.parts) if key not in seen]
        if unknown:
            names = ", ".join(unknown)
            problems.append(problem(("sums", position), "total", f"нет записей с именами {names}. Есть: "
                                     f"{', '.join(sorted(seen))}.", f"there are no entries named {names}. There are: "
                                     f"{', '.join(sorted(seen))}."))  # fmt: skip
    return problems


def problem(place: Place, key: str, ru: str, en: str) -> Problem:
    where = ".".join(map(str, (*place, key)))
    return (*place, key), Text(ru=f"ключ «{where}»: {ru}", en=f"key '{where}': {en}")


def _entry_problems(asked: Asked, available: Callable[[str], bool], year: int) -> Iterator[Problem]:
    entry, place = asked.entry, asked.place
    if entry.table not in TABLES:
        yield problem(place, "table", f"нет таблицы «{entry.table}». Таблицы — в справочнике файлов.",
                       f"there is no table '{entry.table}'. The tables are in the file dictionary.")  # fmt: skip
        return
    if not available(entry.table):
        yield problem(place, "table", f"таблица «{entry.table}» за {year} год здесь не создаётся. "
                      "Добавьте её источник в настройки года или уберите запись.",
                       f"the table '{entry.table}' is not made for {year} in this workspace. Add its source to the "
                       "year's settings or take the entry out.")  # fmt: skip
    kinds = {column.name: column.kind for column in TABLES[entry.table].columns}
    there = ", ".join(kinds)
    needed = [("by", asked.by)] if asked.by else []
    if entry.aggregation in WITH_COLUMN:
        if entry.column is None:
            yield problem(place, "column", f"для «{entry.aggregation}» нужен столбец. Есть: {there}.",
                           f"'{entry.aggregation}' needs a column. There are: {there}.")  # fmt: skip
        else:
            needed.append(("column", entry.column))
    for key, name in needed:
        if name not in kinds:
            yield problem(place, key, f"в таблице «{entry.table}» нет столбца «{name}». Есть: {there}.",
                           f"the table '{entry.table}' has no column '{name}'. There are: {there}.")  # fmt: skip
    numeric = entry.aggregation in WITH_COLUMN and entry.aggregation != "distinct"
    if numeric and entry.column in kinds and kinds[entry.column] not in NUMERIC:
        yield problem(place, "column", f"столбец «{entry.column}» не числовой: «{entry.aggregation}» для него нельзя.",
                       f"the column '{entry.column}' holds no numbers: '{entry.aggregation}' cannot be made of "
                       "it.")  # fmt: skip
    if (entry.aggregation == "share") != (entry.share_of is not None):
        yield problem(place, "share_of", "условие части нужно для «share» и только для неё.",
                       "the condition of the part is needed for 'share' and for it alone.")  # fmt: skip
    for key, condition in (("filter", entry.filter), ("share_of", entry.share_of or "")):
        yield from _condition_problems(place, key, of_year(condition, year), entry.table, kinds)


def _condition_problems(
    place: Place, key: str, condition: str, table: str, kinds: Mapping[str, str]
) -> Iterator[Problem]:
    if not condition:
        return
    try:
        check_rows(CountedRows(table, condition, "rows"))
        unknown = [name for name in columns_of(condition) if name not in kinds]
    except RowsError as error:
        yield problem(place, key, f"условие «{condition}» не читается. Ожидалось, например, status == 'approved'.",
                       f"{error}; expected, for instance, status == 'approved'.")  # fmt: skip
        return
    if unknown:
        names = ", ".join(unknown)
        yield problem(place, key, f"в таблице «{table}» нет столбцов {names}. Есть: {', '.join(kinds)}.",
                       f"the table '{table}' has no columns {names}. There are: {', '.join(kinds)}.")  # fmt: skip


def of_year(condition: str, year: int) -> str:
    """The condition with the year in the place of {year}."""
    return condition.replace("{year}", str(year))
