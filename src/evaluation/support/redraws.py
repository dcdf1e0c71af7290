"""Networks that might have been: who came to which exchange event, dealt anew.

Teaching roles stay as they were. Guests change places between events of one form in one programme year, so that every
event keeps its number of guests, every unit its number of events, and no host loses one. Where units prefer some
events (near hosts, old acquaintances), the deal keeps that preference: it is estimated from pairs of guests who could
have changed places, which leaves the sizes of events and the zeal of units out (the conditional logit on tetrads of
Charbonneau 2017, Econometrics Journal 20; Graham 2017, Econometrica 85).

A deal is a chain of trades between two events (Strona and others 2014, Nature Communications 5), each reversible. The
chain first runs backwards from what happened and then, for every draw, forwards, which makes the draws exchangeable
with what happened however short the chain (Besag and Clifford 1989, Biometrika 76).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDS = 20
RIDGE = 1.0
_IMPOSSIBLE = -1e9


@dataclass(frozen=True)
class Stratum:
    """Guests who can change places: events (of one form and window) x units.

    ``events`` and ``units`` are positions in the caller's lists; ``present``: the unit came as a guest; ``persons``:
    how many it sent; ``barred``: it teaches at the event, so it cannot also be its guest.
    """

    events: NDArray[np.intp]
    units: NDArray[np.intp]
    form: str
    present: Flags
    persons: Array
    barred: Flags


def strata_of_guests(
    guests: pd.DataFrame, barred: pd.DataFrame, form: Sequence[str], window: Sequence[int]
) -> list[Stratum]:
    """Strata with two events and more, in order of window and form; single events allow no exchange of guests.

    ``guests``: event, unit (positions), persons, one row a guest unit; ``barred``: event, unit of those who teach;
    ``form`` and ``window`` by position of event.
    """
    groups = pd.DataFrame({"window": list(window), "form": list(form)}).groupby(["window", "form"], sort=True).indices
    out = []
    for (_, name), members in sorted(groups.items()):
        events = np.sort(np.asarray(members, dtype=np.intp))
        rows = guests[guests["event"].isin(events)]
        if len(events) < 2 or rows.empty:
            continue
        units = np.unique(rows["unit"].to_numpy(dtype=np.intp))
        shape = (len(events), len(units))
        present, persons, taken = np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape, dtype=bool)
        at = np.searchsorted(events, rows["event"]), np.searchsorted(units, rows["unit"])
        present[at] = True
        persons[at] = rows["persons"].to_numpy(dtype=float, na_value=0.0)
        shut = barred[barred["event"].isin(events) & barred["unit"].isin(units)]
        taken[np.searchsorted(events, shut["event"]), np.searchsorted(units, shut["unit"])] = True
        out.append(Stratum(events, units, str(name), present, persons, taken))
    return out


def preference(strata: Sequence[Stratum], features: Sequence[Array], ridge: float = RIDGE) -> dict[str, Array]:
    """Weights of the features by form: how much an event draws a unit, given its size and the unit's zeal.

    ``features``: one array events x units x features a stratum. The composite likelihood of all pairs of guests who
    could have changed places, with a small penalty (``ridge`` on standardised features) against separation.
    """
    differences: dict[str, list[Array]] = {}
    for stratum, values in zip(strata, features, strict=True):
        differences.setdefault(stratum.form, []).append(_tetrads(stratum, values))
    return {form: _fit(np.concatenate(parts), ridge) for form, parts in sorted(differences.items())}


def attraction(stratum: Stratum, features: Array | None, weights: Array | None) -> Array:
    """Log weight of every event and unit of a stratum; impossible where the unit teaches."""
    pull = np.zeros(stratum.present.shape) if features is None or weights is None else features @ weights
    return np.asarray(np.where(stratum.barred, _IMPOSSIBLE, pull))


def redraw(
    stratum: Stratum, pull: Array, draws: int, generator: np.random.Generator, rounds: int = ROUNDS
) -> tuple[Flags, Array]:
    """``draws`` new deals of a stratum's guests: presence and persons, draws x events x units.

    A unit takes its people along when it changes place. ``pull`` as ``attraction``. Few ``rounds`` keep the draws
    closer to what happened, which costs power and nothing else.
    """
    pairs = _pairings(len(stratum.events), rounds, generator)
    present, persons = stratum.present[None].copy(), stratum.persons[None].copy()
    for round_of_pairs in reversed(pairs):
        _trade(present, persons, round_of_pairs, pull, generator)
    present, persons = np.repeat(present, draws, axis=0), np.repeat(persons, draws, axis=0)
    for round_of_pairs in pairs:
        _trade(present, persons, round_of_pairs, pull, generator)
    return present, persons


def moved_share(stratum: Stratum, present: Flags) -> float:
    """Share of the guests' seats that are somebody else's in the draws, on average."""
    seats = int(stratum.present.sum())
    stayed = (present & stratum.present[None]).sum() / max(len(present), 1)
    return float(1 - stayed / seats)


def _pairings(events: int, rounds: int, generator: np.random.Generator) -> list[NDArray[np.intp]]:
    """Random pairings of all events (pairs x 2), round by round; fixed before any guest moves."""
    half = events // 2
    return [generator.permutation(events)[: 2 * half].reshape(half, 2) for _ in range(rounds)]


def _trade(
    present: Flags, persons: Array, pairs: NDArray[np.intp], pull: Array, generator: np.random.Generator
) -> None:
    """Pair the guests whom only one of two events has and let each pair change places (in place, all draws at once).

    The events' pairs (pairs x 2) have no event in common. The guests' pairs are drawn uniformly and a pair's two
    states get their conditional probabilities, so the trade is reversible with respect to the deal's distribution.
    """
    first, second = pairs[:, 0], pairs[:, 1]
    here, there = present[:, first], present[:, second]
    only_first, only_second = here & ~there, there & ~here
    leaving, coming = only_first.sum(axis=2), only_second.sum(axis=2)
    number = np.minimum(leaving, coming)
    width = int(number.max(initial=0))
    if width == 0:
        return
    # one order of units: those of the first event alone, those of the second alone, the rest, each mixed
    keys = generator.random(here.shape) + np.where(only_first, 0.0, np.where(only_second, 1.0, 2.0))
    order = np.argsort(keys, axis=2)
    place = np.arange(width)
    one = order[:, :, :width]
    other = np.take_along_axis(order, np.minimum(leaving[..., None] + place, order.shape[2] - 1), axis=2)
    at, to = first[None, :, None], second[None, :, None]
    gain = pull[at, other] + pull[to, one] - pull[at, one] - pull[to, other]
    swap = (place < number[..., None]) & (generator.random(gain.shape) < expit(gain))
    draw, pair, slot = np.nonzero(swap)
    source, target = first[pair], second[pair]
    for unit, old, new in ((one, source, target), (other, target, source)):
        moved = unit[draw, pair, slot]
        present[draw, old, moved] = False
        present[draw, new, moved] = True
        persons[draw, new, moved] = persons[draw, old, moved]
        persons[draw, old, moved] = 0.0


def _tetrads(stratum: Stratum, features: Array) -> Array:
    """Features of what happened less those after a change of places, for all pairs of guests who could change."""
    out = []
    for first in range(len(stratum.events)):
        for second in range(first + 1, len(stratum.events)):
            here, there = stratum.present[first], stratum.present[second]
            one = np.flatnonzero(here & ~there & ~stratum.barred[second])
            other = np.flatnonzero(there & ~here & ~stratum.barred[first])
            if len(one) and len(other):
                gap = features[first] - features[second]
                out.append((gap[one][:, None, :] - gap[other][None, :, :]).reshape(-1, features.shape[2]))
    return np.concatenate(out) if out else np.empty((0, features.shape[2]))


def _fit(differences: Array, ridge: float) -> Array:
    """Newton's method for the penalised conditional logit without constant; 0 for features that never differ."""
    count = differences.shape[1]
    scale = np.sqrt((differences**2).mean(axis=0)) if len(differences) else np.zeros(count)
    varies = scale > 0
    weights = np.zeros(count)
    if not varies.any():
        return weights
    matrix = differences[:, varies] / scale[varies]
    found = np.zeros(int(varies.sum()))
    for _ in range(50):
        chance = expit(matrix @ found)
        slope = matrix.T @ (1 - chance) - ridge * found
        curve = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + ridge * np.eye(len(found))
        step = np.linalg.solve(curve, slope)
        found = found + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    weights[varies] = found / scale[varies]
    return weights
