"""Delimited text (csv, tsv): encoding, separator, and records that an unclosed quote would swallow.

A record lies in the row of its first line; further lines of a record with a line break inside quotes are blank rows,
so that rows are lines of the file and can be counted independently.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np

from evaluation.cleaning.workbook import MAX_CELLS, Remark, Sheet
from evaluation.settings import InputProblem

SEPARATORS = (";", ",", "\t", "|")
MAX_LINES_OF_A_RECORD = 50
_COMMON = re.compile("[оеаинтсрвлОЕАИНТСРВЛ]")
_RARE = re.compile("[\u2500-\u259f\u00a4\u00a6\u00a7\u00ac\u0402-\u040f\u0452-\u045f‚„…†‡€‰‹›™¬]")
_LINE_END = re.compile("\r\n|\n|\r")


def read_text(data: bytes, path: Path, source: str) -> tuple[Sheet, str]:
    """The file as one sheet, and its encoding. Raises InputProblem when it is no text."""
    text, encoding = decode(data, path, source)
    lines = _LINE_END.split(text)
    if lines and lines[-1] == "":
        lines.pop()
    separator = find_separator(lines)
    records, remarks = split_records(lines, separator)
    width = max((len(record) for record in records), default=1)
    if len(lines) * width > MAX_CELLS:
        raise InputProblem(
            f"Файл {path} (источник {source}): {len(lines)} строк по {width} ячеек, это слишком много. Разделите файл.",
            f"The file {path} (source {source}): {len(lines)} lines of {width} cells is too much. Split the file.",
        )
    cells = np.full((len(lines), width), None, dtype=object)
    for place, record in enumerate(records):
        for position, value in enumerate(record):
            if value != "":
                cells[place, position] = value
    ends = text.replace("\r\n", "\n").replace("\r", "\n")
    physical = ends.count("\n") + (0 if ends.endswith("\n") or not ends else 1)
    return Sheet(path.stem, cells, physical, remarks=tuple(remarks)), encoding


def decode(data: bytes, path: Path, source: str) -> tuple[str, str]:
    """Text and encoding: a byte order mark, else UTF-8 where it is valid, else cp1251 or cp866 by the letters."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, encoding, path, source), encoding
    if b"\x00" in data[:4096]:
        raise InputProblem(
            f"Файл {path} (источник {source}): это не текст. Ожидалась таблица csv; "
            "сохраните её в Excel как CSV (UTF-8).",
            f"The file {path} (source {source}) is no text. A csv table was expected; save it in Excel as CSV (UTF-8).",
        )
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        guesses = {name: data.decode(name, errors="replace") for name in ("cp1251", "cp866")}
    scores = {name: len(_COMMON.findall(text)) - 3 * len(_RARE.findall(text)) for name, text in guesses.items()}
    best = max(scores, key=lambda name: scores[name])
    return _strict(data, best, path, source), best


def _strict(data: bytes, encoding: str, path: Path, source: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputProblem(
            f"Файл {path} (источник {source}), строка {line}: знак не читается в кодировке {encoding}. "
            "Сохраните файл как CSV (UTF-8).",
            f"The file {path} (source {source}), line {line}: a sign cannot be read in the encoding {encoding}. "
            "Save the file as CSV (UTF-8).",
        ) from error


def find_separator(lines: list[str]) -> str:
    """The separator that most lines hold equally often; the comma where none does."""
    best, best_score = ",", (0.0, 0)
    sample = [line for line in lines[:500] if line.strip()]
    for separator in SEPARATORS:
        counts = Counter(_count(line, separator) for line in sample)
        counts.pop(0, None)
        if counts:
            often, lines_of = counts.most_common(1)[0]
            score = (round(lines_of / len(sample), 1), often)
            if score > best_score:
                best, best_score = separator, score
    return best


def _count(line: str, separator: str) -> int:
    """Separators outside of closed quotes."""
    return (re.sub(r'"(?:[^"]|"")*"', "", line) if '"' in line else line).count(separator)


def split_records(lines: list[str], separator: str) -> tuple[list[list[str]], list[Remark]]:
    """Cells of each line (empty for the further lines of a record), and remarks.

    A quote that never closes, or closes only after swallowing lines that are whole records themselves, is an
    ordinary character: the line is split at every separator and ``unclosed_quote`` is remarked.
    """
    whole = _well_formed(lines, separator)
    if whole is not None:
        return whole, []
    widths = Counter(_count(line, separator) + 1 for line in lines if line.strip() and line.count('"') % 2 == 0)
    usual = widths.most_common(1)[0][0] if widths else 1
    records: list[list[str]] = []
    remarks: list[Remark] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        length = _record_length(lines, place, separator, usual)
        if length == 0:
            record = [cell.strip('"').replace('""', '"') for cell in _cells(line, separator)]
            remarks.append(Remark("unclosed_quote", place + 1))
            length = 1
        elif not line.strip():
            record = []
        else:
            record = next(csv.reader(["\n".join(lines[place : place + length])], delimiter=separator, strict=False))
        if record and len(record) < usual and any(cell.strip() for cell in record) and usual > 1 and len(record) > 1:
            remarks.append(Remark("too_few_cells", place + 1))
        if len(record) > usual and any(cell.strip() for cell in record):
            # even where the cells too many are empty: an unquoted separator may have moved all the others
            remarks.append(Remark("too_many_cells", place + 1))
        records.append(record)
        records += [[] for _ in range(length - 1)]
        place += length
    return records, remarks


def _well_formed(lines: list[str], separator: str) -> list[list[str]] | None:
    """Cells by line where the file obeys the rules of quoting to the letter and all records are equally long."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=separator, strict=True)
    records: list[list[str]] = []
    width = None
    try:
        for record in reader:
            width = len(record) if width is None and record else width
            if record and len(record) != width:
                return None
            records.append(record)
            records += [[] for _ in range(reader.line_num - len(records))]
    except csv.Error:
        return None
    return records


def _record_length(lines: list[str], place: int, separator: str, usual: int) -> int:
    """Lines of the record that begins at ``place``; 0 where its quote is an ordinary character."""
    if '"' not in lines[place]:
        return 1
    cells = _cells(lines[place], separator)
    is_open = _is_open(lines[place], separator)
    stray = any(cell.startswith('"') and not _is_quoted(cell) for cell in cells)
    alone = stray and len(cells) == usual
    following = lines[place + 1] if place + 1 < len(lines) else None
    if alone and (following is None or _count(following, separator) + 1 == usual):
        return 0
    if not is_open:
        return 1
    for length in range(2, min(MAX_LINES_OF_A_RECORD, len(lines) - place) + 1):
        joined = "\n".join(lines[place : place + length])
        if not _is_open(joined, separator):
            width = len(next(csv.reader([joined], delimiter=separator, strict=False)))
            return 0 if alone and width != usual else length
    return 0


def _cells(line: str, separator: str) -> list[str]:
    """The line split at every separator that stands outside of cells in quotes; the quotes stay.

    Only a quote before a separator or the line's end closes a cell: a quote without such a one is an ordinary
    character, and its cell ends at the next separator.
    """
    cells: list[str] = []
    position = 0
    whole = _closed_cells(separator)
    while True:
        quoted = whole.match(line, position) if line.startswith('"', position) else None
        end = quoted.end() if quoted else line.find(separator, position)
        if end < 0 or end >= len(line):
            return [*cells, line[position:]]
        cells.append(line[position:end])
        position = end + len(separator)


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell.endswith('"')


def _is_open(text: str, separator: str) -> bool:
    """Does ``text`` end inside a quoted cell? A quote opens a cell only at the cell's beginning."""
    if '"' not in text:
        return False
    if '"' not in _closed_cells(separator).sub("", text):
        return False
    inside, start, position = False, True, 0
    while position < len(text):
        character = text[position]
        if inside and character == '"':
            if text[position + 1 : position + 2] == '"':
                position += 1
            else:
                inside = False
        elif not inside and character == '"' and start:
            inside = True
        start = not inside and character == separator
        position += 1
    return inside


@cache
def _closed_cells(separator: str) -> re.Pattern[str]:
    mark = re.escape(separator)
    return re.compile(f'(?:^|(?<={mark}))"(?:[^"]|"")*"(?={mark}|$)')
