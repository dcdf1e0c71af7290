"""Changes of territory: which unit became which, by what share, and how sums are carried across.

``share`` is the part of the old unit that went to the new one. Where it is unknown it is empty and ``share_low`` and
``share_high`` bound it. A unit without a known target goes to ``unassigned``. Sums over all targets plus
``unassigned`` always equal the source. The design follows published conversion tables (flows between versions of a
nomenclature; areas that stay the same as connected components of the changes).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.listing import read_listing, refuse, to_dates, to_numbers
from evaluation.territory.registry import Date, in_force

if TYPE_CHECKING:
    from collections.abc import Iterable

UNASSIGNED = "unassigned"
COLUMNS = (
    "from_unit", "from_date", "to_unit", "to_date", "share", "share_low", "share_high", "basis", "quality", "evidence",
)  # fmt: skip
BASES = ("population", "area", "places", "exact")
QUALITIES = ("exact", "documented", "estimated", "assumed")
SHARES = ["share", "share_low", "share_high"]
TOLERANCE = 1e-6
Geography = Literal["original", "stable", "current"]


def read_crosswalk(path: Path | None) -> pd.DataFrame:
    """Changes of territory with COLUMNS: ``from_date`` is the old unit's last day, ``to_date`` the new one's first.

    No rows where the workspace keeps no such file. Raises InputProblem with the line for a value that does not fit;
    ``check_crosswalk`` looks at the whole.
    """
    if path is None:
        types = dict.fromkeys(("from_date", "to_date"), "datetime64[us]") | dict.fromkeys(SHARES, "float64")
        return pd.DataFrame({name: pd.Series(dtype=types.get(name, "str")) for name in COLUMNS})
    text = read_listing(path, COLUMNS)
    for column in ("from_unit", "to_unit", "from_date", "to_date", "basis", "quality"):
        empty = text.index[text[column] == ""]
        if len(empty):
            raise refuse(path, empty[0], column, "", "непустое значение", "a value")
    for column, allowed in (("basis", BASES), ("quality", QUALITIES)):
        wrong = text[~text[column].isin(allowed)]
        if len(wrong):
            raise refuse(path, wrong.index[0], column, wrong[column].iloc[0], ", ".join(allowed), ", ".join(allowed))
    dates = {column: to_dates(text, column, path) for column in ("from_date", "to_date")}
    shares = {column: to_numbers(text, column, path, 0, 1) for column in SHARES}
    crosswalk = text.assign(**dates, **shares)
    check_crosswalk(crosswalk, path=path)
    return crosswalk.reset_index(drop=True)


def check_crosswalk(crosswalk: pd.DataFrame, registry: pd.DataFrame | None = None, path: Path | None = None) -> None:
    """Prove that every row has a share or bounds and that what leaves a unit is the whole of it.

    Known shares of a unit sum to 1 (1e-6); with unknown shares the known ones leave room and the bounds can reach 1.
    With ``registry``, old units are in force on ``from_date`` and new ones on ``to_date``, and every unit that ends
    on a ``from_date`` has a row. Raises InputProblem naming the units.
    """
    place = "crosswalk" if path is None else str(path)
    unknown = crosswalk["share"].isna()
    unbounded = crosswalk[unknown & (crosswalk["share_low"].isna() | crosswalk["share_high"].isna())]
    if len(unbounded):
        raise _problem(
            place, unbounded["from_unit"], "нет ни доли, ни границ share_low и share_high", "neither share nor bounds"
        )
    crossed = crosswalk[crosswalk["share_low"] > crosswalk["share_high"]]
    if len(crossed):
        raise _problem(place, crossed["from_unit"], "share_low больше share_high", "share_low exceeds share_high")
    repeated = crosswalk[crosswalk.duplicated(["from_unit", "from_date", "to_unit", "to_date"])]
    if len(repeated):
        raise _problem(place, repeated["from_unit"], "переход записан дважды", "a change stands twice")
    groups = (
        crosswalk.assign(
            known=crosswalk["share"].fillna(0),
            low=crosswalk["share"].fillna(crosswalk["share_low"]),
            high=crosswalk["share"].fillna(crosswalk["share_high"]),
            unknown=unknown,
        )
        .groupby(["from_unit", "from_date", "to_date"], sort=True)[["known", "low", "high", "unknown"]]
        .sum()
    )
    complete = groups["unknown"] == 0
    wrong = groups[
        (complete & ((groups["known"] - 1).abs() > TOLERANCE))
        | (~complete & ((groups["low"] > 1 + TOLERANCE) | (groups["high"] < 1 - TOLERANCE)))
    ]
    if len(wrong):
        raise _problem(
            place,
            wrong.index.get_level_values("from_unit"),
            "доли не дают в сумме 1 (проверьте share, share_low и share_high)",
            "the shares do not sum to 1 (check share, share_low and share_high)",
        )
    if registry is not None:
        _check_units(crosswalk, registry, place)


def _check_units(crosswalk: pd.DataFrame, registry: pd.DataFrame, place: str) -> None:
    for column, date in (("from_unit", "from_date"), ("to_unit", "to_date")):
        for day, rows in crosswalk.groupby(date):
            known = set(in_force(registry, day)["unit_id"]) | {UNASSIGNED}
            missing = sorted(set(rows[column]) - known)
            if missing:
                ru, en = f"на {day:%Y-%m-%d} в реестре таких единиц нет", f"not in the registry on {day:%Y-%m-%d}"
                raise _problem(place, missing, ru, en)
    for day, rows in crosswalk.groupby("from_date"):
        ended = set(registry.loc[registry["valid_to"] == day, "unit_id"])
        lost = sorted(ended - set(rows["from_unit"]))
        if lost:
            raise _problem(place, lost, "единицы больше нет, а перехода не указано", "the unit ended and has no change")


def _problem(place: str, units: Iterable[object], ru: str, en: str) -> InputProblem:
    listed = ", ".join(dict.fromkeys(str(unit) for unit in units))
    return InputProblem(f"{place}: {ru}: {listed}. Исправьте строки этих единиц.",
                        f"{place}: {en}: {listed}. Correct the rows of these units.")  # fmt: skip


# ---- geographies --------------------------------------------------------------------------------------------


def stable_areas(crosswalk: pd.DataFrame, units: Iterable[str]) -> pd.Series:
    """Stable area of every unit: units that ever exchanged territory belong together, whatever the shares.

    Index unit_id, values the area's id: the ids of the area's latest units joined by ``+``, so that an area that is
    one unit today carries its code. A unit without a known target is an area of its own, and its former neighbours
    may hold its territory: ``open_units`` lists such units.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = crosswalk[crosswalk["to_unit"] != UNASSIGNED]
    everything = sorted({*units, *crosswalk["from_unit"], *links["to_unit"]})
    place = {unit: number for number, unit in enumerate(everything)}
    rows, columns = links["from_unit"].map(place), links["to_unit"].map(place)
    size = len(everything)
    graph = coo_matrix((np.ones(len(links)), (rows, columns)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    ended = set(links.loc[links["from_unit"] != links["to_unit"], "from_unit"])
    ended -= set(links.loc[links["from_unit"] == links["to_unit"], "to_unit"])
    frame = pd.DataFrame({"unit_id": everything, "component": component})
    latest = frame[~frame["unit_id"].isin(ended)].groupby("component")["unit_id"].agg("+".join)
    ids = frame["component"].map(latest).to_numpy()
    return pd.Series(ids, index=frame["unit_id"], name="stable_unit_id", dtype="str")


def open_units(crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Rows of the crosswalk that are not certain: unknown share, no target, or an assumption."""
    is_open = crosswalk["share"].isna() | (crosswalk["to_unit"] == UNASSIGNED) | (crosswalk["quality"] == "assumed")
    return crosswalk[is_open].reset_index(drop=True)


def geography_map(
    geography: Geography,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    on: Date,
    first_on: Date,
    current_on: Date,
) -> pd.DataFrame:
    """How the units in force on ``on`` enter a geography: from_unit, to_unit, share, share_low, share_high.

    ``original``: the units in force on ``first_on``; empty when territory changed between the two days.
    ``stable``: the areas of ``stable_areas``, always with share 1. ``current``: the units in force on
    ``current_on``, through every change in between (shares multiplied; unknown where any of them is).
    Raises InputProblem when a unit ends and the crosswalk does not say what became of it, and ValueError for
    ``current_on`` before ``on``.
    """
    units = in_force(registry, on)["unit_id"]
    itself = pd.DataFrame({"from_unit": units, "to_unit": units, "share": 1.0, "share_low": 1.0, "share_high": 1.0})
    changes = pd.DataFrame(columns=list(COLUMNS)) if crosswalk is None else crosswalk
    if geography == "stable":
        return itself.assign(to_unit=units.map(stable_areas(changes, units)).to_numpy())
    if geography == "original":
        same = pd.Timestamp(on) < _first_change(changes, first_on) if len(changes) else True
        return itself if same else itself.iloc[:0]
    if pd.Timestamp(current_on) < pd.Timestamp(on):
        raise ValueError(f"{current_on} is before {on}: sums are carried forward in time only")
    days = sorted({day for day in changes["to_date"] if pd.Timestamp(on) < day <= pd.Timestamp(current_on)})
    for day in days:
        itself = _compose(itself, changes[changes["to_date"] == day])
    left = set(itself["to_unit"]) - set(in_force(registry, current_on)["unit_id"]) - {UNASSIGNED}
    if left:
        ru, en = "неизвестно, чем стали единицы", "it is not said what became of units"
        raise _problem("crosswalk", sorted(left), ru, en)
    return itself


def _first_change(changes: pd.DataFrame, after: Date) -> pd.Timestamp:
    later = changes.loc[changes["to_date"] > pd.Timestamp(after), "to_date"]
    return pd.Timestamp(later.min()) if len(later) else pd.Timestamp.max


def _compose(mapping: pd.DataFrame, step: pd.DataFrame) -> pd.DataFrame:
    """The mapping followed by the changes of one day; units without a change stay as they are."""
    second = step[["from_unit", "to_unit", *SHARES]].rename(columns={"from_unit": "middle"})
    second = second.assign(**{end: second[end].where(second["share"].isna(), second["share"]) for end in SHARES[1:]})
    first = mapping.rename(columns={"to_unit": "middle"})
    both = first.merge(second, on="middle", how="left", suffixes=("", "_next"))
    stays = both["to_unit"].isna()
    both["to_unit"] = both["to_unit"].where(~stays, both["middle"])
    for name in SHARES:
        both[name] = both[name] * both[f"{name}_next"].where(~stays, 1.0)
    paths = both.groupby(["from_unit", "to_unit"], sort=True)[SHARES]
    total = paths.sum(min_count=1)
    unknown = both[SHARES].isna().groupby([both["from_unit"], both["to_unit"]], sort=True).any()
    total = total.mask(unknown)
    # several ways to one unit cannot bring more than the whole of the old one
    total["share_high"] = total["share_high"].clip(upper=1.0)
    return total.reset_index()
