"""The specification curve: the main model under every combination of the alternatives that the plan declares.

Alternatives are declared beforehand, so that the curve shows how the estimate hangs on defensible choices and not on
a search (Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4). All specifications stay on the scale of the
main model: logarithms beside logarithms. A combination that cannot be fitted is listed with its reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from evaluation.effects.model_matrix import select_rows
from evaluation.effects.plan import fit_declared, table_of
from evaluation.settings import InputProblem, Model, Robustness, SampleChoice, SpecificationCurve
from evaluation.settings.plan import COUNT_FAMILIES

CHOICES = ("outcome", "family", "geography", "controls", "fixed_effects", "sample")
CURVE_COLUMNS = [
    "specification", *CHOICES, "exposure", "is_main", "estimate", "se", "low", "high", "p", "n", "clusters",
    "treated_clusters", "warning",
]  # fmt: skip
LEFT_OUT_COLUMNS = ["specification", *CHOICES, "reason_ru", "reason_en"]
SUMMARY_COLUMNS = [
    "exposure", "specifications", "same_sign", "same_sign_clear", "opposite_clear", "lowest", "median",
    "highest", "main",
]  # fmt: skip
ALL_ROWS = "all"
SIGNIFICANT = 0.05


Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Specification:
    """One combination of choices. ``model`` is the main model with the choices put in."""

    number: int
    model: Model
    sample: SampleChoice | None

    @property
    def choices(self) -> dict[str, str]:
        """Choice by name, as text."""
        return {
            "outcome": self.model.outcome,
            "family": self.model.family,
            "geography": self.model.geography or "",
            "controls": " + ".join(self.model.controls),
            "fixed_effects": " + ".join(self.model.fixed_effects),
            "sample": self.sample.name if self.sample else ALL_ROWS,
        }


def specifications(model: Model, declared: SpecificationCurve) -> Iterator[Specification]:
    """All combinations, the main model's own first; combinations on another scale than the model's are left away."""
    outcomes = _with_own(model.outcome, declared.outcomes)
    families = _with_own(model.family, declared.families)
    controls = _with_own(model.controls, declared.controls)
    effects = _with_own(model.fixed_effects, declared.fixed_effects)
    geographies = _with_own(model.geography, declared.geographies)
    samples: list[SampleChoice | None] = [None, *declared.samples]
    number = 0
    for outcome, family, geography, held, fixed, sample in itertools.product(
        outcomes, families, geographies, controls, effects, samples
    ):
        if _is_logarithmic(family, outcome) != _is_logarithmic(model.family, model.outcome):
            continue
        if family in COUNT_FAMILIES and outcome.startswith("log1p("):
            continue
        changes = {
            "outcome": outcome, "family": family, "geography": geography, "controls": held, "fixed_effects": fixed,
            "offset": model.offset if family in COUNT_FAMILIES else None, "is_main": False,
        }  # fmt: skip
        number += 1
        yield Specification(number, model.model_copy(update=changes), sample)


def _with_own(own: Choice, declared: tuple[Choice, ...]) -> list[Choice]:
    return list(dict.fromkeys([own, *declared]))


def _is_logarithmic(family: str, outcome: str) -> bool:
    return family in COUNT_FAMILIES or outcome.startswith("log1p(")


def specification_curve(
    panel: pd.DataFrame | None,
    project_table: pd.DataFrame | None,
    model: Model,
    declared: SpecificationCurve,
    *,
    draws: int = 199,
    seed: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a specification and exposure (CURVE_COLUMNS), and what could not be fitted (LEFT_OUT_COLUMNS).

    Left out are a sample that drops no row (it would stand twice) and whatever the model refuses in plain words. No
    specification is left out for its result.
    """
    rows: list[dict[str, object]] = []
    left_out: list[dict[str, object]] = []
    for each in specifications(model, declared):
        about: dict[str, object] = {"specification": each.number, **each.choices}
        try:
            frame = table_of(each.model, panel, project_table)
            used = _sampled(frame, each)
            fitted = fit_declared(used, each.model, draws=draws, seed=seed)
        except InputProblem as problem:
            reasons = {f"reason_{language}": text for language, text in problem.messages.items()}
            left_out.append(about | reasons)
            continue
        is_main = each.sample is None and _same(each.model, model)
        rows += [about | dict(row) | {"is_main": is_main} | each.choices for row in fitted]
    curve = pd.DataFrame(rows, columns=CURVE_COLUMNS).astype({"is_main": "boolean"})
    numbers = dict.fromkeys(("estimate", "se", "low", "high", "p"), "float64")
    return curve.astype(numbers), pd.DataFrame(left_out, columns=LEFT_OUT_COLUMNS)


def main_curve(
    panel: pd.DataFrame, project_table: pd.DataFrame | None, models: Sequence[Model], settings: Robustness
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``specification_curve`` of the plan's main model; of it alone where the plan declares no alternatives."""
    main = next(model for model in models if model.is_main)
    declared = settings.specification_curve or SpecificationCurve()
    return specification_curve(panel, project_table, main, declared, seed=settings.seed)


def _same(model: Model, other: Model) -> bool:
    return all(getattr(model, name) == getattr(other, name) for name in CHOICES if name != "sample")


def _sampled(frame: pd.DataFrame, each: Specification) -> pd.DataFrame:
    """The rows of the declared sample. Raises InputProblem where it drops none of the model's rows."""
    sample = each.sample
    if sample is None:
        return frame
    kept = pd.Series(True, index=frame.index)
    if sample.years is not None:
        kept &= frame["year"].between(*sample.years)
    if sample.drop_units:
        kept &= ~frame["unit_id"].isin(list(sample.drop_units))
    if len(select_rows(frame[kept], each.model).frame) == len(select_rows(frame, each.model).frame):
        raise InputProblem(
            f"Выборка «{sample.name}» не убирает ни одной строки: спецификация повторила бы другую.",
            f"The sample '{sample.name}' drops no row: the specification would repeat another.",
        )
    return frame[kept]


def summarise_curve(curve: pd.DataFrame) -> pd.DataFrame:
    """By exposure (SUMMARY_COLUMNS): how many specifications, the shares with the main model's sign, with its sign
    and p < 0.05, and with the opposite sign and p < 0.05; lowest, median and highest estimate."""
    rows = []
    for exposure, part in curve[curve["estimate"].notna()].groupby("exposure", sort=False):
        main = part.loc[part["is_main"].fillna(False), "estimate"]
        reference = float(main.iloc[0]) if len(main) else float(part["estimate"].median())
        same = np.sign(part["estimate"]) == np.sign(reference)
        clear = part["p"] < SIGNIFICANT
        rows.append({
            "exposure": exposure, "specifications": len(part), "same_sign": same.mean(),
            "same_sign_clear": (same & clear).mean(), "opposite_clear": (~same & clear).mean(),
            "lowest": part["estimate"].min(), "median": part["estimate"].median(), "highest": part["estimate"].max(),
            "main": float(main.iloc[0]) if len(main) else np.nan,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def varying_choices(curve: pd.DataFrame) -> Mapping[str, list[str]]:
    """The choices that differ between specifications, each with its alternatives in the order of first use."""
    found = {name: list(dict.fromkeys(curve[name])) for name in CHOICES}
    return {name: values for name, values in found.items() if len(values) > 1}
