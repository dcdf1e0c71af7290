"""The table of unevenness and the table of clusters, from a year's indicators to contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.indicators.inequality import inequality, spread
from evaluation.indicators.inequality_intervals import SEED
from evaluation.indicators.measured import groupings, size_class
from evaluation.indicators.overdispersion import overdispersion
from evaluation.indicators.unevenness import MEASURED, clusters, lorenz_points, unevenness
from evaluation.settings import InputProblem
from evaluation.territory.local_clusters import local_moran
from evaluation.territory.neighbours import centre_neighbours

pytestmark = pytest.mark.filterwarnings("error")
CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
N = 40
RNG = np.random.default_rng(4)
UNITS = pd.DataFrame(
    {
        "unit_id": [f"{place:02}" for place in range(N)], "short_name": [f"Unit {place}" for place in range(N)],
        "type": np.where(np.arange(N) % 3 == 0, "city_okrug", "municipal_okrug"),
        "is_north": pd.array(np.arange(N) % 5 == 0, dtype="boolean"),
        "longitude": RNG.uniform(85, 100, N), "latitude": RNG.uniform(52, 70, N),
        "population": pd.array(RNG.lognormal(10, 1, N).round(), dtype="Int64"),
    }
)  # fmt: skip
NEIGHBOURS = centre_neighbours(UNITS)


def indicators(**numerators: np.ndarray) -> pd.DataFrame:
    people = UNITS["population"].astype(float).to_numpy()
    frames = [
        pd.DataFrame({"indicator": name, "unit_id": UNITS["unit_id"], "year": 2025, "value": 1e4 * count / people,
                      "numerator": count, "denominator": people}) for name, count in numerators.items()
    ]  # fmt: skip
    whole = pd.DataFrame({"indicator": "projects_per_10000", "unit_id": ["all", "00"], "year": [2025, 2024],
                          "value": [1e9, 1e9], "numerator": 1.0, "denominator": 1.0})  # fmt: skip
    return pd.concat([*frames, whole], ignore_index=True).astype({"year": "Int64"})


PROJECTS = 1.0 + RNG.poisson(UNITS["population"].astype(float).to_numpy() * 4e-4)
ROWS = indicators(projects_per_10000=PROJECTS, training_persons_per_1000=np.where(np.arange(N) < 4, 0.0, PROJECTS * 3))


def told(frame: pd.DataFrame, measure: str, group: str = "all", indicator: str = "projects_per_10000") -> pd.Series:
    row = frame[(frame["indicator"] == indicator) & (frame["measure"] == measure) & (frame["group"] == group)]
    assert len(row) == 1, (measure, group)
    return row.iloc[0]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return unevenness(ROWS, UNITS, 2025, neighbours=NEIGHBOURS, draws=199)


def test_every_row_keeps_the_contract_and_has_words(table: pd.DataFrame) -> None:
    checked = check(table, TABLES["unevenness"], CODEBOOK)
    assert checked.equals(table)
    assert table["indicator"].drop_duplicates().tolist() == list(MEASURED)
    defined = table["value"].notna()
    assert table.loc[~defined, "note"].notna().all(), "a value that is missing says why"
    ends = table.dropna(subset=["low", "high"])
    assert (ends["low"] <= ends["high"]).all()


def test_rows_are_those_of_the_functions(table: pd.DataFrame) -> None:
    own = ROWS[(ROWS["indicator"] == "projects_per_10000") & (ROWS["year"] == 2025) & (ROWS["unit_id"] != "all")]
    own = own.set_index("unit_id")
    units = spread(own["value"], own["denominator"])
    for measure in ("gini", "theil_t", "theil_l", "cv", "top_tenth_share", "ratio_90_10"):
        assert told(table, measure)["value"] == pytest.approx(inequality(measure, units)), measure
    assert told(table, "gini_of_units")["value"] == pytest.approx(inequality("gini", spread(own["value"])))
    left = table[(table["measure"] == "gini_left_out") & (table["indicator"] == "projects_per_10000")].iloc[0]
    kept = spread(own["value"].drop(left["group"]), own["denominator"].drop(left["group"]))
    assert left["value"] == pytest.approx(inequality("gini", kept)) and left["n"] == N - 1
    test = overdispersion(own["numerator"].to_numpy(), own["denominator"].to_numpy(), draws=199, seed=SEED)
    row = told(table, "between_sd")
    assert (row["value"], row["p"]) == pytest.approx((test.between_sd, test.p))
    assert told(table, "dispersion")["p"] == pytest.approx(test.p_dispersion)
    assert told(table, "gini_by_chance")["value"] < told(table, "gini")["value"] * 1.5


def test_parts_of_each_grouping_sum_to_the_whole(table: pd.DataFrame) -> None:
    for grouping in ("type", "is_north", "size_class"):
        for measure in ("theil_t", "theil_l"):
            parts = [told(table, f"{measure}_{part}", grouping)["value"] for part in ("between", "within")]
            assert sum(parts) == pytest.approx(told(table, measure)["value"], abs=1e-12)


def test_zeros_leave_theil_l_undefined_and_say_so(table: pd.DataFrame) -> None:
    trained = "training_persons_per_1000"
    row = told(table, "theil_l", indicator=trained)
    assert pd.isna(row["value"]) and row["note"] == "undefined_zeros"
    assert told(table, "theil_l_between", "type", trained)["note"] == "undefined_zeros"
    assert not pd.isna(told(table, "theil_t", indicator=trained)["value"])
    assert "between_sd" not in set(table.loc[table["indicator"] == trained, "measure"]), "people come in groups"


def test_few_units_are_said_to_have_low_power(table: pd.DataFrame) -> None:
    for measure in ("moran_i", "moran_i_of_rates"):
        assert told(table, measure)["note"] == "low_power"
    alone = unevenness(ROWS, UNITS, 2025, chosen=["projects_per_10000"], draws=19)
    assert not alone["measure"].str.startswith("moran").any(), "no neighbours, no clustering"


def test_indicators_that_cannot_be_measured_say_why() -> None:
    known = np.where(np.arange(N) == 0, PROJECTS, np.nan)
    rows = indicators(projects_per_10000=np.zeros(N), success_rate=known)
    found = unevenness(rows, UNITS, 2025, neighbours=NEIGHBOURS, draws=19).set_index("indicator")["note"]
    assert found.to_dict() == {
        "projects_per_10000": "all_zero", "participation_per_1000": "not_measured",
        "training_persons_per_1000": "not_measured", "success_rate": "too_few",
    }  # fmt: skip
    same = indicators(success_rate=UNITS["population"].astype(float).to_numpy())
    row = told(unevenness(same, UNITS, 2025, neighbours=NEIGHBOURS, draws=19), "moran_i", indicator="success_rate")
    assert pd.isna(row["value"]) and row["note"] == "no_clustering"


def test_unknown_residents_are_counted_and_grouped() -> None:
    units = UNITS.assign(population=UNITS["population"].mask(UNITS["unit_id"] == "07"))
    rows = ROWS.assign(value=ROWS["value"].mask(ROWS["unit_id"] == "07"))
    found = unevenness(rows, units, 2025, chosen=["projects_per_10000"], draws=19)
    assert told(found, "gini")[["n", "missing"]].tolist() == [N - 1, 1]
    counts = rows[rows["indicator"] == "projects_per_10000"].assign(denominator=np.nan, value=ROWS["numerator"])
    plain = unevenness(counts, units, 2025, chosen=["projects_per_10000"], counted=(), draws=19)
    assert told(plain, "gini")["n"] == N and "gini_of_units" not in set(plain["measure"])
    assert told(plain, "theil_t_between", "size_class")["note"] == "group_unknown"


def test_classes_by_residents() -> None:
    people = pd.Series([9_999, 10_000, 29_999, 30_000, 100_000, None], index=list("abcdef"), dtype="Int64")
    assert size_class(people).tolist()[:5] == [
        "under_10000", "10000_29999", "10000_29999", "30000_99999", "from_100000",
    ]  # fmt: skip
    assert size_class(people).isna().tolist() == [False] * 5 + [True]
    assert size_class(people, [20_000]).tolist()[:2] == ["under_20000", "under_20000"]
    assert groupings(UNITS.drop(columns="type")).columns.tolist() == ["is_north", "size_class"]
    for limits in ([], [5, 5], [9, 3], [0, 4]):
        with pytest.raises(InputProblem, match="expected rising numbers"):
            size_class(people, limits)


def test_clusters_of_every_unit_and_indicator() -> None:
    found = clusters(ROWS, UNITS, NEIGHBOURS, 2025)
    assert check(found, TABLES["clusters"], CODEBOOK).equals(found) and len(found) == N * len(MEASURED)
    trained = found[found["indicator"] == "training_persons_per_1000"].set_index("unit_id")
    values = ROWS[ROWS["indicator"] == "training_persons_per_1000"].set_index("unit_id")["value"]
    direct = local_moran(values, NEIGHBOURS).units.set_index("unit_id")
    assert trained["p"].tolist() == direct["p"].tolist() and (trained["is_cluster"] == direct["is_cluster"]).all()
    rates = found[found["indicator"] == "projects_per_10000"].set_index("unit_id")["local_i"]
    plain = ROWS[(ROWS["indicator"] == "projects_per_10000") & (ROWS["year"] == 2025)].set_index("unit_id")["value"]
    assert not np.allclose(rates, local_moran(plain.drop("all"), NEIGHBOURS).units["local_i"]), "standardised"
    absent = found[found["indicator"] == "success_rate"]
    assert set(absent["quadrant"]) == {"no_data"} and not absent["is_cluster"].any()


def test_lorenz_points_begin_and_end() -> None:
    points = lorenz_points(ROWS, UNITS, 2025)
    assert points["indicator"].drop_duplicates().tolist() == ["projects_per_10000", "training_persons_per_1000"]
    for _, part in points.groupby("indicator"):
        assert part.iloc[0, 1:].tolist() == [0, 0] and part.iloc[-1, 1:].tolist() == pytest.approx([1, 1])
        assert (part["total_share"] <= part["weight_share"] + 1e-12).all()
    assert lorenz_points(ROWS, UNITS, 1999).empty


def test_the_same_rows_each_time(table: pd.DataFrame) -> None:
    shuffled = ROWS.sample(frac=1, random_state=2), UNITS.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(unevenness(*shuffled, 2025, neighbours=NEIGHBOURS, draws=199), table)
