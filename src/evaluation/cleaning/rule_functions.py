"""The functions of the checking rules' language, by name: FUNCTION. Each gives one value a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.cleaning.expression_tree import Call, Column
from evaluation.cleaning.logic import Values, calculated, column_values, constant
from evaluation.cleaning.meetings import events_elsewhere
from evaluation.cleaning.text import fold

if TYPE_CHECKING:
    from evaluation.cleaning.evaluating import Evaluation

_SIGNS = re.compile(r"[\W_]+")


def _is_missing(evaluation: Evaluation, node: Call) -> Values:
    missing = evaluation.of(node.parts[0]).missing
    return Values(missing, np.zeros(evaluation.rows, dtype=bool))


def _known(evaluation: Evaluation, node: Call) -> Values:
    count = sum((~evaluation.of(part).missing).astype("float64") for part in node.parts)
    return Values(np.asarray(count), np.zeros(evaluation.rows, dtype=bool))


def _total(evaluation: Evaluation, node: Call) -> Values:
    """Sum of the parts, an empty cell counting nothing; missing where a part could not be read or fewer than two are
    known, since a single part says nothing of the whole."""
    parts = [evaluation.of(part) for part in node.parts]
    refused = np.logical_or.reduce([evaluation.refused_in(part) for part in node.parts])
    known = sum((~part.missing).astype("int64") for part in parts)
    data = sum(np.where(part.missing, 0.0, part.data) for part in parts)
    return Values(np.asarray(data), refused | (np.asarray(known) < 2))


def _extreme(choose: Callable[..., np.ndarray]) -> Callable[[Evaluation, Call], Values]:
    def function(evaluation: Evaluation, node: Call) -> Values:
        parts = [evaluation.of(part) for part in node.parts]
        return Values(
            choose([part.data for part in parts], axis=0), np.logical_or.reduce([part.missing for part in parts])
        )

    return function


def _abs(evaluation: Evaluation, node: Call) -> Values:
    part = evaluation.of(node.parts[0])
    return Values(np.abs(part.data), part.missing)


def _days(evaluation: Evaluation, node: Call) -> Values:
    first, last = (evaluation.of(part) for part in node.parts)
    return calculated("-", last, first)


def _year_of(evaluation: Evaluation, node: Call) -> Values:
    part = evaluation.of(node.parts[0])
    days = np.where(part.missing, 0, part.data).astype("int64").astype("datetime64[D]")
    return Values(days.astype("datetime64[Y]").astype("int64") + 1970.0, part.missing)


def folded_text(text: str) -> str:
    """Text without case, signs and the difference of ё and е, to compare titles by."""
    return _SIGNS.sub(" ", fold(text)).strip()


def _folded(evaluation: Evaluation, node: Call) -> Values:
    part = evaluation.of(node.parts[0])
    codes, distinct = pd.factorize(part.data)
    return Values(np.array([folded_text(text) for text in distinct], dtype=object)[codes], part.missing)


def _unit_of(evaluation: Evaluation, node: Call) -> Values:
    (part,) = node.parts
    assert isinstance(part, Column)
    return constant(evaluation.units.get(part.name, 1.0), "number", evaluation.rows)


def _in_force(evaluation: Evaluation, node: Call) -> Values:
    """Whether a unit of the registry is in force on a day; missing for units that the registry lacks."""
    unit, day = (evaluation.of(part) for part in node.parts)
    registry = evaluation.surroundings.registry
    starts, ends = (column_values(registry[name], "date") for name in ("valid_from", "valid_to"))
    first = np.where(starts.missing, -np.inf, starts.data)
    last = np.where(ends.missing, np.inf, ends.data)
    codes, _ = pd.factorize(np.concatenate([unit.data, registry["unit_id"].to_numpy(dtype=object)]))
    ours, theirs = codes[: evaluation.rows], codes[evaluation.rows :]
    found = np.zeros(evaluation.rows, dtype=bool)
    # a unit has few spans: one pass for all first spans, one for all second ones, and so on
    turns = pd.Series(theirs).groupby(theirs).cumcount().to_numpy()
    for turn in range(int(turns.max(initial=-1)) + 1):
        span = np.full(int(codes.max(initial=0)) + 1, -1)
        span[theirs[turns == turn]] = np.flatnonzero(turns == turn)
        place = span[ours]
        found |= (place >= 0) & (first[place] <= day.data) & (day.data <= last[place])
    return Values(found, unit.missing | day.missing | ~np.isin(ours, theirs))


def _events_elsewhere(evaluation: Evaluation, node: Call) -> Values:
    person, event = (evaluation.of(part) for part in node.parts)
    tables = evaluation.surroundings.tables
    counts = events_elsewhere(person.data, event.data, tables["attendance"], tables["support_events"])
    return Values(counts, person.missing | event.missing)


FUNCTION: dict[str, Callable[[Evaluation, Call], Values]] = {
    "is_missing": _is_missing,
    "known": _known,
    "total": _total,
    "least": _extreme(np.minimum.reduce),
    "greatest": _extreme(np.maximum.reduce),
    "abs": _abs,
    "days": _days,
    "year_of": _year_of,
    "folded": _folded,
    "unit_of": _unit_of,
    "in_force": _in_force,
    "events_elsewhere": _events_elsewhere,
}
