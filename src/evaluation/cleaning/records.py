"""The records of a received sheet, and the reading of their columns with remarks that name the cell."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.date_ranges import Period
from evaluation.cleaning.distinct import Distinct, distinct
from evaluation.cleaning.headers import Aliases, header_aliases
from evaluation.cleaning.layout import Layout, lay_out
from evaluation.cleaning.layout_remarks import file_issues, layout_issues, missing_columns, no_columns, sheet_issue
from evaluation.cleaning.objects import nothing, plain_objects, repeated
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.values import Parsed, Parser, is_blank
from evaluation.cleaning.workbook import Received, Sheet, address
from evaluation.codebook import Codebook
from evaluation.contracts import TABLES
from evaluation.ledger import LEDGER_COLUMNS, Fate, Issue
from evaluation.privacy.personal import MASK, mask_personal
from evaluation.tables import FORM_MARK, INSTRUCTION_SHEET, LIST_SHEET

MANY_CELLS = 20
Plain = Callable[[Sequence[Any]], np.ndarray]


@dataclass(frozen=True)
class Records:
    """Raw records of one sheet: ``frame`` has a row a data row (index: row of the sheet) and a column a variable.

    ``numbered`` are the different cells of those columns of ``frame`` of which they are known already.
    """

    source: str
    file_name: str
    table: str
    layout: Layout
    frame: pd.DataFrame
    personal: frozenset[str] = frozenset()
    money: frozenset[str] = frozenset()
    is_1904: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)
    numbered: Mapping[str, Distinct] = field(default_factory=dict)

    @property
    def sheet(self) -> str:
        return self.layout.sheet.name

    @cached_property
    def displaced(self) -> frozenset[int]:
        """Rows with cells too many or too few, where the sheet has personal columns: any cell may hold what belongs
        into one of those."""
        if not self.personal & self.layout.positions.keys():
            return frozenset()
        rules = ("too_many_cells", "too_few_cells")
        noticed = self.layout.sheet.remarks
        return frozenset(one.row for one in noticed if one.rule in rules and one.row is not None)

    def has(self, variable: str) -> bool:
        return variable in self.frame.columns

    def remark(
        self,
        rule: str,
        row: int | None = None,
        variable: str | None = None,
        raw: Any = None,
        value: Any = None,
        suggestion: str | None = None,
        **changes: Any,
    ) -> Issue:
        """An issue about a cell or row of this sheet; raw values of personal columns are left out, and personal data
        that slipped into others are masked."""
        severity, action = RULES.get(rule) or (changes["severity"], changes["action"])
        position = self.layout.positions.get(variable or "")
        hidden = variable in self.personal or row in self.displaced
        issue = Issue(
            source=self.source,
            rule=rule,
            severity=severity,
            action=action,
            file_name=self.file_name,
            sheet=self.sheet,
            cell=address(row, position) if row is not None and position is not None else None,
            row=row,
            field=variable,
            raw=None if hidden or is_blank(raw) else self._masked(raw),
            value=None if hidden or value is None else shown(value),
            suggestion=None if hidden else suggestion,
        )
        return replace(issue, **changes) if changes else issue

    def again(self, remark: Issue, row: int) -> Issue:
        """A remark on a cell of this sheet as the remark on the equal cell of the same column in another row.

        Only for rows that are not ``displaced``.
        """
        position = self.layout.positions.get(remark.field or "")
        return remark.but(cell=None if position is None else address(row, position), row=row)

    def _masked(self, raw: Any) -> str:
        """The cell without personal data; nothing of it beside personal columns, from which it may have slipped."""
        text, kinds = _without_personal(shown(raw))
        return MASK if kinds and self.personal & self.layout.positions.keys() else text

    def raw(self, row: Any, variable: str) -> Any:
        """The received cell; None where the sheet has no such column."""
        column = self._columns.get(variable)
        # many times faster than ``at``, which is felt where a large register has many remarks
        return None if column is None else column[self.frame.index.get_loc(row)]

    @cached_property
    def _columns(self) -> dict[str, Any]:
        """The received cells of each column, in the order of the rows."""
        return {name: self.frame[name].array for name in self.frame.columns}

    def cells(self, variable: str) -> list[Any]:
        """The received cells of a column; none where the sheet has no such column."""
        return list(self.frame[variable]) if variable in self.frame.columns else []

    def distinct(self, variable: str) -> Distinct:
        """The different received cells of a column that the sheet has."""
        if variable not in self._distinct:
            self._distinct[variable] = distinct(self.frame[variable].to_numpy(dtype=object))
        return self._distinct[variable]

    @cached_property
    def _distinct(self) -> dict[str, Distinct]:
        return dict(self.numbered)

    def only(self, rows: pd.Index) -> Records:
        """The records of ``rows``."""
        return replace(self, frame=self.frame.loc[rows], numbered={})

    def corrected(self, frame: pd.DataFrame, names: Collection[str]) -> Records:
        """The same records with ``frame``, in which the columns ``names`` have other cells."""
        return replace(
            self, frame=frame, numbered={name: one for name, one in self.numbered.items() if name not in names}
        )


@lru_cache(maxsize=20_000)
def _without_personal(text: str) -> tuple[str, tuple[str, ...]]:
    return mask_personal(text, names=True)


def shown(value: Any) -> str:
    """A value as people read it in an issue."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time(0):
        return value.date().isoformat()
    if isinstance(value, Period):
        return f"{value.start.isoformat()}/{value.end.isoformat()}"
    return str(value)


def read_records(
    received: Received,
    table: str,
    codebook: Codebook,
    required: Sequence[Sequence[str]],
    constants: Mapping[str, str] | None = None,
    used_personal: Sequence[str] = (),
    declared: Sequence[str] | None = None,
    extra_aliases: Mapping[str, str] | None = None,
    extra_personal: Collection[str] = (),
) -> tuple[list[Records], list[Issue], pd.DataFrame]:
    """Records of every sheet that has the needed columns, remarks on layout, and the ledger of the other sheets.

    ``required`` lists groups of variables of which a sheet needs at least one each; ``constants`` are values of
    columns that the file lacks, ``extra_aliases`` further headers (variable by wording), ``extra_personal`` further
    personal columns. A sheet without them beside one with them is informational: its rows are accounted
    for as merged (they repeat the records elsewhere). Raises InputProblem when no sheet has the columns.
    """
    constants = dict(constants or {})
    columns = [
        name for name in (TABLES[table].names if declared is None and table in TABLES else declared or ()) if name
    ]
    aliases = header_aliases(codebook, table, columns, extra_aliases)
    own = codebook.variables[codebook.variables["table"] == table]
    personal = frozenset([*own.loc[own["sensitivity"] == "personal", "variable"], *extra_personal])
    money = frozenset(own.loc[own["unit"].str.fullmatch("[A-Z]{3}"), "variable"])
    nameless = Aliases({})
    layouts = [
        (sheet, lay_out(sheet, nameless if is_of_form(sheet) else aliases))
        for sheet in received.visible
        if len(sheet.cells)
    ]
    fits = [
        not is_of_form(sheet)
        and all(any(name in constants or name in layout.positions for name in group) for group in required)
        for sheet, layout in layouts
    ]
    if not any(fits):
        raise no_columns(received, layouts, required, constants, codebook, table)
    found: list[Records] = []
    issues = file_issues(received)
    ledgers: list[pd.DataFrame] = []
    issues += [
        sheet_issue(received, sheet, "hidden_sheet")
        for sheet in received.sheets
        if sheet.hidden and not is_of_form(sheet)
    ]
    for (sheet, layout), fit in zip(layouts, fits, strict=True):
        if not fit:
            if not is_of_form(sheet):
                issues.append(sheet_issue(received, sheet, "informational_sheet"))
            ledgers.append(
                ledger_rows(received.source, layout, dict.fromkeys(layout.row_classes.index, ("merged", None)))
            )
            continue
        frame = layout.records.copy(deep=False)
        for name, value in constants.items():
            if name not in frame:
                frame[name] = pd.Series(value, index=frame.index, dtype=object)
        records = Records(
            received.source, received.file_name, table, layout, frame, personal, money, received.is_1904, constants,
            layout.distinct,
        )  # fmt: skip
        found.append(records)
        issues += layout_issues(records, aliases, frozenset(used_personal))
    # a questionnaire says itself which of its questions are missing; our own forms ask for no more than is needed
    if extra_aliases is None and not any(is_of_form(sheet) for sheet in received.sheets):
        issues += missing_columns(found, required, codebook, table)
    return found, issues, pd.concat(ledgers) if ledgers else pd.DataFrame(columns=LEDGER_COLUMNS)


def is_of_form(sheet: Sheet) -> bool:
    """Is it the instruction or the lists of one of our own empty forms (``tables.FORMS``), which hold no records?"""
    return (
        sheet.name in (LIST_SHEET, INSTRUCTION_SHEET)
        and sheet.cells.size > 0
        and isinstance(sheet.cells[0, 0], str)
        and sheet.cells[0, 0] == FORM_MARK
    )


def multiplier(records: Records, variable: str) -> float:
    """What amounts of a column must be multiplied by: its header's unit, else the title's; 1 if not money."""
    if variable not in records.money:
        return 1.0
    own = records.layout.multipliers.get(variable)
    if own is not None:
        return own
    title = records.layout.header.title_multiplier if records.layout.header else None
    return 1.0 if title is None else title


def read_column(
    records: Records, variable: str, parser: Parser, plain: Plain | None = None
) -> tuple[pd.Series, list[Issue]]:
    """Values of a column (object, None where there is none; all None where the column is absent) and remarks.

    ``parser`` must depend on the cell alone: it is asked once for each distinct one, but for those of which ``plain``
    says that it would take them as they stand.
    """
    index = records.frame.index
    if not records.has(variable):
        return nothing(index), []
    found = records.distinct(variable)
    asked = np.flatnonzero(~plain(found.cells)).tolist() if plain else range(len(found.cells))
    parsed = {code: parser(found.cells[code]) for code in asked}
    taken = list(found.cells)
    for code, value in zip(parsed, plain_objects(one.value for one in parsed.values()), strict=True):
        taken[code] = value
    values = pd.Series(found.spread(taken), index=index, dtype=object)
    # what a remark says is the same for equal cells but for the place
    drafts = {code: _draft(records, variable, found.cells[code], one) for code, one in parsed.items() if one.rule}
    if not drafts:
        return values, []
    position = records.layout.positions.get(variable)
    letters = None if position is None else address(1, position)[:-1]
    told = np.flatnonzero(np.isin(found.codes, list(drafts)))
    issues = [
        drafts[code].but(cell=None if letters is None else f"{letters}{row}", row=row)
        for row, code in zip(index[told].tolist(), found.codes[told].tolist(), strict=True)
    ]
    return values, _collapsed(records, variable, issues, found)


def _draft(records: Records, variable: str, raw: Any, parsed: Parsed) -> Issue:
    """The remark on a cell without its place."""
    assert parsed.rule is not None
    remark = records.remark(parsed.rule, None, variable, raw, parsed.value, parsed.suggestion)
    return replace(remark, action="repaired") if parsed.value is not None and remark.action == "emptied" else remark


def _collapsed(records: Records, variable: str, issues: list[Issue], cells: Distinct) -> list[Issue]:
    """One remark on the column where most of its cells were refused for one reason: it holds something else."""
    counts = Counter(issue.rule for issue in issues)
    for rule in ("not_a_number", "not_a_date", "category_unknown"):
        if counts[rule] >= MANY_CELLS and counts[rule] > int((~cells.flags(is_blank)).sum()) / 2:
            first = next(issue for issue in issues if issue.rule == rule)
            remark = records.remark(
                "column_not_as_declared", first.row, variable, first.raw, suggestion=f"{counts[rule]} x {rule}"
            )
            issues = [remark, *(issue for issue in issues if issue.rule != rule)]
    return issues


def ledger_rows(
    source: str, layout: Layout, fates: Mapping[int, tuple[Fate, str | None]], keys: pd.Series | None = None
) -> pd.DataFrame:
    """The ledger of one sheet: every row's class, and the fate and key of data rows.

    Rows of ``keys`` (their record keys) are kept, and data rows of a further table on the sheet set aside, unless
    ``fates`` says otherwise.
    """
    classes = layout.row_classes.reset_index(drop=True)
    every = np.zeros(len(classes), dtype=np.intp)
    fate, key = np.full((2, len(classes)), None, dtype=object)
    fate[[row - 1 for row in layout.aside]] = "quarantined"
    if keys is not None:
        places = keys.index.to_numpy(dtype="int64") - 1
        fate[places] = "kept"
        key[places] = [None if text is None or text != text else str(text) for text in keys.tolist()]
    for row, (becomes, text) in fates.items():
        fate[row - 1], key[row - 1] = becomes, text
    no_record = (classes != "data").to_numpy()
    fate[no_record] = key[no_record] = None
    return pd.DataFrame(
        {
            "source": repeated([source], every, classes.index),
            "sheet": repeated([layout.sheet.name], every, classes.index),
            "row": pd.Series(np.arange(1, len(classes) + 1), dtype="int64"),
            "row_class": classes,
            "fate": pd.Series(fate, dtype=object),
            "record_key": pd.Series(key, dtype=object),
        },
        columns=LEDGER_COLUMNS,
    )
