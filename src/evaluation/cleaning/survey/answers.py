"""Answers of one sheet as the long table: one row an item, and of a multiple choice one row an offered option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.markers import read_missing
from evaluation.cleaning.objects import repeated
from evaluation.cleaning.questionnaire.xlsform import OTHER, Questionnaire, condition
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.survey.cells import (
    MISSING,
    Splitter,
    parse_answer,
    parse_in_words,
    parse_number_answer,
    parse_option,
)
from evaluation.cleaning.survey.columns import FURTHER, IN_WORDS
from evaluation.cleaning.values import Choices, Parsed, is_blank, is_marker

ANSWER_COLUMNS = ["response_id", "item", "choice", "code", "value", "missing"]
CHOSEN = ("0", "1")


@dataclass(frozen=True, eq=False)
class Answers:
    """What all kept responses say to one item, or to one option of a multiple choice (``choice``).

    ``codes`` and ``missing`` are objects, None where there is none; ``numbers`` NaN where there is none.
    """

    item: str
    choice: str
    codes: np.ndarray
    numbers: np.ndarray
    missing: np.ndarray

    @property
    def blank(self) -> np.ndarray:
        return self.missing == "blank"


def read_answers(reading: Reading, form: Questionnaire, missing: Choices) -> list[Answers]:
    """Answers of the kept rows to every closed item, in the order of the questionnaire.

    An item, or an option of one, that the sheet has no column for was not asked; so was a blank under a condition that
    the response does not meet.
    """
    found: list[Answers] = []
    for item in form.items.to_dict("records"):
        if item["kind"] == "open":
            _drop_open(reading, item["name"])
        elif item["kind"] == "several":
            found += _several(reading, form, item, missing)
        else:
            found.append(_one(reading, form, item, missing))
    return _not_asked(found, form)


def columns_of_item(reading: Reading, item: str) -> list[str]:
    """Columns of the sheet that hold the item, its options or its other answer in words."""
    return [name for name in reading.records.frame.columns if name == item or str(name).startswith(f"{item}/")]


def answer_frame(answers: Sequence[Answers], ids: pd.Series) -> dict[str, pd.Series]:
    """Columns of the table of answers (ANSWER_COLUMNS) in the order of responses (``ids``) and items."""
    rows, width = len(ids), len(answers)
    index = pd.RangeIndex(rows * width)
    if not width or not rows:
        return {name: pd.Series(dtype="float64" if name == "value" else object) for name in ANSWER_COLUMNS}
    places = np.tile(np.arange(width), rows)
    responses = np.repeat(np.arange(rows), width)
    return {
        "response_id": repeated(ids.tolist(), responses, index),
        "item": repeated([one.item for one in answers], places, index),
        "choice": repeated([one.choice for one in answers], places, index),
        "code": _texts([one.codes for one in answers], index),
        "value": pd.Series(np.column_stack([one.numbers for one in answers]).ravel(), index=index),
        "missing": _texts([one.missing for one in answers], index),
    }


def _texts(columns: Sequence[np.ndarray], index: pd.Index) -> pd.Series:
    """Columns side by side, read row by row; each different text is converted once."""
    known: dict[Any, int] = {None: 0}
    coded = []
    for column in columns:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        own = [known.setdefault(None if value is None or value != value else value, len(known)) for value in values]
        coded.append(np.array(own, dtype=np.intp)[codes])
    return repeated(list(known), np.column_stack(coded).ravel(), index)


def _drop_open(reading: Reading, name: str) -> None:
    for column in columns_of_item(reading, name):
        if not all(map(is_blank, reading.records.distinct(column).cells)):
            header = reading.records.layout.header
            line = header.rows[-1] if header else None
            reading.issues.append(reading.records.remark("open_answer_dropped", line, column))


def _one(reading: Reading, form: Questionnaire, item: Mapping[str, Any], missing: Choices) -> Answers:
    """Answers to an item that takes one of its options or a number."""
    name, rows = str(item["name"]), reading.kept
    in_words = _in_words(reading, name)
    if not reading.records.has(name) and in_words is None:
        return _without(name, "", len(rows), "not_asked")
    if item["kind"] == "number":
        values = reading.read(name, lambda raw: parse_number_answer(raw, item["low"], item["high"], missing))
        spelled: dict[Any, tuple[str, float, str | None]] = {}
    else:
        spellings = form.spellings(str(item["list_name"]))
        values = _read_choice(reading, item, lambda raw: parse_answer(raw, spellings, missing))
        options = form.options(str(item["list_name"]))
        spelled = {
            code: (code, value, role or None)
            for code, value, role in zip(options["name"], options["value"], options["missing_role"], strict=True)
        }
        if in_words is not None and OTHER in spelled:
            empty = np.array([value is None for value in values.array])
            values = values.where(~(empty & in_words.to_numpy(dtype=bool)), OTHER)
    codes, number, why = _decoded(values.loc[rows], spelled)
    blank = pd.Series(reading.records.frame[name] if reading.records.has(name) else None, index=reading.index).loc[rows]
    unread = np.array([value is None for value in codes]) & np.array([value is None for value in why])
    if unread.any():
        empty = np.array([_is_empty(raw) for raw in blank.to_numpy(dtype=object)[unread]], dtype=bool)
        why[unread] = np.where(empty, "blank", "invalid")
    return Answers(name, "", codes, number, why)


def _is_empty(raw: Any) -> bool:
    return is_blank(raw) or (isinstance(raw, str) and is_marker(raw))


def _decoded(
    values: pd.Series, spelled: Mapping[Any, tuple[str, float, str | None]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Code, number and reason of missing by row; each different value is looked up once."""

    def decode(value: Any) -> tuple[str | None, float, str | None]:
        if value is None or value != value:
            return None, np.nan, None
        if isinstance(value, str) and value.startswith(MISSING):
            return None, np.nan, value.removeprefix(MISSING)
        if value not in spelled:
            return f"{value:g}", float(value), None
        code, number, role = spelled[value]
        return (None, np.nan, role) if role else (code, number, None)

    codes, found = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=False)
    decoded = [decode(value) for value in found]
    return (
        np.array([one[0] for one in decoded] or [None], dtype=object)[codes],
        np.array([one[1] for one in decoded] or [np.nan], dtype=float)[codes],
        np.array([one[2] for one in decoded] or [None], dtype=object)[codes],
    )


def _read_choice(reading: Reading, item: Mapping[str, Any], parser: Any) -> pd.Series:
    """The item's column; where another answer may be written into it, a text unlike any option is that answer.

    Such a text is never shown, nor is one that is like an option but is none.
    """
    name = str(item["name"])
    if not item["or_other"]:
        return reading.read(name, parser)

    def with_other(raw: Any) -> Parsed:
        parsed: Parsed = parser(raw)
        unlike = parsed.rule == "answer_unknown" and parsed.suggestion is None
        return Parsed(OTHER, "other_in_words") if unlike and isinstance(raw, str) else parsed

    start = len(reading.issues)
    values = reading.read(name, with_other)
    if reading.records.has(name):
        hints = {row: parser(reading.records.raw(row, name)).suggestion for row in _unknown_rows(reading, start)}
        reading.issues[start:] = [
            replace(issue, raw=None, suggestion=hints.get(issue.row or 0, issue.suggestion))
            for issue in reading.issues[start:]
        ]
    return values


def _unknown_rows(reading: Reading, start: int) -> list[int]:
    return [issue.row for issue in reading.issues[start:] if issue.rule == "answer_unknown" and issue.row is not None]


def _in_words(reading: Reading, name: str) -> pd.Series | None:
    """Which rows give another answer in words in a column of its own; None where there is no such column."""
    column = f"{name}/{IN_WORDS}"
    if not reading.records.has(column):
        return None
    values = reading.read(column, parse_in_words)
    return values.map(lambda value: value is True).astype(bool)


def _several(reading: Reading, form: Questionnaire, item: Mapping[str, Any], missing: Choices) -> list[Answers]:
    """One ``Answers`` an offered option: 1 chosen, 0 not; where nothing was chosen all of them are blank."""
    name, list_name = str(item["name"]), str(item["list_name"])
    options = form.options(list_name)
    spread = {code: f"{name}/{code}" for code in options["name"] if reading.records.has(f"{name}/{code}")}
    listed = [one for one in columns_of_item(reading, name) if one == name or one.startswith(f"{name}/{FURTHER}")]
    chosen: dict[str, np.ndarray] = {}
    known, said = np.zeros(len(reading.index), dtype=bool), np.full(len(reading.index), "blank", dtype=object)
    for column in listed:
        there, some, silent = _from_one_cell(reading, form, item, missing, column)
        chosen = {code: flags | chosen[code] if chosen else flags for code, flags in there.items()}
        known = known | some
        said = np.where(said == "blank", silent, said)
    unread: dict[str, np.ndarray] = {}
    if spread:
        apart, unread, given = _from_columns(reading, form, item, spread)
        both = known & given
        for code in options["name"]:
            before = chosen.get(code)
            own = apart.get(code, np.zeros(len(reading.index), dtype=bool))
            chosen[code] = own if before is None else np.where(given, own, before)
            if before is not None and code in spread:
                for row in reading.index[both & (before != own) & ~unread[code]].tolist():
                    reading.remark("answers_disagree", row, spread[code], reading.records.raw(row, spread[code]))
        known = known | given
    in_words = _in_words(reading, name)
    if in_words is not None and OTHER in options.index:
        wrote = in_words.to_numpy(dtype=bool)
        chosen[OTHER] = chosen.get(OTHER, np.zeros(len(reading.index), dtype=bool)) | wrote
        known = known | wrote
    offered = form.offered(list_name)
    rows = reading.index.get_indexer(reading.kept)
    if not chosen:
        return [_without(name, code, len(rows), "not_asked") for code in offered]
    asked = set(offered) if listed else {*spread, *([OTHER] if in_words is not None else [])}
    roles = {code: str(role) for code, role in options["missing_role"].items() if role}
    any_answer = np.zeros(len(reading.index), dtype=bool)
    for code in offered:
        any_answer |= chosen.get(code, any_answer)
    why = np.full(len(reading.index), None, dtype=object)
    why[~known] = said[~known]
    for code, role in roles.items():
        why[chosen.get(code, np.zeros_like(any_answer)) & ~any_answer & known] = role
    out = []
    for code in offered:
        if code not in asked:
            out.append(_without(name, code, len(rows), "not_asked"))
            continue
        reasons = why[rows].copy()
        lost = unread.get(code, np.zeros(len(reading.index), dtype=bool))[rows]
        reasons[lost & np.array([one is None for one in reasons], dtype=bool)] = "invalid"
        answered = np.array([one is None for one in reasons], dtype=bool)
        flags = chosen.get(code, np.zeros_like(any_answer))[rows]
        codes = np.array(CHOSEN, dtype=object)[flags.astype(int)]
        codes[~answered] = None
        out.append(Answers(name, code, codes, np.where(answered, flags.astype(float), np.nan), reasons))
    return out


def _from_one_cell(
    reading: Reading, form: Questionnaire, item: Mapping[str, Any], missing: Choices, name: str
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Chosen options by row from cells that list them, the rows of which something is known, and why others are not:
    blank, invalid where a cell holds nothing readable, or what it says of the lack of an answer."""
    splitter = Splitter(form.spellings(str(item["list_name"])))
    cells = reading.records.distinct(name)
    remarks: dict[int, list[tuple[str, str | None, str | None]]] = {}
    sets: list[frozenset[str]] = []
    why = np.full(len(cells.cells), "blank", dtype=object)
    for place, raw in enumerate(cells.cells):
        role = parse_answer(raw, splitter.spellings, missing).value
        if _is_empty(raw) or (isinstance(role, str) and role.startswith(MISSING)):
            why[place] = role.removeprefix(MISSING) if role else "blank"
            sets.append(frozenset())
            continue
        why[place] = "invalid"
        found = splitter.split(raw)
        codes = set(found.codes)
        told: list[tuple[str, str | None, str | None]] = []
        for part in found.unknown:
            near = splitter.spellings.nearest(part)
            if item["or_other"] and near is None:
                codes.add(OTHER)
                told.append(("other_in_words", None, None))
            else:
                told.append(("answer_unknown", None if item["or_other"] else part, near))
        if found.otherwise:
            told.append(("answer_ambiguous", str(raw), " ".join(found.otherwise)))
        sets.append(frozenset(codes))
        if told:
            remarks[place] = list(dict.fromkeys(told))
    for row in np.flatnonzero(np.isin(cells.codes, list(remarks))).tolist() if remarks else ():
        for rule, text, hint in remarks[int(cells.codes[row])]:
            reading.remark(rule, reading.index[row], name, text, suggestion=hint)
    known = cells.spread_flags([bool(codes) for codes in sets])
    options = form.options(str(item["list_name"]))["name"]
    return {code: cells.spread_flags([code in codes for codes in sets]) for code in options}, known, why[cells.codes]


def _from_columns(
    reading: Reading, form: Questionnaire, item: Mapping[str, Any], spread: Mapping[str, str]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Chosen and unreadable options by row from columns of their own, and the rows of which something is known."""
    spellings = form.spellings(str(item["list_name"]))
    chosen, unread = {}, {}
    given = np.zeros(len(reading.index), dtype=bool)
    for code, column in spread.items():
        hidden = column in reading.records.personal

        def parse(raw: Any, code: str = code, hidden: bool = hidden) -> Parsed:
            return parse_in_words(raw) if hidden else parse_option(raw, code, spellings)

        values = reading.read(column, parse).to_numpy(dtype=object)
        chosen[code] = np.array([value is True for value in values], dtype=bool)
        none = np.array([value is None for value in values], dtype=bool)
        unread[code] = none & ~reading.records.distinct(column).flags(_is_empty) & ~_is_missing(reading, column)
        given |= ~none
    return chosen, unread, given


def _is_missing(reading: Reading, column: str) -> np.ndarray:
    """Cells that say in words why there is no answer."""
    return reading.records.distinct(column).flags(lambda raw: read_missing(raw) is not None)


def _without(item: str, choice: str, rows: int, why: str) -> Answers:
    nothing = np.full(rows, None, dtype=object)
    return Answers(item, choice, nothing, np.full(rows, np.nan), np.full(rows, why, dtype=object))


def _not_asked(answers: list[Answers], form: Questionnaire) -> list[Answers]:
    """A blank under a condition that the response does not meet was not asked."""
    needed = {str(item.name): condition(str(item.relevant)) for item in form.items.itertuples()}
    given: dict[tuple[str, str], np.ndarray] = {}
    for asked_item, answer in {one for one in needed.values() if one is not None}:
        met = [
            one.codes == "1" if one.choice else one.codes == answer
            for one in answers
            if one.item == asked_item and (not one.choice or one.choice == answer)
        ]
        if met:
            given[asked_item, answer] = np.logical_or.reduce(met)
    out = []
    for one in answers:
        condition_of = needed[one.item]
        if condition_of is not None:
            unmet = ~given.get(condition_of, np.zeros(len(one.codes), dtype=bool))
            out.append(replace(one, missing=np.where(one.blank & unmet, "not_asked", one.missing)))
        else:
            out.append(one)
    return out
