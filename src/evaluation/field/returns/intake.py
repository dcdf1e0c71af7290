"""Returns from files to typed values: every file, row and cell accounted for, and nothing imputed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.cleaning.choices import Choices
from evaluation.cleaning.rules import RULES
from evaluation.codebook import Codebook
from evaluation.field.returns.answers import Answers, read_answers
from evaluation.field.returns.editions import Editions, order_editions, revisions
from evaluation.field.returns.files import file_facts, row_ledger
from evaluation.field.returns.folder import ReturnFile
from evaluation.field.returns.form import Form, broken
from evaluation.field.returns.headings import CODE, NAME
from evaluation.field.returns.layout import Block
from evaluation.field.returns.register import completed
from evaluation.field.returns.remarks import Remarks
from evaluation.field.returns.units import recognise
from evaluation.ledger import check_accounts


@dataclass(frozen=True, eq=False)
class Records:
    """Received rows of municipalities, one after another over all files.

    ``file`` and ``block`` (n,) number their file and block, ``row`` (n,) is the row in the sheet, ``unit`` (n,) the
    municipality (None: set aside), ``stated_on`` the edition's date.
    """

    blocks: list[tuple[ReturnFile, Block]]
    file: np.ndarray
    block: np.ndarray
    row: np.ndarray
    unit: np.ndarray
    stated_on: pd.Series


def take_in(
    files: Sequence[ReturnFile],
    form: Form,
    registry: pd.DataFrame,
    year: int,
    on_date: dt.date,
    codebook: Codebook,
) -> dict[str, pd.DataFrame]:
    """The tables ``returns``, ``return_files``, ``return_rows``, ``return_issues``, ``return_register`` and
    ``return_revisions`` of one year, as their contracts declare them.

    ``registry`` as ``territory.registry.read_registry``; municipalities are those in force on ``on_date``. Of several
    returns of a municipality the one with the latest stated date stands. A file that says it is of another year is set
    aside as a whole. Raises LedgerError where rows are unaccounted for.
    """
    remarks = Remarks()
    records, region = _records(files, registry, on_date, year, remarks)
    known = np.flatnonzero(records.unit.astype(bool))
    unit = records.unit[known]
    editions = order_editions(unit, records.stated_on.iloc[known])
    answers = _answers(records, known, form, codebook, remarks)
    stands = np.flatnonzero(editions.stands)
    values = {name: one.value for name, one in answers.items()}
    _remark_ties(records, known, editions, values, remarks)
    _remark_checks(records, known, stands, form, values, remarks)
    returns = _long(records, known, stands, editions, form, answers, registry, on_date, year)
    state = {
        "kept": set(known[stands].tolist()),
        "merged": set(known.tolist()) - set(known[stands].tolist()),
    }
    ledger = row_ledger(records.blocks, records.block, records.row, records.unit, state)
    physical = [file.physical_rows for file in files if file.physical_rows is not None]
    check_accounts(ledger, pd.concat(physical, ignore_index=True) if physical else _no_rows())
    late = _late(records, known, region)
    return {
        "returns": returns,
        "return_files": file_facts(files, records.blocks, ledger, region, year),
        "return_rows": ledger,
        "return_issues": remarks.frame(),
        "return_register": completed(returns, form, registry, on_date, year),
        "return_revisions": revisions(editions, unit, year, values, late),
    }


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame({"source": [], "sheet": [], "rows": []})


def _records(
    files: Sequence[ReturnFile], registry: pd.DataFrame, on_date: dt.date, year: int, remarks: Remarks
) -> tuple[Records, list[str | None]]:
    blocks = [(file, block) for file in files for block in file.blocks]
    number = {file.name: place for place, file in enumerate(files)}
    sizes = [len(block.rows) for _, block in blocks]
    block_of = np.repeat(np.arange(len(blocks)), sizes)
    file_of = np.repeat([number[file.name] for file, _ in blocks], sizes).astype(np.intp)
    codes = [code for _, block in blocks for code in block.codes]
    names = [name for _, block in blocks for name in block.names]
    rows = np.concatenate([block.rows for _, block in blocks]) if blocks else np.empty(0, dtype=np.intp)
    found = recognise(codes, names, file_of, registry, on_date)
    region = [*found.region, *[None] * (len(files) - len(found.region))]
    unit = found.unit.copy()
    for place, (file, block) in enumerate(blocks):
        _remark_sheet(file, block, remarks)
        if block.year is not None and block.year != year:
            unit[block_of == place] = None
            remarks.add("return_other_year", file.name, block.sheet, raw=str(block.year))
    for file in files:
        if file.fate != "read":
            remarks.add(f"return_file_{file.fate}", file.name)
        for sheet in file.unread:
            remarks.add("sheet_not_recognised", file.name, sheet)
        for remark in file.remarks:
            remarks.add(remark.rule, file.name, raw=remark.raw)
    for row in np.flatnonzero(found.rule.astype(bool)):
        file, block = blocks[block_of[row]]
        place = block.place(int(rows[row]), CODE if CODE in block.places else NAME)
        code = codes[row]
        shown = None if code is None else str(code)[:20]
        remarks.add(found.rule[row], file.name, block.sheet, place, field=CODE, raw=shown, record=unit[row])
    stated = pd.Series(pd.to_datetime([blocks[place][1].stated_on for place in block_of]), dtype="datetime64[us]")
    return Records(blocks, file_of, block_of, rows, unit, stated), region


def _remark_sheet(file: ReturnFile, block: Block, remarks: Remarks) -> None:
    for place in block.unknown:
        remarks.add("unmapped_column", file.name, block.sheet, place)
    for one in block.remarks:
        row, column = one.row or 1, one.column or 1
        if row <= len(block.classes) and block.classes[row - 1] == "data" and one.rule in RULES:
            remarks.add(one.rule, file.name, block.sheet, (row, column), raw=one.raw)


def _answers(
    records: Records, known: np.ndarray, form: Form, codebook: Codebook, remarks: Remarks
) -> dict[str, Answers]:
    """Answers of the records with a municipality, by question; a question that a sheet lacks was not asked there."""
    yes_no = Choices(codebook.choice_aliases("yes_no"))
    starts = np.concatenate([[0], np.cumsum([len(block.rows) for _, block in records.blocks])]).astype(np.intp)
    made = {}
    for question in form.questions:
        name = question.variable
        cells, multiples = np.full(len(records.unit), None, dtype=object), np.ones(len(records.unit))
        asked = np.zeros(len(records.unit), dtype=bool)
        for start, (_, block) in zip(starts, records.blocks, strict=False):
            if name in block.cells:
                inside = slice(start, start + len(block.rows))
                cells[inside], multiples[inside], asked[inside] = block.cells[name], block.multiples[name], True
        one = read_answers(question, cells[known], multiples[known], yes_no)
        one.missing[~asked[known]] = "not_asked"
        for place in np.flatnonzero(one.rule.astype(bool)):
            row = known[place]
            file, block = records.blocks[records.block[row]]
            remarks.add(
                one.rule[place], file.name, block.sheet, block.place(int(records.row[row]), name), field=name,
                raw=one.raw[place], suggestion=one.suggestion[place], record=records.unit[row],
            )  # fmt: skip
        made[name] = one
    for file, block in records.blocks:
        for name in form.variables:
            if name not in block.cells:
                remarks.add("column_missing", file.name, block.sheet, field=name)
    return made


def _remark_ties(
    records: Records, known: np.ndarray, editions: Editions, values: dict[str, np.ndarray], remarks: Remarks
) -> None:
    for place in np.flatnonzero(editions.tied):
        row = known[place]
        file, block = records.blocks[records.block[row]]
        later = int(np.flatnonzero(editions.before == place)[0])
        same = all(np.array_equal(one[[place]], one[[later]], equal_nan=True) for one in values.values())
        rule = "duplicate_row" if same else "return_same_date"
        where = block.place(int(records.row[row]), CODE if CODE in block.places else NAME)
        remarks.add(rule, file.name, block.sheet, where, record=records.unit[row])


def _remark_checks(
    records: Records, known: np.ndarray, stands: np.ndarray, form: Form, values: dict[str, np.ndarray], remarks: Remarks
) -> None:
    wide = pd.DataFrame({name: value[stands] for name, value in values.items()})
    for check in form.checks:
        for place in np.flatnonzero(broken(check, wide)):
            row = known[stands[place]]
            file, block = records.blocks[records.block[row]]
            where = block.place(int(records.row[row]), check.left) if check.left in block.places else None
            remarks.add(
                "return_check", file.name, block.sheet, where, field=check.left, suggestion=check.words,
                record=records.unit[row],
            )  # fmt: skip


def _long(
    records: Records,
    known: np.ndarray,
    stands: np.ndarray,
    editions: Editions,
    form: Form,
    answers: dict[str, Answers],
    registry: pd.DataFrame,
    on_date: dt.date,
    year: int,
) -> pd.DataFrame:
    """One row a municipality and question it is asked of (or answered all the same)."""
    from evaluation.territory.registry import in_force

    kind = in_force(registry, on_date).set_index("unit_id")["type"]
    given = ~np.isnan(np.column_stack([answers[name].value[stands] for name in form.variables])).all(axis=1)
    some = stands[given]
    rows = known[some]
    kinds = kind.reindex(records.unit[rows]).to_numpy(dtype=object)
    sources = np.array([file.name for file, _ in records.blocks], dtype=object)
    sheets = np.array([block.sheet for _, block in records.blocks], dtype=object)
    is_form = np.array([block.layout == "form" for _, block in records.blocks], dtype=bool)
    block = records.block[rows]
    frames = []
    for number, question in enumerate(form.questions):
        one = answers[question.variable]
        asked = np.array([question.is_asked_of(each) for each in kinds], dtype=bool)
        chosen = asked | ~np.isnan(one.value[some])
        at = records.row[rows].copy()
        for place in np.flatnonzero(is_form[block]):
            at[place] = records.blocks[block[place]][1].places.get(question.variable, at[place])
        frames.append(
            pd.DataFrame(
                {
                    "unit_id": records.unit[rows][chosen],
                    "year": year,
                    "variable": question.variable,
                    "value": one.value[some][chosen],
                    "missing": one.missing[some][chosen],
                    "edition": editions.edition[some][chosen],
                    "stated_on": records.stated_on.to_numpy()[rows][chosen],
                    "source": sources[block][chosen],
                    "source_sheet": sheets[block][chosen],
                    "source_row": at[chosen],
                    "order": number,
                }
            )
        )
    made = pd.concat(frames, ignore_index=True).sort_values(["unit_id", "order"], kind="stable")
    return made.drop(columns="order").reset_index(drop=True)


def _late(records: Records, known: np.ndarray, region: list[str | None]) -> np.ndarray:
    """First returns in a workbook whose region had sent an earlier one without them."""
    by_region = pd.Series([region[file] for file in records.file[known]], dtype=object)
    workbook = np.array([records.blocks[place][1].layout == "workbook" for place in records.block[known]], dtype=bool)
    days = records.stated_on.iloc[known].reset_index(drop=True)
    first = days.where(workbook).groupby(by_region).transform("min")
    return np.asarray(workbook & (days > first).to_numpy(dtype=bool))
