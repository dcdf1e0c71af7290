"""The units of a sealed lot in a later panel: arms, who came, whose outcome is missing, and the lot drawn again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.lot import Codes, Scheme, redraws
from evaluation.effects.model_matrix import codes_of
from evaluation.settings import InputProblem, Model

ATTRITION_COLUMNS = ["arm", "units", "observed", "missing_share", "attended_share", "p"]


def assigned_panel(
    panel: pd.DataFrame, assignment: pd.DataFrame, year: int, outcome: str, reached: Sequence[str] = ("invited",)
) -> pd.DataFrame:
    """Rows of one year of the units in the lot, with what the lot said.

    ``panel`` is in one geography; ``assignment`` has unit_id, stratum, arm. Added: stratum, arm, ``assigned`` (1 where
    the arm is among ``reached``, those whose turn had come in that year), ``attended`` (1 where people of the unit were
    trained before the deadline) and ``<outcome>_before``, the year before. Raises InputProblem where the year lacks.
    """
    rows = panel[panel["year"] == year]
    if rows.empty:
        raise InputProblem(
            f"Анализ по жребию: в таблице panel нет {year} года. Сначала выполните «evaluation run {year}».",
            f"Analysis by assignment: the panel has no year {year}. Run 'evaluation run {year}' first.",
        )
    before = panel[panel["year"] == year - 1].set_index("unit_id")[outcome]
    frame = assignment[["unit_id", "stratum", "arm"]].merge(rows, on="unit_id", how="left")
    came = frame["training_persons_before_deadline"]
    return frame.assign(
        assigned=frame["arm"].isin(list(reached)).astype(float),
        attended=(came > 0).astype("float64").where(came.notna()),
        **{f"{outcome}_before": frame["unit_id"].map(before).astype("float64")},
    )


def attrition(frame: pd.DataFrame, outcome: str, arm: str = "arm", attended: str | None = None) -> pd.DataFrame:
    """ATTRITION_COLUMNS by arm: how many units have an outcome, how many of them came; p of equal shares missing.

    p is Fisher's exact one for two arms and the chi-square's otherwise, the same in every row; NaN where nobody or
    everybody is missing, since nothing can differ then.
    """
    from scipy import stats

    seen = frame[outcome].notna()
    names = sorted(set(frame[arm]))
    inside = [frame[arm] == name for name in names]
    table = np.array([[int((seen & one).sum()), int((~seen & one).sum())] for one in inside])
    p = float("nan")
    if len(table) > 1 and (table.sum(axis=0) > 0).all():
        p = float(stats.fisher_exact(table)[1] if len(table) == 2 else stats.chi2_contingency(table)[1])
    rows = []
    for name, (have, lack) in zip(names, table, strict=True):
        part = frame[frame[arm] == name]
        share = float(part[attended].mean()) if attended is not None else float("nan")
        rows.append((name, have + lack, have, lack / (have + lack), share, p))
    return pd.DataFrame(rows, columns=ATTRITION_COLUMNS)


def lots_again(
    rows: pd.DataFrame,
    model: Model,
    assigned: str,
    draws: int,
    seed: int,
    scheme: Scheme | None = None,
    threshold: float | None = None,
    reached: Sequence[str] = ("invited",),
) -> Array:
    """The column of assignment in ``draws`` further lots, draws x rows (units without a row stay in the lot).

    Raises InputProblem where the frame does not follow the sealed lot.
    """
    if scheme is None:
        return _within_strata(rows, model, assigned, draws, seed)
    if threshold is None:
        raise ValueError("a scheme comes with its threshold")
    place = pd.Series(range(len(scheme.units)), index=list(scheme.units)).reindex(rows["unit_id"])
    unknown = sorted(set(rows.loc[place.isna().to_numpy(), "unit_id"]))
    if unknown:
        raise InputProblem(
            f"Модель «{model.name}»: территорий {', '.join(unknown)} не было в жребии. Оставьте только его участников.",
            f"Model '{model.name}': the units {', '.join(unknown)} were not in the lot. Keep only those that were.",
        )
    turn = np.isin(np.array(scheme.arms), list(reached)).astype(float)
    codes: Codes = redraws(scheme, threshold, draws, seed)
    return np.asarray(turn[codes][:, place.to_numpy(dtype=int)])


def _within_strata(rows: pd.DataFrame, model: Model, assigned: str, draws: int, seed: int) -> Array:
    """Assignments dealt out again among the units of each stratum."""
    names = [name for name in model.fixed_effects if name != "unit_id"]
    units = rows.groupby("unit_id", sort=True)[[*names, assigned]].first()
    if rows[assigned].ne(rows["unit_id"].map(units[assigned])).any():
        raise InputProblem(
            f"Модель «{model.name}»: «{assigned}» меняется внутри территории; нужен запечатанный жребий (scheme).",
            f"Model '{model.name}': '{assigned}' changes within a unit; the sealed lot (scheme) is needed.",
        )
    strata = codes_of(units[names].astype(str).agg(" / ".join, axis=1)) if names else np.zeros(len(units))
    order = np.argsort(strata, kind="stable")
    values = units[assigned].to_numpy(dtype=float)[order]
    keys = np.random.default_rng(seed).random((draws, len(units))) + strata[order]
    dealt = np.empty((draws, len(units)))
    dealt[:, order] = values[np.argsort(keys, axis=1, kind="stable")]
    return dealt[:, units.index.get_indexer(rows["unit_id"])]
