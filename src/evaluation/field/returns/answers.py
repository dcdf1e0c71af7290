"""Cells of answers as numbers: every different cell of a question is read once for all files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation.cleaning.choices import Choices
from evaluation.cleaning.distinct import distinct
from evaluation.cleaning.parsed import Parsed, Parser
from evaluation.cleaning.values import (
    at_least_zero,
    number_in,
    parse_flag,
    parse_integer,
    parse_number,
    stated_in,
    times,
)
from evaluation.field.returns.form import Question
from evaluation.privacy.personal import find_personal

LONGEST_SHOWN = 40


@dataclass(frozen=True, eq=False)
class Answers:
    """One question's answers (n,): ``value`` (NaN: none), ``missing`` why (None where there is one), ``rule``, what
    the rule suggests, and the cell as received where it may be shown (nothing personal)."""

    value: np.ndarray
    missing: np.ndarray
    rule: np.ndarray
    suggestion: np.ndarray
    raw: np.ndarray


def read_answers(question: Question, cells: np.ndarray, multiple: np.ndarray, yes_no: Choices) -> Answers:
    """Answers from ``cells`` (n,) of any kind; ``multiple`` (n,) is what their column's heading states.

    Yes is 1, no is 0; money and counts are in whole units of the question, shares between 0 and 1. A number outside
    the question's range is emptied (``out_of_range``).
    """
    n = len(cells)
    made = Answers(np.full(n, np.nan), *(np.full(n, None, dtype=object) for _ in range(4)))
    for one in np.unique(multiple):
        places = np.flatnonzero(multiple == one)
        parser = _parser(question, float(one), yes_no)
        found = distinct(cells[places])
        parsed = [_in_range(parser(cell), question) for cell in found.cells]
        made.value[places] = np.array([np.nan if p.value is None else float(p.value) for p in parsed])[found.codes]
        made.missing[places] = found.spread([p.missing for p in parsed])
        made.rule[places] = found.spread([p.rule for p in parsed])
        made.suggestion[places] = found.spread([p.suggestion for p in parsed])
        shown = [_shown(cell) if p.rule else None for cell, p in zip(found.cells, parsed, strict=True)]
        made.raw[places] = found.spread(shown)
    return made


def _parser(question: Question, multiple: float, yes_no: Choices) -> Parser:
    if question.kind == "flag":
        return _plain_words(parse_flag(yes_no))
    if question.kind == "share":
        return at_least_zero(_share(multiple))
    if question.kind == "money":
        amount = times(number_in(question.unit or "RUB"), multiple)
        return at_least_zero(amount) if question.low == 0 else amount
    if question.kind == "count":
        whole = parse_integer if multiple == 1 else times(parse_number, multiple)
        return at_least_zero(stated_in(question.unit, whole))
    return times(parse_number, multiple)


def _plain_words(parser: Parser) -> Parser:
    """``parser`` that takes yes and no as they are usually written without a remark."""

    def parse(raw: Any) -> Parsed:
        return Parsed(raw == "да") if isinstance(raw, str) and raw in ("да", "нет") else parser(raw)

    return parse


def _share(multiple: float) -> Parser:
    """A share; a cell that says per cent itself is not divided again by what its column's heading says."""
    plain_share = number_in("share")

    def parse(raw: Any) -> Parsed:
        parsed = plain_share(raw)
        if parsed.value is None or parsed.rule == "unit_converted":
            return parsed
        return Parsed(parsed.value * multiple, parsed.rule)

    return parse


def _in_range(parsed: Parsed, question: Question) -> Parsed:
    if parsed.value is None:
        return parsed
    low, high = question.low, question.high
    if (low is not None and parsed.value < low) or (high is not None and parsed.value > high):
        return Parsed(None, "out_of_range")
    return parsed


def _shown(cell: Any) -> str | None:
    text = str(cell)
    return None if len(text) > LONGEST_SHOWN or find_personal(text, names=True) else text
