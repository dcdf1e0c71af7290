"""Which share of a year's teams each stream reached, and what of the teams may be shown."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evaluation.indicators.intervals import wilson_interval
from evaluation.privacy.disclosure import Suppressed, suppress_counts
from evaluation.support.streams import STREAMS

SIDES = ("authorities", "residents", "business", "elsewhere", "unstated")


def teams_reached(cards: pd.DataFrame, year: int) -> pd.DataFrame:
    """stream, known_of (any: the team or its unit; team), value, low, high, n: share of the teams of ``year``.

    ``cards`` as contract ``team_cards``; Wilson's interval. No row where the records cannot tell, or without teams.
    """
    now = cards[cards["year"] == year]
    rows = []
    for stream in STREAMS if len(now) else ():
        of_team, of_unit = now[f"{stream}_team"], now[f"{stream}_unit"]
        for known_of, told in (("any", (of_team, of_unit)), ("team", (of_team,))):
            known = [acts for acts in told if acts.notna().any()]
            if not known:
                continue
            reached = sum((acts.fillna(0) for acts in known), start=pd.Series(0, index=now.index)) > 0
            count, n = int(reached.sum()), len(now)
            low, high = wilson_interval(count, n)
            rows.append({"stream": stream, "known_of": known_of, "value": count / n, "low": low, "high": high, "n": n})
    return pd.DataFrame(rows, columns=["stream", "known_of", "value", "low", "high", "n"])


def shown_cards(cards: pd.DataFrame, threshold: int) -> Suppressed:
    """Cards without counts of people below ``threshold``; a team's total is known, so the sides protect one another."""
    sides = suppress_counts(cards, SIDES, threshold, column_totals=False, row_totals=True)
    whole = suppress_counts(cards, ["members"], threshold, column_totals=False)
    frame, hidden = sides.frame, sides.hidden
    frame["members"], hidden["members"] = whole.frame["members"], whole.hidden["members"]
    return Suppressed(frame, hidden)


def shown_composition(composition: pd.DataFrame, threshold: int) -> Suppressed:
    """Composition without numbers that rest on fewer than ``threshold`` people."""
    return _below(composition, composition["people"], threshold, ("value", "low", "high"))


def shown_lines(lines: pd.DataFrame, threshold: int) -> Suppressed:
    """Lines without counts of participants below ``threshold``."""
    return suppress_counts(lines, ["participants"], threshold, column_totals=False)


def _below(frame: pd.DataFrame, people: pd.Series, threshold: int, columns: Sequence[str]) -> Suppressed:
    few = people.lt(threshold).fillna(False).astype(bool)
    hidden = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    out = frame.copy()
    for name in columns:
        hidden[name] = few
        out[name] = out[name].mask(few)
    return Suppressed(out, hidden)
