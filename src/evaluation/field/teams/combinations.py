"""What teams with each combination of streams applied for and won: an association, and no effect.

Teams were not given their combination by chance: those that mean to apply seek help, and work on contest documents may
raise the score by itself. Applications of one unit's teams in several years are not independent, so the true interval
is wider than Wilson's.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.field.teams.acts import TeamYears, unit_keys
from evaluation.field.teams.cards import team_outcomes
from evaluation.field.teams.dose import team_support
from evaluation.indicators.intervals import wilson_bounds
from evaluation.support.streams import STREAMS

NONE, OTHERS = "none", "others"
KNOWN_OF = ("any", "team")
_COUNTS = ("teams", "clusters", "team_years", "applications", "wins")


def combination(streams: Iterable[str]) -> str:
    """Streams joined by ``+`` in their usual order; ``none`` without any."""
    had = set(streams)
    return "+".join(stream for stream in STREAMS if stream in had) or NONE


def stream_combinations(years: TeamYears, threshold: int, support: pd.DataFrame | None = None) -> pd.DataFrame:
    """Contract ``stream_combinations`` over all years up to the last: KNOWN_OF x combinations that teams had.

    ``any`` counts streams known of the team or its unit, ``team`` only those known of the team. ``clusters`` are
    territorial units of the last year. Only the success of applications with a known fate is told:
    ``applications`` counts those. Combinations of fewer than ``threshold`` different teams are put together as
    ``others``, with the smallest of the rest until ``others`` has as many; where nothing else is left, all are.
    """
    key = ["team_id", "year"]
    found = team_support(years) if support is None else support
    teams = years.teams.copy()
    outcomes = team_outcomes(years)[[*key, "has_won"]]
    last = pd.Series(max(years.years), index=teams.index)
    teams["home"] = unit_keys(years, teams["unit_id"], teams["year"], last)
    base = teams[[*key, "home"]].merge(outcomes, on=key)
    base = base.assign(known=base["has_won"].notna(), won=base["has_won"].fillna(False).astype(bool))
    parts = []
    for basis in KNOWN_OF:
        rows = found if basis == "any" else found[found["basis"] == basis]
        had = rows.groupby(key)["stream"].agg(combination).rename("combination").reset_index()
        together = base.merge(had.astype({"year": "int64"}), on=key, how="left")
        together["combination"] = pool_rare(together["combination"].fillna(NONE), together["team_id"], threshold)
        parts.append(_counts(together).assign(known_of=basis))
    table = pd.concat(parts, ignore_index=True)
    table["year"] = max(years.years)
    table["success_rate"] = (table["wins"] / table["applications"].where(table["applications"] > 0)).astype("float64")
    table["low"], table["high"] = wilson_bounds(table["wins"], table["applications"])
    return conform(table[list(TABLES["stream_combinations"].names)], TABLES["stream_combinations"])


def pool_rare(combinations: pd.Series, teams: pd.Series, threshold: int) -> pd.Series:
    """``combinations`` with those of fewer than ``threshold`` different ``teams`` as OTHERS.

    The pool takes the smallest of the rest (in order of size, then name) until it has ``threshold`` teams itself, so
    that no total gives it away.
    """
    sizes = teams.groupby(combinations.to_numpy()).nunique()
    order = sorted(sizes.index, key=lambda name: (sizes[name], name))
    pooled = {name for name in order if sizes[name] < threshold}
    rest = [name for name in order if name not in pooled]
    while pooled and rest and teams[combinations.isin(pooled)].nunique() < threshold:
        pooled.add(rest.pop(0))
    return combinations.where(~combinations.isin(pooled), OTHERS)


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby("combination")
    counts = groups.agg(
        teams=("team_id", "nunique"), clusters=("home", "nunique"), team_years=("team_id", "size"),
        applications=("known", "sum"), wins=("won", "sum"),
    ).reset_index()  # fmt: skip
    counts["is_last"] = counts["combination"] == OTHERS
    order = ["is_last", "team_years", "combination"]
    return counts.sort_values(order, ascending=[True, False, True], ignore_index=True).drop(columns="is_last")
