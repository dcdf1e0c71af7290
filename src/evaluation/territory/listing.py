"""Small CSV files that people keep (units, crosswalk, aliases), read as text with the line of every row."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

TRUE_WORDS = frozenset({"true", "1", "да", "yes"})
FALSE_WORDS = frozenset({"false", "0", "нет", "no"})


def read_listing(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """Columns ``required`` + ``optional`` as stripped text (empty where absent); the index is the line in the file.

    The separator is the comma, or the semicolon that spreadsheets write in Russia; the encoding is UTF-8, or
    cp1251 where the bytes are not UTF-8. Raises InputProblem for a missing file or column, an unknown column,
    and a row whose number of cells differs from the header's.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputProblem(
            f"Нет файла {path}. Создайте его со столбцами {', '.join(required)} или исправьте путь в programme.yml.",
            f"There is no file {path}. Create it with columns {', '.join(required)}, or correct programme.yml.",
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decode_cp1251(raw, path)
    separator = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    try:
        lines, rows = _records(text, separator)
    except csv.Error as error:
        raise InputProblem(
            f"{path}: не удалось разобрать CSV ({error}). Проверьте кавычки.",
            f"{path}: the CSV cannot be read ({error}). Check the quotes.",
        ) from error
    header = [cell.strip() for cell in rows[0]] if rows else []
    _check_header(path, header, required, optional)
    for line, row in zip(lines[1:], rows[1:], strict=True):
        if len(row) != len(header):
            raise InputProblem(
                f"{path}, строка {line}: ячеек {len(row)}, ожидалось {len(header)}. Проверьте разделители и кавычки.",
                f"{path}, line {line}: {len(row)} cells, expected {len(header)}. Check separators and quotes.",
            )
    frame = pd.DataFrame(rows[1:], columns=header, index=pd.Index(lines[1:], name="line"), dtype="str")
    frame = frame.apply(lambda column: column.str.strip())
    return frame.reindex(columns=[*required, *optional], fill_value="")


def _decode_cp1251(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("cp1251")
    except UnicodeDecodeError as error:
        raise InputProblem(
            f"{path}: кодировка не UTF-8 и не Windows-1251 (байт {error.start}). Сохраните файл в UTF-8.",
            f"{path}: the encoding is neither UTF-8 nor Windows-1251 (byte {error.start}). Save the file as UTF-8.",
        ) from error


def _records(text: str, separator: str) -> tuple[list[int], list[list[str]]]:
    """Lines (from 1) on which records begin, and the records; wholly blank records are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    start = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            lines.append(start)
            rows.append(row)
        start = reader.line_num + 1
    return lines, rows


def _check_header(path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]) -> None:
    missing = [name for name in required if name not in header]
    if missing:
        raise InputProblem(
            f"{path}, строка 1: нет столбцов {', '.join(missing)}. Добавьте их.",
            f"{path}, line 1: columns {', '.join(missing)} are missing. Add them.",
        )
    known = [*required, *optional]
    unknown = [name or "''" for name in header if name not in known]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if unknown or repeated:
        raise InputProblem(
            f"{path}, строка 1: неизвестные или повторные столбцы {', '.join(unknown + repeated)}. "
            f"Ожидались: {', '.join(known)}.",
            f"{path}, line 1: unknown or repeated columns {', '.join(unknown + repeated)}. "
            f"Expected: {', '.join(known)}.",
        )


def refuse(path: Path, line: object, column: str, value: str, ru: str, en: str) -> InputProblem:
    """The problem of one cell: ``ru`` and ``en`` say what was expected."""
    return InputProblem(
        f"{path}, строка {line}, столбец {column}: значение «{value}» не подходит. Ожидалось: {ru}.",
        f"{path}, line {line}, column {column}: the value '{value}' does not fit. Expected: {en}.",
    )


def to_dates(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """ISO dates as datetime64[us], NaT where empty. Raises InputProblem with the line of a value that is no date."""
    values: list[dt.date | None] = []
    for line, text in frame[column].items():
        try:
            values.append(dt.date.fromisoformat(text) if text else None)
        except ValueError:
            raise refuse(path, line, column, text, "дата вида 2025-06-19", "a date such as 2025-06-19") from None
    return pd.Series(values, index=frame.index, dtype="datetime64[us]", name=column)


def to_numbers(frame: pd.DataFrame, column: str, path: Path, low: float, high: float, whole: bool = False) -> pd.Series:
    """Numbers within ``low``..``high``; float64, or Int64 if ``whole``; missing where empty. Raises InputProblem."""
    expected_ru = f"{'целое ' if whole else ''}число от {low:g} до {high:g} (с десятичной точкой)"
    expected_en = f"a {'whole ' if whole else ''}number from {low:g} to {high:g} (with a decimal point)"
    values: list[float | None] = []
    for line, text in frame[column].items():
        try:
            value = (int(text) if whole else float(text)) if text else None
        except ValueError:
            raise refuse(path, line, column, text, expected_ru, expected_en) from None
        if value is not None and not low <= value <= high:
            raise refuse(path, line, column, text, expected_ru, expected_en)
        values.append(value)
    return pd.Series(values, index=frame.index, dtype="Int64" if whole else "float64", name=column)


def to_flags(frame: pd.DataFrame, column: str, path: Path, default: bool = False) -> pd.Series:
    """Booleans from true/false, 1/0, да/нет; ``default`` where empty. Raises InputProblem for other words."""
    values: list[bool] = []
    for line, text in frame[column].items():
        word = text.casefold()
        if word and word not in TRUE_WORDS | FALSE_WORDS:
            raise refuse(path, line, column, text, "true или false", "true or false")
        values.append(word in TRUE_WORDS if word else default)
    return pd.Series(values, index=frame.index, dtype="boolean", name=column)
