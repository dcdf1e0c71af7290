"""Where k events should be held: the p-median and maximal covering, solved exactly as mixed-integer programmes.

p-median (Hakimi 1964, Operations Research 12; ReVelle and Swain 1970, Geographical Analysis 2): the places from which
the mean way of the demand is shortest. Maximal covering (Church and ReVelle 1974, Papers of the Regional Science
Association 32): the places that have most of the demand within reach; among those, the shortest mean way.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.placing import Model, Solution, State
from evaluation.territory.travel import Costs, nearest_of, ways_to

Method = Literal["p_median", "max_covering"]
MOST_PAIRS = 400_000


@dataclass(frozen=True, eq=False)
class Placement:
    """The places of events, ``venues`` by code (``fixed`` among them), and where every unit goes.

    ``assigned``: venue by unit, missing where no way to any venue is known (or no capacity is left). ``within``:
    demand within reach (NaN without a reach). ``served``: demand with a known way. ``mean``: its mean way.
    ``gap``: how far the solution may still be from the optimum (0: proven, as share of the objective).
    ``second``: the next best choice and ``second_mean`` its mean way (empty where there is none, or with a gap).
    ``ties``: other choices were as good, and the one with the first codes was taken. ``left_out``: candidates that
    were no choice, because another one stands at the same place or no way to them is known.
    """

    venues: tuple[str, ...]
    fixed: tuple[str, ...]
    assigned: pd.Series
    within: float
    served: float
    mean: float
    gap: float
    second: tuple[str, ...]
    second_mean: float
    ties: bool
    left_out: tuple[str, ...]


def locate(
    costs: Costs,
    demand: pd.Series,
    k: int,
    *,
    method: Method = "p_median",
    reach: float | None = None,
    candidates: Sequence[str] | None = None,
    fixed: Sequence[str] = (),
    excluded: Sequence[str] = (),
    capacity: Mapping[str, float] | None = None,
    loads: pd.Series | None = None,
    time_limit: float = 30.0,
) -> Placement:
    """The best places for ``k`` events beside the ``fixed`` ones.

    ``demand`` by unit (residents, teams, ...; a unit without it, or with a missing one, weighs nothing but is
    assigned to its nearest venue). Events may be held in ``candidates`` (all units) less ``excluded``. ``reach``
    (km or minutes, as the costs) is what max_covering maximises the demand within. ``capacity`` is how much of
    ``loads`` (default: 1 a unit) a venue can take, without limit where it names none; then each unit goes to one
    venue, as much demand as possible is served first, and units without demand are not assigned.

    Where ways are not known, most demand with a known way is served first, then the mean of the known ways is
    shortest. Of several best choices the one whose sorted codes come first is taken; of candidates from which every
    way is the same (a district and the city that is its centre) the first code stands for all. Answers do not depend
    on the order of rows. After ``time_limit`` seconds the best choice found is given with its gap.

    Raises InputProblem for places that are no units, contradictory lists, too many candidates or events, demand or
    capacity that is negative, no demand at all, and when no choice is found in time.
    """
    weights = _weights(costs, demand)
    free, fixed = _places(costs, candidates, fixed, excluded, capacity)
    if method == "max_covering" and not (reach is not None and reach > 0):
        raise InputProblem(
            "Для наибольшего охвата нужно расстояние (или время) доступности больше нуля: reach.",
            "Maximal covering needs a reach greater than zero (kilometres or minutes).",
        )
    rows = np.flatnonzero(weights > 0)
    left_out: tuple[str, ...] = ()
    if capacity is None:
        free, left_out = _distinct(costs, rows, fixed, free)
    _check_number(k, free, fixed, rows)
    places = sorted({*fixed, *free})
    columns = costs.columns_of(places)
    limits = None if capacity is None else _limits(costs, rows, places, capacity, loads)
    model = Model(
        costs.matrix[rows][:, columns], weights[rows], k, [place in fixed for place in places], limits
    )  # fmt: skip
    cover = float(reach) if method == "max_covering" and reach is not None else None
    best, second, ties = _best(model, cover, time.monotonic() + time_limit)
    venues = tuple(place for place, chosen in zip(places, best.open, strict=True) if chosen)
    assigned = nearest_of(costs, venues) if capacity is None else _taken(costs, rows, places, best)
    way = ways_to(costs, assigned)
    known = np.isfinite(way)
    served = float(weights[known].sum())
    return Placement(
        venues,
        tuple(sorted(fixed)),
        assigned,
        float(weights[known & (np.nan_to_num(way, nan=np.inf) <= reach)].sum()) if reach is not None else float("nan"),
        served,
        float(weights[known] @ way[known] / served) if served > 0 else float("nan"),
        best.gap,
        tuple(place for place, chosen in zip(places, second.open, strict=True) if chosen) if second else (),
        second.mean if second else float("nan"),
        ties,
        left_out,
    )


# ---- what is asked for ---------------------------------------------------------------------------------------


def _weights(costs: Costs, demand: pd.Series) -> np.ndarray:
    weights = demand.reindex(list(costs.origins)).astype("float64")
    wrong = weights[(weights < 0) | np.isinf(weights)]
    if len(wrong):
        raise InputProblem(
            f"Потребность единицы {wrong.index[0]} — {wrong.iloc[0]:g}: нужно конечное число не меньше нуля.",
            f"The demand of unit {wrong.index[0]} is {wrong.iloc[0]:g}: it must be a finite number, zero or more.",
        )
    if not (weights > 0).any():
        raise InputProblem(
            "Ни у одной территории нет потребности (жителей, команд): выбирать место не для кого. Дополните население.",
            "No unit has any demand (residents, teams): there is nobody to choose places for. Add the population.",
        )
    return weights.fillna(0.0).to_numpy()


def _places(
    costs: Costs,
    candidates: Sequence[str] | None,
    fixed: Sequence[str],
    excluded: Sequence[str],
    capacity: Mapping[str, float] | None,
) -> tuple[list[str], tuple[str, ...]]:
    """The places that may be chosen (by code) and the fixed ones."""
    named = costs.places if candidates is None else tuple(candidates)
    for places in (named, fixed, excluded, tuple(capacity or ())):
        costs.columns_of(places)
    both = sorted(set(fixed) & set(excluded))
    if both:
        raise InputProblem(
            f"Места {', '.join(both)} и закреплены, и исключены. Уберите их из одного из списков.",
            f"The places {', '.join(both)} are both fixed and excluded. Remove them from one of the lists.",
        )
    wrong = sorted(place for place, most in (capacity or {}).items() if not most >= 0)
    if wrong:
        raise InputProblem(
            f"Вместимость места {wrong[0]} отрицательна или не число. Укажите число не меньше нуля.",
            f"The capacity of place {wrong[0]} is negative or no number. Give a number, zero or more.",
        )
    return sorted(set(named) - set(fixed) - set(excluded)), tuple(sorted(set(fixed)))


def _distinct(
    costs: Costs, rows: np.ndarray, fixed: Sequence[str], free: list[str]
) -> tuple[list[str], tuple[str, ...]]:
    """Free places without those from which all ways are as from an earlier (or fixed) one, or no way is known."""
    seen: set[bytes] = set()
    kept, left_out = [], []
    order = [*sorted(fixed), *free]
    values = costs.matrix[rows][:, costs.columns_of(order)]
    for place, column in zip(order, values.T, strict=True):
        key = np.where(np.isnan(column), -1.0, column + 0.0).tobytes()
        if key in seen or np.isnan(column).all():
            left_out.append(place)
        else:
            kept.append(place)
        seen.add(key)
    return [place for place in kept if place not in fixed], tuple(place for place in left_out if place not in fixed)


def _check_number(k: int, free: Sequence[str], fixed: Sequence[str], rows: np.ndarray) -> None:
    least = 0 if fixed else 1
    if not least <= k <= len(free):
        raise InputProblem(
            f"Мероприятий к размещению: {k}, а разных мест для выбора: {len(free)}. "
            f"Возьмите от {least} до {len(free)} или дополните список мест.",
            f"Events to place: {k}, different places to choose from: {len(free)}. "
            f"Take {least} to {len(free)}, or extend the list of places.",
        )
    pairs = len(rows) * (len(free) + len(fixed))
    if pairs > MOST_PAIRS:
        raise InputProblem(
            f"Пар «территория — место» {pairs}, точное решение рассчитано на {MOST_PAIRS}. Сузьте список мест.",
            f"There are {pairs} pairs of unit and place; the exact solution is made for {MOST_PAIRS}. "
            "Shorten the list of places.",
        )


def _limits(
    costs: Costs, rows: np.ndarray, places: Sequence[str], capacity: Mapping[str, float], loads: pd.Series | None
) -> tuple[np.ndarray, np.ndarray]:
    """Load of every row and capacity of every place (infinite where none is given)."""
    each = pd.Series(1.0, index=list(costs.origins)) if loads is None else loads.reindex(list(costs.origins))
    load = each.astype("float64").fillna(0.0).to_numpy()[rows]
    if (load < 0).any():
        raise InputProblem(
            "Нагрузка на место не может быть отрицательной. Исправьте числа.",
            "The load on a venue cannot be negative. Correct the numbers.",
        )
    return load, np.array([float(capacity.get(place, np.inf)) for place in places])


def _taken(costs: Costs, rows: np.ndarray, places: Sequence[str], best: Solution) -> pd.Series:
    """The venue that the solution gives to every unit of demand; missing for the others."""
    venue = pd.Series(None, index=pd.Index(costs.origins, name="unit_id"), dtype="str", name="venue")
    for row, place in zip(rows, best.taken, strict=True):
        if place >= 0:
            venue.iloc[row] = places[place]
    return venue


# ---- the best choice, and the first of equals ----------------------------------------------------------------


def _best(model: Model, reach: float | None, deadline: float) -> tuple[Solution, Solution | None, bool]:
    """The best choice, the next best other one, and whether there were equals (then the first by code is taken)."""
    found = model.solve(reach, State(), deadline)
    if found is None:
        raise InputProblem(
            "За отведённое время не найдено ни одного размещения. Увеличьте time_limit_seconds или сузьте список мест.",
            "No placement was found in the time allowed. Raise time_limit_seconds or shorten the list of places.",
        )
    if found.gap > 0:
        return found, None, False
    second = model.solve(reach, State(other_than=found.open), deadline)
    if second is None or second.gap > 0:
        return found, None, False
    if second.is_better(found):  # within the solver's tolerance the order of the two may be the other way round
        found, second = second, found
    if not second.equals(found):
        return found, second, False
    first = found if found.codes < second.codes else second
    inside: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()
    for place in model.choosable:
        if len(inside) == model.k:
            break
        if place in first.codes:
            inside = (*inside, place)
            continue
        tried = model.solve(reach, State(inside=(*inside, place), outside=outside), deadline)
        if tried is not None and tried.equals(found):
            first, inside = tried, (*inside, place)
        else:
            outside = (*outside, place)
    return first, second if first.open != second.open else found, True
