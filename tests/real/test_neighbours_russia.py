"""Neighbours and clusters of the 2,594 municipal outlines of Russia in 2024, as they come.

Boundaries: OpenStreetMap contributors (ODbL), SberIndex; generalised.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from evaluation.territory.clusters import moran
from evaluation.territory.local_clusters import local_moran
from evaluation.territory.neighbours import centre_neighbours, contiguity, neighbour_graph

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

BOUNDARIES = "territory/russia_municipal_boundaries_2018_2024.parquet"


@pytest.fixture(scope="module")
def russia(real_file: Callable[[str], Path]) -> GeoDataFrame:
    import geopandas as gpd

    frame = gpd.read_parquet(real_file(BOUNDARIES))
    frame = frame[(frame["year_from"] <= 2024) & (frame["year_to"] > 2024)]
    return frame.rename(columns={"oktmo8": "unit_id"}).reset_index(drop=True)


@pytest.fixture(scope="module")
def pairs(russia: GeoDataFrame) -> pd.DataFrame:
    return contiguity(russia)


@pytest.mark.filterwarnings("error")
def test_borders_of_the_whole_country(russia: GeoDataFrame, pairs: pd.DataFrame) -> None:
    began = time.perf_counter()
    again = contiguity(russia)
    seconds = time.perf_counter() - began
    pd.testing.assert_frame_equal(again, pairs)
    counts = (pairs["basis"].value_counts() // 2).to_dict()
    print(f"{len(russia)} units: {counts} in {seconds:.2f} s")
    assert seconds < 3
    drawn = set(russia.loc[russia.geometry.notna(), "unit_id"])
    assert len(russia) == 2594 and set(pairs["unit_id"]) == drawn and len(drawn) == 2593, "one unit has no outline"
    assert counts["edge"] > 6500 and counts["gap"] < 60 and counts["nearest"] <= 2
    both = set(zip(pairs["unit_id"], pairs["neighbour_id"], strict=True))
    assert both == {(b, a) for a, b in both}


def test_borders_that_everybody_knows(russia: GeoDataFrame, pairs: pd.DataFrame) -> None:
    name = russia.set_index("unit_id")["municipal_district_name_short"]
    region = russia.set_index("unit_id")["region_name"]

    def of(unit: str) -> set[str]:
        return set(name[pairs.loc[pairs["unit_id"] == unit, "neighbour_id"]])

    norilsk = name.index[name.str.contains("Норильск", na=False)]
    assert [of(unit) for unit in norilsk] == [{name[name.str.contains("Таймыр", na=False)].iloc[0]}]
    lonely = pairs[pairs["basis"] == "nearest"]
    assert lonely["unit_id"].map(name).str.contains("Алеутский").sum() == 1, "the Commander Islands"
    mixed = pairs[pairs["unit_id"].map(region).ne(pairs["neighbour_id"].map(region))]
    kaliningrad = mixed[mixed["unit_id"].map(region).str.contains("Калининград")]
    assert kaliningrad.empty, "no border with another region"


def test_chukotka_meets_itself_across_the_antimeridian(russia: GeoDataFrame) -> None:
    chukotka = russia[russia["region_name"].str.contains("Чукот")]
    bounds = chukotka.geometry.bounds
    across = chukotka[(bounds["minx"] <= -179.9) & (bounds["maxx"] >= 179.9)]
    assert len(across) >= 1, "a unit is drawn on both sides"
    found = contiguity(chukotka)
    assert set(found["basis"]) <= {"edge", "gap"} and found["unit_id"].nunique() == len(chukotka)


@pytest.mark.filterwarnings("error")
def test_a_graph_without_a_warning(russia: GeoDataFrame, pairs: pd.DataFrame) -> None:
    graph = neighbour_graph(pairs, russia["unit_id"].tolist())
    assert (graph.n, len(graph.isolates)) == (2594, 1)


@pytest.mark.filterwarnings("error")
def test_size_of_units_is_clustered_and_found_where_it_is(russia: GeoDataFrame, pairs: pd.DataFrame) -> None:
    area = pd.Series(russia["area_km2"].to_numpy(), index=russia["unit_id"]).rank()
    overall = moran(area, pairs)
    assert overall.value > 0.5 and overall.p_permutation <= 0.002
    assert (overall.n, overall.missing, overall.islands) == (2593, 1, 0)
    began = time.perf_counter()
    found = local_moran(area, pairs).units
    print(
        f"local Moran, 9,999 draws: {time.perf_counter() - began:.1f} s, {found['is_cluster'].sum()} units in clusters"
    )
    taimyr = russia.loc[russia["municipal_district_name_short"].str.contains("Таймыр", na=False), "unit_id"]
    row = found.set_index("unit_id").loc[taimyr.iloc[0]]
    assert row["quadrant"] in {"high_high", "high_low"}
    moscow = russia.loc[russia["region_name"].str.contains("Москва"), "unit_id"]
    assert len(moscow) > 100
    assert (found.loc[found["unit_id"].isin(moscow), "quadrant"] == "low_low").mean() > 0.9


def test_centres_agree_with_borders_for_the_most_part(russia: GeoDataFrame, pairs: pd.DataFrame) -> None:
    drawn = russia[russia.geometry.notna()]
    inner = drawn.geometry.representative_point()
    units = pd.DataFrame({"unit_id": drawn["unit_id"], "longitude": inner.x, "latitude": inner.y})
    borders = set(zip(pairs["unit_id"], pairs["neighbour_id"], strict=True))
    for rule, least in (("gabriel", 0.75), ("delaunay", 0.6), ("nearest_centre", 0.55)):
        centred = centre_neighbours(units, rule)  # type: ignore[arg-type]  # a name from the list above
        share = len(borders & set(zip(centred["unit_id"], centred["neighbour_id"], strict=True))) / len(centred)
        print(f"{rule}: {len(centred) // 2} pairs, {share:.2f} of them are borders")
        assert share > least
