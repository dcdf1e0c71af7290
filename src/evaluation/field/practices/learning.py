"""From whom each adoption can have been learnt: who had the practice by the year before and taught the adopter.

A candidate is no proof: meeting a unit that has the practice is what the adoption hazard counts, not what a person
remembered. Where nobody of those met had it, from whom it came is not known.
"""

from __future__ import annotations

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.geographies import Geography
from evaluation.territory.crosswalk import UNASSIGNED

TABLE = TABLES["practice_sources"]
STATES = ("one_candidate", "several_candidates", "not_known")


def placed_practices(
    practices: pd.DataFrame, adoptions: pd.DataFrame, geography: Geography
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both registers of all years in the units of one geography; adoptions that no unit can take are left out."""
    origin = geography.place(practices["origin_unit_id"], practices["year"]).replace({UNASSIGNED: None})
    where = geography.place(adoptions["unit_id"], adoptions["year"])
    return practices.assign(origin_unit_id=origin), adoptions.assign(unit_id=where)[where != UNASSIGNED]


def learning_sources(
    adoptions: pd.DataFrame, practices: pd.DataFrame, ties: pd.DataFrame, lag_years: int = 1
) -> pd.DataFrame:
    """Contract ``practice_sources``: one row a practice and unit that adopted it, with the candidates' codes.

    ``adoptions`` (practice_id, unit_id, year, adopted_on, learned_through) and ``practices`` (practice_id, year,
    origin_unit_id, first_year) in the units of ``ties`` (year, from_unit, to_unit: who taught whom at exchange events
    before that year's deadline and after the one before). A candidate taught the adopter in the year of adoption's
    window and had the practice ``lag_years`` before. Candidates are joined by ``; `` in order of codes.
    """
    first = first_adoptions(adoptions, practices)
    register = practices.sort_values("year", kind="stable").drop_duplicates("practice_id", keep="last")
    home = set(zip(register["practice_id"], register["origin_unit_id"], strict=True))
    made = first[[pair not in home for pair in zip(first["practice_id"], first["unit_id"], strict=True)]]
    if made.empty:
        return TABLE.empty()
    had = first[["practice_id", "unit_id", "since"]].rename(columns={"unit_id": "from_unit", "since": "had_since"})
    met = ties[["year", "from_unit", "to_unit"]].drop_duplicates().rename(columns={"to_unit": "unit_id"})
    met = met[met["from_unit"] != met["unit_id"]]
    met = met.astype({"year": "int64"}).rename(columns={"year": "since"})
    pairs = made.merge(met, on=["unit_id", "since"]).merge(had, on=["practice_id", "from_unit"])
    pairs = pairs[pairs["had_since"] <= pairs["since"] - lag_years].sort_values("from_unit", kind="stable")
    groups = pairs.groupby(["practice_id", "unit_id"])["from_unit"]
    keys = pd.MultiIndex.from_frame(made[["practice_id", "unit_id"]])
    number = groups.size().reindex(keys, fill_value=0).to_numpy()
    states = pd.Series(number).map(lambda count: STATES[min(count, 2) - 1] if count else STATES[2])
    table = made.assign(
        year=made["since"], told_channel=made["learned_through"], candidates=number, state=states.to_numpy(),
        candidate_units=groups.agg("; ".join).reindex(keys).to_numpy(),
    )  # fmt: skip
    return conform(table[list(TABLE.names)].sort_values(list(TABLE.key), kind="stable"), TABLE)


def first_adoptions(adoptions: pd.DataFrame, practices: pd.DataFrame) -> pd.DataFrame:
    """practice_id, unit_id, since, learned_through: every unit's first year with the practice, its origin included.

    The year of ``adopted_on`` counts where it is told: a file may report late.
    """
    year = adoptions["adopted_on"].dt.year.astype("Float64").fillna(adoptions["year"].astype("Float64"))
    told = adoptions[["practice_id", "unit_id", "learned_through"]].assign(since=year)
    register = practices.sort_values("year", kind="stable").drop_duplicates("practice_id", keep="last")
    began = register.dropna(subset=["origin_unit_id"])
    began = began.rename(columns={"origin_unit_id": "unit_id", "first_year": "since"})
    began = began[["practice_id", "unit_id", "since"]].assign(learned_through=None)
    both = pd.concat([began.astype({"learned_through": "object"}), told.astype({"learned_through": "object"})])
    both = both.dropna(subset=["unit_id", "since"]).sort_values(["practice_id", "unit_id", "since"], kind="stable")
    return both.drop_duplicates(["practice_id", "unit_id"]).astype({"since": "int64"}).reset_index(drop=True)
