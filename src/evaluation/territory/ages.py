"""Age groups of statistics of population: what ages each holds, which overlap, and which add up to a whole.

Ages are completed years. A group is written ``7`` (one year), ``5-9`` (both ends included), ``65+`` (that age and
over) or ``total`` (every age).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from evaluation.territory.spelling import fold

TOTAL = "total"
OLDEST = 120
_TOTAL_WORDS = frozenset(
    {"всего", "итого", "все возраста", "все возрасты", "все население", "все", "total", "all", "all ages", TOTAL}
)
_YEARS = r"(?: ?(?:лет|года?|years?))?"
_ONE = re.compile(rf"(\d{{1,3}}){_YEARS}")
_RANGE = re.compile(rf"(?:от )?(\d{{1,3}}){_YEARS} ?(?:-|до|to) ?(\d{{1,3}}){_YEARS}(?: включительно)?")
_OVER = re.compile(rf"(\d{{1,3}})(?: ?\+|{_YEARS},? (?:и (?:старше|более)|and (?:over|older))|{_YEARS}\+)")
_UNDER = re.compile(rf"(?:до|моложе|младше|under) (\d{{1,3}}){_YEARS}")


@lru_cache(maxsize=10_000)
def age_group(text: str) -> str | None:
    """Our name of an age group in any usual words («70 лет и старше», «0–4 года», «Всего»); None for other words."""
    key = fold(text).rstrip(".")
    if key in _TOTAL_WORDS:
        return TOTAL
    key = key.removeprefix("в возрасте ").removeprefix("в т.ч. ")
    if found := _OVER.fullmatch(key):
        low, high = int(found[1]), None
        return f"{low}+" if low <= OLDEST else None
    if found := _UNDER.fullmatch(key):
        low, high = 0, int(found[1]) - 1
    elif found := _RANGE.fullmatch(key):
        low, high = int(found[1]), int(found[2])
    elif found := _ONE.fullmatch(key):
        low = high = int(found[1])
    else:
        return None
    if not low <= high <= OLDEST:
        return None
    return str(low) if low == high else f"{low}-{high}"


@lru_cache(maxsize=10_000)
def bounds(group: str) -> tuple[int, int]:
    """First age of a group and the first age above it (OLDEST + 1 where it has no end). Raises ValueError."""
    if group == TOTAL:
        return 0, OLDEST + 1
    if group.endswith("+"):
        return int(group[:-1]), OLDEST + 1
    low, _, high = group.partition("-")
    return int(low), int(high or low) + 1


def overlapping(groups: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The groups that hold ages of another group as well, each with those others (narrower or equal), by age."""
    known = sorted(groups, key=bounds)
    found: dict[str, tuple[str, ...]] = {}
    for group in known:
        low, high = bounds(group)
        inside = tuple(
            other for other in known if other != group and bounds(other)[0] < high and bounds(other)[1] > low
            and bounds(other)[1] - bounds(other)[0] <= high - low
        )  # fmt: skip
        if inside:
            found[group] = inside
    return found


def partition(groups: Collection[str], first: int, last: int = OLDEST + 1, finest: bool = False) -> list[str] | None:
    """Groups that hold every age from ``first`` up to (not including) ``last`` exactly once; None where there are none.

    The fewest groups; with ``finest`` the most. Of several such the one with the lower groups first.
    """
    starting: dict[int, list[tuple[int, str]]] = {}
    for group in sorted(groups, key=lambda name: (bounds(name), name)):
        low, high = bounds(group)
        if first <= low and high <= last:
            starting.setdefault(low, []).append((high, group))
    best: dict[int, list[str]] = {last: []}
    for age in range(last - 1, first - 1, -1):
        ways = [[group, *best[high]] for high, group in starting.get(age, ()) if high in best]
        if ways:
            best[age] = max(ways, key=len) if finest else min(ways, key=len)
    return best.get(first)
