"""What a lot is drawn from: the last known panel, and who of it may take part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.effects.design import scheme_of, size_classes
from evaluation.effects.lot import Scheme
from evaluation.effects.model_matrix import UNASSIGNED, outcome_values, source_column
from evaluation.places import Workspace
from evaluation.settings import DesignPlan, InputProblem, Text, read_design

REASONS: dict[str, Text] = {
    "by_hand": Text(ru="исключена в настройках", en="left out in the settings"),
    "type": Text(ru="тип территории не участвует", en="units of this type take no part"),
    "trained": Text(ru="уже обучалась", en="was trained before"),
    "small": Text(ru="жителей меньше порога", en="fewer residents than the floor"),
    "no_population": Text(ru="численность населения не опубликована", en="its population is not published"),
}


@dataclass(frozen=True)
class LotInputs:
    """``panel``: all known years in one geography; ``units`` take part; ``left_out`` has unit_id, name, reason."""

    panel: pd.DataFrame
    panel_year: int
    units: pd.DataFrame
    left_out: pd.DataFrame


def design_file(workspace: Workspace, year: int) -> Path:
    return workspace.root / "config" / "design" / f"{year}.yml"


def read_design_plan(workspace: Workspace, year: int) -> DesignPlan:
    """The lot's settings. Raises InputProblem for a missing file, what does not fit, and a wrong year in it."""
    path = design_file(workspace, year)
    plan = read_design(path)
    if plan.year != year:
        raise InputProblem(
            f"{path}: ключ «year» равен {plan.year}, а файл назван {year}. Исправьте это.",
            f"{path}: key 'year' is {plan.year}, the file is named {year}. Correct this.",
        )
    return plan


def lot_inputs(workspace: Workspace, plan: DesignPlan) -> LotInputs:
    """Units and their history from the panel of the last processed year before the lot's.

    Raises InputProblem where no panel was built, and for codes in ``leave_out`` that it does not have.
    """
    known = [year for year in workspace.years if year < plan.year and workspace.table_path("panel", year).exists()]
    if not known:
        raise InputProblem(
            f"Для жребия {plan.year} года нет таблицы panel ни за один год до него. Выполните «evaluation run».",
            f"For the lot of {plan.year} there is no panel of any year before it. Run 'evaluation run'.",
        )
    panel = pd.read_parquet(workspace.table_path("panel", known[-1]))
    panel = panel[(panel["geography"] == plan.geography) & (panel["unit_id"] != UNASSIGNED)]
    last = int(panel["year"].max()) if len(panel) else known[-1]
    units = panel[panel["year"] == last].sort_values("unit_id", kind="stable").reset_index(drop=True)
    strangers = sorted(set(plan.eligible.leave_out) - set(units["unit_id"]))
    if strangers:
        raise InputProblem(
            f"Жребий {plan.year} года: территорий {', '.join(strangers)} (leave_out) нет в таблице panel, год {last}.",
            f"Lot of {plan.year}: the units {', '.join(strangers)} (leave_out) are not in the panel of {last}.",
        )
    reason = _reasons(units, plan)
    out = units.assign(reason=reason)[["unit_id", "name", "reason"]][reason != ""]
    taking = units[reason == ""].reset_index(drop=True)
    made: dict[str, object] = {"size": size_classes(taking["population"], plan.size_classes)}
    for name in plan.balance:
        if source_column(name) != name and source_column(name) in taking.columns:
            made[name] = outcome_values(taking, name)
    return LotInputs(panel, last, taking.assign(**made), out.reset_index(drop=True))


def _reasons(units: pd.DataFrame, plan: DesignPlan) -> pd.Series:
    """Why a unit takes no part; empty for those that do."""
    rule = plan.eligible
    reason = pd.Series("", index=units.index)
    if rule.min_population is not None:
        reason = reason.mask((units["population"] < rule.min_population).fillna(False), "small")
        reason = reason.mask(units["population"].isna(), "no_population")
    if rule.never_trained:
        reason = reason.mask(units["first_trained_year"].notna(), "trained")
    if rule.types:
        reason = reason.mask(~units["type"].isin(list(rule.types)), "type")
    return reason.mask(units["unit_id"].isin(list(rule.leave_out)), "by_hand")


def lot_scheme(plan: DesignPlan, units: pd.DataFrame) -> Scheme:
    """The scheme that the settings describe for these units. Raises InputProblem as ``scheme_of``."""
    taken = sum(arm.seats or 0 for arm in plan.arms)
    sizes = {arm.code: len(units) - taken if arm.seats is None else arm.seats for arm in plan.arms}
    return scheme_of(units, sizes, plan.strata, plan.balance, plan.candidates, plan.accepted_share, plan.seed)
