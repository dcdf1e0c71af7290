"""Received files of returns behind a number: which there are, whether they still are what was read, and their cells.

Returns lie in a folder of many files, each with a layout of its own, so that the address of an answer is what the
intake itself finds: the column of its question in a region's workbook, the answers' column in a form of one
municipality. A file's logical source is its address in that folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from evaluation.cleaning.workbook import Received, read_received
from evaluation.field.returns.folder import SOURCE
from evaluation.field.returns.form import read_form
from evaluation.field.returns.headings import CODE, NAME, Headings, headings
from evaluation.field.returns.layout import read_block
from evaluation.places import Workspace
from evaluation.year.trace.cells import Columns, ReceivedFile
from evaluation.year.trace.rows import Account, read_table

# tables of the intake, whose rows name files of the folder
TABLES_OF_RETURNS = ("returns", "return_rows", "return_issues", "return_files", "return_register", "return_revisions")


def account_of_returns(workspace: Workspace, year: int) -> Account:
    """Ledger, remarks and files of one year's returns; without rows where they were not taken in yet."""
    listed = read_table(workspace, "return_files", year)
    folder = _folder(workspace, year)
    files = tuple(
        ReceivedFile(
            str(row.file), year, str(row.file) if folder is None or folder.is_file() else f"{folder.name}/{row.file}",
            str(row.sha256), _is_same(_path(folder, str(row.file)), str(row.sha256)), int(row.rows), int(row.kept),
        )
        for row in listed.itertuples(index=False)
    )  # fmt: skip
    ledger, issues = (read_table(workspace, name, year) for name in ("return_rows", "return_issues"))
    return Account(ledger, issues, files, ReturnWorkbooks(workspace, year, files))


class ReturnWorkbooks:
    """The received files of one year's returns, each opened once and only when a cell of it is asked for.

    One that has changed since it was read is not opened: its cells are no longer those of the number.
    """

    def __init__(self, workspace: Workspace, year: int, files: Iterable[ReceivedFile]) -> None:
        self._workspace, self._folder = workspace, _folder(workspace, year)
        self._same = {each.source for each in files if each.is_same}
        self._opened: dict[str, Received] = {}
        self._known: dict[tuple[str, str], Columns | None] = {}

    @cached_property
    def _headings(self) -> Headings | None:
        form = self._workspace.territory_file("return_form")
        return None if form is None else headings(read_form(form), self._workspace.codebook)

    def columns(self, source: str, sheet: str) -> Columns | None:
        """Where each question is answered on one sheet; None where the file is gone or changed, or has no such sheet.

        The answers of a form stand in one column, each in the row that its record names.
        """
        if (source, sheet) not in self._known:
            self._known[source, sheet] = self._find(source, sheet)
        return self._known[source, sheet]

    def _find(self, source: str, sheet: str) -> Columns | None:
        path = _path(self._folder, source)
        if path is None or self._headings is None or source not in self._same:
            return None
        if source not in self._opened:
            self._opened[source] = read_received(path, SOURCE)
        chosen = next((each for each in self._opened[source].sheets if each.name == sheet), None)
        block = None if chosen is None else read_block(chosen, self._headings, path.name)
        if chosen is None or block is None:
            return None
        positions = dict(block.places)
        if block.layout == "form":
            positions = {name: block.answer_column for name in block.places if name not in (CODE, NAME)}
        return Columns(chosen, positions, frozenset())


def _folder(workspace: Workspace, year: int) -> Path | None:
    configured = workspace.year(year).sources
    return workspace.raw_folder(year) / configured[SOURCE].file if SOURCE in configured else None


def _path(folder: Path | None, name: str) -> Path | None:
    return folder if folder is None or folder.is_file() else folder / name


def _is_same(path: Path | None, digest: str) -> bool | None:
    if path is None or not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest() == digest
