"""The neighbours of every unit that lie nearest to it, for showing units side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.territory.travel import distances

NEARBY_COLUMNS = ["unit_id", "neighbour_id", "distance_km"]


def nearby(units: pd.DataFrame, pairs: pd.DataFrame | None = None, most: int = 4) -> pd.DataFrame:
    """NEARBY_COLUMNS: up to ``most`` neighbours of every unit, the nearest first, units as given.

    ``units``: unit_id, longitude, latitude. ``pairs``: who is whose neighbour (``neighbours.contiguity``); without
    them every other unit may be. ``distance_km``: great circle between the centres. Units without a centre, and
    neighbours without one, are left out. Equally near neighbours follow in the order of their codes.
    """
    ways = distances(units)
    frame = pd.DataFrame(
        {
            "unit_id": np.repeat(np.array(ways.origins, dtype=object), len(ways.places)),
            "neighbour_id": np.tile(np.array(ways.places, dtype=object), len(ways.origins)),
            "distance_km": ways.matrix.ravel(),
        }
    )
    frame = frame[frame["unit_id"].ne(frame["neighbour_id"]) & frame["distance_km"].notna()]
    if pairs is not None:
        frame = frame.merge(pairs[["unit_id", "neighbour_id"]].drop_duplicates(), on=["unit_id", "neighbour_id"])
    frame = frame.sort_values(["unit_id", "distance_km", "neighbour_id"], kind="stable")
    nearest = frame.groupby("unit_id", sort=False).head(most)
    order = {unit: place for place, unit in enumerate(units["unit_id"])}
    at = nearest["unit_id"].map(order).to_numpy()
    out = nearest.iloc[np.argsort(at, kind="stable")].reset_index(drop=True)
    return out[NEARBY_COLUMNS].astype({"unit_id": "str", "neighbour_id": "str", "distance_km": "float64"})
