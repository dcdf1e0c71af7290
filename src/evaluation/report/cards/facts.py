"""What the card of a territory tells: one ``Card`` a unit in force, from tables that the steps have made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.report.cards.numbers import card_numbers
from evaluation.report.cards.support import support_by_year

PROJECT_COLUMNS = ["year", "applications", "funded", "cost", "participations"]
NEIGHBOUR_COLUMNS = [
    "name", "distance_km", "population", "applications", "funded", "value", "low", "high", "rank",
]  # fmt: skip
# in this order a territory's gaps are told; codes of the codebook's list ``coverage_gap``
GAPS = (
    "no_application", "no_training", "out_of_reach", "training_not_known", "distance_not_known", "population_not_known",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Card:
    """One territory in force in ``year``.

    ``numbers``: its findings (contract ``findings_*``; names without the card's own beginning). ``projects``:
    PROJECT_COLUMNS, the years that are known, in the present boundaries. ``support``: stream, year, attendances, acts,
    and ``hidden`` ('', 'primary', 'complementary'): where it is not empty the two numbers are missing. ``contacts``:
    stream, state, last_year. ``neighbours``: NEIGHBOUR_COLUMNS. ``gaps``: codes of GAPS. ``former``: units that became
    part of this one, with the last year of each: name, year.
    """

    unit_id: str
    year: int
    name: str
    kind: str | None
    numbers: pd.DataFrame
    projects: pd.DataFrame
    support: pd.DataFrame
    contacts: pd.DataFrame
    neighbours: pd.DataFrame
    gaps: tuple[str, ...]
    former: pd.DataFrame
    venue: str | None
    threshold: int
    simulated: bool


def card_facts(
    tables: Mapping[str, pd.DataFrame],
    year: int,
    targets: pd.DataFrame,
    ranks: pd.DataFrame,
    ranks_of_all_years: pd.DataFrame,
    neighbours: pd.DataFrame,
    threshold: int = 5,
    reach_km: float = 100.0,
    simulated: bool = False,
) -> list[Card]:
    """The cards of all units in force in ``year``, in the order of their names.

    ``tables``: territories (all years), panel, stream_coverage, last_contact, access (contracts). ``targets``: which
    present unit a unit of each year's files belongs to (year, unit_id, target; ``indicators.geographies``). ``ranks``,
    ``ranks_of_all_years``: ``indicators.ranking.RANK_COLUMNS`` of supported projects per 10,000 residents in the year
    and over all years. ``neighbours``: unit_id, neighbour_id, distance_km, the nearest first. Counts of people below
    ``threshold`` are hidden, with what would give them away; ``reach_km``: farther from the nearest event is a gap.
    What no table tells is missing, never zero.
    """
    history = tables["territories"]
    units = history[history["year"] == year].drop_duplicates("unit_id").sort_values(["short_name", "unit_id"])
    panel = tables["panel"]
    own = panel[(panel["geography"] == "current") & panel["unit_id"].isin(units["unit_id"]) & (panel["year"] <= year)]
    own = own.sort_values(["unit_id", "year"])
    access = tables["access"]
    way = access[(access["stream"] == "all") & (access["basis"] == "great_circle") & (access["year"] == year)]
    contact = tables["last_contact"]
    contact = contact[contact["year"] == year]
    numbers = card_numbers(units, own, year, ranks, ranks_of_all_years, way)
    gaps = _gaps(units, own[own["year"] == year], contact, way, reach_km)
    former = _former(history, targets, year)
    beside = _side_by_side(units, own[own["year"] == year], ranks, neighbours)
    support = support_by_year(tables["stream_coverage"], targets, year, threshold)
    names = units.set_index("unit_id")["short_name"].to_dict()
    venues = way.dropna(subset=["venue_unit"]).set_index("unit_id")["venue_unit"].map(names).to_dict()
    frames = {
        "numbers": numbers, "projects": own[["unit_id", *PROJECT_COLUMNS]], "support": support,
        "contacts": contact[["unit_id", "stream", "state", "last_year"]], "neighbours": beside, "former": former,
    }  # fmt: skip
    parts = {name: _by_unit(frame) for name, frame in frames.items()}
    empty = {name: frame.iloc[:0].drop(columns="unit_id") for name, frame in frames.items()}
    return [
        Card(
            unit_id=str(unit.unit_id), year=year, name=str(unit.short_name),
            kind=None if pd.isna(unit.type) else str(unit.type),
            gaps=gaps.get(unit.unit_id, ()), venue=venues.get(unit.unit_id),
            threshold=threshold, simulated=simulated,
            **{name: found.get(unit.unit_id, empty[name]) for name, found in parts.items()},
        )
        for unit in units.itertuples()
    ]  # fmt: skip


def _by_unit(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows by unit, in their order; slices of one sorted frame, for thousands of units would make groups slow."""
    if frame.empty:
        return {}
    ordered = frame.sort_values("unit_id", kind="stable", ignore_index=True)
    unit = ordered["unit_id"].to_numpy(dtype=object)
    rows = ordered.drop(columns="unit_id")
    starts = np.flatnonzero(np.append(True, unit[1:] != unit[:-1]))
    ends = np.append(starts[1:], len(unit))
    return {str(unit[start]): rows.iloc[start:end] for start, end in zip(starts, ends, strict=True)}


def _gaps(
    units: pd.DataFrame, now: pd.DataFrame, contact: pd.DataFrame, way: pd.DataFrame, reach_km: float
) -> dict[str, tuple[str, ...]]:
    """Codes of GAPS by unit; what no table tells is told as not known."""
    unit = units["unit_id"]
    trained = unit.map(contact[contact["stream"] == "training"].set_index("unit_id")["state"].astype("object"))
    distance = unit.map(way.set_index("unit_id")["distance_km"].astype("float64")).astype("float64")
    applications = unit.map(now.set_index("unit_id")["applications"].astype("float64")).astype("float64")
    flags = pd.DataFrame(
        {
            "no_application": applications.eq(0),
            "no_training": trained.eq("never"),
            "out_of_reach": distance.gt(reach_km),
            "training_not_known": trained.isna() | trained.eq("not_known"),
            "distance_not_known": distance.isna(),
            "population_not_known": units["population"].isna(),
        }
    )[list(GAPS)].to_numpy(dtype=bool)
    return {
        str(each): tuple(gap for gap, held in zip(GAPS, row, strict=True) if held)
        for each, row in zip(unit, flags, strict=True)
    }


def _former(history: pd.DataFrame, targets: pd.DataFrame, year: int) -> pd.DataFrame:
    """Units that became part of a present one: unit_id, name, year (the last one in which it was in force)."""
    moved = targets[targets["unit_id"].ne(targets["target"]) & targets["year"].le(year)]
    pairs = moved[["unit_id", "target"]].drop_duplicates()
    last = history.sort_values("year").drop_duplicates("unit_id", keep="last")[["unit_id", "name", "year"]]
    found = pairs.merge(last, on="unit_id").drop(columns="unit_id").rename(columns={"target": "unit_id"})
    return found.sort_values(["unit_id", "year", "name"]).reset_index(drop=True)[["unit_id", "name", "year"]]


def _side_by_side(
    units: pd.DataFrame, now: pd.DataFrame, ranks: pd.DataFrame, neighbours: pd.DataFrame
) -> pd.DataFrame:
    """The unit itself (distance missing) and its neighbours: unit_id and NEIGHBOUR_COLUMNS."""
    here = units[["unit_id"]].assign(neighbour_id=units["unit_id"], distance_km=np.nan)
    near = neighbours[neighbours["unit_id"].isin(units["unit_id"]) & neighbours["neighbour_id"].isin(units["unit_id"])]
    pairs = pd.concat([here, near[["unit_id", "neighbour_id", "distance_km"]]], ignore_index=True)
    facts = units[["unit_id", "short_name", "population"]].rename(columns={"short_name": "name"})
    facts = facts.merge(now[["unit_id", "applications", "funded"]], on="unit_id", how="left")
    facts = facts.merge(ranks[["unit_id", "value", "low", "high", "rank"]], on="unit_id", how="left")
    found = pairs.merge(facts.rename(columns={"unit_id": "neighbour_id"}), on="neighbour_id")
    # the merge keeps the order of pairs: the unit first, then its neighbours as given
    return found.sort_values("unit_id", kind="stable")[["unit_id", *NEIGHBOUR_COLUMNS]].reset_index(drop=True)
