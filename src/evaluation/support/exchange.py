"""Inter-municipal exchange as a network: who could learn from whom, and from how experienced a peer.

Knowledge flows from a unit that hosts, speaks or advises to every other unit at the event. Exposure counts only
what was settled before: ties before the deadline, peers trained before an earlier deadline, peers' earlier wins.
An invitation is no contact: a unit whose number of people is 0 was invited and did not come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from evaluation.settings import Exposure, InputProblem
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
    takes_part = placed_participation(exchange_events, exchange_participation, deadlines)
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
    past = past.rename(columns={"trained": "exposure", "funded": "exposure_wins"})
    return earlier_peers(ties, tie_weights(ties, settings), past, settings.lag_years, keys)


def earlier_peers(
    ties: pd.DataFrame, weights: pd.Series, attributes: pd.DataFrame, lag_years: int, keys: pd.MultiIndex
) -> pd.DataFrame:
    """Sum over ties to a unit of weight x the teaching unit's attribute ``lag_years`` earlier.

    ``attributes`` has unit_id, year and numeric or flag columns (missing counts as 0); the result has unit_id, year
    (as ``keys``) and the same columns, 0 where nothing is known. Raises InputProblem for a lag below one year: what
    peers do in the same year is an outcome like one's own, never an exposure.
    """
    if lag_years < 1:
        raise InputProblem(
            f"Связи с другими территориями: лаг {lag_years} не годится. То, что они делают в том же году, само зависит "
            "от всех и не может быть фактором. Укажите лаг не меньше одного года.",
            f"Ties to other units: a lag of {lag_years} does not do. What they do in the same year depends on all of "
            "them and cannot be an exposure. Give a lag of at least one year.",
        )
    names = [name for name in attributes.columns if name not in ("unit_id", "year")]
    past = attributes.assign(year=attributes["year"] + lag_years)
    known = ties[["year", "from_unit", "to_unit"]].assign(weight=weights.to_numpy(dtype=float))
    known = known.merge(past, left_on=["from_unit", "year"], right_on=["unit_id", "year"], how="left")
    values = {name: known["weight"] * known[name].astype("float64").fillna(0.0) for name in names}
    sums = known.assign(**values).groupby(["to_unit", "year"])[names].sum()
    return sums.rename_axis(["unit_id", "year"]).reindex(keys, fill_value=0.0).reset_index()


def exchange_counts(
    exchange_events: pd.DataFrame,
    exchange_participation: pd.DataFrame,
    deadlines: Mapping[int, dt.date],
    units: Iterable[str],
) -> pd.DataFrame:
    """Exchange events before the deadline (since the previous one) that a unit was invited to, attended, and hosted.

    Columns: unit_id, year, exchange_events_invited (with people invited, whether any came), exchange_events_attended
    (in any role), exchange_events_hosted. Where a file keeps no invitations, none are counted.
    """
    deadlines = check_deadlines(deadlines)
    years = np.array(list(deadlines))
    listed = placed_participation(exchange_events, exchange_participation, deadlines, came=False)
    listed = listed.assign(year=years[listed["window"].to_numpy(dtype=np.intp)])
    takes_part = listed[listed["persons"] != 0]
    keys = pd.MultiIndex.from_product([list(dict.fromkeys(units)), years], names=["unit_id", "year"])
    counts = {
        "exchange_events_invited": listed[listed["invited"] > 0],
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


def placed_participation(
    events: pd.DataFrame, participation: pd.DataFrame, deadlines: Mapping[int, dt.date], came: bool = True
) -> pd.DataFrame:
    """Participation with the position of the deadline it precedes, without events after the last deadline.

    ``came``: without the rows that say that nobody came; an unknown number of people counts as having come.
    """
    rows = participation[["exchange_id", "unit_id", "role", "persons"]].assign(
        persons=participation["persons"].astype("float64"),
        invited=participation["invited"].astype("float64") if "invited" in participation.columns else np.nan,
    )
    placed = rows.merge(events[["exchange_id", "ends_on"]], on="exchange_id", how="inner")
    placed = placed.assign(window=first_deadline_after(placed["ends_on"], deadlines))
    return placed[(placed["window"] < len(deadlines)) & ((placed["persons"] != 0) | (not came))]
