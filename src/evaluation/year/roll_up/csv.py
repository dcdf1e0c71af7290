"""Tables of a delivery as CSV: written without loss, read back cell by cell with every fault told in words."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Callable, Sequence

import pandas as pd

from evaluation.privacy.personal import mask_personal
from evaluation.settings import Text
from evaluation.tables.declaration import DTYPES, Column, Kind, Table
from evaluation.year.roll_up.contract import CATEGORIES

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_WHOLE = re.compile(r"-?\d{1,18}")
EMPTY = Text(ru="непустая ячейка", en="a cell that is not empty")
KIND_WORDS: dict[Kind, Text] = {
    "text": Text(ru="текст", en="a text"),
    "code": Text(ru="код", en="a code"),
    "category": Text(ru="код из списка", en="a code of a list"),
    "integer": Text(ru="целое число", en="a whole number"),
    "number": Text(ru="число, например 12.5", en="a number such as 12.5"),
    "money": Text(ru="сумма, например 1200.0", en="an amount such as 1200.0"),
    "date": Text(ru="дата вида 2025-12-31", en="a date such as 2025-12-31"),
    "flag": Text(ru="true или false", en="true or false"),
}


def file_of(table: str) -> str:
    """Where a table lies in a delivery."""
    return f"tables/{table}.csv"


# ---- writing --------------------------------------------------------------------------------------------------------


def table_csv(frame: pd.DataFrame, table: Table) -> bytes:
    """``frame`` (conforming to ``table``) as UTF-8 with a header; decimal points, empty cells for what is missing."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.names)
    columns = [[_written(value) for value in frame[name].tolist()] for name in table.names]
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue().encode("utf-8")


def _written(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return repr(value) if isinstance(value, float) else str(value)


# ---- reading --------------------------------------------------------------------------------------------------------


def read_rows(content: bytes) -> list[list[str]] | None:
    """The file's cells, its header first; None where it is no CSV in UTF-8."""
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None


def read_table(content: bytes, table: Table) -> tuple[pd.DataFrame, list[Text]]:
    """The table of a delivery's file and everything that breaks its contract, each with line and column.

    Kinds of values, empty cells, ranges, categories of CATEGORIES and the key are checked. With faults the frame holds
    nothing to go by.
    """
    name = file_of(table.name)
    rows = read_rows(content)
    if rows is None or not rows:
        return table.empty(), [
            Text(
                ru=f"{name}: файл пуст или это не CSV в UTF-8. Соберите посылку заново (evaluation roll-up pack).",
                en=f"{name}: the file is empty or no CSV in UTF-8. Pack the delivery again (evaluation roll-up pack).",
            )
        ]
    header, body = rows[0], rows[1:]
    wrong = [*_columns(name, header, table), *_widths(name, header, body)]
    if wrong:
        return table.empty(), wrong
    columns = {}
    for column, texts in zip(table.columns, _across(body, len(header)), strict=True):
        values, found = _read_column(name, table.name, column, texts)
        columns[column.name] = values
        wrong += found
    if wrong:
        return table.empty(), wrong
    frame = pd.DataFrame(columns, columns=list(table.names))
    return frame, _repeated(name, frame, table)


def _across(body: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    return [[row[place] for row in body] for place in range(width)]


def _columns(name: str, header: Sequence[str], table: Table) -> list[Text]:
    missing = [column for column in table.names if column not in header]
    extra = [mask_personal(column, names=True)[0] for column in header if column not in table.names]
    order = not missing and not extra and list(header) != list(table.names)
    asked = ", ".join(table.names)
    found = []
    if missing:
        found.append(Text(ru=f"нет столбцов: {', '.join(missing)}", en=f"columns are missing: {', '.join(missing)}"))
    if extra:
        found.append(Text(ru=f"лишние столбцы: {', '.join(extra)}", en=f"columns not asked for: {', '.join(extra)}"))
    if order:
        found.append(Text(ru="столбцы стоят в другом порядке", en="columns stand in another order"))
    return [
        Text(
            ru=f"{name}, строка 1: {each.ru}. Ожидались столбцы: {asked}. Соберите посылку той же версией программы, "
            "что и у центра.",
            en=f"{name}, line 1: {each.en}. Expected were the columns: {asked}. Pack the delivery with the version of "
            "the tool that the centre has.",
        )
        for each in found
    ]


def _widths(name: str, header: Sequence[str], body: Sequence[Sequence[str]]) -> list[Text]:
    wrong = [line for line, row in enumerate(body, 2) if len(row) != len(header)]
    if not wrong:
        return []
    return [
        Text(
            ru=f"{name}, строка {wrong[0]}: ячеек {len(body[wrong[0] - 2])}, столбцов {len(header)} (таких строк: "
            f"{len(wrong)}). Соберите посылку заново, не правя файл в других программах.",
            en=f"{name}, line {wrong[0]}: {len(body[wrong[0] - 2])} cells, {len(header)} columns (such lines: "
            f"{len(wrong)}). Pack the delivery again, without editing the file in other programs.",
        )
    ]


def _read_column(
    name: str, table: str, column: Column, texts: Sequence[str]
) -> tuple[pd.Series, list[Text]]:  # fmt: skip
    """Values of the declared type, and the faults of the column: the first of each sort with how many there are."""
    reader = _READERS[column.kind]
    values: list[object] = []
    faults: dict[str, list[int]] = {}
    allowed = CATEGORIES.get((table, column.name))
    for line, text in enumerate(texts, 2):
        value = reader(text) if text else None
        if not text and column.required:
            faults.setdefault("empty", []).append(line)
        elif text and value is None:
            faults.setdefault("kind", []).append(line)
        elif allowed is not None and text and text not in allowed:
            faults.setdefault("category", []).append(line)
        elif isinstance(value, int | float) and _outside(value, column):
            faults.setdefault("range", []).append(line)
        values.append(value)
    told = [_fault(name, column, sort, lines, texts, allowed) for sort, lines in faults.items()]
    return pd.Series(values if not told else [], dtype=DTYPES[column.kind]), told


def _outside(value: float, column: Column) -> bool:
    return (column.low is not None and value < column.low) or (column.high is not None and value > column.high)


def _fault(
    name: str, column: Column, sort: str, lines: Sequence[int], texts: Sequence[str], allowed: Sequence[str] | None
) -> Text:
    if sort == "range":
        expected = _range(column)
    elif sort == "category":
        expected = Text(ru=f"одно из: {', '.join(allowed or ())}", en=f"one of: {', '.join(allowed or ())}")
    else:
        expected = EMPTY if sort == "empty" else KIND_WORDS[column.kind]
    shown = mask_personal(texts[lines[0] - 2], names=True)[0]
    more = len(lines) - 1
    ru_more, en_more = (f" (и ещё строк: {more})", f" (and {more} more lines)") if more else ("", "")
    return Text(
        ru=f"{name}, строка {lines[0]}, столбец {column.name}: «{shown}»{ru_more}. Ожидалось: {expected.ru}. Исправьте "
        "это у себя, выполните шаг заново, выпустите год и соберите посылку.",
        en=f"{name}, line {lines[0]}, column {column.name}: '{shown}'{en_more}. Expected: {expected.en}. Correct it in "
        "the region's workspace, run the step again, release the year and pack it.",
    )


def _range(column: Column) -> Text:
    if column.low is not None and column.high is not None:
        return Text(ru=f"от {column.low:g} до {column.high:g}", en=f"{column.low:g} to {column.high:g}")
    if column.low is not None:
        return Text(ru=f"не меньше {column.low:g}", en=f"not below {column.low:g}")
    return Text(ru=f"не больше {column.high:g}", en=f"not above {column.high:g}")


def _repeated(name: str, frame: pd.DataFrame, table: Table) -> list[Text]:
    again = frame.duplicated(list(table.key)).to_numpy().nonzero()[0]
    if not len(again):
        return []
    key = ", ".join(table.key)
    row = frame.iloc[again[0]]
    value = mask_personal(", ".join(str(row[each]) for each in table.key), names=True)[0]
    return [
        Text(
            ru=f"{name}, строка {again[0] + 2}: ключ ({key}) = ({value}) уже был (повторов: {len(again)}). Ожидалась "
            f"одна строка: {table.row}. Соберите посылку заново.",
            en=f"{name}, line {again[0] + 2}: the key ({key}) = ({value}) was there before (repeats: {len(again)}). "
            f"Expected was one line for each {table.row}. Pack the delivery again.",
        )
    ]


def _number(text: str) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def _date(text: str) -> pd.Timestamp | None:
    try:
        return pd.Timestamp(dt.date.fromisoformat(text)) if len(text) == 10 else None
    except ValueError:
        return None


def _text(text: str) -> str | None:
    return text


_READERS: dict[Kind, Callable[[str], object]] = {
    "text": _text,
    "code": _text,
    "category": _text,
    "integer": lambda text: int(text) if _WHOLE.fullmatch(text) else None,
    "number": _number,
    "money": _number,
    "date": _date,
    "flag": {"true": True, "false": False}.get,
}
