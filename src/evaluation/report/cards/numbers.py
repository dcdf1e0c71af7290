"""The findings of a territory's card: every number its sentences may quote, with interval, n and step."""

from __future__ import annotations

import pandas as pd

# by name of the number: its unit and the step whose table tells it
NUMBERS: dict[str, tuple[str, str]] = {
    "residents": ("persons", "01_clean_programme"),
    "adults": ("persons", "01_clean_programme"),
    "applications": ("applications", "03_build_panel"),
    "funded": ("projects", "03_build_panel"),
    "cost": ("currency", "03_build_panel"),
    "all_applications": ("applications", "03_build_panel"),
    "all_funded": ("projects", "03_build_panel"),
    "all_cost": ("currency", "03_build_panel"),
    "rate": ("per_10000", "04_map_coverage"),
    "rank": ("count", "04_map_coverage"),
    "ranked": ("units", "04_map_coverage"),
    "alike": ("units", "04_map_coverage"),
    "all_rate": ("per_10000", "03_build_panel"),
    "all_rank": ("count", "03_build_panel"),
    "all_ranked": ("units", "03_build_panel"),
    "all_alike": ("units", "03_build_panel"),
    "distance": ("km", "04b_plan_access"),
}
_COLUMNS = ["unit_id", "name", "value", "unit", "n", "low", "high", "note", "step"]


def card_numbers(
    units: pd.DataFrame,
    panel: pd.DataFrame,
    year: int,
    ranks: pd.DataFrame,
    ranks_of_all_years: pd.DataFrame,
    way: pd.DataFrame,
) -> pd.DataFrame:
    """unit_id and the columns of the contract ``findings_*``: one row a unit and number of NUMBERS.

    ``panel``: rows of the units in the present boundaries up to ``year``; ``way``: rows of ``access`` to the nearest
    event of any stream. ``note`` holds the year of the residents (the year before where this year's are not known) and
    the years over which ``all_*`` are summed. A number that is not known is missing.
    """
    unit = units["unit_id"].reset_index(drop=True)
    now = panel[panel["year"] == year].set_index("unit_id")
    whole = panel.groupby("unit_id")[["applications", "funded", "cost"]].sum()
    span = panel.groupby("unit_id")["year"].agg(["min", "max"])
    told = unit.map(span["min"].astype("str") + "–" + span["max"].astype("str"))
    parts = [
        *_residents(units.reset_index(drop=True), panel),
        *(_part(unit, name, now[name]) for name in ("applications", "funded", "cost")),
        *(_part(unit, f"all_{name}", whole[name], note=told) for name in ("applications", "funded", "cost")),
        *_of_ranks(unit, ranks.set_index("unit_id"), ""),
        *_of_ranks(unit, ranks_of_all_years.set_index("unit_id"), "all_"),
        _part(unit, "distance", way.set_index("unit_id")["distance_km"]),
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["unit"] = frame["name"].map({name: unit for name, (unit, _) in NUMBERS.items()})
    frame["step"] = frame["name"].map({name: step for name, (_, step) in NUMBERS.items()})
    return frame[_COLUMNS].astype({"n": "Int64", "value": "float64", "low": "float64", "high": "float64"})


def _part(
    unit: pd.Series,
    name: str,
    value: pd.Series,
    n: pd.Series | None = None,
    low: pd.Series | None = None,
    high: pd.Series | None = None,
    note: pd.Series | None = None,
) -> pd.DataFrame:
    def of(series: pd.Series | None, kind: str) -> pd.Series:
        return unit.map({} if series is None else series.astype("object").to_dict()).astype(kind)

    return pd.DataFrame(
        {
            "unit_id": unit, "name": name, "value": of(value, "Float64"), "n": of(n, "Int64"),
            "low": of(low, "Float64"), "high": of(high, "Float64"),
            "note": pd.Series(None, index=unit.index, dtype="object") if note is None else note,
        }
    )  # fmt: skip


def _residents(units: pd.DataFrame, panel: pd.DataFrame) -> list[pd.DataFrame]:
    """This year's residents of the passport; where it has none, those of the last year in which they are known."""
    known = panel.dropna(subset=["population"]).sort_values("year").drop_duplicates("unit_id", keep="last")
    known = known.set_index("unit_id")
    unit = units["unit_id"]
    parts = []
    for name, column in (("residents", "population"), ("adults", "population_18plus")):
        own = units.set_index("unit_id")[column]
        value = own.astype("Float64").fillna(known[column].astype("Float64").reindex(own.index))
        year = units.set_index("unit_id")["year"].astype("Int64").where(own.notna(), known["year"].reindex(own.index))
        note = unit.map(year.astype("str").where(value.notna()))
        parts.append(_part(unit, name, value, note=note))
    return parts


def _of_ranks(unit: pd.Series, ranks: pd.DataFrame, start: str) -> list[pd.DataFrame]:
    ranked = ranks["ranked"]
    return [
        _part(unit, f"{start}rate", ranks["value"], low=ranks["low"], high=ranks["high"]),
        _part(unit, f"{start}rank", ranks["rank"], ranked, ranks["rank_low"], ranks["rank_high"]),
        _part(unit, f"{start}ranked", ranked),
        _part(unit, f"{start}alike", ranks["alike"], ranked),
    ]
