"""Next year's design: who is invited, or who is trained in which wave, by a lot that is fair, balanced and repeatable.

How lots are drawn stands in ``lot.py``; here are the two designs, and what they look like: strata, balance, chances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.lot import (
    LOT_STREAM,
    Array,
    Scheme,
    Stream,
    acceptance_threshold,
    accepted_draws,
    imbalance,
    redraws,
)
from evaluation.settings import InputProblem

INVITED, WAITING = "invited", "waiting"
BALANCE_COLUMNS = ["covariate", "arm", "n", "mean", "mean_others", "standardised_difference"]
STRATA_COLUMNS = ["stratum", "arm", "units", "quota", "seats"]


@dataclass(frozen=True)
class Assignment:
    """A drawn lot: ``codes`` are positions in ``scheme.arms``, ``tried`` how many candidates it took."""

    scheme: Scheme
    codes: tuple[int, ...]
    threshold: float
    distance: float
    tried: int

    @property
    def arms(self) -> list[str]:
        return [self.scheme.arms[code] for code in self.codes]

    @property
    def frame(self) -> pd.DataFrame:
        """unit_id, stratum, arm, and the covariates: a row a unit."""
        scheme = self.scheme
        frame = pd.DataFrame({"unit_id": scheme.units, "stratum": scheme.strata, "arm": self.arms})
        return frame.assign(**{name: scheme.matrix[:, j] for j, name in enumerate(scheme.covariates)})


def stratified_assignment(
    units: pd.DataFrame,
    seats: int,
    strata: Sequence[str] = (),
    covariates: Sequence[str] = (),
    *,
    candidates: int = 1000,
    accepted_share: float = 0.05,
    seed: int,
    arms: tuple[str, str] = (INVITED, WAITING),
) -> Assignment:
    """Draw ``seats`` of the units (column unit_id) for the first arm; the rest is the second.

    Strata are the combinations of the columns ``strata``. Raises InputProblem as ``scheme_of``.
    """
    scheme = scheme_of(
        units, {arms[0]: seats, arms[1]: len(units) - seats}, strata, covariates, candidates, accepted_share, seed
    )
    return draw_lot(scheme)


def phase_in_order(
    units: pd.DataFrame,
    waves: int | Mapping[str, int],
    strata: Sequence[str] = (),
    covariates: Sequence[str] = (),
    *,
    candidates: int = 1000,
    accepted_share: float = 0.05,
    seed: int,
) -> Assignment:
    """Draw the wave in which each unit begins: ``waves`` gives sizes by name, or a number of equal waves.

    Equal waves of a number of units that does not divide differ by one; the earlier waves are the larger ones.
    """
    if isinstance(waves, int):
        if waves < 2:
            raise InputProblem(
                f"Очередность: волн {waves}, а нужно не меньше двух.",
                f"Phase-in order: {waves} waves; two at least are needed.",
            )
        part, more = divmod(len(units), waves)
        waves = {f"wave_{number + 1}": part + (number < more) for number in range(waves)}
    return draw_lot(scheme_of(units, waves, strata, covariates, candidates, accepted_share, seed))


def scheme_of(
    units: pd.DataFrame,
    sizes: Mapping[str, int],
    strata: Sequence[str],
    covariates: Sequence[str],
    candidates: int,
    accepted_share: float,
    seed: int,
) -> Scheme:
    """The scheme of the units of a frame, in the order of their codes, so that the order of rows does not matter.

    Raises InputProblem for missing columns, repeated units, sizes that do not add up to the units, an empty arm, a
    covariate that is no number, and a share of accepted candidates that leaves none.
    """
    missing = [name for name in ("unit_id", *strata, *covariates) if name not in units.columns]
    if missing:
        raise InputProblem(
            f"Жребий: в таблице нет столбцов {', '.join(missing)}. Исправьте strata и balance.",
            f"Lot: the table has no columns {', '.join(missing)}. Correct strata and balance.",
        )
    repeated = sorted(units.loc[units["unit_id"].duplicated(), "unit_id"].astype(str).unique())
    if repeated:
        raise InputProblem(
            f"Жребий: территории {', '.join(repeated)} стоят в списке больше одного раза.",
            f"Lot: the units {', '.join(repeated)} stand in the list more than once.",
        )
    if sum(sizes.values()) != len(units) or min(sizes.values(), default=0) < 1 or len(sizes) < 2:
        shown = ", ".join(f"{name}: {size}" for name, size in sizes.items())
        raise InputProblem(
            f"Жребий: подходящих территорий {len(units)}, а места делятся так: {shown}. В каждой части нужна хотя бы "
            "одна территория, а в сумме должны быть все. Измените число мест или условие отбора.",
            f"Lot: {len(units)} units are eligible, and the seats are divided so: {shown}. Every part needs a unit, "
            "and together they must be all of them. Change the number of seats or who is eligible.",
        )
    if candidates < 1 or not 0 < accepted_share <= 1 or candidates * accepted_share < 1:
        raise InputProblem(
            f"Жребий: из {candidates} проб доля {accepted_share} не оставляет ни одной. Увеличьте candidates или долю.",
            f"Lot: of {candidates} candidates the share {accepted_share} leaves none. Raise candidates or the share.",
        )
    words = [name for name in covariates if not pd.api.types.is_numeric_dtype(units[name])]
    if words:
        raise InputProblem(
            f"Жребий: признаки {', '.join(words)} — не числа. Уравнивать (balance) можно числа, остальное — в strata.",
            f"Lot: the covariates {', '.join(words)} are no numbers. Balance numbers; the rest belongs to strata.",
        )
    frame = units.sort_values("unit_id", kind="stable")
    shown = frame[list(strata)].apply(lambda column: column.name + "=" + column.astype(str))
    labels = shown.agg(", ".join, axis=1) if strata else pd.Series("all", index=frame.index)
    numbers = frame[list(covariates)].apply(lambda column: column.astype("float64"))
    return Scheme(
        tuple(frame["unit_id"].astype(str)), tuple(labels), tuple(sizes), tuple(int(size) for size in sizes.values()),
        tuple(covariates), tuple(tuple(float(value) for value in row) for row in numbers.to_numpy()),
        int(candidates), float(accepted_share), int(seed),
    )  # fmt: skip


def draw_lot(scheme: Scheme, threshold: float | None = None) -> Assignment:
    """The lot of a scheme: always the same one. ``threshold`` stands in for the one that the scheme gives."""
    limit = acceptance_threshold(scheme) if threshold is None else threshold
    codes, tried = accepted_draws(scheme, limit, Stream(scheme.seed, LOT_STREAM), 1)
    distance = float(imbalance(scheme, codes)[0])
    return Assignment(scheme, tuple(int(code) for code in codes[0]), limit, distance, tried)


def chances(scheme: Scheme, threshold: float, draws: int = 2000, seed: int = 1) -> pd.DataFrame:
    """Chance of every arm under the accepted lots, a row a unit (unit_id and a column an arm), from ``draws`` lots.

    Candidates give everybody the same chance; the rule of acceptance may move that of a unit that is like no other.
    """
    codes = redraws(scheme, threshold, draws, seed)
    shares = {name: (codes == arm).mean(axis=0) for arm, name in enumerate(scheme.arms)}
    return pd.DataFrame({"unit_id": scheme.units, **shares})


def strata_table(assignment: Assignment) -> pd.DataFrame:
    """STRATA_COLUMNS: units of each stratum, the quota of each arm (units x seats / all) and the seats it got."""
    scheme = assignment.scheme
    frame = assignment.frame
    total = len(scheme.units)
    rows = [
        {
            "stratum": stratum, "arm": arm, "units": len(part), "quota": len(part) * size / total,
            "seats": int((part["arm"] == arm).sum()),
        }
        for stratum, part in frame.groupby("stratum", sort=True)
        for arm, size in zip(scheme.arms, scheme.sizes, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=STRATA_COLUMNS)


def balance_table(assignment: Assignment) -> pd.DataFrame:
    """BALANCE_COLUMNS: means of each covariate in an arm and in all others, over the units where it is known.

    The standardised difference divides by the root of the mean of both variances; it is zero where nothing varies.
    With two arms only the first has rows. Source: Austin (2009, Communications in Statistics 38).
    """
    scheme = assignment.scheme
    arms = np.array(assignment.codes)
    shown = scheme.arms[:1] if len(scheme.arms) == 2 else scheme.arms
    rows = []
    for j, name in enumerate(scheme.covariates):
        values = scheme.matrix[:, j]
        for arm, label in enumerate(shown):
            inside = values[(arms == arm) & np.isfinite(values)]
            outside = values[(arms != arm) & np.isfinite(values)]
            rows.append(
                {
                    "covariate": name, "arm": label, "n": len(inside), "mean": _mean(inside),
                    "mean_others": _mean(outside), "standardised_difference": _standardised(inside, outside),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=BALANCE_COLUMNS)


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _standardised(one: Array, other: Array) -> float:
    if len(one) < 2 or len(other) < 2:
        return float("nan")
    spread = float(np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2))
    difference = float(one.mean() - other.mean())
    return difference / spread if spread > 0 else 0.0 if difference == 0 else float("nan")


def size_classes(population: pd.Series, classes: int) -> pd.Series:
    """Class of size, 1 for the smallest: equal numbers of units by rank; ``unknown`` where no population is known."""
    known = population.notna()
    ranks = population[known].astype("float64").rank(method="first")
    numbers = ((ranks - 1) * classes // max(int(known.sum()), 1) + 1).astype(int).astype(str)
    return numbers.reindex(population.index).fillna("unknown").astype(str)
