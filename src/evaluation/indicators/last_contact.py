"""When every stream of support last reached every territorial unit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.geographies import Geography
from evaluation.indicators.stream_measures import Tables, placed_contacts, stream_contacts, years_told
from evaluation.support.streams import STREAMS


def last_contact(tables: Tables, year: int, place: Geography | None = None) -> pd.DataFrame:
    """Contract ``last_contact``: one row a stream and unit, as it stood at the end of ``year``.

    ``tables`` as ``stream_coverage``, of all years up to ``year``. ``place``: the geography whose units are told, so
    that contacts of former units count for their successors (those of a unit whose successor is not certain count for
    nobody); without it the units in force in ``year`` by their codes. ``state``: ``this_year``, ``earlier``, ``never``
    (in none of the years that the records tell; ``since_year`` is the first), ``not_known`` (they tell no year).
    ``years_since`` is empty where there was no contact.
    """
    units = tables["territories"].loc[tables["territories"]["year"] == year, "unit_id"]
    unit_index = pd.Index((units if place is None else place.units["unit_id"]).drop_duplicates())
    contacts = placed_contacts(stream_contacts(tables), place)
    contacts = contacts[(contacts["year"] <= year) & contacts["unit_id"].isin(unit_index)]
    told = years_told(tables)
    keys = pd.MultiIndex.from_product([STREAMS, unit_index], names=["stream", "unit_id"])
    last = contacts.groupby(["stream", "unit_id"])["year"].max().reindex(keys)
    frame = last.rename("last_year").astype("Int64").reset_index()
    first_told = told[told["year"] <= year].groupby("stream")["year"].min()
    frame["since_year"] = frame["stream"].map(first_told).astype("Int64")
    frame["year"] = year
    frame["years_since"] = frame["year"] - frame["last_year"]
    since = frame["years_since"].astype("float64").to_numpy()
    frame["state"] = np.select(
        [since == 0, since > 0, frame["since_year"].notna().to_numpy()], ["this_year", "earlier", "never"], "not_known"
    )
    return conform(frame, TABLES["last_contact"])
