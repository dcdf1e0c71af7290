"""How a sample was drawn: weights, strata, primary sampling units (PSUs) and the share of them that was drawn.

Every error of the survey estimates is computed from sums over PSUs, so a ``Design`` is made once a wave and then
handed to each of them. A sample that nobody drew by chance keeps its weights, but has no sampling error to compute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.settings import InputProblem
from evaluation.survey.calibration import Array, Calibration, Codes

Drawn = Literal["census", "srs", "stratified", "cluster", "quota", "convenience"]
SinglePSU = Literal["refuse", "centre", "certainty"]

NOT_PROBABILITY = frozenset({"quota", "convenience"})
NAMED_AT_MOST = 5


@dataclass(frozen=True, eq=False)
class Design:
    """A sample of n rows: ``weights`` (n,), ``psu`` (n,) numbers 0 to P-1, ``stratum_of`` (P,) the stratum of each PSU.

    ``drawn_share`` (H,) is the share of each stratum's PSUs that was drawn (0: without correction for it). ``drawn`` is
    the wave's design; with ``probability`` False no error is computed. ``strata`` are the strata's names.
    """

    weights: Array
    psu: Codes
    stratum_of: Codes
    drawn_share: Array
    probability: bool
    drawn: str
    strata: tuple[str, ...]
    single: SinglePSU = "refuse"
    calibration: Calibration | None = None
    notes: tuple[str, ...] = ()
    psus: Array = field(init=False)

    def __post_init__(self) -> None:
        counts = np.bincount(self.stratum_of, minlength=len(self.strata)).astype(float)
        object.__setattr__(self, "psus", counts)

    @property
    def n(self) -> int:
        return len(self.weights)

    @property
    def stratum(self) -> Codes:
        """(n,) the stratum of each row."""
        return np.asarray(self.stratum_of[self.psu])

    @property
    def degrees_of_freedom(self) -> int:
        """PSUs less strata."""
        return len(self.stratum_of) - len(self.strata)

    def calibrated(self, weights: Array, calibration: Calibration) -> Design:
        """The same sample with weights fitted to margins: errors are then those of the residuals from the margins."""
        return replace(self, weights=np.asarray(weights, dtype=float), calibration=calibration)


def make_design(
    sample: pd.DataFrame,
    drawn: str | None,
    *,
    weights: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    fpc: str | float | Mapping[str, float] | None = None,
    single: SinglePSU = "refuse",
    asked: int | None = None,
) -> Design:
    """The design of the rows of ``sample``, whose columns ``weights``, ``stratum``, ``psu`` name.

    ``drawn`` is the wave's design; None or an unknown word is not a probability sample. Without ``psu`` every row was
    drawn on its own. ``fpc`` is the number of PSUs in the population: a column (constant within a stratum), one number
    a stratum, or one for all. A census has nothing left to draw: its errors are zero, and where fewer rows came than
    the ``asked`` people its notes hold ``census_nonresponse``.

    Several waves may be one sample. A PSU that was drawn once for two waves keeps one name in both, so that their
    covariance enters a difference; waves that were drawn apart need names of their own for strata and PSUs.

    A stratum with one PSU (unless it is the only one there is) has no visible variance: ``refuse``; ``centre`` takes
    its distance from the mean of all PSUs; ``certainty`` counts it as drawn for certain.

    Raises InputProblem for missing columns, weights that are not positive numbers, missing strata or PSUs, a design
    without the column that it is named after, impossible numbers of PSUs, and single PSUs.
    """
    for column in (weights, stratum, psu, fpc if isinstance(fpc, str) else None):
        if column is not None and column not in sample:
            raise InputProblem(
                f"в таблице ответов нет столбца «{column}», который назван в схеме выборки.",
                f"the responses have no column '{column}', which the sample's design names.",
            )
    if not len(sample):
        raise InputProblem("в выборке нет ни одной строки.", "the sample has no rows.")
    if drawn not in (None, *get_args(Drawn)):
        drawn = None
    chance = drawn is not None and drawn not in NOT_PROBABILITY
    if not chance:
        stratum, psu, fpc = None, None, None
    elif drawn in ("stratified", "cluster") and (stratum if drawn == "stratified" else psu) is None:
        kind = {"stratified": ("страта", "stratum"), "cluster": ("первичная единица отбора", "PSU")}[drawn]
        raise InputProblem(
            f"выборка названа «{drawn}», но не указан столбец: {kind[0]}. Укажите столбец или другую схему.",
            f"the sample is said to be '{drawn}', but no column holds its {kind[1]}. Name it or another design.",
        )
    of_row, named = (np.zeros(len(sample), dtype=np.intp), ("all",)) if stratum is None else _numbered(sample, stratum)
    numbers = np.arange(len(sample), dtype=np.intp)
    first = numbers
    if psu is not None:
        # a PSU's name counts within its stratum: «1» of one stratum is not «1» of another
        inside, names = _numbered(sample, psu)
        numbers, found = pd.factorize(of_row * len(names) + inside, sort=True)
        first = np.zeros(len(found), dtype=np.intp)
        first[numbers] = np.arange(len(sample))
    stratum_of = of_row[first]
    counts = np.bincount(stratum_of, minlength=len(named))
    share = np.ones(len(named)) if drawn == "census" else _drawn_share(sample, fpc, named, of_row, counts)
    design = Design(
        _weights(sample, weights), numbers.astype(np.intp), stratum_of, share, chance, drawn or "unknown", named,
        single, notes=_notes(drawn, chance, len(sample), asked),
    )  # fmt: skip
    if chance and single == "refuse":
        _refuse_single(design)
    return design


def _notes(drawn: str | None, chance: bool, n: int, asked: int | None) -> tuple[str, ...]:
    if not chance:
        return ("not_probability",)
    if drawn == "census":
        return ("census_nonresponse" if asked is not None and n < asked else "census",)
    return ()


def _numbered(sample: pd.DataFrame, column: str) -> tuple[Codes, tuple[str, ...]]:
    """Numbers of the column's values in the order of their names, and the names."""
    missing = int(sample[column].isna().sum())
    if missing:
        raise InputProblem(
            f"столбец «{column}» схемы выборки пуст в {missing} строках из {len(sample)}: ошибки по нему не посчитать. "
            "Заполните его или исключите эти анкеты объявленным правилом.",
            f"the design's column '{column}' is empty in {missing} of {len(sample)} rows: no errors can be computed "
            "by it. Fill it in, or exclude these responses by a declared rule.",
        )
    numbers, found = pd.factorize(sample[column])
    names = tuple(sorted({str(one) for one in found}))
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[str(one)] for one in found], dtype=np.intp)[numbers], names


def _numbers(sample: pd.DataFrame, column: str) -> Array:
    try:
        return np.asarray(pd.to_numeric(sample[column]).to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise InputProblem(
            f"в столбце «{column}» схемы выборки должны быть числа, а в нём есть текст.",
            f"the design's column '{column}' must hold numbers; it holds text.",
        ) from error


def _weights(sample: pd.DataFrame, column: str | None) -> Array:
    if column is None:
        return np.ones(len(sample))
    values = _numbers(sample, column)
    bad = int((~(np.isfinite(values) & (values > 0))).sum())
    if bad:
        raise InputProblem(
            f"веса в столбце «{column}» должны быть положительными числами; не таковы {bad} из {len(values)}.",
            f"the weights in column '{column}' must be positive numbers; {bad} of {len(values)} are not.",
        )
    return values


def _drawn_share(
    sample: pd.DataFrame,
    fpc: str | float | Mapping[str, float] | None,
    named: tuple[str, ...],
    of_row: Codes,
    counts: NDArray[np.int64],
) -> Array:
    """Drawn PSUs over the PSUs of the population, by stratum; zeros without ``fpc``."""
    if fpc is None:
        return np.zeros(len(named))
    if isinstance(fpc, str):
        by_stratum = pd.Series(_numbers(sample, fpc)).groupby(of_row)
        uneven = [named[int(one)] for one in by_stratum.nunique(dropna=False).loc[lambda found: found != 1].index]
        if uneven:
            raise InputProblem(
                f"число единиц отбора в совокупности (столбец «{fpc}») различается внутри страт: {_listed(uneven)}.",
                f"the number of PSUs in the population (column '{fpc}') differs within strata: {_listed(uneven)}.",
            )
        population = by_stratum.first().reindex(range(len(named))).to_numpy(dtype=float)
    elif isinstance(fpc, Mapping):
        population = np.array([float(fpc.get(name, np.nan)) for name in named])
    else:
        population = np.full(len(named), float(fpc))
    wrong = ~(population >= counts)
    if wrong.any():
        told = [f"{named[h]}: {counts[h]} > {population[h]:g}" for h in np.flatnonzero(wrong)]
        raise InputProblem(
            f"единиц отбора в совокупности меньше, чем в выборке, или их число неизвестно; {_listed(told)}.",
            f"the population has fewer PSUs than were drawn, or their number is not known; {_listed(told)}.",
        )
    return np.asarray(counts / population)


def _refuse_single(design: Design) -> None:
    alone = [design.strata[h] for h in np.flatnonzero((design.psus == 1) & (design.drawn_share < 1))]
    if alone:
        raise InputProblem(
            f"в стратах с одной единицей отбора ошибка не видна: {_listed(alone)}. Объедините страты или объявите, "
            "как считать: centre (отклонение от общего среднего) или certainty (отобрана наверняка).",
            f"strata with a single PSU show no error: {_listed(alone)}. Merge strata, or declare how to count them: "
            "centre (distance from the mean of all) or certainty (drawn for certain).",
        )


def _listed(names: list[str]) -> str:
    rest = f", … ({len(names)})" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + rest


__all__ = ["Array", "Calibration", "Codes", "Design", "Drawn", "SinglePSU", "make_design"]
