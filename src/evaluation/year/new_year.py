"""A year's settings carried over to the next year: dates moved, what must be confirmed marked, comments kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from evaluation.settings import InputProblem
from evaluation.year.yaml_edits import Keys, Scalar, marked, raw, replaced, scalars

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# numbers of a survey that are another year by year
COUNTED = ("frame_n", "invited_n", "margins_id")
_OFFERED = re.compile(r"\s*#\s*[a-z_]+: ")  # a setting that stands ready in a comment
FIRST_PLAUSIBLE, LAST_PLAUSIBLE = 1990, 2100


@dataclass(frozen=True)
class Named:
    """A line (from 1) of a carried text that names a year in words, which no program can move."""

    line: int
    text: str


def moved_day(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February becomes 28 February where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def moved_name(text: str, old: int, new: int) -> str:
    """A file's name with the year in it replaced, where it stands by itself: «Реестр 2025.xlsx»."""
    return re.sub(rf"(?<!\d){old}(?!\d)", str(new), text)


def carried_year(text: str, old: int, new: int, path: str = "") -> str:
    """``config/years/<old>.yml`` for the year ``new``.

    Every date moves by the years between and is marked ``# confirm`` with the day it was; rules of the contest and
    counts of surveys stay and are marked; the year in names of files and in constants is replaced. Comments stay.
    Raises InputProblem (``path`` names the file) where the text cannot be changed without changing something else.
    """
    text = _without_key(text, "signed")  # who answers for last year has not signed for this one
    changes: dict[Scalar, str] = {}
    notes: dict[int, str] = {}
    for one in scalars(text):
        day = _day(one)
        if one.keys == ("year",):
            changes[one] = raw(text, one).replace(one.value, str(new))
        elif day is not None:
            changes[one] = raw(text, one).replace(one.value, moved_day(day, new - old).isoformat())
            notes[one.line] = _was(notes.get(one.line), one.value)
        elif _names_file(one.keys) or _is_year_constant(one, old):
            changes[one] = moved_name(raw(text, one), old, new)
        elif one.keys[0] == "rules" or (one.keys[0] == "surveys" and one.keys[-1] in COUNTED):
            notes.setdefault(one.line, "")
    told = _introduced(marked(replaced(text, changes), notes), old, new)
    _compare(text, told, lambda keys, value: _expected_year(keys, value, old, new), path)
    return told


def carried_plan(text: str, old: int, new: int, path: str = "") -> str:
    """``config/plan/<old>.yml`` as a draft for ``new``: dates moved and marked, lines with years marked, comments kept.

    Departures from the old plan are left out: they concern that plan alone. Raises InputProblem as ``carried_year``.
    """
    text = _without_key(text, "deviations")
    changes: dict[Scalar, str] = {}
    notes: dict[int, str] = {}
    for one in scalars(text):
        day = _day(one)
        if one.keys == ("year",):
            changes[one] = raw(text, one).replace(one.value, str(new))
        elif day is not None:
            changes[one] = raw(text, one).replace(one.value, moved_day(day, new - old).isoformat())
            notes[one.line] = _was(notes.get(one.line), one.value)
        elif _is_some_year(one):
            notes.setdefault(one.line, "")
    told = _introduced(marked(replaced(text, changes), notes), old, new)
    _compare(text, told, lambda keys, value: _expected_plan(keys, value, old, new), path)
    return told


def raised_last_year(text: str, year: int, path: str = "") -> str:
    """``config/programme.yml`` with ``last_year`` set to ``year``; every other byte stays."""
    found = [one for one in scalars(text) if one.keys == ("last_year",)]
    if len(found) != 1:
        raise InputProblem(
            f"{path}: ключ last_year не найден или стоит дважды. Исправьте это.",
            f"{path}: the key last_year is missing or stands twice. Correct this.",
        )
    told = replaced(text, {found[0]: str(year)})
    _compare(text, told, lambda keys, value: year if keys == ("last_year",) else value, path)
    return told


def naming_years(text: str, old: int) -> list[Named]:
    """Lines with words that name the old year: people must read and change them."""
    token = re.compile(rf"(?<!\d){old}(?!\d)")
    lines = text.split("\n")
    found = set()
    for one in scalars(text):
        if one.kind == "str":
            parts = enumerate(raw(text, one).split("\n"), start=one.line)
            found |= {number for number, part in parts if token.search(part)}
    return [Named(number, lines[number - 1].strip()) for number in sorted(found)]


def _day(one: Scalar) -> dt.date | None:
    if one.kind not in ("timestamp", "str") or not DAY.fullmatch(one.value):
        return None
    try:
        return dt.date.fromisoformat(one.value)
    except ValueError:
        return None


def _is_some_year(one: Scalar) -> bool:
    """A whole number that can only be a year; numbers of draws and seeds are none."""
    named = [str(key) for key in one.keys]
    if one.kind != "int" or any(name == "seed" or name.endswith("_draws") for name in named):
        return False
    return FIRST_PLAUSIBLE <= int(yaml.safe_load(one.value)) <= LAST_PLAUSIBLE


def _was(before: str | None, value: str) -> str:
    if before:
        return f"{before.removesuffix(')')}, {value})"
    return f" (было / was {value})"


def _names_file(keys: Keys) -> bool:
    return len(keys) == 3 and keys[0] == "sources" and keys[2] == "file"


def _is_year_constant(one: Scalar, old: int) -> bool:
    return len(one.keys) == 4 and one.keys[0] == "sources" and one.keys[2] == "constants" and one.value == str(old)


def _introduced(text: str, old: int, new: int) -> str:
    """The comment at the head names the new year and tells where the text comes from."""
    lines = text.split("\n")
    head = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    for number in range(head):
        lines[number] = moved_name(lines[number], old, new)
    folder = f"data/raw/{old}"
    for number, line in enumerate(lines):
        words, sign, comment = line.partition("# ")
        if sign and folder in comment and folder not in words:
            lines[number] = words + sign + comment.replace(folder, f"data/raw/{new}")
        elif _OFFERED.match(line):
            lines[number] = moved_name(line, old, new)
    while head > 0 and not lines[head - 1].strip():
        head -= 1
    told = [
        f"# Перенесено с {old} года (evaluation new-year). Строки с пометкой «confirm» проверьте и пометку сотрите.",
        f"# Carried over from {old} (evaluation new-year). Check the lines marked 'confirm', then delete the mark.",
    ]
    kept = [line for line in lines[:head] if not line.startswith(("# Перенесено с ", "# Carried over from "))]
    return "\n".join([*kept, *told, *lines[head:]])


def _without_key(text: str, key: str) -> str:
    """``text`` without one key at its top and all that stands under it; comments above the next key stay."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        return text
    starts = [(name.value, name.start_mark.line) for name, _ in node.value]
    for number, (name, line) in enumerate(starts):
        if name == key:
            lines = text.split("\n")
            end = starts[number + 1][1] if number + 1 < len(starts) else len(lines)
            while end > line + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
                end -= 1
            return "\n".join([*lines[:line], *lines[end:]])
    return text


def _expected_year(keys: Keys, value: Any, old: int, new: int) -> Any:
    if keys == ("year",):
        return new
    if _names_file(keys) or (len(keys) == 4 and keys[2] == "constants" and str(value) == str(old)):
        moved = moved_name(str(value), old, new)
        return int(moved) if isinstance(value, int) else moved
    return _expected_day(value, old, new)


def _expected_plan(keys: Keys, value: Any, old: int, new: int) -> Any:
    return new if keys == ("year",) else _expected_day(value, old, new)


def _expected_day(value: Any, old: int, new: int) -> Any:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return moved_day(value, new - old)
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return moved_day(dt.date.fromisoformat(value), new - old).isoformat()
        except ValueError:
            return value
    return value


def _compare(before: str, after: str, expected: Callable[[Keys, Any], Any], path: str) -> None:
    """Raises InputProblem unless the text now says exactly what it should: a guard of the edits above."""
    try:
        found = yaml.safe_load(after)
    except yaml.YAMLError:
        found = None
    if found != _mapped(yaml.safe_load(before), (), expected):
        raise InputProblem(
            f"{path}: файл написан так, что даты в нём нельзя перенести, не тронув остального. Запишите значения "
            "каждое на своей строке и повторите.",
            f"{path}: the file is written so that its dates cannot be moved without touching the rest. Write each "
            "value on a line of its own and repeat.",
        )


def _mapped(data: Any, keys: Keys, expected: Callable[[Keys, Any], Any]) -> Any:
    if isinstance(data, dict):
        return {name: _mapped(value, (*keys, str(name)), expected) for name, value in data.items()}
    if isinstance(data, list):
        return [_mapped(value, (*keys, number), expected) for number, value in enumerate(data)]
    return expected(keys, data)
