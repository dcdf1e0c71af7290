"""The numbers of a monitoring form: counted from our tables, rounded, and checked before they are sent."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from evaluation.report.counted_rows import RowsError, select
from evaluation.report.monitoring.mapping import Asked, Problem, asked_values, of_year, problem
from evaluation.settings.monitoring import Aggregation, MonitoredValue, MonitoringForm
from evaluation.tables import TABLES

Read = Callable[[str], pd.DataFrame]

COUNTS: tuple[Aggregation, ...] = ("rows", "distinct")
PEOPLE = ("persons", "people")


@dataclass(frozen=True)
class Counted:
    """Numbers by key and, in blocks, by unit (None: no row has a value), and what hinders sending them."""

    numbers: Mapping[tuple[str, str | None], float | None]
    problems: tuple[Problem, ...] = field(default=())


def count_values(
    form: MonitoringForm, read: Read, year: int, threshold: int, unit_of: Callable[[str, str], str]
) -> Counted:
    """Every number of the form from our tables, in the form's units and rounded, and what hinders sending it.

    ``read`` gives a table; ``unit_of`` the codebook's unit of a table's column. Values outside their limits, counts of
    people below ``threshold`` and totals unlike their parts are problems. Nothing is made of nothing: a sum without a
    known value is None, while a count of no rows is 0.
    """
    values: dict[tuple[str, str | None], float | None] = {}
    problems: list[Problem] = []
    for asked in asked_values(form):
        entry = asked.entry
        try:
            rows = select(read(entry.table), of_year(entry.filter, year), read)
            groups = {None: rows} if asked.by is None else {str(code): own for code, own in rows.groupby(asked.by)}
            found = {unit: _made(own, entry, read, year) for unit, own in groups.items()}
        except RowsError:
            words = of_year(entry.filter, year)
            problems.append(
                problem(
                    asked.place, "filter",
                    f"условие «{words}» нельзя применить: столбец сравнивается с тем, с чем его сравнить нельзя "
                    "(текст — в кавычках, дата — как '2025-03-31').",
                    f"the condition '{words}' cannot be applied: a column is compared with what it cannot be compared "
                    "with (texts in quotes, days as '2025-03-31').",
                )
            )  # fmt: skip
            continue
        for unit, raw in found.items():
            value = None if raw is None else rounded(raw / entry.divide_by, entry.decimals)
            values[entry.key, unit] = value
            problems += _limits(asked, unit, raw, value, threshold, unit_of)
    return Counted(values, (*problems, *_sum_problems(form, values)))


def value_at(counted: Counted, entry: MonitoredValue, unit: str | None) -> float | None:
    """The value of an entry for a unit; a unit without rows has a count of 0 and no sum."""
    if (entry.key, unit) in counted.numbers:
        return counted.numbers[entry.key, unit]
    return 0.0 if entry.aggregation in COUNTS else None


def _made(rows: pd.DataFrame, entry: MonitoredValue, read: Read, year: int) -> float | None:
    if entry.aggregation == "rows":
        return float(len(rows))
    if entry.aggregation == "share":
        return len(select(rows, of_year(entry.share_of or "", year), read)) / len(rows) if len(rows) else None
    assert entry.column is not None  # checked with the mapping
    if entry.aggregation == "distinct":
        return float(rows[entry.column].nunique())
    known = rows[entry.column].dropna().astype("float64")
    if known.empty:
        return None
    made = {"sum": known.sum, "mean": known.mean, "median": known.median, "least": known.min, "most": known.max}
    return float(made[entry.aggregation]())


def rounded(value: float, decimals: int) -> float:
    """``value`` with so many digits after the point; halves go away from zero, as the forms' instructions have it."""
    if not math.isfinite(value):
        return value
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def _limits(
    asked: Asked,
    unit: str | None,
    raw: float | None,
    value: float | None,
    threshold: int,
    unit_of: Callable[[str, str], str],
) -> Iterator[Problem]:
    entry = asked.entry
    if value is None or raw is None:
        return
    whose = f" ({unit})" if unit else ""
    below = entry.low is not None and value < entry.low
    if below or (entry.high is not None and value > entry.high):
        ends = f"{'' if entry.low is None else f'{entry.low:g}'}..{'' if entry.high is None else f'{entry.high:g}'}"
        yield problem(
            asked.place,
            "low" if below else "high",
            f"значение {value:g}{whose} вне пределов {ends}. Проверьте данные.",
            f"the value {value:g}{whose} is outside {ends}. Check the data.",
        )
    counts_people = entry.column is not None and (
        entry.column == "person_key" or (entry.aggregation == "sum" and unit_of(entry.table, entry.column) in PEOPLE)
    )
    counts_people |= entry.aggregation == "rows" and TABLES[entry.table].sensitivity == "pseudonymous"
    is_count = entry.aggregation in (*COUNTS, "sum")
    if counts_people and is_count and 0 < raw < threshold and not entry.small_counts:
        yield problem(asked.place, "small_counts", f"число людей{whose} меньше порога {threshold}: по нему можно "
                      "узнать человека. Уберите запись, укрупните её или разрешите ключом small_counts: true.",
                       f"the number of people{whose} is below the threshold {threshold}: a person might be recognised. "
                       "Take the entry out, make it coarser, or allow it by small_counts: true.")  # fmt: skip


def _sum_problems(form: MonitoringForm, values: Mapping[tuple[str, str | None], float | None]) -> Iterator[Problem]:
    decimals = {asked.entry.key: asked.entry.decimals for asked in asked_values(form)}
    for position, check in enumerate(form.sums):
        units = sorted({unit for key, unit in values if key == check.total}, key=lambda unit: unit or "")
        for unit in units:
            total = values.get((check.total, unit))
            parts = [values.get((key, unit)) for key in check.parts]
            known = [part for part in parts if part is not None]
            if total is None or len(known) < len(parts):
                continue
            allowed = check.tolerance
            if allowed is None:
                allowed = sum(0.5 * 10.0 ** -decimals[key] for key in (check.total, *check.parts))
            if abs(total - sum(known)) > allowed + 1e-9:
                whose = f" ({unit})" if unit else ""
                yield problem(
                    ("sums", position),
                    "total",
                    f"«{check.total}» = {total:g}{whose}, а сумма частей {sum(known):g}. Проверьте условия отбора.",
                    f"'{check.total}' = {total:g}{whose}, its parts add up to {sum(known):g}. Check the filters.",
                )
