"""Which municipality each received row is of: by its code, repaired where a rule allows, else by its name."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.distinct import distinct
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import is_blank
from evaluation.territory.oktmo import read_code
from evaluation.territory.registry import in_force

_KIND = re.compile(
    r"(?<![^\W\d_])(?:городской округ|муниципальный округ|муниципальный район|сельское поселение|городское поселение"
    r"|внутригородской район|поселение|зато|город|г|с/п|г/п|м/?о|мр|го|сп|гп|муниципальное образование)(?![^\W\d_])\.?"
)
_OTHER = re.compile(r"[^\w]+")


@dataclass(frozen=True, eq=False)
class Recognised:
    """``unit`` (n,) is each row's code in the registry (None: not made out), ``rule`` what was remarked (or None).

    ``region`` (files,) is the region that most codes of a file name; None where there are none.
    """

    unit: np.ndarray
    rule: np.ndarray
    region: list[str | None]


def name_key(text: str) -> str:
    """A municipality's name as it is compared: without its type, signs and case."""
    return _OTHER.sub(" ", _KIND.sub(" ", fold(text))).strip()


def recognise(
    codes: Sequence[Any], names: Sequence[Any], file_of: np.ndarray, registry: pd.DataFrame, on_date: dt.date
) -> Recognised:
    """The municipality in force on ``on_date`` of each of n rows; ``file_of`` (n,) numbers their files from 0.

    The zero that a workbook took from a code is given back by the region that the other codes of the file name.
    A readable code decides; its row's name only confirms it (``name_differs_from_code``). Without a code the name must
    fit exactly one municipality of the file's region (``code_from_name``). Codes once valid are
    ``return_unit_not_in_force``, others ``unit_unknown``.
    """
    valid = in_force(registry, on_date)
    current, ever = set(valid["unit_id"]), set(registry["unit_id"])
    files = int(file_of.max(initial=-1)) + 1
    cells = distinct(_objects(codes))
    plain = [read_code(cell) for cell in cells.cells]
    region = _regions([one.code for one in plain], cells.codes, file_of, files, current)
    keys = {code: name_key(name) for code, name in zip(valid["unit_id"], valid["name"], strict=True)}
    shorts = {code: name_key(name) for code, name in zip(valid["unit_id"], valid["short_name"], strict=True)}
    by_name = _by_name(keys, shorts)
    unit, rule = np.full(len(codes), None, dtype=object), np.full(len(codes), None, dtype=object)
    again: dict[tuple[int, str | None], Any] = {}
    for row, number in enumerate(cells.codes.tolist()):
        file = int(file_of[row])
        reading = plain[number]
        if reading.code not in current and not is_blank(cells.cells[number]):
            place = number, region[file]
            if place not in again:
                again[place] = read_code(cells.cells[number], region[file])
            reading = again[place] if again[place].code in current else reading
        name = name_key(names[row]) if isinstance(names[row], str) else ""
        unit[row], rule[row] = _settled(reading, name, region[file], current, ever, keys, shorts, by_name)
    return Recognised(unit, rule, region)


def _settled(
    reading: Any,
    name: str,
    region: str | None,
    current: set[str],
    ever: set[str],
    keys: dict[str, str],
    shorts: dict[str, str],
    by_name: dict[tuple[str, str], str | None],
) -> tuple[str | None, str | None]:
    if reading.code in current:
        differs = bool(name) and name not in (keys[reading.code], shorts[reading.code])
        wrong = reading.rule == "oktmo_control_digit_wrong" and differs
        if wrong:
            return None, "oktmo_name_conflict"
        return reading.code, "name_differs_from_code" if differs else reading.rule
    found = by_name.get((region, name)) if region and name else None
    if reading.code is None and found is not None:
        return found, "code_from_name"
    if reading.code in ever:
        return None, "return_unit_not_in_force"
    return None, "unit_unknown"


def _by_name(keys: dict[str, str], shorts: dict[str, str]) -> dict[tuple[str, str], str | None]:
    """Code by region and name; None where several municipalities of the region have the name."""
    found: dict[tuple[str, str], str | None] = {}
    for code in keys:
        for key in {keys[code], shorts[code]}:
            place = code[:2], key
            found[place] = code if place not in found else None
    return found


def _regions(
    codes: list[str | None], rows: np.ndarray, file_of: np.ndarray, files: int, current: set[str]
) -> list[str | None]:
    known = np.array([code[:2] if code in current and code else "" for code in codes], dtype=object)[rows]
    counts: list[Counter[str]] = [Counter() for _ in range(files)]
    for file, one in zip(file_of.tolist(), known, strict=True):
        if one:
            counts[file][one] += 1
    # of equally frequent ones the first by code
    return [min(count, key=lambda one: (-count[one], one)) if count else None for count in counts]


def _objects(values: Sequence[Any]) -> np.ndarray:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
