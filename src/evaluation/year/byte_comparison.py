"""Two sets of files compared byte for byte, and where they differ: which row, column, cell or line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from evaluation.settings import Text
from evaluation.tables import TABLES
from evaluation.year.leaks import delimiter

SHOWN_CHANGES = 20
SHOWN_LENGTH = 80
NOT_SHOWN = Text(ru="не показано: закрытая таблица", en="not shown: a closed table")
ABSENT = Text(ru="нет", en="none")


@dataclass(frozen=True)
class Change:
    """One place that differs: ``key`` of the row (or the line, the cell), column, and what it was and is."""

    key: Text
    column: str = ""
    was: Text = ABSENT
    now: Text = ABSENT


@dataclass(frozen=True)
class FileDifference:
    """A file that differs. ``changes`` are the first ones of ``count``; none where only bytes can be told apart."""

    file: str
    kind: Literal["missing", "extra", "changed"]
    changes: tuple[Change, ...] = ()
    count: int = 0


def compare(was: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[FileDifference]:
    """Files by name that are not the same bytes. ``missing``: not in ``now``; ``extra``: not in ``was``."""
    found = []
    for name in sorted({*was, *now}):
        if name not in now:
            found.append(FileDifference(name, "missing"))
        elif name not in was:
            found.append(FileDifference(name, "extra"))
        elif was[name] != now[name]:
            changes = list(_changes(name, was[name], now[name]))
            found.append(FileDifference(name, "changed", tuple(changes[:SHOWN_CHANGES]), len(changes)))
    return found


def _changes(name: str, was: bytes, now: bytes) -> Iterator[Change]:
    try:
        if name.endswith(".parquet"):
            yield from _table_changes(name, pd.read_parquet(io.BytesIO(was)), pd.read_parquet(io.BytesIO(now)))
        elif name.endswith(".csv"):
            yield from _csv_changes(was.decode("utf-8-sig"), now.decode("utf-8-sig"))
        elif name.endswith(".ipynb"):
            yield from _notebook_changes(json.loads(was), json.loads(now))
        elif name.endswith((".html", ".svg", ".json", ".txt", ".md")):
            yield from _line_changes(was.decode("utf-8").splitlines(), now.decode("utf-8").splitlines())
    except (ValueError, OSError, KeyError, TypeError, AttributeError) as error:
        yield Change(
            Text(ru=f"файл не читается ({type(error).__name__})", en=f"cannot be read ({type(error).__name__})")
        )


def _text(value: Any) -> Text:
    shown = str(value)
    shown = shown if len(shown) <= SHOWN_LENGTH else f"{shown[:SHOWN_LENGTH]}…"
    return Text(ru=shown, en=shown)


# ---- tables of data ---------------------------------------------------------------------------------------------


def _table_changes(name: str, was: pd.DataFrame, now: pd.DataFrame) -> Iterator[Change]:
    """Rows by the contract's key (by position where it does not tell them apart), then every cell."""
    table = TABLES.get(name.rpartition("/")[2].removesuffix(".parquet"))
    closed = table is not None and table.sensitivity == "pseudonymous"
    key = [column for column in (table.key if table is not None else ()) if column in was and column in now]
    if not key or was.duplicated(key).any() or now.duplicated(key).any():
        key = []
    first, second = (_rows(frame, key) for frame in (was, now))
    for place in dict.fromkeys((*first, *second)):
        shown = _key(place, key, closed)
        if place not in second or place not in first:
            gone = place in first
            row = Text(ru="строка есть" if gone else "строки нет", en="the row is there" if gone else "no such row")
            other = Text(ru="строки нет" if gone else "строка есть", en="no such row" if gone else "the row is there")
            yield Change(shown, "", row, other)
            continue
        for column in dict.fromkeys((*first[place], *second[place])):
            old, new = first[place].get(column, ABSENT.en), second[place].get(column, ABSENT.en)
            if not _same(old, new):
                yield Change(shown, column, *((NOT_SHOWN, NOT_SHOWN) if closed else (_text(old), _text(new))))


def _rows(frame: pd.DataFrame, key: Sequence[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    records = frame.to_dict("records")
    if not key:
        return {(number,): record for number, record in enumerate(records, 1)}
    return {tuple(record[column] for column in key): record for record in records}


def _key(place: tuple[Any, ...], key: Sequence[str], closed: bool) -> Text:
    if closed:
        return NOT_SHOWN
    if not key:
        return Text(ru=f"строка {place[0]}", en=f"row {place[0]}")
    return _text(", ".join(f"{column}={value}" for column, value in zip(key, place, strict=True)))


def _same(old: Any, new: Any) -> bool:
    if pd.api.types.is_scalar(old) and pd.api.types.is_scalar(new) and pd.isna(old) and pd.isna(new):
        return True
    return type(old) is type(new) and bool(old == new)


# ---- tables for people, notebooks, lines ------------------------------------------------------------------------


def _csv_changes(was: str, now: str) -> Iterator[Change]:
    old, new = (list(csv.reader(io.StringIO(text), delimiter=delimiter(text))) for text in (was, now))
    head = old[0] if old else []
    for number in range(max(len(old), len(new))):
        before = old[number] if number < len(old) else []
        after = new[number] if number < len(new) else []
        first = (before or after or [""])[0]
        place = Text(ru=f"строка {number + 1}, «{first}»", en=f"line {number + 1}, '{first}'")
        for column in range(max(len(before), len(after))):
            left = _text(before[column]) if column < len(before) else ABSENT
            right = _text(after[column]) if column < len(after) else ABSENT
            if left != right:
                yield Change(place, head[column] if column < len(head) else str(column + 1), left, right)


def _notebook_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for number in range(max(len(was["cells"]), len(now["cells"]))):
        cells = [each["cells"][number] if number < len(each["cells"]) else {} for each in (was, now)]
        for part in ("source", "outputs"):
            if cells[0].get(part) != cells[1].get(part):
                yield Change(Text(ru=f"ячейка {number + 1}", en=f"cell {number + 1}"), part)


def _line_changes(was: Sequence[str], now: Sequence[str]) -> Iterator[Change]:
    for number in range(max(len(was), len(now))):
        before = was[number] if number < len(was) else None
        after = now[number] if number < len(now) else None
        if before != after:
            old, new = _around(before or "", after or "")
            yield Change(Text(ru=f"строка {number + 1}", en=f"line {number + 1}"), "", _text(old), _text(new))


def _around(was: str, now: str) -> tuple[str, str]:
    """The part of two lines where they begin to differ, with a few words before it."""
    same = next((place for place, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    start = max(0, same - 30)
    return was[start : same + 40], now[start : same + 40]
