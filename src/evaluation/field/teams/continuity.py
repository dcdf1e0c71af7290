"""Who the teams are made of, and how many of their people stay from one year to the next.

Continuity is the overlap of two years' rosters: people in both, divided by people in either (Jaccard 1912, New
Phytologist 11). A team without a roster in one of two neighbouring years has no overlap; it is counted as missing,
never as a team that lost everybody.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.effects.survival.team_table import SIDES
from evaluation.field.teams.acts import TeamYears
from evaluation.field.teams.means import cluster_mean
from evaluation.indicators.intervals import wilson_interval

# sides of a team by the columns of its card
SIDE_COLUMNS = {"authorities": "has_authorities", "residents": "has_residents", "business": "has_business"}
ROSTER_COLUMNS = ["team_id", "year", "members", *SIDE_COLUMNS, "elsewhere", "unstated"]
OVERLAP_COLUMNS = ["team_id", "year", "stayed", "either", "continuity", "is_missing"]
SHARES = tuple(f"share_{side}" for side in SIDE_COLUMNS)
INDICATORS = ("rosters", "members", *SHARES, "mixed", "continuity")


def rosters(members: pd.DataFrame) -> pd.DataFrame:
    """ROSTER_COLUMNS, one row a team and year with a roster: different people by the side they come from.

    ``elsewhere`` are people of a stated sector that is none of the three sides, ``unstated`` those of no sector.
    """
    people = members[["team_id", "year", "person_key", "sector"]].drop_duplicates(["team_id", "year", "person_key"])
    side = pd.Series("elsewhere", index=people.index).mask(people["sector"].isna(), "unstated")
    for name, column in SIDE_COLUMNS.items():
        side = side.mask(people["sector"].isin(SIDES[column]), name)
    counts = pd.crosstab([people["team_id"], people["year"]], side)
    counts = counts.reindex(columns=[*SIDE_COLUMNS, "elsewhere", "unstated"], fill_value=0)
    counts.insert(0, "members", counts.sum(axis=1))
    return counts.astype("Int64").reset_index().rename_axis(columns=None)[ROSTER_COLUMNS]


def overlaps(teams: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """OVERLAP_COLUMNS, one row a team that was also there the year before; ``continuity`` = ``stayed`` / ``either``.

    ``is_missing``: one of the two rosters does not exist. ``teams`` has team_id and year, ``members`` person_key too.
    """
    there = teams[["team_id", "year"]].drop_duplicates().astype({"year": "int64"})
    before = there.assign(year=there["year"] + 1)
    pairs = there.merge(before, on=["team_id", "year"])
    now = members[["team_id", "year", "person_key"]].drop_duplicates().astype({"year": "int64"})
    earlier = now.assign(year=now["year"] + 1)
    key = ["team_id", "year"]
    both = now.merge(earlier, on=[*key, "person_key"]).groupby(key).size()
    sizes = [frame.groupby(key).size() for frame in (now, earlier)]
    index = pd.MultiIndex.from_frame(pairs)
    of_now, of_earlier = (size.reindex(index).to_numpy(dtype=float, na_value=np.nan) for size in sizes)
    stayed = both.reindex(index, fill_value=0).to_numpy(dtype=float)
    missing = np.isnan(of_now) | np.isnan(of_earlier)
    either = of_now + of_earlier - stayed
    return pairs.assign(
        stayed=pd.array(np.where(missing, np.nan, stayed), dtype="Int64"),
        either=pd.array(either, dtype="Int64"),
        continuity=np.where(missing, np.nan, stayed / either),
        is_missing=missing,
    )[OVERLAP_COLUMNS]


def team_composition(years: TeamYears) -> pd.DataFrame:
    """Contract ``team_composition``: INDICATORS by year.

    ``rosters``: share of teams with a list of members; ``members``: people a list; ``share_<side>``: mean over teams of
    the side's share among members of a stated sector; ``mixed``: share of teams with all three sides; ``continuity``:
    mean overlap with the year before. Shares of teams have Wilson's interval, means one clustered by territorial unit.
    ``missing``: teams (of ``continuity``: teams there in both years) of which it is not known; ``people``: members
    behind the number.
    """
    teams = years.teams
    members = years.of("team_members")
    members = members[members["year"].isin(years.years)].astype({"year": "int64"})
    members = members.merge(teams[["team_id", "year"]], on=["team_id", "year"])
    cards = teams.merge(rosters(members), on=["team_id", "year"], how="left")
    known = (cards["members"] - cards["unstated"]).astype("float64")
    for side, name in zip(SIDE_COLUMNS, SHARES, strict=True):
        cards[name] = cards[side].astype("float64") / known.where(known > 0)
    sides = cards[list(SIDE_COLUMNS)].astype("float64").gt(0).all(axis=1)
    cards["mixed"] = sides.astype("float64").where(known > 0)
    cards["rosters"] = cards["members"].notna().astype("float64")
    pairs = overlaps(teams, members).merge(teams[["team_id", "year", "unit"]], on=["team_id", "year"])
    rows = [row for year in years.years for row in _of_year(year, cards, pairs)]
    columns = TABLES["team_composition"].names
    return conform(pd.DataFrame(rows, columns=list(columns)), TABLES["team_composition"])


def _of_year(year: int, cards: pd.DataFrame, pairs: pd.DataFrame) -> list[dict[str, object]]:
    own, both = cards[cards["year"] == year], pairs[pairs["year"] == year]
    rows = []
    for name in INDICATORS:
        frame, values = (both, both["continuity"]) if name == "continuity" else (own, own[name])
        if frame.empty:
            continue
        values = values.astype("float64")
        mean, low, high, n, clusters = cluster_mean(values, frame["unit"])
        if name in ("rosters", "mixed"):
            low, high = wilson_interval(float(values.sum()), n)
        elif name != "members":
            low, high = max(0.0, low), min(1.0, high)
        behind = both["either"].sum() if name == "continuity" else own.loc[values.notna(), "members"].sum()
        rows.append(
            {
                "indicator": name, "year": year, "value": mean, "low": low, "high": high, "n": n,
                "clusters": clusters, "missing": int(values.isna().sum()), "people": int(behind),
                "unit": "persons" if name == "members" else "share",
            }
        )  # fmt: skip
    return rows
