"""What is too large to be opened, found out before it is: unpacked size, texts repeated without end, cells far away."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evaluation.cleaning.files import refuse
from evaluation.cleaning.workbook import MAX_CELLS, address
from evaluation.settings import InputProblem

MAX_UNPACKED = 600_000_000
MAX_RATIO = 300
MAX_MEMBERS = 10_000
MAX_TEXT = 1_000_000_000
FAR_ROWS = 10_000
FAR_COLUMNS = 500
FEW_CELLS = 20
_SHARED = re.compile(rb"<(?:[\w.-]+:)?c\s[^>]*\bt\s*=\s*[\"']s[\"'][^>]*>\s*<(?:[\w.-]+:)?v>(\d+)")
_SHARED_END = re.compile(rb"</(?:[\w.-]+:)?si>|<(?:[\w.-]+:)?si/>")


@dataclass(frozen=True)
class Extent:
    """The rectangle of a sheet that is read (last row and column) and the few far cells beyond it (row, column)."""

    rows: int
    columns: int
    far: tuple[tuple[int, int], ...] = ()


def check_archive(archive: zipfile.ZipFile, path: Path, source: str) -> None:
    """Refuse an archive that would unpack to too much or is not what its list of contents says.

    Only the list is read. Members cannot be longer than it says: zipfile reads no further and checks their sums.
    """
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if unpacked > MAX_UNPACKED or (unpacked > 50_000_000 and unpacked / packed > MAX_RATIO):
        raise refuse(
            path,
            source,
            f" разворачивается в {unpacked} байт; открывать его опасно. "
            "Удалите пустые строки и столбцы с оформлением и сохраните заново.",
            f" unpacks to {unpacked} bytes; it is not safe to open. "
            "Delete empty formatted rows and columns and save it again.",
        )
    names = Counter(member.filename for member in members)
    repeated = [name for name, count in names.items() if count > 1]
    if len(members) > MAX_MEMBERS or repeated or any(member.flag_bits & 1 for member in members):
        raise refuse(
            path,
            source,
            ": внутреннее устройство книги необычно (повторы, шифрование или слишком много частей); открывать его "
            "опасно. Откройте файл в Excel и сохраните заново.",
            ": the inside of the workbook is unusual (repeated or encrypted parts, or too many of them); it is not "
            "safe to open. Open it in Excel and save it again.",
        )


def check_texts(
    shared_strings: bytes, sheets: Sequence[tuple[Callable[[], bytes], int]], path: Path, source: str
) -> None:
    """Refuse a workbook whose cells repeat long shared texts until they fill the memory.

    ``sheets`` are the reader of each sheet's XML and its number of cells that point to a shared text; the XML is read
    only where the longest text times that number could be too much.
    """
    uses = sum(count for _, count in sheets)
    # no text is longer than what stands between two plain ends, and looking for those takes next to no time
    if max(map(len, shared_strings.split(b"</si>"))) * uses <= MAX_TEXT:
        return
    lengths = np.array([len(text) for text in _SHARED_END.split(shared_strings)], dtype=np.int64)
    if int(lengths.max()) * uses <= MAX_TEXT:
        return
    total = 0
    for read, _ in sheets:
        used = np.array([int(number) for number in _SHARED.findall(read())], dtype=np.int64)
        total += int(lengths[used[used < len(lengths)]].sum())
    if total > MAX_TEXT:
        raise refuse(
            path,
            source,
            f": тексты ячеек займут {total} байт; открывать его опасно. Уберите длинные повторяющиеся тексты.",
            f": the texts of its cells would take {total} bytes; it is not safe to open. "
            "Remove the long repeated texts.",
        )


def before_gap(places: Sequence[int], gap: int) -> int:
    """The last of the ordered ``places`` before the first step longer than ``gap``; 0 where there are none."""
    if not len(places):
        return 0
    steps = np.diff(np.asarray(places, dtype=np.int64))
    wide = np.flatnonzero(steps > gap)
    return int(places[int(wide[0])] if len(wide) else places[-1])


def extent(
    rows: Sequence[int],
    columns: Counter[int],
    find_far: Callable[[int, int], Sequence[tuple[int, int]]],
    place: tuple[Path, str, str],
    cut: bool = True,
) -> Extent:
    """How far a sheet is read. ``rows`` are its filled rows in order, ``columns`` counts filled cells by column.

    A few cells behind a gap of FAR_ROWS rows or FAR_COLUMNS columns were typed there by accident: they are left out
    and named; ``find_far`` lists the filled cells beyond a row or column. ``place`` is path, source and sheet, for
    messages. Raises InputProblem where the rectangle is too large even without them, or with them where they cannot be
    cut out before reading (``cut``).
    """
    if not len(rows):
        return Extent(0, 0)
    whole = Extent(rows[-1], max(columns))
    if not cut and whole.rows * whole.columns > MAX_CELLS:
        raise _too_far(*place, address(whole.rows, whole.columns))
    near = Extent(before_gap(rows, FAR_ROWS), before_gap(sorted(columns), FAR_COLUMNS))
    if near != whole:
        far = tuple(find_far(near.rows, near.columns))
        whole = replace(near, far=far) if len(far) <= FEW_CELLS else whole
    if whole.rows * whole.columns > MAX_CELLS:
        raise _too_far(*place, address(whole.rows, whole.columns))
    return whole


def _too_far(path: Path, source: str, name: str, far: str) -> InputProblem:
    return refuse(
        path,
        source,
        f", лист {name}: таблица тянется до ячейки {far}. "
        "Скорее всего там случайная запись: удалите лишние строки и столбцы и сохраните файл.",
        f", sheet {name}: the table reaches cell {far}. "
        "Most likely something was typed there by accident: delete the superfluous rows and columns and save.",
    )
