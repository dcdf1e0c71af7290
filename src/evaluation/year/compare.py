"""Two programme years side by side: what differs in tables, findings, estimates and files, and what caused it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from evaluation.indicators.breaks import read_breaks
from evaluation.indicators.comparing import comparison_allowed
from evaluation.settings import InputProblem, Text, Tolerance
from evaluation.tables import TABLES
from evaluation.territory.crosswalk import read_crosswalk
from evaluation.territory.registry import read_registry
from evaluation.year.attribution import KINDS, REPLACEABLE, Kind, Origins, origins_of
from evaluation.year.differences import Narrowed, TableDifference, no_differences, table_differences
from evaluation.year.one_geography import Told, tell, together, unit_columns, unit_moves
from evaluation.year.received import received_differences
from evaluation.year.sides import Side, table_names

BY_RECORDS, BY_RERUN, NOT_SEPARATED = "records", "rerun", "not_separated"
# of a figure or a table for people, the one of its forms that can be compared
COMPARED_ENDINGS = (".svg", ".csv", ".html")


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two sides.

    ``differences`` has the columns of ``differences.COLUMNS`` for all tables together, and for files (``table`` is then
    the output's name, ``column`` empty, ``verb`` changed, added or removed, ``basis`` data or bytes), with
    ``break_ru`` and ``break_en`` (why a change across a break is refused; ``verb`` is then refused), ``cause`` (kinds
    joined by ``+``, or ``interaction``), ``how`` (records, rerun, not_separated) and ``by_<kind>`` (what one change
    alone adds to a number) with ``remainder``. ``findings`` and ``estimates`` tell the same rows by name.
    """

    before: Side
    after: Side
    tables: tuple[TableDifference, ...]
    differences: pd.DataFrame
    origins: Origins
    one_sided: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    rerun: tuple[Kind, ...] = ()
    received: tuple[Text, ...] = ()

    def causes(self) -> dict[Kind, tuple[Text, ...]]:
        """Every cause in words by kind; of the data also the rows of the received files that differ."""
        words = self.origins.words()
        if self.received:
            words["data"] = (*words.get("data", ()), *self.received)
        return {kind: words[kind] for kind in KINDS if kind in words}

    @property
    def same(self) -> bool:
        return self.differences.empty and not self.one_sided and all(table.same for table in self.tables)

    @property
    def changes(self) -> pd.DataFrame:
        """Differences that are changes: not those that a break forbids to read as such."""
        return self.differences[self.differences["verb"] != "refused"]

    def unseparated(self) -> tuple[Kind, ...]:
        """Kinds of causes that the records alone cannot tell apart, in the order in which they are tried."""
        open_ones = self.differences.loc[self.differences["how"].eq(NOT_SEPARATED), "cause"].unique()
        found = {kind for cause in open_ones for kind in str(cause).split("+")}
        return tuple(kind for kind in REPLACEABLE if kind in found)


def compare(before: Side, after: Side) -> Comparison:
    """Compare two sides and attribute what differs by the records of their runs.

    Tolerances are the later side's settings (``compare`` in programme.yml). Raises InputProblem for a table that
    cannot be read, and for sides that have no output in common.
    """
    if not set(before.files) & set(after.files):
        raise InputProblem(
            f"«{before.label}» и «{after.label}»: нет ни одного общего результата. Проверьте, что названо.",
            f"'{before.label}' and '{after.label}' have no result in common. Check what is named.",
        )
    tables, carried, notes = _tables(before, after)
    cells = [_refused(table.cells, before, after) for table in tables if len(table.cells)]
    frame = pd.concat([*cells, _files(before, after, tables)], ignore_index=True)
    origins = origins_of(before, after)
    one_sided = {
        name: side.label
        for side, other in ((before, after), (after, before))
        for name in (f"table:{table}" for table in table_names(side))
        if name not in other.files
    }
    received = received_differences(before, after) if before.year == after.year else ()
    return Comparison(
        before, after, tuple(tables), by_records(frame, after, origins), origins, one_sided, carried, tuple(notes),
        received=received,
    )  # fmt: skip


# ---- tables -----------------------------------------------------------------------------------------------------


def _tables(before: Side, after: Side) -> tuple[list[TableDifference], dict[str, int], list[Text]]:
    names = [name for name in table_names(after) if f"table:{name}" in before.files]
    frames = {
        name: (read_table(before.files[f"table:{name}"]), read_table(after.files[f"table:{name}"])) for name in names
    }
    moves, notes = _moves(before, after, frames)
    found, carried = [], {}
    for name, (old, new) in frames.items():
        table = TABLES.get(name)
        first, second = (
            Told(frame, 0, Narrowed()) if table is None else tell(frame, table, ways)
            for frame, ways in zip((old, new), moves, strict=True)
        )
        limits = together(first.narrowed, second.narrowed)
        if first.carried + second.carried:
            carried[name] = first.carried + second.carried
        found.append(table_differences(name, first.frame, second.frame, table, tolerances_of(after, name), limits))
    return found, carried, notes


def read_table(path: Path) -> pd.DataFrame:
    """A table's file. Raises InputProblem for one that is damaged."""
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputProblem(
            f"{path}: таблица не читается ({error}). Постройте её заново: «evaluation run».",
            f"{path}: the table cannot be read ({error}). Make it again: 'evaluation run'.",
        ) from error


def tolerances_of(side: Side, table: str) -> dict[str, Tolerance]:
    """Tolerance by column of ``table``, as the settings have them: ``*.column`` for all tables, or ``table.column``."""
    given = side.workspace.programme.compare
    found = {name.partition(".")[2]: limit for name, limit in given.items() if name.startswith("*.")}
    return found | {name.partition(".")[2]: limit for name, limit in given.items() if name.partition(".")[0] == table}


def _moves(
    before: Side, after: Side, frames: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], list[Text]]:
    """What became of each side's units by the other's day, as the other's registry and crosswalk tell."""
    none = pd.DataFrame({"from_unit": [], "to_unit": [], "share": []})
    units: list[set[str]] = [set(), set()]
    for name, pair in frames.items():
        columns = unit_columns(TABLES[name]) if name in TABLES else []
        for place, frame in enumerate(pair):
            for column in columns:
                if column in frame.columns:
                    units[place] |= set(frame[column].dropna().astype("str").unique())
    days = [side.workspace.year(side.year).territory_date for side in (before, after)]
    found, notes = [none, none], []
    for place, (side, other) in enumerate(((before, after), (after, before))):
        if days[place] > days[1 - place]:
            continue
        try:
            path = other.workspace.territory_file("registry")
            registry = read_registry(path) if path is not None and path.exists() else None
            crosswalk_file = other.workspace.territory_file("crosswalk")
            crosswalk = read_crosswalk(crosswalk_file) if crosswalk_file is not None else None
            if registry is not None and units[place]:
                found[place] = unit_moves(registry, crosswalk, units[place], days[place], days[1 - place])
        except InputProblem as problem:
            notes.append(
                Text(
                    ru=f"{side.label}: к одной территории не приведено. {problem.messages['ru']}",
                    en=f"{side.label}: not brought to one geography. {problem.messages['en']}",
                )
            )
    return (found[0], found[1]), notes


# ---- breaks -----------------------------------------------------------------------------------------------------


def _refused(cells: pd.DataFrame, before: Side, after: Side) -> pd.DataFrame:
    """The cells with ``break_ru`` and ``break_en``: of two different years, those that stand across a break.

    A row whose key names its year is the same year's on both sides and crosses nothing.
    """
    cells = cells.assign(break_ru="", break_en="", basis="")
    if before.year == after.year:
        return cells
    breaks = read_breaks(after.workspace.territory_file("breaks"))
    table = TABLES.get(str(cells["table"].iloc[0]))
    of_one_year = table is not None and "year" in table.key
    open_cells = cells["verb"].eq("changed") & cells["indicator"].ne("") & (not of_one_year)
    for name in cells.loc[open_cells, "indicator"].unique():
        verdict = comparison_allowed(breaks, str(name), before.year, after.year)
        if not verdict.allowed:
            here = open_cells & cells["indicator"].eq(name)
            cells.loc[here, ["verb", "break_ru", "break_en"]] = ["refused", verdict.reason.ru, verdict.reason.en]
    return cells


# ---- files ------------------------------------------------------------------------------------------------------


def _files(before: Side, after: Side, tables: Sequence[TableDifference]) -> pd.DataFrame:
    """Figures, tables for people and reports that are not the same to the byte.

    ``basis``: data, where a table that their step reads or makes differs as well; bytes, where none does.
    """
    differing = {f"table:{table.table}" for table in tables if not table.same}
    rows = []
    for name in sorted({*before.files, *after.files}):
        is_compared = name.endswith(COMPARED_ENDINGS) and not (name.startswith("exhibit:") and name.endswith(".html"))
        if name.startswith("table:") or not is_compared:
            continue
        old, new = before.files.get(name), after.files.get(name)
        if old is not None and new is not None and _hash(old) == _hash(new):
            continue
        verb = "added" if old is None else "removed" if new is None else "changed"
        rows.append({"table": name, "verb": verb, "basis": "data" if _behind(name, after) & differing else "bytes"})
    frame = pd.DataFrame(rows, columns=["table", "verb", "basis"])
    empty = no_differences().reindex(frame.index)
    texts = [name for name in empty.columns if name not in ("was_number", "is_number", "row_year")]
    empty[texts] = ""
    return empty.assign(**frame, break_ru="", break_en="")


def _behind(name: str, side: Side) -> set[str]:
    for (_, year), record in side.records.items():
        if year == side.year and name in record.outputs:
            read = (given.partition("@") for given in record.fingerprint["inputs"])
            return {table for table, _, then in read if not then or int(then) == year} | set(record.outputs)
    return set()


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- causes -----------------------------------------------------------------------------------------------------


def by_records(frame: pd.DataFrame, after: Side, origins: Origins) -> pd.DataFrame:
    """``frame`` with ``cause`` and ``how``: where only one kind of cause reaches a table or file, it is that one."""
    causes, how = {}, {}
    for name in frame["table"].unique():
        kinds = kinds_behind(str(name), after, origins)
        separable = [kind for kind in kinds if kind in REPLACEABLE]
        causes[name] = "+".join(kinds) or "unknown"
        how[name] = NOT_SEPARATED if len(separable) > 1 else BY_RECORDS
    return frame.assign(cause=frame["table"].map(causes).astype("str"), how=frame["table"].map(how).astype("str"))


def kinds_behind(name: str, after: Side, origins: Origins) -> list[Kind]:
    """Kinds of causes that reach an output (a table by its name), in the order of ``attribution.KINDS``."""
    output = name if ":" in name else f"table:{name}"
    task = next((key for key, one in after.records.items() if key[1] == after.year and output in one.outputs), None)
    if task is None:
        return ["unknown"]
    found = origins.reached[task]
    return [kind for kind in (*REPLACEABLE, "by_hand", "environment", "unknown") if kind in found]
