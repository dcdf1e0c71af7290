"""How far residents have to go to the nearest event of the year, by stream of support.

An event's venue is the unit that hosts it. Online events and publications are nobody's venue; they, and events whose
host is not known, are counted apart. Distances run from a unit's centre to the venue's centre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.territory.travel import Costs, distances, nearest_of, travel_times, ways_to

ALL_STREAMS = "all"
EXCHANGE = "exchange"
PLACE_COLUMNS = ["event_id", "stream", "unit_id"]
# what became of an event on the way to a venue, in the order in which it is decided
FATES = ("publications", "online", "host_unknown", "host_elsewhere", "with_venue")
SUMMARY_COLUMNS = [
    "stream", "basis", "units", "units_measured", "units_unmeasured", "units_without_population", "residents",
    "residents_unmeasured", "mean", "median", "farthest_unit", "farthest",
]  # fmt: skip
WITHIN_COLUMNS = ["stream", "basis", "threshold", "residents_within", "residents_measured", "share", "units_within"]


@dataclass(frozen=True, eq=False)
class Venues:
    """Where a year's events were held: ``places`` (PLACE_COLUMNS), one row an event and host.

    ``counts``: stream, events, and how many of them are of each of FATES, which add up to the events; ``all`` first.
    """

    places: pd.DataFrame
    counts: pd.DataFrame

    def units(self, stream: str = ALL_STREAMS) -> tuple[str, ...]:
        """The venues of a stream, each once, by code."""
        rows = self.places if stream == ALL_STREAMS else self.places[self.places["stream"] == stream]
        return tuple(sorted(set(rows["unit_id"])))


@dataclass(frozen=True, eq=False)
class Access:
    """``nearest`` (contract ``access``), its ``summary`` and ``within`` by stream and basis, and the ``venues``.

    ``summary`` has SUMMARY_COLUMNS, ``within`` WITHIN_COLUMNS; both are in kilometres for the basis ``great_circle``
    and in minutes for ``travel_time``.
    """

    nearest: pd.DataFrame
    summary: pd.DataFrame
    within: pd.DataFrame
    venues: Venues


def event_venues(tables: Mapping[str, pd.DataFrame], year: int, units: pd.DataFrame) -> Venues:
    """Venues of the events of ``year`` in ``units`` (those in force).

    ``tables``: support_events, exchange_events, exchange_participation, each where it exists. The host of support is
    ``host_unit_id`` (the unit that receives it need not be where it is given); of exchange every unit with the role
    host. A mixed event has a venue. ``host_elsewhere``: the host is not among the units in force. Consultations have
    no venue and are no events.
    """
    support = _of_year(tables, "support_events", year, ["event_id", "stream", "form", "mode", "host_unit_id"])
    support = support.rename(columns={"host_unit_id": "unit_id"})
    exchange = _of_year(tables, "exchange_events", year, ["exchange_id", "form"])
    taking_part = tables.get("exchange_participation", TABLES["exchange_participation"].empty())
    hosts = taking_part.loc[taking_part["role"] == "host", ["exchange_id", "unit_id"]]
    exchange = exchange.merge(hosts, on="exchange_id", how="left").rename(columns={"exchange_id": "event_id"})
    events = pd.concat([support, exchange.assign(stream=EXCHANGE, mode=None)], ignore_index=True)
    online = (events["mode"] == "online") | (events["mode"].isna() & (events["form"] == "webinar"))
    fate = np.select(
        [events["form"] == "publication", online, events["unit_id"].isna(), ~events["unit_id"].isin(units["unit_id"])],
        FATES[:-1], FATES[-1],
    )  # fmt: skip
    # an event with several hosts is counted once, by the host that is best placed
    rank = pd.Series(fate, index=events.index).map({name: place for place, name in enumerate(FATES)})
    best = events.assign(rank=rank).groupby(["stream", "event_id"], as_index=False)["rank"].max()
    table = pd.crosstab(best["stream"], best["rank"].map(dict(enumerate(FATES))))
    table = table.reindex(columns=list(FATES), fill_value=0).sort_index()
    counts = pd.concat([table.sum().to_frame(ALL_STREAMS).T, table]).astype("int64")
    counts.insert(0, "events", counts.sum(axis=1))
    places = events.loc[fate == "with_venue", PLACE_COLUMNS].sort_values(PLACE_COLUMNS, kind="stable")
    return Venues(
        places.drop_duplicates().reset_index(drop=True).astype("str"),
        counts.rename_axis("stream").rename_axis(None, axis=1).reset_index(),
    )


def _of_year(tables: Mapping[str, pd.DataFrame], name: str, year: int, columns: list[str]) -> pd.DataFrame:
    frame = tables.get(name, TABLES[name].empty())
    return frame.loc[frame["year"] == year, columns].astype("object")


def access_to_events(
    tables: Mapping[str, pd.DataFrame],
    year: int,
    thresholds_km: Sequence[float] = (50, 100, 200, 400),
    thresholds_minutes: Sequence[float] = (60, 120, 180),
    travel: pd.DataFrame | None = None,
    assumed_kmh: float | None = None,
) -> Access:
    """How far the nearest event of ``year`` is from every unit in force, by stream and for ``all`` streams together.

    ``tables``: territories (unit_id, year, longitude, latitude, population) and those of ``event_venues``. ``travel``
    is the road matrix (``travel.read_travel``), ``assumed_kmh`` the speed for pairs that it lacks, if wanted.
    """
    units = tables["territories"].loc[tables["territories"]["year"] == year]
    venues = event_venues(tables, year, units)
    ways = distances(units)
    parts = [nearest_venues(ways, venues, year, units)]
    if travel is not None:
        parts.append(nearest_venues(travel_times(units, travel, assumed_kmh), venues, year, units, ways))
    nearest = conform(pd.concat(parts, ignore_index=True), TABLES["access"])
    thresholds = {"km": tuple(thresholds_km), "minutes": tuple(thresholds_minutes)}
    return Access(nearest, summarise(nearest, units), residents_within(nearest, units, thresholds), venues)


def nearest_venues(
    costs: Costs, venues: Venues, year: int, units: pd.DataFrame, ways: Costs | None = None
) -> pd.DataFrame:
    """The nearest venue of every unit and stream (contract ``access``).

    ``basis`` is great_circle for costs in
    kilometres; for minutes travel_time, or assumed_speed where the minutes come from the great circle (``ways`` gives
    its kilometres). ``gap`` says why a way is not known: no_venue (the stream had none),
    no_centre (of the unit), venue_no_centre (of every venue), no_road.
    """
    rows, at = np.arange(len(costs.origins)), {place: position for position, place in enumerate(costs.places)}
    lacking = units.set_index("unit_id")[["longitude", "latitude"]].isna().any(axis=1).reindex(list(costs.origins))
    frames = []
    for stream in venues.counts["stream"]:
        places = venues.units(stream)
        if not places:
            frames.append(_frame(costs, year, stream).assign(gap="no_venue"))
            continue
        venue = nearest_of(costs, places)
        best, known = ways_to(costs, venue), venue.notna().to_numpy()
        chosen = venue.map(at).fillna(0).to_numpy(dtype=int)
        frame = _frame(costs, year, stream)
        frame["venue_unit"] = venue.to_numpy()
        if costs.measure == "km":
            frame["distance_km"] = best
            frame["gap"] = pd.Series(np.where(lacking, "no_centre", "venue_no_centre")).mask(known)
        else:
            assumed = costs.is_assumed[rows, chosen] & known
            by_road = np.full(len(rows), np.nan) if costs.road_km is None else costs.road_km[rows, chosen]
            straight = np.full(len(rows), np.nan) if ways is None else ways.matrix[rows, chosen]
            frame["minutes"] = best
            frame["distance_km"] = np.where(known, np.where(assumed, straight, by_road), np.nan)
            frame["basis"] = np.where(assumed, "assumed_speed", "travel_time")
            frame["gap"] = pd.Series("no_road", index=frame.index).mask(known)
        frames.append(frame)
    return conform(pd.concat(frames, ignore_index=True), TABLES["access"]) if frames else TABLES["access"].empty()


def _frame(costs: Costs, year: int, stream: str) -> pd.DataFrame:
    frame = pd.DataFrame({"unit_id": costs.origins, "year": year, "stream": stream})
    basis = "great_circle" if costs.measure == "km" else "travel_time"
    return frame.assign(venue_unit=None, distance_km=np.nan, minutes=np.nan, basis=basis, gap=None)


def measured(nearest: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """``nearest`` with ``way`` (km or minutes), ``residents`` (NaN where not published) and the basis of its measure.

    Minutes at an assumed speed belong to the basis ``travel_time``: they fill its gaps.
    """
    in_km = nearest["basis"] == "great_circle"
    return nearest.assign(
        basis=np.where(in_km, "great_circle", "travel_time"),
        way=nearest["distance_km"].where(in_km, nearest["minutes"]),
        residents=nearest["unit_id"].map(units.set_index("unit_id")["population"]).astype("float64"),
    )


def summarise(nearest: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """SUMMARY_COLUMNS by basis and stream, for streams with a venue: whom the measure covers, and how far it is.

    ``residents`` are those of units with a known way, ``residents_unmeasured`` those of the others; mean and median
    are weighted by residents, so that a unit without published population enters neither (it is counted).
    """
    rows = []
    for (basis, stream), part in _groups(nearest, units):
        known = part["way"].notna()
        counted = part[known & part["residents"].notna()]
        far = part.loc[known].sort_values(["way", "unit_id"], ascending=[False, True]).head(1)
        way, residents = counted["way"].to_numpy(), counted["residents"].to_numpy()
        rows.append(
            (
                stream, basis, len(part), int(known.sum()), int((~known).sum()), int(part["residents"].isna().sum()),
                residents.sum(), part.loc[~known, "residents"].sum(),
                float(way @ residents / residents.sum()) if residents.sum() > 0 else np.nan,
                weighted_median(way, residents), far["unit_id"].iloc[0] if len(far) else None,
                far["way"].iloc[0] if len(far) else np.nan,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def residents_within(
    nearest: pd.DataFrame, units: pd.DataFrame, thresholds: Mapping[str, Sequence[float]]
) -> pd.DataFrame:
    """WITHIN_COLUMNS: residents whose nearest venue is at most ``threshold`` away (thresholds for km and minutes).

    ``share`` is of the residents of units with a known way and a published population.
    """
    rows = []
    for (basis, stream), part in _groups(nearest, units):
        counted = part[part["way"].notna() & part["residents"].notna()]
        total = counted["residents"].sum()
        for threshold in sorted(set(thresholds["km" if basis == "great_circle" else "minutes"])):
            near = counted.loc[counted["way"] <= threshold, "residents"].sum()
            share = near / total if total > 0 else np.nan
            rows.append((stream, basis, float(threshold), near, total, share, int((part["way"] <= threshold).sum())))
    return pd.DataFrame(rows, columns=WITHIN_COLUMNS)


def _groups(nearest: pd.DataFrame, units: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """The measured rows of every basis and stream that has a venue, in the order in which they stand."""
    rows = measured(nearest, units)
    rows = rows[rows["gap"].fillna("") != "no_venue"]
    return [((str(key[0]), str(key[1])), part) for key, part in rows.groupby(["basis", "stream"], sort=False)]


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The least value up to which at least half of the weight lies; NaN without weight."""
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    if not len(running) or running[-1] <= 0:
        return float("nan")
    return float(values[order][np.searchsorted(running, running[-1] / 2)])
