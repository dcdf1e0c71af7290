"""Tables of deliveries there and back, what gives small counts away, and whether regions differ by more than chance."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roll_up_regions import MODEL, regions
from scipy import stats

from evaluation.contracts import conform
from evaluation.tables.declaration import Column, Table
from evaluation.year.roll_up.csv import read_table, table_csv
from evaluation.year.roll_up.frames import delivery_frames, specification
from evaluation.year.roll_up.tables import dispersion

ALL_KINDS = Table(
    "all_kinds",
    "row",
    ("key",),
    (
        Column("key", "code"),
        Column("said", "text", required=False),
        Column("whole", "integer", required=False),
        Column("part", "number", required=False),
        Column("paid", "money", required=False),
        Column("day", "date", required=False),
        Column("yes", "flag", required=False),
    ),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
ROWS = st.lists(
    st.tuples(
        TEXTS, st.none() | TEXTS, st.none() | st.integers(-(10**15), 10**15),
        st.none() | st.floats(allow_nan=False, allow_infinity=False), st.none() | st.floats(0, 1e12),
        st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), st.none() | st.booleans(),
    ),
    max_size=6, unique_by=lambda row: row[0],
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ROWS)
def test_a_table_comes_back_as_it_was(rows: list[tuple[object, ...]]) -> None:
    frame = conform(pd.DataFrame(rows, columns=list(ALL_KINDS.names)), ALL_KINDS)
    again, faults = read_table(table_csv(frame, ALL_KINDS), ALL_KINDS)
    assert faults == []
    pd.testing.assert_frame_equal(again, frame)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80) | TEXTS.map(lambda text: f"key,said,whole,part,paid,day,yes\n{text}\n".encode()))
def test_whatever_stands_in_a_file_is_read_or_told(content: bytes) -> None:
    frame, faults = read_table(content, ALL_KINDS)
    assert faults or len(frame) == content.decode().count("\n") - 1
    assert all(text.ru and text.en for text in faults)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1,,nan,,,,", "a whole number"), ("1,,1.5,,,,", "a whole number"), ("1,,,inf,,,", "a number such as 12.5"),
        ("1,,,1e999,,,", "a number such as 12.5"), (",,,,,,", "a cell that is not empty"),
        ("1,,,,,31.12.2025,", "a date such as 2025-12-31"), ("1,,,,,,yes", "true or false"), ("1,,", "7 columns"),
    ],
)  # fmt: skip
def test_a_cell_of_another_kind_is_named(row: str, told: str) -> None:
    faults = read_table(f"key,said,whole,part,paid,day,yes\n0,,,,,,\n{row}\n".encode(), ALL_KINDS)[1]
    assert len(faults) == 1
    assert "tables/all_kinds.csv, line 3" in faults[0].en
    assert told in faults[0].en


def test_two_close_counts_of_the_same_people_are_not_both_sent() -> None:
    region = regions(["17"])[0]
    tables = dict(region.tables)
    total = ("indicator", "training_persons"), ("indicator", "training_persons_per_1000")
    indicators = tables["indicators"].copy()
    for (column, name), value in zip(total, (52.0, 50.0), strict=True):
        row = indicators[column].eq(name) & indicators["unit_id"].eq("all")
        indicators.loc[row, "numerator"] = value
    summary = tables["support_summary"].copy()
    summary.loc[summary["stream"] == "training", "unique_participants"] = 52
    frames = delivery_frames({**tables, "indicators": indicators, "support_summary": summary}, {}, 2025, 5)
    totals = frames["totals"].set_index(["source", "indicator", "stream"])
    assert totals.loc[("indicators", "training_persons", "all"), "numerator"] == 52
    nested = totals.loc[("indicators", "training_persons_per_1000", "all")]
    # 52 - 50: two people live where the population is not known
    assert nested["hidden"] == "protecting"
    assert pd.isna(nested["numerator"])
    assert pd.isna(nested["value"])


def test_a_specification_is_what_is_fitted_not_how_it_is_described() -> None:
    same = {**MODEL, "name": "other", "estimand": {"ru": "а", "en": "a"}, "question": "EQ9"}
    assert specification(MODEL) == specification(same)
    assert specification(MODEL) != specification({**MODEL, "controls": ["topic"]})
    assert specification(MODEL).isalpha()


def regional(parts: list[int], wholes: list[int], unit: str = "share") -> pd.DataFrame:
    count = len(parts)
    return pd.DataFrame(
        {
            "source": "indicators", "indicator": "x", "stream": "all", "channel": "all", "unit": unit,
            "numerator": np.array(parts, float), "denominator": np.array(wholes, float), "low": 0.0,
            "hidden": pd.Series([None] * count, dtype="str"), "region": [str(place) for place in range(count)],
        }
    )  # fmt: skip


def test_dispersion_of_shares_is_pearsons_chi_squared_over_its_degrees() -> None:
    parts, wholes = [30, 45, 20], [100, 90, 80]
    found = dispersion(regional(parts, wholes)).iloc[0]
    share = sum(parts) / sum(wholes)
    by_hand = sum(
        (part - whole * share) ** 2 / (whole * share * (1 - share)) for part, whole in zip(parts, wholes, strict=True)
    )
    assert found["dispersion"] == pytest.approx(by_hand / 2)
    assert found["p"] == pytest.approx(stats.chi2.sf(by_hand, 2))
    # too few expected for the test: the number stays, its p does not
    assert np.isnan(dispersion(regional([1, 0, 2], [9, 8, 9])).iloc[0]["p"])
    assert dispersion(regional(parts[:2], wholes[:2])).empty


def test_dispersion_tells_alike_regions_from_unlike() -> None:
    rng = np.random.default_rng(3)
    residents = rng.integers(50_000, 400_000, 20)
    alike = dispersion(regional(list(rng.poisson(residents * 2e-4)), list(residents), "per_10000")).iloc[0]
    unlike = rng.poisson(residents * 2e-4 * rng.gamma(6, 1 / 6, 20))
    apart = dispersion(regional(list(unlike), list(residents), "per_10000")).iloc[0]
    assert alike["p"] > 0.01
    assert alike["between_low"] == 0
    assert apart["p"] == pytest.approx(0.001)
    assert apart["between_low"] < 6**-0.5 < apart["between_high"]
