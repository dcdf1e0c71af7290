"""From a number of the report back to the received cells: finding, step, cell, functions, tables, rows, workbooks."""

from __future__ import annotations

import difflib
import html as html_text
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow.parquet as parquet

from evaluation.field.returns.folder import SOURCE
from evaluation.pipeline import maker_of
from evaluation.places import Workspace
from evaluation.report.counted_rows import CountedRows
from evaluation.running.tasks import Task, tasks_of
from evaluation.settings import InputProblem
from evaluation.tables import TABLES
from evaluation.year.trace.cells import ReceivedFile
from evaluation.year.trace.code import Code, code_of
from evaluation.year.trace.returns import TABLES_OF_RETURNS, account_of_returns
from evaluation.year.trace.rows import (
    ORIGIN_COLUMNS,
    REMARK_COLUMNS,
    Counting,
    account_of,
    counting,
    origins,
    remarks_on,
    table_file,
)

FIRST = 10


@dataclass(frozen=True)
class UsedTable:
    """A table that the step reads: of which year, how many rows, which step makes it."""

    name: str
    year: int
    rows: int
    maker: str


@dataclass(frozen=True)
class InReport:
    """Where a report shows the finding: the file, the section and the text that stands there."""

    report: str
    section: str
    text: str


@dataclass(frozen=True, eq=False)
class Trace:
    """All that lies behind one finding.

    ``origins`` are the first rows of received sheets that it counts (``trace_rows.ORIGIN_COLUMNS``), ``origin_rows``
    how many there are; ``remarks`` (REMARK_COLUMNS) what was remarked on and decided about all of them. Without
    ``counting`` the finding counts no rows by itself, and ``tables`` and ``files`` say what its step rests on.
    """

    finding: dict[str, Any]
    year: int
    shown: tuple[InReport, ...]
    code: Code
    tables: tuple[UsedTable, ...]
    counting: Counting | None
    origins: pd.DataFrame
    origin_rows: int
    remarks: pd.DataFrame
    files: tuple[ReceivedFile, ...]


def findings_of(workspace: Workspace, year: int) -> pd.DataFrame:
    """Every finding of ``year`` with the table that holds it (column ``table``), in the pipeline's order.

    Raises InputProblem for a year that is not set up or has no findings yet.
    """
    frames = [
        pd.read_parquet(path).assign(table=name.removeprefix("table:"))
        for task in _tasks(workspace, year)
        for name, path in task.outputs.items()
        if name.startswith("table:findings_") and path.is_file()
    ]
    if not any(len(frame) for frame in frames):
        raise InputProblem(
            f"За {year} год находок нет: шаги ещё не выполнены. Выполните «evaluation run {year}».",
            f"There are no findings of {year}: the steps have not been run. Run 'evaluation run {year}'.",
        )
    return pd.concat(frames, ignore_index=True)


def _tasks(workspace: Workspace, year: int) -> list[Task]:
    return [task for task in tasks_of(workspace, [year]) if task.year == year and task.not_applicable is None]


def trace(workspace: Workspace, name: str, year: int, most: int | None = FIRST) -> Trace:
    """What lies behind the finding ``name``; ``most`` rows of received sheets are told (None: all).

    Raises InputProblem for an unknown finding, naming those that come near.
    """
    row = _chosen(findings_of(workspace, year), name, year)
    step, table = str(row["step"]), str(row.pop("table"))
    rows = _counted(row)
    of_returns = rows is not None and rows.table in TABLES_OF_RETURNS
    account = account_of_returns(workspace, year) if of_returns else account_of(workspace, year)
    counted, found, places = None, pd.DataFrame(columns=ORIGIN_COLUMNS), pd.DataFrame()
    remarks = pd.DataFrame(columns=REMARK_COLUMNS)
    if rows is not None:
        counted, selected = counting(workspace, year, rows, row["value"])
        found, places = origins(rows, selected, account, most)
        remarks = remarks_on(places, account)
    files = (
        tuple(each for each in account.files if each.source in set(places["source"]))
        if len(places)
        else tuple(_files_behind(workspace, rows.table if rows else step, year))
    )
    return Trace(
        row, year, tuple(_shown(workspace, year, name)), code_of(workspace, step, year, table, name),
        tuple(_used(workspace, step, year)), counted, found, len(places), remarks, files,
    )  # fmt: skip


def _chosen(findings: pd.DataFrame, name: str, year: int) -> dict[str, Any]:
    found = findings[findings["name"] == name]
    if found.empty:
        known = findings["name"].unique().tolist()
        near = difflib.get_close_matches(name, known, n=5, cutoff=0.4)
        near += [other for other in known if name and name in other and other not in near][: 5 - len(near)]
        ru = f" Похожие: {', '.join(near)}." if near else ""
        en = f" Near it: {', '.join(near)}." if near else ""
        raise InputProblem(
            f"Находки «{name}» за {year} год нет.{ru} Все имена: «evaluation trace --list {year}».",
            f"There is no finding '{name}' of {year}.{en} All names: 'evaluation trace --list {year}'.",
        )
    row = {str(key): None if pd.isna(value) else value for key, value in found.iloc[0].to_dict().items()}
    return row | {"n": None if row["n"] is None else int(row["n"])}


def _counted(row: dict[str, Any]) -> CountedRows | None:
    # findings of an older run have no such columns
    table = row.get("source_table")
    if table is None or table not in TABLES:
        return None
    return CountedRows(table, row.get("source_rows") or "", row.get("source_measure") or "")


def _used(workspace: Workspace, step: str, year: int) -> Iterable[UsedTable]:
    for name, then in workspace.read_tables(workspace.step(step), year):
        path = table_file(workspace, name, then)
        if path is not None:
            yield UsedTable(name, then, int(parquet.read_metadata(path).num_rows), maker_of(name).name)


def _files_behind(workspace: Workspace, start: str, year: int) -> Iterable[ReceivedFile]:
    """The received files behind a table or a step, of every year that it rests on."""
    reached = _upstream(workspace, start, year)
    for then in sorted({one for _, one in reached}):
        wanted = {name for step, one in reached if one == then for name in workspace.step(step).sources}
        yield from (each for each in account_of(workspace, then).files if each.source in wanted)
        if SOURCE in wanted:
            yield from account_of_returns(workspace, then).files


def _upstream(workspace: Workspace, start: str, year: int) -> set[tuple[str, int]]:
    """Step and year of all that ``start`` (a table or a step) rests on, itself included."""
    waiting = [(maker_of(start).name if start in TABLES else start, year)]
    reached: set[tuple[str, int]] = set()
    while waiting:
        step, then = waiting.pop()
        if (step, then) not in reached:
            reached.add((step, then))
            waiting += [(maker_of(table).name, one) for table, one in workspace.read_tables(workspace.step(step), then)]
    return reached


_SECTION = re.compile(r'<section[^>]*\bid="([^"]+)"')
_TAGS = re.compile(r"<[^>]+>")


def _shown(workspace: Workspace, year: int, name: str) -> Iterable[InReport]:
    """Every place of the year's report and its short forms where a span bears the finding's name."""
    span = re.compile(rf'<span[^>]*\bdata-finding="{re.escape(name)}"[^>]*>(.*?)</span>', re.DOTALL)
    for path in sorted(workspace.report_folder(year).glob("*.html")):
        html = path.read_text(encoding="utf-8")
        sections = [(place.start(), place.group(1)) for place in _SECTION.finditer(html)]
        for place in span.finditer(html):
            above = [anchor for start, anchor in sections if start < place.start()]
            text = " ".join(html_text.unescape(_TAGS.sub(" ", place.group(1))).split())
            yield InReport(path.name, above[-1] if above else "", text)
