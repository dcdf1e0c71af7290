"""A directory of territorial units as others publish it (a workbook or csv), brought into the registry's shape.

Known columns are found by their usual names; every row that cannot be read is left out and reported, every value that
was repaired or left empty is reported with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from evaluation.ledger import Action, Issue, Severity, issues_frame
from evaluation.settings import InputProblem
from evaluation.territory import oktmo
from evaluation.territory.directory_columns import named_columns, read_sheet
from evaluation.territory.registry import BEGINNING, COLUMNS, TYPES

SOURCE = "directory"
NO_END = 9999
TYPE_WORDS: Mapping[str, str] = {
    "городской округ": "city_okrug", "городской округ с внутригородским делением": "city_okrug",
    "муниципальный округ": "municipal_okrug", "муниципальный район": "municipal_district",
    "городское поселение": "settlement", "сельское поселение": "settlement",
    "внутригородской район": "city_district", "внутригородская территория": "city_district",
    "внутригородская территория города федерального значения": "city_district",
    "зато": "closed_city", "городской округ (зато)": "closed_city", "деревня": "village", "село": "village",
}  # fmt: skip
_CLOSED = ("зато", "закрытое административно-территориальное образование")


@dataclass
class _Rows:
    """The rows of a directory being read: their text, what is remarked, and which are left out."""

    file_name: str
    sheet: str
    text: pd.DataFrame
    headers: Mapping[str, str]
    issues: list[Issue] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)

    def remark(
        self,
        row: int | None,
        column: str,
        rule: str,
        severity: Severity,
        action: Action,
        suggestion: str | None = None,
    ) -> None:
        if action == "quarantined" and row is not None:
            self.left_out.add(row)
        raw = str(self.text.loc[row, column]) if row is not None and column in self.text else None
        self.issues.append(
            Issue(SOURCE, rule, severity, action, self.file_name, self.sheet, row=row,
                  field=self.headers.get(column, column), raw=raw, suggestion=suggestion)
        )  # fmt: skip


def read_directory(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The registry (columns and order of ``registry.read_registry``) and remarks in the shape of the table issues.

    ``path`` is xlsx, xls, ods or csv (comma, semicolon or tab; UTF-8 or Windows-1251) with at least a unit's code and
    name under one of ``directory_columns.HEADERS``; the first sheet that has them is read. OKTMO codes may be written
    with dashes or spaces or have lost their zero. Years stand for whole years: ``year_from`` begins on 1 January,
    ``year_to`` is the first year no longer in force (9999: still in force). Rows without a readable code, name or
    interval, repeated rows and rows whose interval overlaps an earlier one of the same code are left out and reported
    with their row (from 1). Raises InputProblem for a file that cannot be read, has no such columns, or not one
    readable row.
    """
    sheet, frame = read_sheet(path)
    rows = _Rows(path.name, sheet, *named_columns(frame))
    registry = _registry(rows)
    kept = registry[~registry.index.isin(rows.left_out)]
    _overlaps(rows, kept)
    kept = kept[~kept.index.isin(rows.left_out)]
    if kept.empty:
        raise InputProblem(
            f"{path}: ни одна из {len(registry)} строк не читается как территориальная единица. "
            "Проверьте столбцы кода и названия.",
            f"{path}: none of {len(registry)} rows can be read as a territorial unit. "
            "Check the columns of codes and names.",
        )
    ordered = kept.sort_values(["unit_id", "valid_from"], kind="stable").reset_index(drop=True)
    return ordered[list(COLUMNS)], issues_frame(sorted(rows.issues, key=lambda issue: (issue.row or 0, issue.rule)))


def _registry(rows: _Rows) -> pd.DataFrame:
    text = rows.text
    empty = pd.Series("", index=text.index)

    def column(name: str) -> pd.Series:
        return text.get(name, empty)

    for row in text.index[column("name") == ""]:
        rows.remark(row, "name", "required_empty", "error", "quarantined")
    starts = _days(rows, "valid_from", first=True)
    ends = _days(rows, "valid_to", first=False)
    for row in text.index[(ends < starts).fillna(False)]:
        rows.remark(row, "valid_to", "dates_reversed", "error", "quarantined", f">= {starts[row]:%Y-%m-%d}")
    types = _types(rows, column("type"))
    words = column("name").str.casefold() + " " + column("status").str.casefold()
    closed = pd.concat([words.str.contains(word, regex=False) for word in _CLOSED], axis=1).any(axis=1)
    return pd.DataFrame(
        {
            "unit_id": _codes(rows),
            "name": column("name"),
            "short_name": column("short_name").where(column("short_name") != "", column("name")),
            "type": types.mask(closed & (types == "city_okrug"), "closed_city"),
            "district": column("district"),
            "is_north": pd.Series(False, index=text.index, dtype="boolean"),
            "is_closed": closed.astype("boolean"),
            "longitude": _numbers(rows, "longitude", -180, 180),
            "latitude": _numbers(rows, "latitude", -90, 90),
            "valid_from": starts.fillna(pd.Timestamp(BEGINNING)),
            "valid_to": ends,
            "reference_population": _numbers(rows, "reference_population", 0, 1e10, whole=True),
            "reference_year": _numbers(rows, "reference_year", 1900, 2200, whole=True),
            "source": column("source"),
            "region": column("region"),
            "other_id": column("other_id"),
        }
    )


def _codes(rows: _Rows) -> pd.Series:
    """Codes as eight digits where the list has OKTMO codes, as they stand elsewhere.

    A repair that most of the codes need is the list's own way of writing them, remarked once.
    """
    raw = rows.text["unit_id"]
    read = {value: oktmo.normalise(value) for value in raw.unique()}
    is_oktmo = sum(code is not None for code, _ in read.values()) > len(read) / 2
    usual = Counter(read[value][1] for value in raw).most_common(1)[0] if is_oktmo else (None, 0)
    usual_rule = usual[0] if usual[1] > len(raw) / 2 else None
    if usual_rule not in (None, "oktmo_spaces"):
        rows.remark(None, "unit_id", str(usual_rule), "info", "repaired", f"{usual[1]} / {len(raw)}")
    codes = []
    for row, value in raw.items():
        code, rule = read[value] if is_oktmo else (value or None, None)
        if code is None:
            rows.remark(int(str(row)), "unit_id", rule or "required_empty", "error", "quarantined")
        elif rule not in (None, "oktmo_spaces", usual_rule):
            rows.remark(int(str(row)), "unit_id", str(rule), "info", "repaired", code)
        codes.append(code or "")
    return pd.Series(codes, index=raw.index, dtype="str")


def _days(rows: _Rows, column: str, first: bool) -> pd.Series:
    """First or last days in force: a year stands for its 1 January, as an end for the last day before it."""
    days: list[pd.Timestamp | None] = []
    known: dict[str, pd.Timestamp | None] = {"": None}
    for row, value in rows.text[column].items() if column in rows.text else ():
        if value not in known:
            try:
                known[value] = _day(value, first)
            except ValueError:
                rows.remark(int(str(row)), column, "not_a_date", "error", "quarantined", "2018, 2018-01-01")
                days.append(None)
                continue
        days.append(known[value])
    if not days:
        days = [None] * len(rows.text)
    return pd.Series(days, index=rows.text.index, dtype="datetime64[us]")


def _day(value: str, first: bool) -> pd.Timestamp | None:
    text = value.removesuffix(".0")
    if text.isdigit() and len(text) == 4:
        year = int(text)
        if year == NO_END and not first:
            return None
        if not 1900 <= year <= 2200:
            raise ValueError(text)
        return pd.Timestamp(year, 1, 1) if first else pd.Timestamp(year - 1, 12, 31)
    day = pd.Timestamp(text[:10])
    if pd.isna(day):
        raise ValueError(text)
    return day


def _types(rows: _Rows, column: pd.Series) -> pd.Series:
    words = column.str.casefold().str.split().str.join(" ")
    known = {**TYPE_WORDS, **{name: name for name in TYPES}, "": "other"}
    for row in words.index[~words.isin(known)]:
        rows.remark(row, "type", "category_unknown", "warning", "emptied", "other")
    return words.map(known).fillna("other").astype("str")


def _numbers(rows: _Rows, column: str, low: float, high: float, whole: bool = False) -> pd.Series:
    """Numbers of a column within their range; what is none is left empty and reported, its row kept."""
    values: list[float | None] = []
    for row, text in rows.text[column].items() if column in rows.text else ():
        value = None
        try:
            value = float(text.replace(",", ".")) if text else None
        except ValueError:
            rows.remark(int(str(row)), column, "not_a_number", "error", "emptied")
        if value is not None and (not low <= value <= high or (whole and not value.is_integer())):
            rows.remark(int(str(row)), column, "out_of_range", "error", "emptied", f"{low:g}..{high:g}")
            value = None
        values.append(value)
    if not values:
        values = [None] * len(rows.text)
    numbers = pd.Series(values, index=rows.text.index, dtype="float64")
    return numbers.astype("Int64") if whole else numbers


def _overlaps(rows: _Rows, registry: pd.DataFrame) -> None:
    """Leave out rows that repeat an earlier one of the same code or whose interval overlaps it."""
    end = pd.Timestamp.max.floor("D").as_unit("us")
    repeated = registry[registry["unit_id"].duplicated(keep=False)]
    for code, units in repeated.groupby("unit_id", sort=True):
        taken: list[int] = []
        for row in units.sort_values("valid_from", kind="stable").index:
            one = units.loc[row]
            for before in taken:
                other = units.loc[before]
                last = other["valid_to"] if pd.notna(other["valid_to"]) else end
                if one["valid_from"] <= last:
                    same = bool(one.drop("source").equals(other.drop("source")))
                    rule = "duplicate_row" if same else "intervals_overlap"
                    rows.remark(int(row), "unit_id", rule, "warning" if same else "error", "quarantined",
                                f"{code}: {rows.sheet}, {before}")  # fmt: skip
                    break
            else:
                taken.append(int(row))
