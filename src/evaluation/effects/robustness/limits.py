"""What the design at hand could have seen, and how large a violation would overturn what it saw.

Around the plan's main model: the sizes it would tell from zero, the hidden cause that would explain its association
away, and, from the first declared model of first training with one reference year, the trends before training that its
test would miss and the bounds they leave. None of it says whether there is such a cause or trend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from evaluation.effects.power import PowerCurve, power_curve
from evaluation.effects.robustness.breakdown import breakdown_values
from evaluation.effects.sample import estimation_sample
from evaluation.effects.staggered.declared import EVENT_WINDOW, effects_of
from evaluation.effects.staggered.trend_bounds import Restriction, bounds_table, breakdown_value
from evaluation.effects.staggered.trends import TrendProblem, joint_test, power_against_trends, trend_problem
from evaluation.settings import InputProblem, Model, Robustness, Text

Found = TypeVar("Found")

BREAKDOWN_COLUMNS = ["measure", "model", "outcome", "exposure", "value", "n", "clusters"]
TREND_COLUMNS = [
    "measure", "model", "size", "value", "low", "high", "bias", "times", "years", "df", "n", "clusters",
]  # fmt: skip
POWER_FAMILIES = ("ols", "poisson", "logit")
ONE_REFERENCE = ("event_study", "group_time", "sun_abraham")  # families whose years share one reference year
RELATIVE_SIZES = (0.5, 1.0, 2.0)
PARTS_OF_LARGEST_BEND = (0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Limits:
    """``power``: a curve an exposure of the main model, in its order. ``breakdown``: BREAKDOWN_COLUMNS.

    ``trends``: TREND_COLUMNS. Rows ``joint_test`` (size F, value p, of ``years`` and ``df``), ``trend_found`` (size the
    power, value the trend a year, the bias it leaves after training and that in ``times`` of the estimate), and
    ``smoothness`` and ``relative_magnitudes`` (size the violation, value the estimate, low and high). ``missing`` says
    by ``power``, ``breakdown_<model>`` or ``trends`` what could not be computed and why.
    """

    power: dict[str, PowerCurve]
    breakdown: pd.DataFrame
    trends: pd.DataFrame
    missing: dict[str, Text] = field(default_factory=dict)


def limits_of_main(panel: pd.DataFrame, models: Sequence[Model], settings: Robustness, *, draws: int = 999) -> Limits:
    """Limits of the plan's main model. What does not apply to the data at hand is left out with its reason.

    Least squares companions: the first declared ``ols`` model on the panel with the main model's exposures gives the
    robustness value; Oster's delta needs controls, for which the longest set of the declared specification curve
    stands in where the model has none.
    """
    main = next(model for model in models if model.is_main)
    missing: dict[str, Text] = {}
    power: dict[str, PowerCurve] = _asked(missing, "power", partial(_power, panel, main, draws, settings.seed)) or {}
    values = [
        _asked(missing, f"breakdown_{model.name}", partial(_values, panel, _controlled(model, settings)))
        for model in [main, *(model for model in models if _is_companion(model, main))][:2]
    ]
    trends = _asked(missing, "trends", partial(_trends, panel, models))
    if trends is not None:
        values.append(trends.breakdown)
    filled = [frame for frame in values if frame is not None and len(frame)]
    breakdown = pd.concat(filled, ignore_index=True) if filled else _frame([], BREAKDOWN_COLUMNS)
    shown = _frame([], TREND_COLUMNS) if trends is None else trends.table
    return Limits(power, breakdown[BREAKDOWN_COLUMNS], shown, missing)


def _asked(missing: dict[str, Text], part: str, compute: Callable[[], Found]) -> Found | None:
    """What ``compute`` gives; None, with the reason in ``missing``, where the data or the plan do not allow it."""
    try:
        return compute()
    except InputProblem as problem:
        missing[part] = Text(**problem.messages)
        return None


def _is_companion(model: Model, main: Model) -> bool:
    same = set(main.exposures) <= set(model.exposures)
    return model.family == "ols" and not model.is_main and same and model.geography is not None


def _controlled(model: Model, settings: Robustness) -> Model:
    declared = settings.specification_curve.controls if settings.specification_curve else ()
    if model.family != "ols" or model.controls or not declared:
        return model
    return model.model_copy(update={"controls": max(declared, key=len)})


def _power(panel: pd.DataFrame, main: Model, draws: int, seed: int) -> dict[str, PowerCurve]:
    if main.family not in POWER_FAMILIES:
        raise InputProblem(
            f"Мощность считается для family: {', '.join(POWER_FAMILIES)}, а у основной модели {main.family}.",
            f"Power is computed for family {', '.join(POWER_FAMILIES)}; the main model's is {main.family}.",
        )
    rows = _rows(panel, main)
    found = {name: rows[name].to_numpy(dtype=float) for name in main.exposures}
    varying = [name for name, values in found.items() if np.ptp(values) > 0]
    return {name: power_curve(rows, main, name, draws=draws, seed=seed) for name in varying}


def _rows(panel: pd.DataFrame, model: Model) -> pd.DataFrame:
    rows = estimation_sample(panel, model).frame
    if rows.empty:
        raise InputProblem(
            f"План, модель «{model.name}»: ни одной строки для оценки.",
            f"Plan, model '{model.name}': no row to estimate from.",
        )
    return rows


def _values(panel: pd.DataFrame, model: Model) -> pd.DataFrame:
    rows = _rows(panel, model)
    if model.family not in POWER_FAMILIES:
        return _frame([], BREAKDOWN_COLUMNS)
    return breakdown_values(rows, model).assign(
        model=model.name, outcome=model.outcome, n=len(rows), clusters=rows[model.clusters].nunique()
    )


@dataclass(frozen=True)
class _Trends:
    table: pd.DataFrame
    breakdown: pd.DataFrame


def _trends(panel: pd.DataFrame, models: Sequence[Model]) -> _Trends:
    timing = next((model for model in models if model.family in ONE_REFERENCE), None)
    if timing is None:
        raise InputProblem(
            f"В плане нет модели лет до и после обучения с одним базовым годом (family: {', '.join(ONE_REFERENCE)}).",
            "The plan has no model of the years before and after training with one reference year (family: "
            f"{', '.join(ONE_REFERENCE)}).",
        )
    effects = effects_of(panel, timing).within(EVENT_WINDOW)
    problem = trend_problem(effects)
    test = joint_test(effects)
    rows: list[Mapping[str, object]] = [
        {"measure": "joint_test", "size": test.statistic, "value": test.p, "years": test.years, "df": test.df}
    ]
    rows += [
        {"measure": "trend_found", "size": row.power, "value": row.slope, "bias": row.bias, "times": row.times}
        for row in power_against_trends(problem).itertuples()
    ]
    largest = largest_bend(problem)
    sizes: dict[Restriction, tuple[float, ...]] = {
        "smoothness": tuple(part * largest for part in PARTS_OF_LARGEST_BEND),
        "relative_magnitudes": RELATIVE_SIZES,
    }
    for restriction, chosen in sizes.items():
        bounds = bounds_table(problem, restriction, sorted(set(chosen)))
        rows += [
            {"measure": restriction, "size": row.violation, "value": row.estimate, "low": row.low, "high": row.high}
            for row in bounds.rename(columns={"size": "violation"}).itertuples()
        ]
    rests_on = {"model": timing.name, "n": effects.rows, "clusters": effects.clusters}
    table = _frame(rows, TREND_COLUMNS).assign(**rests_on)
    restrictions: tuple[Restriction, ...] = ("relative_magnitudes", "smoothness")
    found = [
        {"measure": f"trends_{kind}", "exposure": timing.exposures[0], "value": breakdown_value(problem, kind)}
        for kind in restrictions
    ]
    return _Trends(table, pd.DataFrame(found).assign(outcome=timing.outcome, **rests_on))


def largest_bend(problem: TrendProblem) -> float:
    """Largest change of slope from year to year before training, as estimated (the reference year counts as zero);
    0 where there are fewer than two years before it."""
    before = np.append(problem.estimates[problem.before], 0.0)
    return float(np.abs(np.diff(before, n=2)).max(initial=0.0))


def _frame(rows: Sequence[Mapping[str, object]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns)
