"""Which rows of the received files differ between two sides: sheets and row numbers, never what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evaluation.cleaning.workbook import read_received
from evaluation.settings import InputProblem, Text
from evaluation.year.sides import Side

SHOWN_ROWS = 12


def received_differences(before: Side, after: Side) -> tuple[Text, ...]:
    """Rows of each received file of the year that only one side has, in words; empty where all are the same."""
    found: list[Text] = []
    old, new = (side.workspace.year(side.year).sources for side in (before, after))
    for name in sorted({*old, *new}):
        places = [
            side.workspace.raw_folder(side.year) / sources[name].file if name in sources else None
            for side, sources in ((before, old), (after, new))
        ]
        if all(place is not None and place.is_file() for place in places):
            found += _of_file(name, *[place for place in places if place is not None])
    return tuple(found)


def _of_file(name: str, before: Path, after: Path) -> list[Text]:
    if before.read_bytes() == after.read_bytes():
        return []
    try:
        sides = [{sheet.name: sheet.cells for sheet in read_received(path, name).sheets} for path in (before, after)]
    except InputProblem as problem:
        return [Text(**problem.messages)]
    texts = []
    for sheet in dict.fromkeys((*sides[0], *sides[1])):
        gone, come = row_differences(sides[0].get(sheet, ()), sides[1].get(sheet, ()))
        if gone or come:
            told = _changed(gone, come)
            where = f"{after.name}, {sheet}"
            texts.append(Text(ru=f"{where}: {told.ru}", en=f"{where}: {told.en}"))
    same = Text(ru=f"{after.name}: другой файл, те же строки", en=f"{after.name}: another file, the same rows")
    return texts or [same]


def _changed(gone: list[int], come: list[int]) -> Text:
    """Which rows differ, by the numbers they have in the sheet."""
    if gone == come:
        return Text(ru=f"изменились строки с номерами {_listed(gone)}", en=f"rows changed, by number: {_listed(gone)}")
    return Text(
        ru=f"прежних строк больше нет: {_listed(gone)} (номера в прежнем файле); новые: {_listed(come)} (в нынешнем)",
        en=f"rows no longer there: {_listed(gone)} (numbers in the earlier file); new: {_listed(come)} (in this one)",
    )


def row_differences(before: Iterable[Sequence[Any]], after: Iterable[Sequence[Any]]) -> tuple[list[int], list[int]]:
    """Numbers (from 1) of rows of ``before`` that ``after`` lacks, and of ``after`` that ``before`` lacks.

    A row that stands twice on one side and once on the other counts once; the order of rows does not matter.
    """
    come = []
    left: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(before, 1):
        left.setdefault(tuple(map(repr, row)), []).append(number)
    for number, row in enumerate(after, 1):
        same = left.get(tuple(map(repr, row)))
        if same:
            same.pop(0)
        else:
            come.append(number)
    return sorted(number for numbers in left.values() for number in numbers), come


def _listed(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:SHOWN_ROWS])) or "—"
    more = len(rows) - SHOWN_ROWS
    return f"{shown} … (+{more})" if more > 0 else shown
