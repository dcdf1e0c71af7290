"""Exposure to earlier-trained and winning peers under networks that might have been.

The mean over these networks is the exposure that a unit could expect from how often it travels, to what kind of
events and how far; what is left of the observed exposure is the luck of who met whom (Borusyak and Hull 2023,
Econometrica 91). The single networks are the placebos of a test.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.settings import Exposure, InputProblem
from evaluation.support.exchange import earlier_peers, exchange_ties, placed_participation, tie_weights
from evaluation.support.redraws import (
    Array,
    Stratum,
    attraction,
    moved_share,
    preference,
    redraw,
    strata_of_guests,
)
from evaluation.support.training import check_deadlines

FEATURES = ("near", "met_before")
ONLINE_FORMS = ("webinar",)  # distance keeps nobody away


@dataclass(frozen=True)
class RedrawnExposure:
    """``keys``: unit_id, year. By name of the exposure, ``observed`` (rows of keys) and ``drawn`` (draws x rows).

    ``moved``: share of guests' seats that change hands in a draw, on average (NaN without any that could);
    ``preference``: estimated weights of FEATURES by form of event.
    """

    keys: pd.DataFrame
    observed: dict[str, Array]
    drawn: dict[str, Array]
    moved: float
    preference: dict[str, Array]

    def expected(self, name: str) -> Array:
        """Mean over the draws and what happened, which is one of the networks that might have been."""
        drawn = self.drawn[name]
        return np.asarray((self.observed[name] + drawn.sum(axis=0)) / (1 + len(drawn)))


def redrawn_exposure(
    exchange_events: pd.DataFrame,
    exchange_participation: pd.DataFrame,
    deadlines: Mapping[int, dt.date],
    attributes: pd.DataFrame,
    settings: Exposure,
    units: Iterable[str],
    *,
    draws: int,
    seed: int,
    centres: pd.DataFrame | None = None,
) -> RedrawnExposure:
    """Exposure of every unit and year in ``draws`` re-drawn networks.

    ``attributes``: unit_id, year and what makes a peer worth meeting, one column an exposure (``exposure``: trained;
    ``exposure_wins``: funded projects), for every year; it enters ``settings.lag_years`` later, never earlier.
    ``centres`` (unit_id, longitude, latitude) let the draws keep guests' preference for near hosts. Raises
    InputProblem where there is nothing to draw.
    """
    if draws < 1:
        raise InputProblem(
            f"Число перестановок сети {draws} не годится: нужна хотя бы одна.",
            f"{draws} re-drawn networks do not do: at least one is needed.",
        )
    deadlines = check_deadlines(deadlines)
    names = [name for name in attributes.columns if name not in ("unit_id", "year")]
    keys = pd.MultiIndex.from_product([list(dict.fromkeys(units)), list(deadlines)], names=["unit_id", "year"])
    ties = exchange_ties(exchange_events, exchange_participation, deadlines, settings)
    seen = earlier_peers(ties, tie_weights(ties, settings), attributes, settings.lag_years, keys)
    network = _Network.of(exchange_events, exchange_participation, deadlines, settings, keys.levels[0])
    features = network.features(centres)
    weights = preference(network.strata, features)
    generator = np.random.default_rng(seed)
    dealt, changed, seats = [], 0.0, 0
    for stratum, values in zip(network.strata, features, strict=True):
        present, persons = redraw(stratum, attraction(stratum, values, weights[stratum.form]), draws, generator)
        dealt.append((present, persons))
        changed += moved_share(stratum, present) * stratum.present.sum()
        seats += int(stratum.present.sum())
    drawn = {
        name: network.sums(earlier, settings.weight, dealt, draws)
        for name, earlier in network.lagged(attributes, names, settings.lag_years)
    }
    unit, year = network.units.get_indexer(keys.get_level_values(0)), keys.codes[1]
    return RedrawnExposure(
        keys.to_frame(index=False).astype({"year": "Int64"}),
        {name: seen[name].to_numpy(dtype=float) for name in names},
        {name: values[:, unit, year] for name, values in drawn.items()},
        changed / seats if seats else float("nan"),
        weights,
    )


@dataclass(frozen=True)
class _Network:
    """Events and units by position, rows of who teaches and who comes, and the strata of guests who can move."""

    units: pd.Index
    years: list[int]
    window: np.ndarray  # of every event
    online: np.ndarray
    teaching: pd.DataFrame  # event, unit
    learning: pd.DataFrame  # event, unit, persons; every unit at the event
    strata: list[Stratum]

    @classmethod
    def of(
        cls,
        events: pd.DataFrame,
        participation: pd.DataFrame,
        deadlines: Mapping[int, dt.date],
        settings: Exposure,
        units: Iterable[str],
    ) -> _Network:
        rows = placed_participation(events, participation, deadlines).dropna(subset=["unit_id"])
        index = pd.Index(sorted({*units, *rows["unit_id"]}))
        events = events[events["exchange_id"].isin(rows["exchange_id"])].sort_values("exchange_id")
        order = pd.Index(events["exchange_id"])
        rows = rows.assign(event=order.get_indexer(rows["exchange_id"]), unit=index.get_indexer(rows["unit_id"]))
        window = rows.groupby("event")["window"].first().to_numpy(dtype=np.intp)
        form = (events["form"] if "form" in events.columns else pd.Series("", index=events.index)).fillna("")
        teaching = rows.loc[rows["role"].isin(settings.teaching_roles), ["event", "unit"]].drop_duplicates()
        learning = rows.groupby(["event", "unit"], as_index=False)["persons"].sum()
        guests = learning.merge(teaching, on=["event", "unit"], how="left", indicator=True)
        guests = guests[(guests["_merge"] == "left_only") & (index[guests["unit"]] != "unassigned")]
        strata = strata_of_guests(guests, teaching, form.tolist(), window.tolist())
        return cls(index, list(deadlines), window, form.isin(ONLINE_FORMS).to_numpy(), teaching, learning, strata)

    def features(self, centres: pd.DataFrame | None) -> list[Array]:
        """FEATURES of every stratum, events x units x 2: nearness to those who teach (-100 km, mean over them; 0 where
        a centre is not known or the event is online) and log(1 + earlier common events with them)."""
        place = np.full((len(self.units), 3), np.nan)
        if centres is not None and len(centres):
            known = centres.set_index("unit_id").reindex(self.units)[["longitude", "latitude"]].to_numpy(dtype=float)
            lon, lat = np.radians(known[:, 0]), np.radians(known[:, 1])
            place = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        teachers = self.teaching.groupby("event")["unit"].agg(list).to_dict()
        members = self.learning.groupby("event")["unit"].agg(list).to_dict()
        out = []
        for stratum in self.strata:
            values = np.zeros((*stratum.present.shape, len(FEATURES)))
            for row, event in enumerate(stratum.events.tolist()):
                taught_by = teachers.get(event, [])
                if not taught_by:
                    continue
                if not self.online[event]:
                    cosine = np.clip(place[stratum.units] @ place[taught_by].T, -1.0, 1.0)
                    values[row, :, 0] = np.nan_to_num(-np.arccos(cosine).mean(axis=1) * 63.71)
                values[row, :, 1] = np.log1p(self._met(event, taught_by, stratum.units, members))
            out.append(values)
        return out

    def _met(self, event: int, taught_by: list[int], units: np.ndarray, members: dict[int, list[int]]) -> Array:
        """Earlier windows' events at which a unit was together with one of those who teach at ``event``."""
        counts = np.zeros(len(self.units))
        host = set(taught_by)
        for other, there in members.items():
            if self.window[other] < self.window[event] and not host.isdisjoint(there):
                counts[there] += 1.0
        return counts[units]

    def lagged(self, attributes: pd.DataFrame, names: list[str], lag_years: int) -> list[tuple[str, Array]]:
        """Units x years of every attribute, as it stood ``lag_years`` earlier (0 where not known)."""
        out = []
        past = attributes.assign(year=attributes["year"] + lag_years).set_index(["unit_id", "year"])
        for name in names:
            table = past[name].astype("float64").unstack("year").reindex(index=self.units, columns=self.years)
            out.append((name, table.fillna(0.0).to_numpy()))
        return out

    def sums(self, earlier: Array, weight: str, dealt: list[tuple[np.ndarray, Array]], draws: int) -> Array:
        """Exposure under every draw, draws x units x years; ``earlier`` is units x years."""
        if weight == "one":
            return self._met_or_not(earlier, dealt, draws)
        taught = np.zeros(len(self.window))
        event, teacher = self.teaching["event"].to_numpy(), self.teaching["unit"].to_numpy()
        np.add.at(taught, event, earlier[teacher, self.window[event]])
        movable = self._is_movable()
        fixed = np.zeros(earlier.shape)
        here, unit = self.learning["event"].to_numpy(), self.learning["unit"].to_numpy()
        size = self.learning["persons"].to_numpy(dtype=float) if weight == "persons" else np.ones(len(here))
        own = np.zeros(len(here))
        is_teacher = pd.MultiIndex.from_arrays([here, unit]).isin(pd.MultiIndex.from_frame(self.teaching))
        own[is_teacher] = earlier[unit[is_teacher], self.window[here[is_teacher]]]
        stays = ~movable
        np.add.at(fixed, (unit[stays], self.window[here[stays]]), (size * (taught[here] - own))[stays])
        out = np.repeat(fixed[None], draws, axis=0)
        for stratum, (present, persons) in zip(self.strata, dealt, strict=True):
            values = persons if weight == "persons" else present.astype(float)
            found = np.einsum("deu,e->du", values, taught[stratum.events])
            out[:, stratum.units, self.window[stratum.events[0]]] += found
        return out

    def _is_movable(self) -> np.ndarray:
        """Rows of ``learning`` that are seats of a stratum."""
        seats = [
            np.column_stack([stratum.events[row], stratum.units[column]])
            for stratum in self.strata
            for row, column in [np.nonzero(stratum.present)]
        ]
        if not seats:
            return np.zeros(len(self.learning), dtype=bool)
        known = pd.MultiIndex.from_arrays(np.concatenate(seats).T)
        return np.asarray(pd.MultiIndex.from_frame(self.learning[["event", "unit"]]).isin(known))

    def _met_or_not(self, earlier: Array, dealt: list[tuple[np.ndarray, Array]], draws: int) -> Array:
        """As ``sums`` where a tie counts once, however many events it has."""
        out = np.zeros((draws, *earlier.shape))
        stays = self.learning[~self._is_movable()]
        for window in np.unique(self.window).tolist():
            inside = np.flatnonzero(self.window == window)
            teaching = self.teaching[self.teaching["event"].isin(inside)]
            teachers, column = np.unique(teaching["unit"], return_inverse=True)
            teaches = np.zeros((len(self.window), len(teachers)))
            teaches[teaching["event"], column] = 1.0
            met = np.zeros((len(self.units), len(teachers)))
            rows = stays[stays["event"].isin(inside)]
            np.add.at(met, rows["unit"].to_numpy(), teaches[rows["event"].to_numpy()])
            met[teachers, np.arange(len(teachers))] = 0.0  # nobody is a peer of itself
            chosen = [
                (stratum, present.astype(float))
                for stratum, (present, _) in zip(self.strata, dealt, strict=True)
                if self.window[stratum.events[0]] == window
            ]
            value = earlier[teachers, window]
            for draw in range(draws):
                together = met.copy()
                for stratum, present in chosen:
                    together[stratum.units] += present[draw].T @ teaches[stratum.events]
                out[draw, :, window] = (together > 0) @ value
        return out
