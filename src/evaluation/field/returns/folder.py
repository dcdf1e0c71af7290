"""A folder of received returns: every file in it, read or with the reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from evaluation.cleaning.workbook import ENDINGS, Received, Remark, physical_rows, read_received
from evaluation.field.returns.headings import Headings
from evaluation.field.returns.layout import Block, read_block
from evaluation.settings import InputProblem

Fate = Literal["read", "empty", "broken", "not_recognised"]
SOURCE = "returns"


@dataclass(frozen=True, eq=False)
class ReturnFile:
    """One file of the folder: its address in it, identity, what became of it, and what its sheets hold.

    ``physical_rows`` (source, sheet, rows) is counted by a second reader; ``unread`` are sheets without returns.
    """

    name: str
    sha256: str
    bytes: int
    fate: Fate
    blocks: tuple[Block, ...] = ()
    unread: tuple[str, ...] = ()
    physical_rows: pd.DataFrame | None = None
    remarks: tuple[Remark, ...] = ()


def read_folder(folder: Path, known: Headings) -> list[ReturnFile]:
    """Every file under ``folder``, in the order of their addresses; a single file counts as a folder with one.

    Raises InputProblem where there is nothing at ``folder``; a file that cannot be read is listed, not raised.
    """
    if folder.is_file():
        return [_read(folder, folder.name, known)]
    if not folder.is_dir():
        raise InputProblem(
            f"Нет папки {folder} с отчётами муниципалитетов. Создайте её и положите туда полученные файлы.",
            f"There is no folder {folder} with returns of municipalities. Create it and put the received files there.",
        )
    inside = sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())
    return [_read(path, name, known) for name, path in inside]


def _read(path: Path, name: str, known: Headings) -> ReturnFile:
    content = path.read_bytes()
    digest, size = hashlib.sha256(content).hexdigest(), len(content)
    if path.suffix.casefold() not in ENDINGS or path.name.startswith(("~$", ".")):
        return ReturnFile(name, digest, size, "not_recognised")
    if not size:
        return ReturnFile(name, digest, size, "empty")
    try:
        received = read_received(path, SOURCE)
    except InputProblem:
        return ReturnFile(name, digest, size, "empty" if _is_blank(path) else "broken")
    blocks = {sheet.name: read_block(sheet, known, path.name) for sheet in received.visible}
    read = tuple(block for block in blocks.values() if block is not None)
    counted = _counted(received, name, {block.sheet for block in read})
    unread = tuple(sheet for sheet, block in blocks.items() if block is None)
    fate: Fate = "read" if read else "not_recognised"
    return ReturnFile(name, digest, size, fate, read, unread, counted, received.remarks)


def _counted(received: Received, name: str, sheets: set[str]) -> pd.DataFrame:
    rows = physical_rows({name: received})
    return rows[rows["sheet"].isin(sheets)]


def _is_blank(path: Path) -> bool:
    """Is a workbook that was refused one that opens and holds nothing?"""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        return not any(book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    except (calamine.CalamineError, OSError, ValueError):
        return False
