"""Refusing peers' current outcomes as an exposure: the reflection problem.

Where every unit's outcome depends on its peers', a regression of one on the other in the same year cannot tell who
moved whom, nor either from a common shock (Manski 1993, Review of Economic Studies 60). Only what was settled before
may stand for what peers bring.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import source_column
from evaluation.settings import InputProblem, Model

# exposures of the panel and of the frame of adoptions, lagged where they are computed (support.exchange.earlier_peers)
LAGGED = (
    "exposure", "exposure_wins", "exposure_neighbours", "exposure_common_trainer", "exposure_exchange",
    "exposure_expected", "exposure_wins_expected", "exposure_exchange_expected",
)  # fmt: skip
_PEERS = {
    "peer", "peers", "neighbour", "neighbours", "neighbor", "neighbors", "contact", "contacts", "partner", "partners",
    "network", "exposure", "others",
}  # fmt: skip
_EARLIER = ("lag", "earlier", "past", "previous", "before")
_SAME = 1 - 1e-9


def refuse_reflection(frame: pd.DataFrame, model: Model, ties: pd.DataFrame | None = None) -> None:
    """Raise InputProblem where an exposure or control is the outcome of the same year, one's own or peers'.

    It is told by name (a column of peers named after the outcome without saying that it is earlier) and by number: a
    column that moves exactly as the other units' sum or mean of the outcome in the same year does, over all units
    and, with ``ties`` (columns year, from_unit, to_unit, events), over the units that they join.
    """
    source = source_column(model.outcome)
    for name in dict.fromkeys([*model.exposures, *model.controls]):
        if name == source or _named_after(name, source):
            raise _reflection(model, name)
    columns = [name for name in dict.fromkeys([*model.exposures, *model.controls]) if name in frame.columns]
    numeric = [name for name in columns if pd.api.types.is_numeric_dtype(frame[name])]
    for current in _current_outcomes(frame, source, ties):
        for name in numeric:
            if _same(frame[name].to_numpy(dtype=float, na_value=np.nan), current):
                raise _reflection(model, name)


def _reflection(model: Model, name: str) -> InputProblem:
    return InputProblem(
        f"План, модель «{model.name}»: столбец «{name}» — это исход «{model.outcome}» того же года, свой или других "
        "территорий. Кто на кого повлиял, по нему узнать нельзя. Возьмите то, что было раньше: прошлогодние обучение "
        "и победы (exposure, exposure_wins).",
        f"Plan, model '{model.name}': the column '{name}' is the outcome '{model.outcome}' of the same year, one's own "
        "or other units'. It cannot tell who moved whom. Take what came earlier: last year's training and wins "
        "(exposure, exposure_wins).",
    )


def _named_after(name: str, outcome: str) -> bool:
    words = name.lower().split("_")
    earlier = any(word.startswith(_EARLIER) for word in words)
    return name not in LAGGED and outcome in name and bool(_PEERS & set(words)) and not earlier


def _current_outcomes(frame: pd.DataFrame, outcome: str, ties: pd.DataFrame | None) -> Iterator[Array]:
    """Sums and means of the others' outcome of the same year, aligned with the rows."""
    if not {"unit_id", "year", outcome} <= set(frame.columns) or not pd.api.types.is_numeric_dtype(frame[outcome]):
        return
    values = frame[outcome].astype("float64")
    groups = frame["year"] if "geography" not in frame.columns else [frame["geography"], frame["year"]]
    by_year = values.groupby(groups)
    others = by_year.transform("sum") - values
    yield others.to_numpy()
    yield (others / (by_year.transform("count") - 1).clip(lower=1)).to_numpy()
    if ties is None or ties.empty:
        return
    current = frame[["unit_id", "year"]].assign(value=values).drop_duplicates(["unit_id", "year"])
    joined = ties.merge(current, left_on=["from_unit", "year"], right_on=["unit_id", "year"], how="inner")
    rows = pd.MultiIndex.from_frame(frame[["unit_id", "year"]])
    for weight in (joined["events"].astype("float64"), pd.Series(1.0, index=joined.index)):
        keys = [joined["to_unit"].rename("unit_id"), joined["year"]]
        total = (weight * joined["value"]).groupby(keys).sum()
        count = weight.groupby(keys).sum()
        yield total.reindex(rows, fill_value=0.0).to_numpy()
        yield (total / count).reindex(rows, fill_value=0.0).to_numpy()


def _same(column: Array, current: Array) -> bool:
    """Whether two columns move alike to the last digits, one a linear function of the other."""
    known = np.isfinite(column) & np.isfinite(current)
    if known.sum() < 3:
        return False
    one, other = column[known] - column[known].mean(), current[known] - current[known].mean()
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return length > 0 and abs(float(one @ other)) > _SAME * length
