"""Conditions and measures of the rows that a finding counts, against pandas' own query and hand-counted cases."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.report.counted_rows import CountedRows, RowsError, check_rows, measured, named_columns, select

FRAME = pd.DataFrame(
    {
        "unit_id": ["a", "a", "b", None],
        "status": ["funded", "completed", "withdrawn", "funded"],
        "is_funded": pd.array([True, True, False, None], dtype="boolean"),
        "amount": [1.0, None, 4.0, 8.0],
        "planned": [2.0, 16.0, 32.0, None],
        "persons": pd.array([0, 3, None, 5], dtype="Int64"),
    }
)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("is_funded", [0, 1]),
        ("not is_funded", [2, 3]),
        ("status == 'funded'", [0, 3]),
        ("status in ('funded', 'completed')", [0, 1, 3]),
        ("status not in ['funded']", [1, 2]),
        ("unit_id != 'a'", [2]),
        ("unit_id not in ['a']", [2]),
        ("amount > 1 or unit_id == 'a'", [0, 1, 2, 3]),
        ("amount >= 4 and status == 'funded'", [3]),
        ("not persons == 0", [1, 2, 3]),
        ("persons < 4", [0, 1]),
        ("unit_id is not None and amount is None", [1]),
        ("not (is_funded or status == 'withdrawn')", [3]),
    ],
)
def test_select(where: str, rows: list[int]) -> None:
    assert select(FRAME, where).index.tolist() == rows


@pytest.mark.parametrize(
    ("measure", "value"),
    [("rows", 4.0), ("distinct unit_id", 2.0), ("sum amount", 13.0), ("sum amount, planned", 29.0),
     ("share status == 'funded'", 0.5), ("", None)],
)  # fmt: skip
def test_measured(measure: str, value: float | None) -> None:
    assert measured(FRAME, measure) == value


def test_keys_of_another_table() -> None:
    territories = pd.DataFrame({"unit_id": ["a", "c"], "is_north": [True, False]})
    tables = {"territories": territories}
    assert select(FRAME, "unit_id in territories()", tables.__getitem__).index.tolist() == [0, 1]
    assert select(FRAME, "unit_id not in territories()", tables.__getitem__).index.tolist() == [2]
    assert select(FRAME, "unit_id in territories(not is_north)", tables.__getitem__).empty
    assert list(named_columns(CountedRows("projects", "is_funded and unit_id in territories(is_north)"))) == [
        "is_funded", "unit_id",
    ]  # fmt: skip
    with pytest.raises(RowsError, match="'territories' cannot be read here"):
        select(FRAME, "unit_id in territories()")


def test_a_share_of_nothing_is_not_known() -> None:
    assert measured(FRAME.head(0), "share is_funded") is None
    assert measured(FRAME.head(0), "rows") == 0.0


@pytest.mark.parametrize(
    "where",
    [
        "__import__('os').system('x')", "@x", "status.str.len() == 1", "status ==", "1 == 1", "amount > persons",
        "a < amount < b", "[1]", "lambda: 1", "amount + 1", "status == f'{amount}'", "status in unit_id", "x := 1",
        "status in open('x')", "unit_id in territories(1 + 1)", "unit_id in territories(is_north, x)",
        "unit_id in territories(x=1)", "unit_id in pd.territories()",
    ],
)  # fmt: skip
def test_what_is_more_than_a_condition_is_refused(where: str) -> None:
    with pytest.raises(RowsError, match="condition"):
        check_rows(CountedRows("projects", where))
    with pytest.raises(RowsError, match="condition"):
        select(FRAME, where)


@pytest.mark.parametrize("measure", ["mean amount", "rows amount", "sum", "distinct ", "share 1 + 1"])
def test_unknown_measures_are_refused(measure: str) -> None:
    with pytest.raises(RowsError):
        check_rows(CountedRows("projects", "", measure))


def test_unknown_columns_and_kinds_are_named() -> None:
    with pytest.raises(RowsError, match="no column 'cost'; the columns are unit_id, status"):
        select(FRAME, "cost == 1")
    with pytest.raises(RowsError, match="no column 'cost'"):
        measured(FRAME, "sum cost")
    with pytest.raises(RowsError, match="'amount' cannot be compared with 'x'"):
        select(FRAME, "amount < 'x'")


def test_columns_that_a_finding_names() -> None:
    rows = CountedRows("projects", "is_funded and status == 'x'", "sum amount, planned")
    assert named_columns(rows) == ("is_funded", "status", "amount", "planned")
    assert named_columns(CountedRows("projects", "", "share is_funded")) == ("is_funded",)


conditions = st.recursive(
    st.builds(
        "{} {} {}".format, st.sampled_from(["x", "y"]), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        st.integers(-3, 3),
    ),
    lambda inner: st.one_of(
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        inner.map("not ({})".format),
    ),
    max_leaves=5,
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=8), conditions)
def test_the_same_rows_as_the_query_of_pandas(rows: list[tuple[int, int]], where: str) -> None:
    frame = pd.DataFrame(rows, columns=["x", "y"], dtype="float64")
    pd.testing.assert_frame_equal(select(frame, where), frame.query(where))


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        select(FRAME, text)
    except RowsError:
        return
    check_rows(CountedRows("projects", text))
