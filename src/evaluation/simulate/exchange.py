"""Exchange between units: who hosts, who speaks, who comes; and the exposure that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.simulate.geography import Geography
from evaluation.simulate.parameters import Parameters

ROLES = ("host", "speaker", "expert", "guest")
TEACHING = 3  # the first three roles teach


@dataclass(frozen=True)
class Meeting:
    """One exchange event: base units, their roles (positions in ROLES) and numbers of persons."""

    exchange_id: str
    units: np.ndarray
    roles: np.ndarray
    persons: np.ndarray


def hold(
    rng: np.random.Generator,
    exchange_id: str,
    online: bool,
    geography: Geography,
    parameters: Parameters,
    funded_before: np.ndarray,
    trained: np.ndarray,
    met: dict[int, dict[int, int]],
) -> Meeting:
    """Draw one meeting: hosts are successful, guests come by distance and old ties.

    ``funded_before``: funded projects of last year; ``trained``: trained by now; ``met`` counts earlier meetings of
    host and guest, both ways (nested, because units x units would not scale), and is updated here.
    """
    size = geography.size
    success = np.log1p(funded_before)
    host = int(np.argmax(parameters.host_success * success + 0.3 * geography.capacity + rng.gumbel(size=size)))
    away = geography.distance_from(host) / 300.0
    teachers = int(rng.integers(1, 4))
    speak = 0.5 * success + 0.8 * trained - 0.3 * away + rng.gumbel(size=size)
    speak[host] = -np.inf
    speakers = np.argsort(-speak, kind="stable")[: min(teachers, size - 1)]
    roles = np.where(rng.random(len(speakers)) < 0.6, 1, 2)
    low, high = parameters.guests
    count = int(rng.integers(low, high + 1))
    far = 0.0 if online else parameters.guest_distance
    known = np.zeros(size)
    for unit, times in met.get(host, {}).items():
        known[unit] = times
    come = -far * away + parameters.old_tie * np.log1p(known) + rng.gumbel(size=size)
    come[host] = -np.inf
    come[speakers] = -np.inf
    guests = np.argsort(-come, kind="stable")[: max(0, min(count, size - 1 - len(speakers)))]
    units = np.concatenate([[host], speakers, guests])
    for guest in guests.tolist():
        for one, other in ((host, guest), (guest, host)):
            pairs = met.setdefault(one, {})
            pairs[other] = pairs.get(other, 0) + 1
    all_roles = np.concatenate([[0], roles, np.full(len(guests), 3)])
    persons = np.concatenate(
        [[3 + rng.poisson(2)], 1 + rng.poisson(0.4, len(speakers)), 1 + rng.poisson(1.2, len(guests))]
    )
    return Meeting(exchange_id, units.astype(int), all_roles.astype(int), persons.astype(int))


def exposure(meetings: list[Meeting], attribute: np.ndarray) -> np.ndarray:
    """Exposure of every unit: sum over ties to it of the teaching unit's ``attribute``.

    A tie's weight is the number of meetings in which the one teaches (host, speaker, expert) and the other takes
    part in any role. A unit is no peer of itself.
    """
    total = np.zeros(len(attribute))
    for meeting in meetings:
        teaching = meeting.roles < TEACHING
        taught = attribute[meeting.units[teaching]].sum()
        own = np.where(teaching, attribute[meeting.units], 0.0)
        total[meeting.units] += taught - own
    return total
