"""The tables of a delivery from the tables of a workspace: sums alone, with small counts of people hidden."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from evaluation.contracts import conform
from evaluation.year.roll_up.contract import (
    ALL,
    ESTIMATES_TABLE,
    FAMILIES,
    FINDINGS_TABLE,
    OF_TRAINING,
    PEOPLE_BELOW,
    PROTECTING,
    SMALL,
    TABLES,
    TOTALS,
    UNIT_VALUES,
    UNITS,
    counts_people,
)

TAKEN = ("territories", "indicators", "stream_coverage", "support_summary", "estimates")
"""Tables of a workspace that a delivery is made of, besides all findings; the first two are needed."""
_SUMMARY = {
    "events": "events", "hours": "hours", "participants": "persons", "unique_participants": "persons",
    "units_reached": "units", "units_in_force": "units",
}  # fmt: skip
_SPECIFIED = (
    "outcome", "exposures", "family", "design", "controls", "fixed_effects", "instruments", "offset", "weights",
    "clusters", "second_clusters", "conley", "inference", "geography",
)  # fmt: skip
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
UNPLANNED = "unplanned"

Frames = dict[str, pd.DataFrame]


def delivery_frames(
    tables: Mapping[str, pd.DataFrame], models: Mapping[str, Mapping[str, Any]], year: int, threshold: int
) -> Frames:
    """The frames of a delivery by name (``roll_up_contract.TABLES``), conforming to its contract.

    ``tables``: of TAKEN those that the year has, and tables of findings, as in the workspace. ``models``: the plan's
    models by name, as JSON holds them. Counts of people are told of the whole region only; those from 1 to
    ``threshold`` - 1 are emptied and marked, and so is a total that lies less than ``threshold`` from another total of
    the same people. Raises KeyError where a needed table is missing.
    """
    territories, indicators = tables["territories"], tables["indicators"]
    totals = pd.concat(
        [
            _of_indicators(indicators, year),
            *([_of_streams(tables["stream_coverage"], year)] if "stream_coverage" in tables else []),
            *([_of_summary(tables["support_summary"], year)] if "support_summary" in tables else []),
        ],
        ignore_index=True,
    )
    made = {
        "units": territories[list(UNITS.names)].sort_values("unit_id"),
        "totals": _hidden_totals(totals, threshold).sort_values(list(TOTALS.key)),
        "unit_values": _unit_values(indicators, year),
        "estimates": _estimates(tables.get("estimates"), models),
        "findings": _findings({name: frame for name, frame in tables.items() if name.startswith("findings_")}),
    }
    return {name: conform(frame, TABLES[name]) for name, frame in made.items()}


def specification(model: Mapping[str, Any]) -> str:
    """A short code of how a model is fitted: the same for the same outcome, exposures, family, design and controls.

    Letters alone, so that it is never taken for a number of anything.
    """
    told = json.dumps({name: model.get(name) for name in _SPECIFIED}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:12].translate(_LETTERS)


# ---- totals ---------------------------------------------------------------------------------------------------------


def _of_indicators(indicators: pd.DataFrame, year: int) -> pd.DataFrame:
    rows = indicators[(indicators["unit_id"] == ALL) & (indicators["year"] == year)]
    return _total_rows(rows.assign(source="indicators", stream=ALL, channel=ALL))


def _of_streams(coverage: pd.DataFrame, year: int) -> pd.DataFrame:
    rows = coverage[(coverage["unit_id"] == ALL) & (coverage["year"] == year)]
    return _total_rows(rows.assign(source="stream_coverage", channel=rows["channel"].fillna(ALL)))


def _of_summary(summary: pd.DataFrame, year: int) -> pd.DataFrame:
    rows = summary[summary["year"] == year]
    long = rows.melt(["stream"], list(_SUMMARY), "indicator", "numerator").dropna(subset="numerator")
    values = long["numerator"].astype("float64")
    in_force = rows.set_index("stream")["units_in_force"]
    return _total_rows(
        long.assign(
            source="support_summary", channel=ALL, unit=long["indicator"].map(_SUMMARY), numerator=values, value=values,
            denominator=np.nan, n=long["stream"].map(in_force), low=np.nan, high=np.nan,
        )
    )  # fmt: skip


def _total_rows(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(hidden=pd.Series(None, index=rows.index, dtype="str"))[list(TOTALS.names)]


def _hidden_totals(totals: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Small counts emptied, and of two close counts of the same people the one that comes later in its family."""
    out = totals.reset_index(drop=True)
    small = counts_people(out) & _is_small(out["numerator"], threshold)
    small |= out["indicator"].isin(PEOPLE_BELOW) & _is_small(out["denominator"], threshold)
    out.loc[small, "hidden"] = SMALL
    stream = out["stream"].mask(out["indicator"].isin(OF_TRAINING), "training")
    for family in FAMILIES:
        rank = {name: place for place, name in enumerate(family)}
        of_family = out[out["indicator"].isin(family) & out["hidden"].isna()].assign(stream=stream)
        of_family = of_family.assign(rank=of_family["indicator"].map(rank)).sort_values(["stream", "rank", "source"])
        for _, rows in of_family.groupby("stream", sort=False):
            shown: list[float] = []
            for place, value in rows["numerator"].items():
                if any(0 < abs(value - other) < threshold for other in shown):
                    out.loc[place, "hidden"] = PROTECTING
                else:
                    shown.append(value)
    hidden = out["hidden"].notna()
    out.loc[hidden, ["value", "numerator", "low", "high"]] = np.nan
    out.loc[hidden & out["indicator"].isin(PEOPLE_BELOW), "denominator"] = np.nan
    return out


def _is_small(values: pd.Series, threshold: int) -> pd.Series:
    return (values > 0) & (values < threshold)


# ---- units, estimates, findings -------------------------------------------------------------------------------------


def _unit_values(indicators: pd.DataFrame, year: int) -> pd.DataFrame:
    """Indicators without a denominator that count no people, of every unit: what adds up to the region's total."""
    rows = indicators[(indicators["unit_id"] != ALL) & (indicators["year"] == year)]
    adding = rows["denominator"].isna() & rows["value"].notna() & rows["value"].eq(rows["numerator"])
    return rows.loc[adding & ~counts_people(rows), list(UNIT_VALUES.names)].sort_values(list(UNIT_VALUES.key))


def _estimates(estimates: pd.DataFrame | None, models: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    if estimates is None:
        return ESTIMATES_TABLE.empty()
    known = {name: specification(model) for name, model in models.items()}
    told = [known.get(str(name), UNPLANNED) for name in estimates["model"]]
    return estimates.assign(specification=pd.Series(told, index=estimates.index, dtype="str"))[
        list(ESTIMATES_TABLE.names)
    ]


def _findings(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All findings by name; one that two steps tell alike stands once."""
    if not tables:
        return FINDINGS_TABLE.empty()
    rows = pd.concat([tables[name] for name in sorted(tables)], ignore_index=True)
    return rows.drop_duplicates("name").sort_values("name")[list(FINDINGS_TABLE.names)]
