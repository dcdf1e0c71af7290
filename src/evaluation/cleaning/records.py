"""The records of a received sheet, and the reading of their columns with remarks that name the cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from evaluation.cleaning.headers import Aliases, header_aliases
from evaluation.cleaning.layout import Layout, lay_out
from evaluation.cleaning.objects import nothing, objects
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.values import Parser, is_blank
from evaluation.cleaning.workbook import Received, Sheet, address
from evaluation.codebook import Codebook
from evaluation.contracts import TABLES
from evaluation.ledger import Fate, Issue
from evaluation.privacy.personal import mask_personal
from evaluation.settings import InputProblem

MANY_CELLS = 20


@dataclass(frozen=True)
class Records:
    """Raw records of one sheet: ``frame`` has a row a data row (index: row of the sheet) and a column a variable."""

    source: str
    file_name: str
    table: str
    layout: Layout
    frame: pd.DataFrame
    personal: frozenset[str] = frozenset()
    money: frozenset[str] = frozenset()
    is_1904: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def sheet(self) -> str:
        return self.layout.sheet.name

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
        severity, action = RULES[rule]
        position = self.layout.positions.get(variable or "")
        hidden = variable in self.personal
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
            raw=None if hidden or is_blank(raw) else mask_personal(shown(raw), names=True)[0],
            value=None if hidden or value is None else shown(value),
            suggestion=None if hidden else suggestion,
        )
        return replace(issue, **changes) if changes else issue

    def raw(self, row: Any, variable: str) -> Any:
        """The received cell; None where the sheet has no such column."""
        return self.frame[variable].loc[row] if variable in self.frame.columns else None

    def cells(self, variable: str) -> list[Any]:
        """The received cells of a column; none where the sheet has no such column."""
        return list(self.frame[variable]) if variable in self.frame.columns else []

    def only(self, rows: pd.Index) -> Records:
        """The records of ``rows``."""
        return replace(self, frame=self.frame.loc[rows])


def shown(value: Any) -> str:
    """A value as people read it in an issue."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time(0):
        return value.date().isoformat()
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
    layouts = [(sheet, lay_out(sheet, aliases)) for sheet in received.visible if len(sheet.cells)]
    fits = [
        all(any(name in constants or name in layout.positions for name in group) for group in required)
        for _, layout in layouts
    ]
    if not any(fits):
        raise _no_columns(received, layouts, required, constants, codebook, table)
    found: list[Records] = []
    issues: list[Issue] = []
    ledgers: list[pd.DataFrame] = []
    issues += [_sheet_issue(received, sheet, "hidden_sheet") for sheet in received.sheets if sheet.hidden]
    for (sheet, layout), fit in zip(layouts, fits, strict=True):
        if not fit:
            issues.append(_sheet_issue(received, sheet, "informational_sheet"))
            ledgers.append(
                ledger_rows(received.source, layout, dict.fromkeys(layout.row_classes.index, ("merged", None)))
            )
            continue
        frame = layout.records.copy()
        for name, value in constants.items():
            if name not in frame:
                frame[name] = pd.Series(value, index=frame.index, dtype=object)
        records = Records(
            received.source, received.file_name, table, layout, frame, personal, money, received.is_1904, constants
        )
        found.append(records)
        issues += _layout_issues(records, aliases, frozenset(used_personal))
    other = (
        pd.concat(ledgers)
        if ledgers
        else pd.DataFrame(columns=["source", "sheet", "row", "row_class", "fate", "record_key"])
    )
    return found, issues, other


def _sheet_issue(received: Received, sheet: Sheet, rule: str) -> Issue:
    severity, action = RULES[rule]
    return Issue(
        received.source, rule, severity, action, received.file_name, sheet.name, raw=f"{sheet.physical_rows} rows"
    )


def _no_columns(
    received: Received,
    layouts: list[tuple[Sheet, Layout]],
    required: Sequence[Sequence[str]],
    constants: Mapping[str, str],
    codebook: Codebook,
    table: str,
) -> InputProblem:
    best = max(layouts, key=lambda item: len(item[1].positions), default=None)
    there = set(best[1].positions) if best else set()
    missing = [group for group in required if not any(name in there or name in constants for name in group)]
    found = [column.text for column in best[1].header.columns if column.text] if best and best[1].header else []
    wanted = {
        language: "; ".join(
            " / ".join(f"«{codebook.label(table, name, language)}» ({name})" for name in group) for group in missing
        )
        for language in ("ru", "en")
    }
    sheet = best[0].name if best else "-"
    texts = ", ".join(f"«{text}»" for text in found[:30]) or "—"
    return InputProblem(
        f"Файл {received.file_name} (источник {received.source}), лист {sheet}: "
        f"нет нужных столбцов: {wanted['ru']}. Найдены столбцы: {texts}. "
        f"Исправьте шапку или впишите её написание в столбец aliases файла config/codebook.csv.",
        f"The file {received.file_name} (source {received.source}), sheet {sheet}: "
        f"needed columns are missing: {wanted['en']}. Columns found: {texts}. "
        f"Correct the header or add its spelling to the column aliases of config/codebook.csv.",
    )


def _layout_issues(records: Records, aliases: Aliases, used_personal: frozenset[str]) -> list[Issue]:
    layout = records.layout
    sheet = layout.sheet
    header = layout.header
    assert header is not None
    line = header.rows[-1]
    texts = {column.position: column.text for column in header.columns}
    issues = []
    for position in layout.unmapped:
        text = texts.get(position, "")
        remark = records.remark(
            "unmapped_column",
            line,
            None,
            text or address(line, position),
            suggestion=aliases.nearest(text) if text else None,
        )
        issues.append(replace(remark, cell=address(line, position)))
    issues += [
        replace(records.remark("repeated_column", line, None, texts[position]), cell=address(line, position))
        for position in layout.repeated
    ]
    for variable, position in layout.positions.items():
        if variable in records.personal and variable not in used_personal:
            issues.append(records.remark("personal_column", line, variable))
        if position in sheet.hidden_columns:
            issues.append(records.remark("hidden_column", line, variable))
    issues += _money_issues(records, line)
    data = set(records.frame.index)
    positions = {position: variable for variable, position in layout.positions.items()}
    issues += [records.remark("filled_from_merged", row, variable) for row, variable in layout.filled]
    issues += [records.remark("hidden_row", row) for row in sorted(sheet.hidden_rows & data)]
    issues += [records.remark("formatting_strike", row) for row in sorted(sheet.struck_rows & data)]
    issues += [
        records.remark(noticed.rule, noticed.row, positions.get(noticed.column or 0))
        for noticed in sheet.remarks
        if noticed.row in data and (noticed.column is None or noticed.column in positions)
    ]
    return issues


def _money_issues(records: Records, line: int) -> list[Issue]:
    layout = records.layout
    issues = []
    for variable in layout.positions:
        if variable in records.money and layout.multipliers.get(variable) is None:
            own_name = layout.header is not None and any(
                column.variable == variable and column.text == variable for column in layout.header.columns
            )
            stated = layout.header.title_multiplier if layout.header else None
            if stated is not None:
                issues.append(records.remark("unit_from_title", line, variable, value=stated))
            elif not own_name:
                issues.append(records.remark("unit_not_stated", line, variable))
    return issues


def multiplier(records: Records, variable: str) -> float:
    """What amounts of a column must be multiplied by: its header's unit, else the title's; 1 if not money."""
    if variable not in records.money:
        return 1.0
    own = records.layout.multipliers.get(variable)
    if own is not None:
        return own
    title = records.layout.header.title_multiplier if records.layout.header else None
    return 1.0 if title is None else title


def read_column(records: Records, variable: str, parser: Parser) -> tuple[pd.Series, list[Issue]]:
    """Values of a column (object, None where there is none; all None where the column is absent) and remarks."""
    if not records.has(variable):
        return nothing(records.frame.index), []
    values, issues = [], []
    known: dict[tuple[type, Any], Any] = {}
    for row, raw in zip(records.frame.index, records.frame[variable], strict=True):
        key = (type(raw), raw)
        parsed = known.get(key)
        if parsed is None:
            parsed = known[key] = parser(raw)
        values.append(parsed.value)
        if parsed.rule:
            remark = records.remark(parsed.rule, int(row), variable, raw, parsed.value, parsed.suggestion)
            if parsed.value is not None and remark.action == "emptied":
                remark = replace(remark, action="repaired")
            issues.append(remark)
    return objects(values, records.frame.index), _collapsed(
        records, variable, issues, sum(not is_blank(raw) for raw in records.frame[variable])
    )


def _collapsed(records: Records, variable: str, issues: list[Issue], filled: int) -> list[Issue]:
    """One remark on the column where most of its cells were refused for one reason: it holds something else."""
    for rule in ("not_a_number", "not_a_date", "category_unknown"):
        cells = [issue for issue in issues if issue.rule == rule]
        if len(cells) >= MANY_CELLS and len(cells) > filled / 2:
            first = cells[0]
            remark = records.remark(
                "column_not_as_declared", first.row, variable, first.raw, suggestion=f"{len(cells)} x {rule}"
            )
            issues = [remark, *(issue for issue in issues if issue.rule != rule)]
    return issues


def ledger_rows(source: str, layout: Layout, fates: Mapping[int, tuple[Fate, str | None]]) -> pd.DataFrame:
    """The ledger of one sheet: every row's class, and the fate and key of data rows."""
    rows = [
        {
            "source": source,
            "sheet": layout.sheet.name,
            "row": int(row),
            "row_class": row_class,
            "fate": fates[int(row)][0] if row_class == "data" and int(row) in fates else None,
            "record_key": fates[int(row)][1] if row_class == "data" and int(row) in fates else None,
        }
        for row, row_class in layout.row_classes.items()
    ]
    return pd.DataFrame(rows, columns=["source", "sheet", "row", "row_class", "fate", "record_key"])
