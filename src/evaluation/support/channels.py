"""Rival channels beside exchange: neighbours, common training, the messenger group.

What looks like learning through exchange may travel over a common border, or come from the same training. Both are
told in the shape of exchange ties (TIE_COLUMNS), so that the same lagged exposure can be computed over each. The
messenger group is told apart and in another shape: who shares a group could meet, nobody says that they did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from evaluation.support.exchange import TIE_COLUMNS, earlier_peers
from evaluation.support.training import ATTENDED, check_deadlines, first_deadline_after
from evaluation.territory.neighbours import centre_neighbours

POTENTIAL_COLUMNS = ["year", "unit_a", "unit_b"]
CHANNEL_COLUMNS = ["unit_id", "year", "exposure_neighbours", "exposure_common_trainer"]


def neighbour_ties(neighbours: pd.DataFrame, years: Iterable[int]) -> pd.DataFrame:
    """Ties between neighbours (columns unit_id, neighbour_id, as ``territory.neighbours``) in every year, both ways.

    Columns: TIE_COLUMNS; ``events`` is 1, ``persons`` empty.
    """
    pairs = neighbours[["unit_id", "neighbour_id"]].drop_duplicates()
    pairs = pairs[pairs["unit_id"] != pairs["neighbour_id"]]
    found = [
        _ties(year, pairs["neighbour_id"].to_numpy(), pairs["unit_id"].to_numpy(), np.ones(len(pairs)))
        for year in sorted(years)
    ]
    return _stack(found)


def common_trainer_ties(
    support_events: pd.DataFrame, attendance: pd.DataFrame, deadlines: Mapping[int, dt.date]
) -> pd.DataFrame:
    """Ties between units whose people sat at the same training events before the deadline, both ways.

    Lists name no trainers, so a common event stands for a common trainer. A tie stays once it is there: ``events``
    counts the common events so far (``persons`` empty). Columns: TIE_COLUMNS, sorted.
    """
    deadlines = check_deadlines(deadlines)
    events = support_events.loc[support_events["stream"] == "training", ["event_id", "ends_on"]]
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "unit_id"]].dropna(subset=["unit_id"])
    came = came.drop_duplicates().merge(events, on="event_id", how="inner")
    window = first_deadline_after(came["ends_on"], deadlines)
    event, _ = pd.factorize(came["event_id"], sort=True)
    unit, names = pd.factorize(came["unit_id"], sort=True)
    common = csr_array((len(names), len(names)))
    found = []
    for position, year in enumerate(deadlines):
        new = window == position
        if new.any():
            sat = csr_array((np.ones(new.sum()), (event[new], unit[new])), shape=(int(event.max()) + 1, len(names)))
            common = csr_array(common + sat.T @ sat)
        pairs = common.tocoo()
        apart = pairs.row != pairs.col
        found.append(_ties(year, names[pairs.row[apart]], names[pairs.col[apart]], pairs.data[apart]))
    return _stack(found)


def potential_contacts(members: pd.DataFrame, deadlines: Mapping[int, dt.date]) -> pd.DataFrame:
    """Pairs of units that shared the messenger group before the deadline: POTENTIAL_COLUMNS, ``unit_a`` < ``unit_b``.

    ``members`` has unit_id, joined_on and, where known, left_on (empty: still there). A pair is potential contact
    alone; the frame has no teaching and no learning unit, so no exposure can be computed over it.
    """
    deadlines = check_deadlines(deadlines)
    left = members["left_on"] if "left_on" in members.columns else pd.Series(pd.NaT, index=members.index)
    rows = []
    for year, deadline in deadlines.items():
        day = pd.Timestamp(deadline)
        there = members.loc[(members["joined_on"] < day) & (left.isna() | (left >= day)), "unit_id"].dropna()
        names = np.sort(there.unique().astype(str))
        first, second = np.triu_indices(len(names), 1)
        rows.append(pd.DataFrame({"year": year, "unit_a": names[first], "unit_b": names[second]}))
    frame = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=POTENTIAL_COLUMNS)
    return frame.astype({"year": "Int64", "unit_a": "str", "unit_b": "str"})[POTENTIAL_COLUMNS]


def channel_exposures(
    dose: pd.DataFrame, neighbours: pd.DataFrame, common: pd.DataFrame, lag_years: int, keys: pd.MultiIndex
) -> pd.DataFrame:
    """Peers trained ``lag_years`` earlier over the rival channels: CHANNEL_COLUMNS, one row for each of ``keys``.

    ``dose`` has unit_id, year, trained; ``neighbours`` and ``common`` are ties as above. Every peer counts once,
    however many events are common; common events count when they lay before that earlier deadline.
    """
    trained = dose[["unit_id", "year", "trained"]]
    earlier = common.assign(year=common["year"] + lag_years)
    parts = []
    for name, ties in (("exposure_neighbours", neighbours), ("exposure_common_trainer", earlier)):
        one = pd.Series(1.0, index=ties.index)
        found = earlier_peers(ties, one, trained.rename(columns={"trained": name}), lag_years, keys)
        parts.append(found.set_index(["unit_id", "year"])[name])
    return pd.concat(parts, axis=1).reset_index()[CHANNEL_COLUMNS]


def unit_centres(territories: pd.DataFrame, units: Iterable[str]) -> pd.DataFrame:
    """unit_id, longitude, latitude of the given units: mean of the centres of their parts over all years.

    Empty where no part has a centre. ``territories`` has the units' codes already in the geography wanted.
    """
    columns = ["longitude", "latitude"]
    index = pd.Index(list(dict.fromkeys(units)), name="unit_id")
    if not set(columns) <= set(territories.columns):
        return pd.DataFrame(dict.fromkeys(columns, np.nan), index=index).reset_index()
    means = territories.groupby("unit_id")[columns].mean()
    return means.astype("float64").reindex(index).reset_index()


def neighbours_by_centres(centres: pd.DataFrame) -> pd.DataFrame:
    """``territory.neighbours.centre_neighbours``, empty where fewer than two units have a centre."""
    known = centres.dropna(subset=["longitude", "latitude"])
    if len(known) < 2 or not known[["longitude", "latitude"]].nunique().gt(1).any():
        return pd.DataFrame({"unit_id": [], "neighbour_id": [], "basis": []}, dtype="str")
    return centre_neighbours(known)


def _ties(year: int, teacher: np.ndarray, learner: np.ndarray, events: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"year": year, "from_unit": teacher, "to_unit": learner, "events": events, "persons": np.nan})


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=TIE_COLUMNS)
    kinds = {"year": "Int64", "from_unit": "str", "to_unit": "str", "events": "Int64", "persons": "Int64"}
    frame = frame.sort_values(["year", "from_unit", "to_unit"], kind="stable", ignore_index=True)
    return frame[TIE_COLUMNS].astype(kinds)
