"""Kirkpatrick's four levels: what was measured of reaction, learning, behaviour and results, and what that can say.

Levels that nobody measured are shown as such: a table of reactions alone says nothing of the other three. That no
change of behaviour is seen does not prove training useless: the workplace may leave no room for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.indicators.intervals import wilson_bounds
from evaluation.settings import InputProblem
from evaluation.survey.intervals import share_interval

Level = Literal["reaction", "learning", "behaviour", "results"]
LEVELS: tuple[Level, ...] = ("reaction", "learning", "behaviour", "results")
TABLE_COLUMNS = [
    "level", "measure", "instrument", "items", "unit", "value", "low", "high", "lowest", "highest", "n", "asked",
    "response_rate", "is_measured", "says", "cannot_say", "note",
]  # fmt: skip
SAYS = {
    "reaction": ("ratings_of_those_who_answered", "liking_is_not_learning"),
    "learning": ("change_of_the_same_people", "no_comparison_group"),
    "behaviour": ("deeds_by_own_account", "no_change_proves_nothing"),
    "results": ("outcomes_beside_training", "not_training_alone"),
}
"""What a level that was measured can and cannot say: codes of the list kirkpatrick_statement."""
NOTES = (
    "not_measured", "no_interval", "nobody_answered", "low_response", "outside_window", "people_unknown",
    "silent_could_change_it",
)  # fmt: skip
LOW_RESPONSE = 0.5
WINDOW = (30, 60)


@dataclass(frozen=True)
class Measure:
    """One number of one level: ``value`` with ``low`` and ``high``, and worst-case ``lowest`` and ``highest``.

    ``unit`` is a unit of the display (share, points, sd ...); ``n`` people it rests on, ``asked`` those it could have.
    ``says`` and ``cannot_say`` replace the level's own statements where given.
    """

    level: Level
    measure: str
    instrument: str
    unit: str
    value: float
    low: float = float("nan")
    high: float = float("nan")
    lowest: float = float("nan")
    highest: float = float("nan")
    n: int = 0
    asked: int | None = None
    items: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    says: str = ""
    cannot_say: str = ""


def kirkpatrick(measures: Iterable[Measure]) -> pd.DataFrame:
    """TABLE_COLUMNS, the four levels in order; a level without a measure has one row that says so."""
    given = list(measures)
    rows = []
    for level in LEVELS:
        here = [one for one in given if one.level == level]
        rows += [_row(one) for one in here] or [_nothing(level)]
    counts = dict.fromkeys(("n", "asked"), "Int64")
    numbers = dict.fromkeys(("value", "low", "high", "lowest", "highest", "response_rate"), "float64")
    return pd.DataFrame(rows, columns=TABLE_COLUMNS).astype({**counts, **numbers, "is_measured": "boolean"})


def reaction(ratings: pd.DataFrame, item: str, instrument: str = "participants") -> Measure:
    """The share of high ratings over all events (``survey.ratings.event_ratings``), with bounds for the silent.

    People of one event rate alike, so that the interval counts events, not people (linearised ratio of their sums;
    Wilson's form). Events whose number of people is not known, or is smaller than that of the ratings, leave the
    bounds open.
    """
    rows = ratings[ratings["item"] == item]
    rated = rows["rated"].to_numpy(dtype=float, na_value=0.0)
    best = float(np.round(rows["top_share"].fillna(0).to_numpy(dtype=float) * rated).sum())
    n, came = int(rated.sum()), rows["attended"]
    known = bool(len(rows) and came.notna().all() and (came >= rows["responses"]).all())
    made = _share("reaction", "high_ratings", instrument, (item,), best, n, int(came.sum()) if known else None)
    groups = int((rated > 0).sum())
    if groups < 2:
        return made
    sums = np.round(rows["top_share"].fillna(0).to_numpy(dtype=float) * rated)
    apart = sums - made.value * rated
    se = float(np.sqrt(groups / (groups - 1) * (apart**2).sum()) / n)
    low, high = share_interval(made.value, se, groups - 1, n, "wilson")
    return replace(made, low=low, high=high)


def learning(changes: pd.DataFrame, flow: pd.DataFrame, items: Sequence[str], instrument: str) -> Measure:
    """The mean change in standard deviations of the first result (``survey.pairs.change_table`` and ``pair_flow``).

    Bounds are those of the mean change, brought to the same unit.
    """
    by_name = changes.set_index("statistic")
    change, scaled = by_name.loc["mean_change"], by_name.loc["change_in_sd"]
    stages = flow.set_index("stage")["n"]
    spread = change["value"] / scaled["value"] if scaled["value"] not in (0, np.nan) else np.nan
    bounds = by_name.loc[["change_lowest", "change_highest"], "value"].to_numpy(dtype=float) / spread
    notes = [name for name in ("many_lost", "lost_differ") if name in str(by_name.loc["lost_difference", "note"])]
    return Measure(
        "learning", str(changes["measure"].iloc[0]), instrument, "sd", float(scaled["value"]), float(scaled["low"]),
        float(scaled["high"]), float(bounds[0]), float(bounds[1]), int(stages["matched"]), int(stages["asked_before"]),
        tuple(items), tuple(notes),
    )  # fmt: skip


def days_after(responses: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    """Whole days from the end of each response's event (``events``: event_id, ends_on) to its submission; index as
    ``responses``; empty where one of the two is not known."""
    ends = responses["event_id"].map(events.set_index("event_id")["ends_on"])
    sent = pd.to_datetime(responses["submitted_at"]).dt.normalize()
    return (sent - pd.to_datetime(ends)).dt.days.astype("Int64")


def behaviour(
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    items: Sequence[str],
    invited: int | None,
    events: pd.DataFrame | None = None,
    window: tuple[int, int] = WINDOW,
    instrument: str = "followup",
    yes: str = "yes",
) -> list[Measure]:
    """Shares of those who did each of ``items`` (code ``yes``), by their own account some weeks later.

    ``answers`` and ``responses`` are of one wave, ``invited`` those who were sent it. With ``events`` only answers
    given ``window`` days after the event count; a note then says that others were left out. Bounds count all who were
    invited and gave no such answer as not having done it, and then as having done it.
    """
    notes: tuple[str, ...] = ()
    if events is not None:
        inside = days_after(responses, events).between(*window).fillna(False).astype(bool)
        if not inside.all():
            notes = ("outside_window",)
        responses = responses[inside]
    here = answers[answers["response_id"].isin(responses["response_id"])]
    made = []
    for item in items:
        given = here.loc[(here["item"] == item) & here["missing"].isna(), "code"].dropna()
        made.append(
            _share("behaviour", item, instrument, (item,), float((given == yes).sum()), len(given), invited, notes)
        )
    return made


def _share(
    level: Level,
    measure: str,
    instrument: str,
    items: tuple[str, ...],
    count: float,
    n: int,
    asked: int | None,
    notes: tuple[str, ...] = (),
) -> Measure:
    """A share of ``n`` with Wilson's interval and its bounds over ``asked``."""
    if asked is not None and n > asked:
        raise InputProblem(
            f"Уровень «{level}», показатель «{measure}»: ответов {n}, а спрошено {asked}. Исправьте число "
            "приглашённых (invited_n) или исключите повторные анкеты.",
            f"Level '{level}', measure '{measure}': {n} answers from {asked} people asked. Correct the number invited "
            "(invited_n), or exclude questionnaires that stand twice.",
        )
    low, high = (float(bound) for bound in wilson_bounds(count, n))
    said = list(notes) + ([] if asked is not None else ["people_unknown"])
    if not n:
        return Measure(level, measure, instrument, "share", np.nan, asked=asked, items=items,
                       notes=(*said, "nobody_answered"))  # fmt: skip
    lowest = highest = np.nan
    if asked:
        lowest, highest = count / asked, (count + asked - n) / asked
        said += ["low_response"] if n / asked < LOW_RESPONSE else []
        said += ["silent_could_change_it"] if lowest < 0.5 < highest else []
    return Measure(
        level, measure, instrument, "share", count / n, low, high, lowest, highest, n, asked, items, tuple(said)
    )


def _row(one: Measure) -> dict[str, object]:
    says, cannot = SAYS[one.level]
    is_measured = bool(np.isfinite(one.value))
    notes = list(one.notes)
    if is_measured and not (np.isfinite(one.low) and np.isfinite(one.high)):
        notes.append("no_interval")
    return {
        "level": one.level, "measure": one.measure, "instrument": one.instrument, "items": "; ".join(one.items),
        "unit": one.unit, "value": one.value, "low": one.low, "high": one.high, "lowest": one.lowest,
        "highest": one.highest, "n": one.n, "asked": one.asked,
        "response_rate": one.n / one.asked if one.asked else np.nan, "is_measured": is_measured,
        "says": (one.says or says) if is_measured else "nothing", "cannot_say": one.cannot_say or cannot,
        "note": "; ".join(notes),
    }  # fmt: skip


def _nothing(level: Level) -> dict[str, object]:
    empty = dict.fromkeys(("measure", "instrument", "items", "unit"), "")
    numbers = dict.fromkeys(("value", "low", "high", "lowest", "highest", "response_rate"), np.nan)
    return {
        "level": level, **empty, **numbers, "n": None, "asked": None, "is_measured": False, "says": "nothing",
        "cannot_say": SAYS[level][1], "note": "not_measured",
    }  # fmt: skip
