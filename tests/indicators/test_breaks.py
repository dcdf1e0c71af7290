"""Breaks: reading with refusals, which comparisons cross them, the comparison itself."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.indicators.breaks import (
    COLUMNS,
    break_words,
    break_years,
    breaks_by_indicator,
    breaks_crossed,
    bridged_by_crosswalk,
    read_breaks,
    unbridged,
    year_comparison,
)
from evaluation.indicators.coverage import INDICATORS
from evaluation.indicators.stream_indicators import OF_PROGRAMME, OF_STREAMS
from evaluation.settings import InputProblem

HEADER = ",".join(COLUMNS)
ROWS = [
    "reform,2025-06-19,2025,territory,units|units_share,crosswalk|stable_areas,границы,boundaries,law",
    "rules,2022-01-01,2022,rules,*,,правила,rules,order",
]


def _file(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "breaks.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def breaks(tmp_path: Path) -> pd.DataFrame:
    return read_breaks(_file(tmp_path, *ROWS))


def test_reading_orders_by_date(breaks: pd.DataFrame) -> None:
    assert breaks["break_id"].tolist() == ["rules", "reform"]
    assert breaks["first_year"].tolist() == [2022, 2025]


@pytest.mark.parametrize(
    ("indicator", "earlier", "later", "crossed"),
    [
        ("units", 2024, 2025, ["reform"]),
        ("units", 2025, 2026, []),
        ("units", 2021, 2025, ["rules", "reform"]),
        ("funded", 2024, 2025, []),
        ("funded", 2021, 2022, ["rules"]),
        ("unit", 2024, 2025, []),  # a part of a name is no name
    ],
)
def test_crossing(breaks: pd.DataFrame, indicator: str, earlier: int, later: int, crossed: list[str]) -> None:
    assert breaks_crossed(breaks, indicator, earlier, later) == crossed


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,2025-06-19,2025,weather,*,,а,b,c", "line 2, column kind: 'weather'"),
        ("x,19.06.2025,2025,rules,*,,а,b,c", "line 2, column date: '19.06.2025'"),
        ("x,2025-06-19,soon,rules,*,,а,b,c", "line 2, column first_year: 'soon'"),
        (",2025-06-19,2025,rules,*,,а,b,c", "line 2, column break_id"),
        ("x,2025-06-19,2025,rules,*,crosswalk|rope,а,b,c", "line 2, column bridge: 'crosswalk|rope'"),
    ],
)
def test_refusals_name_line_and_column(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(InputProblem, match=message):
        read_breaks(_file(tmp_path, row))


def test_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="columns first_year, kind, indicators"):
        read_breaks(_file(tmp_path, "x,2025-06-19", header="break_id,date"))


def _indicators() -> pd.DataFrame:
    rows = [
        ("units", "all", 2024, 50.0, 61), ("units", "all", 2025, 37.0, 39), ("funded", "all", 2024, 140.0, 61),
        ("funded", "all", 2025, 150.0, 39), ("funded", "A", 2025, 9.0, 1), ("new", "all", 2025, 1.0, 39),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["indicator", "unit_id", "year", "value", "n"])
    return frame.assign(numerator=1.0, denominator=1.0, low=0.0, high=0.0, unit="units")


def test_year_comparison(breaks: pd.DataFrame) -> None:
    made = check(year_comparison(_indicators(), breaks, 2025), TABLES["year_comparison"])
    rows = made.set_index("indicator")
    assert rows.loc["units", ["previous", "value", "n_previous", "n"]].tolist() == [50, 37, 61, 39]
    assert pd.isna(rows.loc["units", "change"]), "a difference across a break that nothing bridges is no change"
    assert rows.loc["units", "break_note"] == "reform"
    assert pd.isna(rows.loc["funded", "break_note"])
    assert rows.loc["funded", "change"] == 10
    assert pd.isna(rows.loc["new", "previous"])
    assert break_words(made, breaks) == {"ru": {"reform": "границы"}, "en": {"reform": "boundaries"}}
    assert break_years(breaks, ["territory"]) == [2025]


def test_a_bridge_helps_only_a_series_that_was_made_with_it(breaks: pd.DataFrame) -> None:
    for bridge in ("crosswalk", "stable_areas"):
        carried = year_comparison(_indicators(), breaks, 2025, [bridge]).set_index("indicator")
        assert carried.loc["units", "change"] == -13
        assert carried["break_note"].isna().all()
    other = year_comparison(_indicators(), breaks, 2025, ["both_definitions"]).set_index("indicator")
    assert pd.isna(other.loc["units", "change"])
    assert unbridged(breaks, ["crosswalk"])["break_id"].tolist() == ["rules"]
    with pytest.raises(ValueError, match="no such bridge: rope"):
        unbridged(breaks, ["rope"])


def test_a_file_without_the_column_of_bridges_bridges_nothing(tmp_path: Path) -> None:
    path = _file(tmp_path, "x,2025-06-19,2025,territory,*,а,b,c", header=HEADER.replace("bridge,", ""))
    made = read_breaks(path)
    assert made["bridge"].tolist() == [""]
    assert len(unbridged(made, ["crosswalk"])) == 1
    assert list(made.columns) == list(COLUMNS)


def test_a_line_that_ends_early_is_read(tmp_path: Path) -> None:
    assert read_breaks(_file(tmp_path, "x,2025-06-19,2025,rules,*"))["reference"].tolist() == [""]


def test_without_breaks() -> None:
    assert year_comparison(_indicators(), None, 2025)["break_note"].isna().all()


def test_committed_breaks_name_indicators_that_exist() -> None:
    breaks = read_breaks(Path(__file__).resolve().parents[2] / "config" / "breaks.csv")
    known = {indicator.code for indicator in (*INDICATORS, *OF_STREAMS, *OF_PROGRAMME)}
    for text in breaks["indicators"]:
        assert text == "*" or set(text.split("|")) <= known
    assert breaks_crossed(breaks, "units_applied_share", 2024, 2025) == ["reform_2025"]


def test_a_series_in_one_geography_keeps_only_the_breaks_that_no_crosswalk_bridges() -> None:
    breaks = read_breaks(Path(__file__).parents[2] / "config" / "breaks.csv")
    kept = bridged_by_crosswalk(breaks)
    assert set(breaks["kind"]) - set(kept["kind"]) == {"territory"}
    found = breaks_by_indicator(kept, ["units_trained_share", "cost_total"])
    assert found == {"units_trained_share": [], "cost_total": [2022]}
