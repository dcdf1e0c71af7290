"""A proposal where to hold the next k events, beside the plan at hand and beside places drawn by lot.

All plans are measured by the way to the nearest of their venues, whatever a venue can take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.settings import AccessSettings, InputProblem
from evaluation.territory.gains import GAIN_COLUMNS, draw_lots, gain_of, gain_of_lots
from evaluation.territory.location import Method, Placement, locate
from evaluation.territory.travel import Costs, Measure, nearest_of, ways_to

Demand = Literal["residents", "teams", "white_spots"]
PlanName = Literal["now", "plan_at_hand"]
PLANS: tuple[PlanName, ...] = ("now", "plan_at_hand")
# events to place where neither settings nor a plan tell how many
USUAL_EVENTS = 5
FRONTIER_COLUMNS = ["venues", "mean", "mean_gain", "demand_within", "share", "share_gain", "gap"]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked of a proposal: ``k`` events beside the ``fixed`` ones; ``reach`` in the costs' measure.

    ``candidates`` (None: all units), ``excluded`` and ``capacity`` as in ``location.locate``; ``draws`` placements by
    lot with ``seed``; ``frontier``: up to how many events the gain of each further one is told.
    """

    k: int
    reach: float
    method: Method = "p_median"
    demand: Demand = "residents"
    candidates: Sequence[str] | None = None
    fixed: Sequence[str] = ()
    excluded: Sequence[str] = ()
    capacity: Mapping[str, float] | None = None
    loads: pd.Series | None = None
    draws: int = 999
    seed: int = 1
    frontier: int = 10
    time_limit: float = 30.0


@dataclass(frozen=True, eq=False)
class Proposal:
    """``venues`` (contract ``proposal``), ``gains`` (GAIN_COLUMNS) and ``frontier`` (FRONTIER_COLUMNS).

    ``ways``: plan, unit_id, venue_unit, way, residents: how far every unit is under every plan (NaN: not known).
    ``placement`` is the solution itself with its gap and the next best choice.
    """

    venues: pd.DataFrame
    gains: pd.DataFrame
    frontier: pd.DataFrame
    ways: pd.DataFrame
    placement: Placement
    request: Request
    measure: str
    warnings: tuple[str, ...] = field(default=())


def request_from(settings: AccessSettings, measure: Measure, plan: Sequence[str]) -> Request:
    """What the programme's settings ask; without their ``k`` as many new venues as ``plan`` has beside the fixed ones.

    A plan without any venue (a year whose events were all online) leaves USUAL_EVENTS to place.
    """
    planned = len(set(plan) - set(settings.fixed)) or (0 if settings.fixed else USUAL_EVENTS)
    k = planned if settings.k is None else settings.k
    return Request(
        k=k,
        reach=settings.reach_km if measure == "km" else settings.reach_minutes,
        method=settings.method,
        demand=settings.weights,
        candidates=settings.candidates,
        fixed=settings.fixed,
        excluded=settings.excluded,
        capacity=settings.capacity,
        draws=settings.draws,
        seed=settings.seed,
        frontier=settings.frontier,
        time_limit=settings.time_limit_seconds,
    )


def demand_of(
    kind: Demand, units: pd.DataFrame, teams: pd.DataFrame | None = None, white_spots: Sequence[str] = ()
) -> pd.Series:
    """What every unit weighs: its residents, its project teams, or 1 for a white spot (a unit without application).

    ``units``: unit_id, population; ``teams``: one row a team with unit_id. Residents are missing where none are
    published. Raises InputProblem when teams are asked for and there is no table of them.
    """
    codes = pd.Index(units["unit_id"], name="unit_id")
    if kind == "residents":
        return pd.Series(units["population"].astype("float64").to_numpy(), index=codes, name="demand")
    if kind == "teams":
        if teams is None or teams.empty:
            raise InputProblem(
                "Веса по командам заданы (access.weights: teams), но таблицы команд нет. "
                "Дайте её или выберите жителей.",
                "Teams are to be the weights (access.weights: teams), but there is no table of teams. "
                "Supply it or choose residents.",
            )
        return teams.groupby("unit_id").size().reindex(codes, fill_value=0).astype("float64").rename("demand")
    return pd.Series(codes.isin(list(white_spots)).astype(float), index=codes, name="demand")


def propose(
    costs: Costs,
    units: pd.DataFrame,
    demand: pd.Series,
    request: Request,
    plans: Mapping[PlanName, Sequence[str]],
    year: int,
) -> Proposal:
    """Places for the next events, what they gain against other plans (their venues, by code) and against lots.

    ``plans``: ``now`` (where events are held), ``plan_at_hand`` (where they are planned), each where it is known.
    ``units``: unit_id, population; ``costs`` from ``travel.distances`` or ``travel.travel_times``. The proposal is for
    ``year``. Raises InputProblem as ``location.locate``.
    """
    residents = units.set_index("unit_id")["population"].astype("float64").reindex(list(costs.origins))
    placement = _placed(costs, demand, request, request.k)
    measured: dict[str, tuple[str, ...]] = {name: tuple(sorted(set(plans[name]))) for name in PLANS if plans.get(name)}
    measured["proposed"] = placement.venues
    ways = pd.concat([_ways(costs, name, venues, residents) for name, venues in measured.items()], ignore_index=True)
    named = costs.places if request.candidates is None else request.candidates
    free = sorted(set(named) - set(request.fixed) - set(request.excluded))
    lots = draw_lots(costs, residents, free, request.fixed, request.k, request.reach, request.draws, request.seed)
    gains = [gain_of(ways[ways["plan"] == name], len(venues), request.reach, lots) for name, venues in measured.items()]
    return Proposal(
        _venues(costs, demand, residents, placement, request, year),
        pd.DataFrame([*gains, gain_of_lots(lots, len(placement.venues))], columns=GAIN_COLUMNS),
        _frontier(costs, demand, request, placement.left_out),
        ways,
        placement,
        request,
        costs.measure,
        _warnings(costs, placement, request),
    )


def _placed(costs: Costs, demand: pd.Series, request: Request, k: int) -> Placement:
    return locate(
        costs, demand, k, method=request.method, reach=request.reach, candidates=request.candidates,
        fixed=request.fixed, excluded=request.excluded, capacity=request.capacity, loads=request.loads,
        time_limit=request.time_limit,
    )  # fmt: skip


def _ways(costs: Costs, plan: str, venues: Sequence[str], residents: pd.Series) -> pd.DataFrame:
    nearest = nearest_of(costs, venues)
    return pd.DataFrame(
        {
            "plan": plan, "unit_id": costs.origins, "venue_unit": nearest.to_numpy(),
            "way": ways_to(costs, nearest), "residents": residents.to_numpy(),
        }
    )  # fmt: skip


# ---- the proposed venues, one after the other ----------------------------------------------------------------


def _venues(
    costs: Costs, demand: pd.Series, residents: pd.Series, placement: Placement, request: Request, year: int
) -> pd.DataFrame:
    """Contract ``proposal``: fixed venues first, then in the order in which each next one gains most.

    ``residents_gained``: residents who come within reach by this venue and not by those before it.
    ``mean_way``: the mean way of the demand once this venue is held.
    """
    weights = demand.reindex(list(costs.origins)).fillna(0).to_numpy(dtype=float)
    people = residents.fillna(0).to_numpy(dtype=float)
    order = list(placement.fixed)
    left = [venue for venue in placement.venues if venue not in placement.fixed]
    while left:
        order.append(min(left, key=lambda venue: _standing(costs, weights, [*order, venue], request)))
        left.remove(order[-1])
    rows = []
    before = 0.0
    for number, venue in enumerate(order, 1):
        way = ways_to(costs, nearest_of(costs, order[:number]))
        known = np.isfinite(way)
        within = float(people[known & (np.nan_to_num(way, nan=np.inf) <= request.reach)].sum())
        served = float(weights[known].sum())
        own = (placement.assigned == venue).fillna(False).to_numpy(dtype=bool)
        rows.append(
            {
                "year": year, "method": request.method, "demand": request.demand, "measure": costs.measure,
                "order": number, "unit_id": venue, "is_fixed": venue in placement.fixed,
                "assigned_units": int(own.sum()), "assigned_residents": people[own].sum(),
                "residents_gained": within - before,
                "mean_way": float(weights[known] @ way[known] / served) if served > 0 else None,
            }
        )  # fmt: skip
        before = within
    return conform(pd.DataFrame(rows, columns=list(TABLES["proposal"].names)), TABLES["proposal"])


def _standing(
    costs: Costs, weights: np.ndarray, venues: Sequence[str], request: Request
) -> tuple[float, float, float, str]:
    """The less, the better: demand out of reach (for covering), demand without a known way, mean way, then the code."""
    way = ways_to(costs, nearest_of(costs, venues))
    known = np.isfinite(way)
    served = float(weights[known].sum())
    within = float(weights[known & (np.nan_to_num(way, nan=np.inf) <= request.reach)].sum())
    mean = float(weights[known] @ way[known] / served) if served > 0 else float("inf")
    return (-within if request.method == "max_covering" else 0.0), -served, mean, venues[-1]


# ---- each further event --------------------------------------------------------------------------------------


def _frontier(costs: Costs, demand: pd.Series, request: Request, left_out: Sequence[str]) -> pd.DataFrame:
    """The best that 1, 2, ... venues can do, each number by itself (places of k need not be among those of k + 1)."""
    named = costs.places if request.candidates is None else request.candidates
    free = set(named) - set(request.fixed) - set(request.excluded) - set(left_out)
    most = min(request.frontier, len(free))
    total = float(demand.reindex(list(costs.origins)).fillna(0).sum())
    rows: list[dict[str, object]] = []
    mean, within = float("nan"), float("nan")
    for k in range(0 if request.fixed else 1, most + 1):
        placed = _placed(costs, demand, request, k)
        rows.append(
            {
                "venues": len(placed.venues), "mean": placed.mean, "mean_gain": mean - placed.mean,
                "demand_within": placed.within, "share": placed.within / total,
                "share_gain": (placed.within - within) / total, "gap": placed.gap,
            }
        )  # fmt: skip
        mean, within = placed.mean, placed.within
    return pd.DataFrame(rows, columns=FRONTIER_COLUMNS).astype("float64").astype({"venues": "int64"})


def _warnings(costs: Costs, placement: Placement, request: Request) -> tuple[str, ...]:
    """Names of what a reader must be told: see display.access for their words."""
    found = []
    if placement.gap > 0:
        found.append("not_proven")
    if placement.assigned.isna().any():
        found.append("units_without_way")
    if costs.measure == "km":
        found.append("great_circle")
    if costs.is_assumed.any():
        found.append("assumed_speed")
    if request.capacity is not None:
        found.append("capacity")
    return tuple(found)
