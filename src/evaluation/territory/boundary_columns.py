"""Which columns of a received file hold the units' codes, names and regions, and the days on which a polygon holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory import oktmo
from evaluation.territory.boundary_files import text_column
from evaluation.territory.registry import Date
from evaluation.territory.spelling import parse

CODE_HEADERS = ("unit_id", "oktmo8", "oktmo", "octmo", "октмо", "код_октмо", "addr:oktmo", "oktmo:user", "ref", "code")
NAME_HEADERS = (
    "name", "unit_name", "municipal_district_name", "district", "name:ru", "name_ru", "fullname", "full_name",
    "nl_name_2", "name_2", "adm2_ru", "adm2_name", "shapename", "municipality", "название", "наименование", "район",
    "муниципальное_образование", "мо",
)  # fmt: skip
REGION_HEADERS = (
    "region", "region_name", "регион", "субъект", "субъект_рф", "adm1_ru", "adm1_name", "nl_name_1", "name_1",
    "addr:region", "область",
)  # fmt: skip
LEVEL_HEADERS = ("admin_level",)
NO_END = 9999
KNOWN_SHARE = 0.3


@dataclass(frozen=True)
class Columns:
    """Headers of a file; '' where it has no such column."""

    code: str
    name: str
    region: str


def find_columns(frame: pd.DataFrame, registry: pd.DataFrame, place: str) -> Columns:
    """Columns of codes, names and regions: by their usual headers, else by what stands in them.

    A column counts as one of codes where KNOWN_SHARE of what it could hold (its values, or the registry's units where
    these are fewer) are codes of the registry (any vintage), as one of names where as many have the core of a name in
    it; of several the fullest. Columns under usual headers come first, where any of their values is one. Raises
    InputProblem where neither is found.
    """
    texts = {
        str(name): text_column(frame, name)
        for name in frame.columns
        if name != "geometry" and not str(name).startswith("__")
    }
    codes = frozenset(registry["unit_id"].astype(str))
    is_oktmo = all(len(code) == 8 and code.isdigit() for code in codes)
    cores = {parse(str(name)).core for column in ("name", "short_name") for name in registry[column].unique()}
    known = {code for unit in codes for code in (unit, unit[:5] + "000")} if is_oktmo else codes

    def is_code(text: str) -> bool:
        return (oktmo.normalise(text)[0] if is_oktmo else text) in known

    def is_name(text: str) -> bool:
        core = parse(text).core
        return core != "" and core in cores

    by_code = {name: _share(text, is_code, len(codes)) for name, text in texts.items()}
    by_name = {name: _share(text, is_name, len(codes)) for name, text in texts.items()}
    usual = [name for name in _usual(texts, CODE_HEADERS) if by_code[name] > 0]
    code = usual[0] if usual else _fullest(by_code)
    usual = [name for name in _usual(texts, NAME_HEADERS) if name != code and by_name[name] > 0]
    name = max(usual, key=lambda one: by_name[one]) if usual else _fullest({**by_name, code: 0.0})
    if not code and not name:
        raise InputProblem(
            f"{place}: не найдено столбца с кодами или названиями территорий реестра. Столбцы файла: "
            f"{', '.join(texts) or '—'}. Проверьте файл или назовите столбец oktmo либо name.",
            f"{place}: no column holds codes or names of the registry's units. The file's columns: "
            f"{', '.join(texts) or '—'}. Check the file, or name its column oktmo or name.",
        )
    region = next(iter(_usual(texts, REGION_HEADERS)), "")
    return Columns(code, name, region if region not in (code, name) else "")


def _usual(texts: dict[str, pd.Series], headers: Sequence[str]) -> list[str]:
    """Columns with one of the headers, in the headers' order."""
    folded = {name.strip().casefold().replace(" ", "_"): name for name in texts}
    return [folded[header] for header in headers if header in folded]


def _share(text: pd.Series, accepts: Callable[[str], bool], most: int) -> float:
    values = [value for value in text.unique().tolist() if value]
    return sum(map(accepts, values)) / min(len(values), most) if values else 0.0


def _fullest(shares: dict[str, float]) -> str:
    best = max(shares, key=lambda one: shares[one], default="")
    return best if best and shares[best] >= KNOWN_SHARE else ""


# ---- days ---------------------------------------------------------------------------------------------------


def intervals(frame: pd.DataFrame, place: str) -> pd.DataFrame | None:
    """First and last day of every polygon (valid_from, valid_to; NaT: open), index kept; None where none is said.

    Read from ``valid_from``, ``valid_to`` (dates, both inclusive) or ``year_from``, ``year_to`` (from 1 January of the
    first to 31 December before the second, the first year no longer in force; 9999: still). Raises InputProblem for a
    value that is no such day or year.
    """
    for first, last, years in (("valid_from", "valid_to", False), ("year_from", "year_to", True)):
        if first in frame.columns:
            ends = frame[last] if last in frame.columns else pd.Series(pd.NaT, index=frame.index)
            return pd.DataFrame(
                {
                    "valid_from": _days(frame[first], first, place, years, 0),
                    "valid_to": _days(ends, last, place, years, 1),
                }
            )
    return None


def _days(column: pd.Series, name: str, place: str, years: bool, before: int) -> pd.Series:
    """Days of a column, ``before`` days earlier where whole years stand in it."""
    known: dict[object, pd.Timestamp | None] = {}
    for value in column.dropna().unique().tolist():
        text = str(value).strip().removesuffix(".0")
        try:
            if not text or (years and int(text) >= NO_END):
                known[value] = None
            elif years:
                known[value] = pd.Timestamp(int(text), 1, 1) - pd.Timedelta(days=before)
            else:
                known[value] = pd.Timestamp(text).normalize().tz_localize(None)
        except ValueError as error:
            expected = ("год, например 2018", "a year such as 2018") if years else ("дата", "a date")
            raise InputProblem(
                f"{place}, столбец {name}: значение «{text}» не подходит. Ожидалось: {expected[0]}.",
                f"{place}, column {name}: the value '{text}' does not fit. Expected: {expected[1]}.",
            ) from error
    return pd.Series([known.get(value) for value in column.tolist()], index=column.index, dtype="datetime64[us]")


def rows_on(frame: pd.DataFrame, on_date: Date, place: str) -> pd.Series:
    """Which polygons hold on ``on_date``; all of a file that says no days."""
    days = intervals(frame, place)
    if days is None:
        return pd.Series(True, index=frame.index)
    day = pd.Timestamp(on_date)
    held: pd.Series = (days["valid_from"].isna() | (days["valid_from"] <= day)) & (
        days["valid_to"].isna() | (days["valid_to"] >= day)
    )
    return held
