"""The sheet and the columns of a directory of units, found by the names that columns usually have."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from evaluation.settings import InputProblem

# the registry's column and the names it has elsewhere, folded
HEADERS: Mapping[str, tuple[str, ...]] = {
    "unit_id": ("unit_id", "oktmo", "oktmo8", "код октмо", "октмо", "код"),
    "name": ("name", "municipal_district_name", "наименование", "название", "муниципальное образование"),
    "short_name": ("short_name", "municipal_district_name_short", "краткое наименование"),
    "type": ("type", "municipal_district_type", "тип", "вид муниципального образования"),
    "status": ("municipal_district_status", "status", "статус"),
    "district": ("district", "район"),
    "region": ("region", "region_name", "регион", "субъект", "субъект федерации"),
    "other_id": ("other_id", "territory_id"),
    "valid_from": ("valid_from", "year_from", "действует с"),
    "valid_to": ("valid_to", "year_to", "действует по"),
    "longitude": ("longitude", "lon", "municipal_district_center_lon", "долгота"),
    "latitude": ("latitude", "lat", "municipal_district_center_lat", "широта"),
    "reference_population": ("reference_population", "population", "население"),
    "reference_year": ("reference_year", "year", "год"),
    "source": ("source", "source_rosstat", "источник"),
}
NEEDED = ("unit_id", "name")


def read_sheet(path: Path) -> tuple[str, pd.DataFrame]:
    """The first sheet with the needed columns, as text; the index is the row of the file."""
    try:
        if path.suffix.lower() in (".csv", ".tsv", ".txt"):
            sheets = {path.stem: _csv(path.read_bytes())}
        else:
            sheets = pd.read_excel(path, sheet_name=None, dtype="str", engine="calamine")
    except FileNotFoundError:
        raise InputProblem(
            f"Нет файла {path}. Укажите справочник территорий: xlsx или csv.",
            f"There is no file {path}. Give a directory of units: xlsx or csv.",
        ) from None
    except Exception as error:  # the readers of workbooks raise errors of their own without a common class
        raise InputProblem(
            f"{path}: справочник не читается ({error}). Сохраните его как xlsx или csv (UTF-8).",
            f"{path}: the directory cannot be read ({error}). Save it as xlsx or csv (UTF-8).",
        ) from error
    for name, frame in sheets.items():
        found = set(_found([str(column) for column in frame.columns]))
        if set(NEEDED) <= found:
            text = frame.set_axis(range(2, len(frame) + 2)).astype("object")
            text = text.where(text.notna(), "").astype(str).apply(lambda column: column.str.strip())
            return str(name), text[(text != "").any(axis=1)]
    there = "; ".join(f"{name}: {', '.join(map(str, frame.columns))}" for name, frame in sheets.items())
    wanted = {column: " / ".join(HEADERS[column]) for column in NEEDED}
    raise InputProblem(
        f"{path}: нет столбцов с кодом ({wanted['unit_id']}) и названием ({wanted['name']}). Есть: {there}.",
        f"{path}: there are no columns with a code ({wanted['unit_id']}) and a name ({wanted['name']}). "
        f"Found: {there}.",
    )


def _csv(raw: bytes) -> pd.DataFrame:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1251")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    width = len(rows[0]) if rows else 0
    wrong = next((place for place, row in enumerate(rows, 1) if row and len(row) != width), None)
    if wrong is not None:
        raise ValueError(f"row {wrong}: {len(rows[wrong - 1])} cells, expected {width}")
    return pd.DataFrame([row or [""] * width for row in rows[1:]], columns=rows[0] if rows else [], dtype="str")


def _found(columns: list[str]) -> dict[str, str]:
    """The directory's header of each of the registry's columns that it has."""
    folded = {column.strip().casefold(): column for column in reversed(columns)}
    found = {}
    for name, spellings in HEADERS.items():
        header = next((folded[spelling] for spelling in spellings if spelling in folded), None)
        if header is not None:
            found[name] = header
    return found


def named_columns(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The columns that the registry knows, by its names, and the header of each in the file."""
    headers = _found([str(column) for column in frame.columns])
    return pd.DataFrame({name: frame[header] for name, header in headers.items()}), headers
