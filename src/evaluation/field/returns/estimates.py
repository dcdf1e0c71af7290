"""Totals and means of every question by country, type and region, year by year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from evaluation.field.returns.cells import Cells, response_cells
from evaluation.field.returns.form import Form, Question
from evaluation.field.returns.frame import YearFrame, size_classes, year_frame
from evaluation.field.returns.representativity import representativity
from evaluation.field.returns.totals import Total, Weighted, mean, total, weigh
from evaluation.settings import ReturnSettings

TOTAL_COLUMNS = [
    "year", "variable", "grouping", "group", "statistic", "method", "value", "se", "low", "high", "n", "units", "cells",
    "received", "joined_share", "carried_share", "calibrated", "unit",
]  # fmt: skip
NO_STAND_IN = ("skip", "not_asked")
WEIGHT_COLUMNS = ["unit_id", "year", "cell", "cell_units", "cell_returned", "is_joined", "change", "weight"]


def totals_of_years(
    returns: pd.DataFrame, register: pd.DataFrame, form: Form, settings: ReturnSettings, year: int
) -> pd.DataFrame:
    """Estimates (TOTAL_COLUMNS) of every year by country and type, of ``year`` by region too.

    Counts, money and numbers have a total and a mean a municipality, yes-or-no questions a number and a share, shares
    a mean. The units are the municipalities that the question is asked of. ``received`` is the bare sum of the year's
    own answers, whatever the method; ``joined_share`` of the units lie in a cell that was joined with others;
    ``calibrated`` tells whether the weights were fitted to the registry's residents (``totals.weigh``). With
    ``carry_forward`` the rows of method ``carried`` count earlier answers in place of missing ones; ``carried_share``
    of their n are such. Who says that the question does not apply (NO_STAND_IN) has answered: none stands in there.
    """
    frames = []
    for then in sorted(register["year"].unique()):
        one = year_frame(register, returns, form.variables, int(then))
        groups = _groups(one, with_regions=then == year)
        known = one.known() if settings.calibrate else None
        earlier = _earlier(returns, one, settings.carry_forward, form) if settings.carry_forward else None
        for question in form.questions:
            frames += _of_question(one, question, groups, known, settings, None)
            if earlier is not None:
                frames += _of_question(one, question, groups, known, settings, earlier[question.variable].to_numpy())
    made = pd.DataFrame(frames, columns=TOTAL_COLUMNS)
    return made.sort_values(
        ["year", "variable", "grouping", "group", "statistic", "method"], kind="stable"
    ).reset_index(drop=True)


def _groups(one: YearFrame, with_regions: bool) -> list[tuple[str, str, np.ndarray | None]]:
    groups: list[tuple[str, str, np.ndarray | None]] = [("country", "all", None)]
    groups += [("type", name, one.kind == number) for number, name in enumerate(one.kinds)]
    if with_regions:
        regions = sorted(one.register["region"].unique())
        groups += [("region", str(name), one.region == number) for number, name in enumerate(regions)]
    return groups


def _of_question(
    one: YearFrame,
    question: Question,
    groups: Sequence[tuple[str, str, np.ndarray | None]],
    known: np.ndarray | None,
    settings: ReturnSettings,
    earlier: np.ndarray | None,
) -> list[tuple[object, ...]]:
    asked = one.asked(question.required_for)
    if not asked.any():
        return []
    reported = one.answers[question.variable].to_numpy(dtype=float)
    values = reported
    carried = np.zeros(len(values), dtype=bool)
    if earlier is not None:
        carried = np.isnan(values) & ~np.isnan(earlier) & asked
        values = np.where(carried, earlier, values)
    values, reported = values[asked], reported[asked]
    answered = ~np.isnan(values)
    cells = response_cells(one.region[asked], one.kind[asked], answered, settings.smallest_cell, settings.least_rate)
    weighted = _fitted(cells, answered, None if known is None else known[asked])
    given = values[answered]
    made: list[tuple[object, ...]] = []
    for grouping, group, inside in groups:
        within = None if inside is None else inside[asked]
        if within is not None and not within.any():
            continue
        rows = np.ones(len(answered), dtype=bool) if within is None else within
        own = ~np.isnan(reported) & rows
        received = float(reported[own].sum()) if own.any() else float("nan")
        stood_in = carried[asked][answered & rows]
        share = float(stood_in.mean()) if len(stood_in) else 0.0
        for statistic, found, unit in _statistics(question, weighted, given, within):
            bare = received if statistic == "total" else float("nan")
            place = (
                one.year,
                question.variable,
                grouping,
                group,
                statistic,
                "weights" if earlier is None else "carried",
            )
            bounds = (found.value, found.se, found.low, found.high, found.n, found.units, found.cells)
            joined = float(cells.joined[rows].mean())
            made.append((*place, *bounds, bare, joined, share, weighted.is_calibrated, unit))
    return made


def _fitted(cells: Cells, answered: np.ndarray, known: np.ndarray | None) -> Weighted:
    """Weights fitted to residents and their logarithm; to the logarithm alone where both cannot be met."""
    made = weigh(cells, answered, known)
    if known is None or made.is_calibrated:
        return made
    return weigh(cells, answered, known[:, known.shape[1] // 2 :])


def _statistics(
    question: Question, weighted: Weighted, values: np.ndarray, within: np.ndarray | None
) -> Iterator[tuple[str, Total, str]]:
    if question.kind != "share":
        yield "total", total(weighted, values, within), "units" if question.kind == "flag" else question.unit
    yield "mean", mean(weighted, values, within), "share" if question.kind in ("flag", "share") else question.unit


def _earlier(returns: pd.DataFrame, one: YearFrame, years: int, form: Form) -> pd.DataFrame:
    """The latest answer of each municipality in the ``years`` before, a column a question."""
    before = returns[returns["year"].between(one.year - years, one.year - 1) & returns["value"].notna()]
    last = before.sort_values("year", kind="stable").drop_duplicates(["unit_id", "variable"], keep="last")
    told = returns[(returns["year"] == one.year) & returns["missing"].isin(NO_STAND_IN)]
    decided = pd.MultiIndex.from_frame(told[["unit_id", "variable"]])
    last = last[~pd.MultiIndex.from_frame(last[["unit_id", "variable"]]).isin(decided)]
    wide = last.pivot(index="unit_id", columns="variable", values="value")
    return wide.reindex(index=one.register["unit_id"], columns=list(form.variables)).reset_index(drop=True)


def weights_of_year(register: pd.DataFrame, returns: pd.DataFrame, settings: ReturnSettings, year: int) -> pd.DataFrame:
    """The weight of every return of ``year`` (WEIGHT_COLUMNS): units of its cell over returns of it, times the change
    that calibration made. A single question's weights differ where returns leave it open."""
    one = year_frame(register, returns, (), year)
    answered = one.returned
    cells = response_cells(one.region, one.kind, answered, settings.smallest_cell, settings.least_rate)
    weighted = _fitted(cells, answered, one.known() if settings.calibrate else None)
    own = cells.of[answered]
    return pd.DataFrame(
        {
            "unit_id": one.register["unit_id"].to_numpy()[answered],
            "year": year,
            "cell": own,
            "cell_units": cells.units[own],
            "cell_returned": cells.answered[own],
            "is_joined": cells.joined[answered],
            "change": weighted.change,
            "weight": weighted.weights,
        }
    )[WEIGHT_COLUMNS]


def representativity_of_years(register: pd.DataFrame, settings: ReturnSettings) -> pd.DataFrame:
    """Indicators of ``representativity`` by year: who returned, by the register's region, type and class of size."""
    frames = []
    for year, own in register.groupby("year", sort=True):
        auxiliary = {
            "region": own["region"].astype("str"),
            "type": own["type"].astype("str"),
            "size": size_classes(own["population"], settings.sizes),
        }
        found = representativity(auxiliary, own["returned"].to_numpy(dtype=bool))
        frames.append(found.assign(year=int(year)))
    return pd.concat(frames, ignore_index=True)


def compare_with_register(
    returns: pd.DataFrame, register: pd.DataFrame, form: Form, settings: ReturnSettings, year: int
) -> pd.DataFrame:
    """Answers beside what the registry knows of the same thing: one row a municipality and question with a register.

    ``ratio`` is the answer over the registry's number; ``outlier`` where it lies outside the declared limits.
    """
    own = register.loc[register["year"] == year, ["unit_id", "region", "type", "population"]]
    frames = [_NO_COMPARISON]
    for question in form.questions:
        if question.register:
            rows = returns[(returns["year"] == year) & (returns["variable"] == question.variable)]
            found = rows.dropna(subset=["value"]).merge(own, on="unit_id")
            found = found[found["population"].fillna(0) > 0]
            ratio = found["value"] / found["population"].astype("float64")
            outlier = (ratio < settings.ratio_low) | (ratio > settings.ratio_high)
            frames.append(found.assign(registered=found["population"].astype("float64"), ratio=ratio, outlier=outlier))
    made = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    columns = ["unit_id", "year", "variable", "region", "type", "value", "registered", "ratio", "outlier"]
    return made[columns].sort_values(["variable", "unit_id"], kind="stable").reset_index(drop=True)


_NO_COMPARISON = pd.DataFrame(
    {name: pd.Series(dtype="object") for name in ("unit_id", "year", "variable", "region", "type", "value",
                                                    "registered", "ratio", "outlier")}
)  # fmt: skip
