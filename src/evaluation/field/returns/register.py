"""Every municipality in force: whether it returned the form and how much of it, by region and by type."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from evaluation.field.returns.form import Form
from evaluation.indicators.intervals import wilson_bounds
from evaluation.territory.registry import in_force

REGISTER_COLUMNS = [
    "unit_id", "year", "region", "type", "returned", "required", "answered", "complete_share", "edition", "stated_on",
    "population",
]  # fmt: skip


def completed(returns: pd.DataFrame, form: Form, registry: pd.DataFrame, on_date: dt.date, year: int) -> pd.DataFrame:
    """One row a municipality in force on ``on_date`` (REGISTER_COLUMNS), sorted by its code.

    ``required`` questions are those asked of its type, ``answered`` those of them with a value; ``population`` is the
    registry's; ``region`` are the first two digits of the code.
    """
    units = in_force(registry, on_date).sort_values("unit_id", kind="stable").reset_index(drop=True)
    kinds = units["type"].astype("str")
    asked = pd.DataFrame({one.variable: kinds.map(one.is_asked_of) for one in form.questions}, dtype=bool)
    wide = (
        returns.dropna(subset=["value"]).pivot(index="unit_id", columns="variable", values="value")
        .reindex(index=units["unit_id"], columns=list(form.variables)).notna()
    )  # fmt: skip
    answered = (wide.to_numpy() & asked.to_numpy()).sum(axis=1)
    facts = returns.drop_duplicates("unit_id").set_index("unit_id").reindex(units["unit_id"])
    required = asked.to_numpy().sum(axis=1)
    return pd.DataFrame(
        {
            "unit_id": units["unit_id"],
            "year": year,
            "region": units["unit_id"].str[:2],
            "type": kinds,
            "returned": facts["edition"].notna().to_numpy(),
            "required": required,
            "answered": answered,
            "complete_share": np.divide(answered, required, out=np.full(len(units), np.nan), where=required > 0),
            "edition": facts["edition"].astype("Int64").to_numpy(),
            "stated_on": facts["stated_on"].to_numpy(),
            "population": units["reference_population"].astype("Int64"),
        }
    )[REGISTER_COLUMNS]


def completeness(register: pd.DataFrame) -> pd.DataFrame:
    """Share of municipalities that returned the form, with Wilson's interval, and how complete the returns are.

    One row a year and group (``grouping`` country, region or type): units, returned, share, low, high, ``complete``
    (mean share of the required questions answered, of those that returned) and ``population_share`` (residents of
    those that returned over all, by the registry).
    """
    frames = []
    for grouping, column in (("country", None), ("region", "region"), ("type", "type")):
        group = pd.Series("all", index=register.index) if column is None else register[column].astype("str")
        own = register.assign(group=group, here=register["population"].where(register["returned"].astype(bool)))
        own["complete_share"] = own["complete_share"].where(own["returned"].astype(bool))
        made = own.groupby(["year", "group"], sort=True).agg(
            units=("unit_id", "size"),
            returned=("returned", "sum"),
            complete=("complete_share", "mean"),
            here=("here", "sum"),
            population=("population", "sum"),
        )
        frames.append(made.reset_index().assign(grouping=grouping))
    table = pd.concat(frames, ignore_index=True)
    table["returned"] = table["returned"].astype("int64")
    table["share"] = table["returned"] / table["units"]
    table["low"], table["high"] = wilson_bounds(table["returned"].to_numpy(), table["units"].to_numpy())
    population = table["population"].astype("float64")
    table["population_share"] = table["here"].astype("float64") / population.where(population > 0)
    columns = ["year", "grouping", "group", "units", "returned", "share", "low", "high", "complete", "population_share"]
    return table[columns]


MOST_TYPES = 5
LEAST_UNITS = 20


def shares_by_year(completeness: pd.DataFrame) -> pd.DataFrame:
    """Share that returned the form by year, of all and of the MOST_TYPES largest types, to draw (``display.trend``).

    A type with fewer than LEAST_UNITS municipalities in a year has no point there. Every year's share is of the
    municipalities in force in it, so that merged ones break no line.
    """
    sizes = completeness[completeness["grouping"] == "type"].groupby("group")["units"].sum()
    largest = set(sizes.sort_values(ascending=False, kind="stable").head(MOST_TYPES).index)
    of_type = (completeness["grouping"] == "type") & completeness["group"].isin(largest)
    enough = of_type & (completeness["units"] >= LEAST_UNITS)
    chosen = completeness[(completeness["grouping"] == "country") | enough]
    series = chosen.rename(columns={"share": "value", "returned": "n"})[["year", "group", "value", "low", "high", "n"]]
    return series.assign(unit="share", segment=1, breaks_before="").reset_index(drop=True)


def region_names(registry: pd.DataFrame) -> dict[str, str]:
    """Name of each region by the first two digits of its codes; the digits where the registry names none."""
    rows = registry.assign(code=registry["unit_id"].str[:2]).drop_duplicates("code", keep="last")
    return {str(row.code): str(row.region or row.code) for row in rows.itertuples()}
