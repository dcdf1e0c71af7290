"""Inter-municipal exchange as a network: who could learn from whom, and from how experienced a peer.

Knowledge flows from a unit that hosts, speaks or advises to every other unit at the event. Exposure counts only
what was settled before: ties before the deadline, peers trained before an earlier deadline, peers' earlier wins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from evaluation.settings import Exposure
from evaluation.support.training import check_deadlines, first_deadline_after

TIE_COLUMNS = ["year", "from_unit", "to_unit", "events", "persons"]


def exchange_ties(
    exchange_events: pd.DataFrame,
    exchange_participation: pd.DataFrame,
    deadlines: Mapping[int, dt.date],
    settings: Exposure,
) -> pd.DataFrame:
    """Directed ties of knowledge by year: TIE_COLUMNS, one row a year, teaching unit and learning unit.

    A tie of year t comes from events that ended from deadline t-1 up to, but not on, deadline t (first year: any
    earlier event). ``events`` counts them, ``persons`` the people whom the learning unit sent to them. A unit is no
    peer of itself.
    """
    deadlines = check_deadlines(deadlines)
    years = np.array(list(deadlines))
    takes_part = _placed(exchange_events, exchange_participation, deadlines)
    learners = takes_part.groupby(["exchange_id", "window", "unit_id"], as_index=False)["persons"].sum()
    teaching = takes_part.loc[takes_part["role"].isin(settings.teaching_roles), ["exchange_id", "unit_id"]]
    pairs = teaching.drop_duplicates().merge(learners, on="exchange_id", suffixes=("_teacher", ""))
    pairs = pairs[pairs["unit_id_teacher"] != pairs["unit_id"]]
    ties = pairs.groupby(["window", "unit_id_teacher", "unit_id"], as_index=False).agg(
        events=("exchange_id", "size"), persons=("persons", "sum")
    )
    return pd.DataFrame(
        {
            "year": pd.array(years[ties["window"].to_numpy(dtype=np.intp)], dtype="Int64"),
            "from_unit": ties["unit_id_teacher"],
            "to_unit": ties["unit_id"],
            "events": ties["events"].astype("Int64"),
            "persons": ties["persons"].astype("Int64"),
        },
        columns=TIE_COLUMNS,
    )


def tie_weights(ties: pd.DataFrame, settings: Exposure) -> pd.Series:
    """Weight of every tie as the programme's settings say: one, number of events, or persons sent."""
    if settings.weight == "one":
        return pd.Series(1.0, index=ties.index)
    return ties["events" if settings.weight == "events" else "persons"].astype("float64")


def exposure(
    ties: pd.DataFrame, dose: pd.DataFrame, funded: pd.DataFrame, settings: Exposure, units: Iterable[str]
) -> pd.DataFrame:
    """Exposure of every unit and year to peers' earlier training and wins.

    ``dose`` has unit_id, year, trained; ``funded`` has unit_id, year, funded. Returns unit_id, year, ``exposure``
    (sum of tie weights from peers trained before the deadline ``lag_years`` earlier) and ``exposure_wins`` (sum of
    tie weights x the peer's funded projects that many years earlier). Both are 0 where that year lies before the
    first one known.
    """
    keys = pd.MultiIndex.from_product(
        [list(dict.fromkeys(units)), sorted(dose["year"].unique())], names=["unit_id", "year"]
    )
    past = dose[["unit_id", "year", "trained"]].merge(funded[["unit_id", "year", "funded"]], how="left")
    past = past.assign(year=past["year"] + settings.lag_years)
    known = ties[["year", "from_unit", "to_unit"]].assign(weight=tie_weights(ties, settings))
    known = known.merge(past, left_on=["from_unit", "year"], right_on=["unit_id", "year"], how="left")
    known = known.assign(
        exposure=known["weight"] * known["trained"].fillna(False).astype("float64"),
        exposure_wins=known["weight"] * known["funded"].fillna(0).astype("float64"),
    )
    sums = known.groupby(["to_unit", "year"])[["exposure", "exposure_wins"]].sum()
    return sums.rename_axis(["unit_id", "year"]).reindex(keys, fill_value=0.0).reset_index()


def exchange_counts(
    exchange_events: pd.DataFrame,
    exchange_participation: pd.DataFrame,
    deadlines: Mapping[int, dt.date],
    units: Iterable[str],
) -> pd.DataFrame:
    """Exchange events before the deadline (since the previous one) that a unit attended in any role, and hosted.

    Columns: unit_id, year, exchange_events_attended, exchange_events_hosted.
    """
    deadlines = check_deadlines(deadlines)
    years = np.array(list(deadlines))
    takes_part = _placed(exchange_events, exchange_participation, deadlines)
    takes_part = takes_part.assign(year=years[takes_part["window"].to_numpy(dtype=np.intp)])
    keys = pd.MultiIndex.from_product([list(dict.fromkeys(units)), years], names=["unit_id", "year"])
    counts = {
        "exchange_events_attended": takes_part,
        "exchange_events_hosted": takes_part[takes_part["role"] == "host"],
    }
    frame = pd.DataFrame(
        {
            name: rows.groupby(["unit_id", "year"])["exchange_id"].nunique().reindex(keys, fill_value=0)
            for name, rows in counts.items()
        }
    )
    return frame.astype("Int64").reset_index()


def _placed(events: pd.DataFrame, participation: pd.DataFrame, deadlines: Mapping[int, dt.date]) -> pd.DataFrame:
    """Participation with the position of the deadline it precedes, without events after the last deadline."""
    placed = participation[["exchange_id", "unit_id", "role", "persons"]].merge(
        events[["exchange_id", "ends_on"]], on="exchange_id", how="inner"
    )
    placed = placed.assign(
        window=first_deadline_after(placed["ends_on"], deadlines), persons=placed["persons"].astype("float64")
    )
    return placed[placed["window"] < len(deadlines)]
