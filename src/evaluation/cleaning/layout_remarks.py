"""Remarks on a received file as a whole, on its sheets and on their columns; the refusal of a file without columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evaluation.cleaning.headers import Aliases
from evaluation.cleaning.layout import Layout
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.values import is_blank
from evaluation.cleaning.workbook import Received, Sheet, address
from evaluation.codebook import Codebook
from evaluation.contracts import TABLES
from evaluation.ledger import Issue
from evaluation.privacy.personal import mask_personal
from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from evaluation.cleaning.records import Records

MANY_TEXTS = 30


def sheet_issue(received: Received, sheet: Sheet, rule: str) -> Issue:
    """A remark on a sheet that is not read."""
    severity, action = RULES[rule]
    return Issue(
        received.source, rule, severity, action, received.file_name, sheet.name, raw=f"{sheet.physical_rows} rows"
    )


def file_issues(received: Received) -> list[Issue]:
    """Remarks on the file itself and on what lies outside of its tables (a stray cell far away)."""
    places = [(None, remark) for remark in received.remarks]
    found = [*places, *((sheet.name, remark) for sheet in received.visible for remark in sheet.notes)]
    issues = []
    for sheet, remark in found:
        severity, action = RULES[remark.rule]
        cell = None if remark.row is None or remark.column is None else address(remark.row, remark.column)
        issues.append(
            Issue(received.source, remark.rule, severity, action, received.file_name, sheet, cell, remark.row,
                  raw=remark.raw)
        )  # fmt: skip
    return issues


def missing_columns(
    sheets: Sequence[Records], required: Sequence[Sequence[str]], codebook: Codebook, table: str
) -> list[Issue]:
    """One remark a file that names the columns of its table that no sheet has but the codebook gives headers for.

    Left out are personal columns and alternatives of a required column that is there.
    """
    there = {name for records in sheets for name in (*records.layout.positions, *records.constants)}
    spared = {name for group in required if there & set(group) for name in group}
    own = codebook.variables[codebook.variables["table"] == table]
    wanted = own[(own["aliases"].astype(str) != "") & (own["sensitivity"] != "personal")]["variable"]
    ours = set(TABLES[table].names) if table in TABLES else set()
    missing = [name for name in wanted if name in ours and name not in there and name not in spared]
    if not missing:
        return []
    remark = sheets[0].remark("column_missing", suggestion=", ".join(missing))
    return [remark if len(sheets) == 1 else replace(remark, sheet=None)]


def layout_issues(records: Records, aliases: Aliases, used_personal: Collection[str]) -> list[Issue]:
    """Remarks on the columns of a sheet and on what its cells hide."""
    layout = records.layout
    sheet = layout.sheet
    header = layout.header
    assert header is not None
    line = header.rows[-1]
    texts = {column.position: column.text for column in header.columns}
    issues = []
    for position in layout.unmapped:
        text = texts.get(position, "")
        issues.append(
            records.remark(
                "unmapped_column",
                line,
                None,
                text or address(line, position),
                suggestion=aliases.nearest(text) if text else None,
                cell=address(line, position),
            )
        )
    issues += [
        records.remark("repeated_column", line, None, texts[position], cell=address(line, position))
        for position in layout.repeated
    ]
    for variable, position in layout.positions.items():
        if variable in records.personal and variable not in used_personal:
            issues.append(records.remark("personal_column", line, variable))
        if position in sheet.hidden_columns:
            issues.append(records.remark("hidden_column", line, variable))
    issues += _money_issues(records, line)
    issues += [
        records.remark("second_table", row, None, _row_text(sheet, row), cell=address(row, 1))
        for row in layout.second_headers
    ]
    data = set(records.frame.index.tolist())
    positions = {position: variable for variable, position in layout.positions.items()}
    issues += [records.remark("filled_from_merged", row, variable) for row, variable in layout.filled]
    issues += [records.remark("hidden_row", row) for row in sorted(sheet.hidden_rows & data)]
    issues += [records.remark("formatting_strike", row) for row in sorted(sheet.struck_rows & data)]
    issues += [
        records.remark(noticed.rule, noticed.row, positions.get(noticed.column or 0), noticed.raw)
        for noticed in sheet.remarks
        if noticed.row in data and (noticed.column is None or noticed.column in positions)
    ]
    return issues


def _row_text(sheet: Sheet, row: int) -> str:
    return " | ".join(str(cell) for cell in sheet.cells[row - 1] if not is_blank(cell))


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


def no_columns(
    received: Received,
    layouts: Sequence[tuple[Sheet, Layout]],
    required: Sequence[Sequence[str]],
    constants: Mapping[str, str],
    codebook: Codebook,
    table: str,
) -> InputProblem:
    """The refusal of a file in which no sheet has the needed columns; shows what the likeliest sheet begins with."""
    best = max(layouts, key=lambda item: len(item[1].positions), default=None)
    there = set(best[1].positions) if best else set()
    missing = [group for group in required if not any(name in there or name in constants for name in group)]
    wanted = {
        language: "; ".join(
            " / ".join(f"«{codebook.label(table, name, language)}» ({name})" for name in group) for group in missing
        )
        for language in ("ru", "en")
    }
    found_ru, found_en = "Видимых листов с данными нет.", "There is no visible sheet with data."
    if best and best[1].header:
        texts = _quoted(column.text for column in best[1].header.columns if column.text)
        found_ru, found_en = f"Найдены столбцы: {texts}.", f"Columns found: {texts}."
    elif best:
        row, texts = _first_row(best[0])
        found_ru = f"Шапка не узнана; первая заполненная строка ({row}): {texts}."
        found_en = f"No header was recognised; the first filled row ({row}): {texts}."
    sheet = best[0].name if best else "-"
    return InputProblem(
        f"Файл {received.file_name} (источник {received.source}), лист {sheet}: "
        f"нет нужных столбцов: {wanted['ru']}. {found_ru} "
        f"Исправьте шапку или впишите её написание в столбец aliases файла config/codebook.csv.",
        f"The file {received.file_name} (source {received.source}), sheet {sheet}: "
        f"needed columns are missing: {wanted['en']}. {found_en} "
        f"Correct the header or add its spelling to the column aliases of config/codebook.csv.",
    )


def _first_row(sheet: Sheet) -> tuple[int, str]:
    """Number and texts of the first row with several filled cells, else of the first filled one; nothing personal."""
    filled = [
        (number, [str(cell) for cell in row if not is_blank(cell)]) for number, row in enumerate(sheet.cells[:200], 1)
    ]
    filled = [(number, texts) for number, texts in filled if texts]
    if not filled:
        return 1, "—"
    number, texts = next((one for one in filled if len(one[1]) > 1), filled[0])
    return number, _quoted(mask_personal(text[:60], names=True)[0] for text in texts)


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"«{text}»" for text in list(texts)[:MANY_TEXTS]) or "—"
