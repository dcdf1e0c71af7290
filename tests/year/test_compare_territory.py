"""A reform of territory is no change, and a value across a break is not shown as one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from compared_programme import SUMS, YEAR, build, copy_of, edit, run_year, use, write

from evaluation.places import open_workspace
from evaluation.tables import TABLES
from evaluation.year.compare import Comparison, compare
from evaluation.year.compare_report import reservations
from evaluation.year.differences import key_text
from evaluation.year.one_geography import tell, unit_moves
from evaluation.year.sides import draft_side
from evaluation.year.told import findings_told

REFORM = dt.date(2025, 6, 1)
REGISTRY = pd.DataFrame(
    {
        "unit_id": ["u1", "u2", "u3", "u9", "n3", "s1", "s2", "s3"],
        "valid_from": pd.to_datetime(["1900-01-01"] * 3 + ["2025-06-01"] * 2 + ["1900-01-01", *["2025-06-01"] * 2]),
        "valid_to": pd.to_datetime(["2025-05-31"] * 3 + [None, None, "2025-05-31", None, None]),
    }
)
CROSSWALK = pd.DataFrame(
    {
        "from_unit": ["u1", "u2", "u3", "s1", "s1"],
        "to_unit": ["u9", "u9", "n3", "s2", "s3"],
        "from_date": pd.Timestamp("2025-05-31"),
        "to_date": pd.Timestamp("2025-06-01"),
        "share": [1.0, 1.0, 1.0, 0.4, 0.6],
        "share_low": float("nan"),
        "share_high": float("nan"),
    }
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch)


def test_what_became_of_units() -> None:
    moves = unit_moves(REGISTRY, CROSSWALK, ["u1", "u2", "u3", "s1"], dt.date(2024, 12, 31), dt.date(2025, 12, 31))
    assert set(zip(moves["from_unit"], moves["to_unit"], strict=True)) == {
        ("u1", "u9"), ("u2", "u9"), ("u3", "n3"), ("s1", "s2"), ("s1", "s3"),
    }  # fmt: skip
    # the same day on both sides: units that the other registry had ended before are followed from their last day
    late = unit_moves(REGISTRY, CROSSWALK, ["u1", "u9"], dt.date(2025, 12, 31), dt.date(2025, 12, 31))
    assert ("u1", "u9") in set(zip(late["from_unit"], late["to_unit"], strict=True))
    assert unit_moves(REGISTRY, CROSSWALK, ["u1"], dt.date(2024, 1, 1), dt.date(2024, 12, 31)).empty


def test_units_are_told_in_the_later_geography() -> None:
    moves = unit_moves(REGISTRY, CROSSWALK, ["u1", "u2", "u3", "s1"], dt.date(2024, 12, 31), dt.date(2025, 12, 31))
    frame = pd.DataFrame(
        {"unit_id": ["u1", "u2", "u3", "s1"], "amount": [1.0, 2.0, 4.0, 8.0], "spread": 1.0, "weighted": 2.0}
    )
    told = tell(frame, SUMS, moves)
    found = told.frame.set_index("unit_id")["amount"].to_dict()
    assert (found["u9"], found["n3"]) == (3.0, 4.0)
    assert told.carried == 3
    assert set(told.narrowed.merged) == {"u9"}
    assert told.narrowed.columns == {"amount"}
    assert set(told.narrowed.left_out) == {"s1"}


def test_a_ratio_of_joined_units_is_that_of_their_sums() -> None:
    moves = pd.DataFrame({"from_unit": ["u1", "u2"], "to_unit": ["u9", "u9"], "share": [1.0, 1.0]})
    frame = TABLES["indicators"].empty().reindex(range(2))
    frame = frame.assign(indicator="x", unit_id=["u1", "u2"], year=2024, numerator=[1.0, 5.0], denominator=[10.0, 10.0],
                         value=[0.1, 0.5], low=[0.0, 0.4], high=[0.2, 0.6])  # fmt: skip
    told = tell(frame, TABLES["indicators"], moves)
    assert told.frame["value"].to_list() == [0.3]
    assert "low" not in told.narrowed.columns
    assert list(key_text(told.frame, ["unit_id"])) == ["u9"]


def test_rows_of_the_first_geography_stay() -> None:
    moves = pd.DataFrame({"from_unit": ["u1"], "to_unit": ["n1"], "share": [1.0]})
    frame = pd.DataFrame({"geography": ["original", "current"], "unit_id": ["u1", "u1"], "year": [2024, 2024]})
    assert tell(frame, TABLES["panel"], moves).frame["unit_id"].to_list() == ["u1", "n1"]


# ---- whole comparisons --------------------------------------------------------------------------------------------


def made(root: Path, year: int = YEAR) -> Path:
    run_year(root, year)
    return root


def comparison_of(before: Path, after: Path, years: tuple[int, int]) -> Comparison:
    sides = [draft_side(f"{root}:{year}", open_workspace(root), year) for root, year in
             zip((before, after), years, strict=True)]  # fmt: skip
    return compare(sides[0], sides[1])


def reformed(root: Path) -> Path:
    """u2 and u3 become u4, u1 becomes n1: the same answers, told by a registry that knows the reform."""
    for name in ("One", "Two", "Three"):
        edit(root, "config/units.csv", f"{name},,\n", f"{name},,2024-05-31\n")
    edit(root, "config/units.csv", "u3,", "u4,Four,2024-06-01,\nn1,New,2024-06-01,\nu3,")
    lines = "".join(f"{old},2024-05-31,{new},2024-06-01,1,,,exact,exact,law\n" for old, new in
                    (("u1", "n1"), ("u2", "u4"), ("u3", "u4")))  # fmt: skip
    path = "config/crosswalk.csv"
    write(root, path, (root / path).read_text() + lines)
    edit(root, "data/raw/2024/answers.csv", "r1,u1,10,A\nr2,u1,20,B\nr3,u2,5,C\nr4,u3,1,D\n",
         "r1,n1,10,A\nr2,n1,20,B\nr3,u4,5,C\nr4,u4,1,D\n")  # fmt: skip
    return root


def test_a_reform_of_territory_is_no_change(tmp_path: Path) -> None:
    before = made(build(tmp_path / "before"))
    after = made(reformed(copy_of(before, tmp_path / "after")))
    found = comparison_of(before, after, (YEAR, YEAR))
    cells = found.differences[found.differences["basis"].eq("")]
    assert set(cells["table"]) <= {"findings_coverage", "estimates"}, cells
    assert found.carried == {"numbers": 4, "sums": 3}
    assert any("the reform itself is no change" in text.en for text in reservations(found))


def test_a_changed_sum_is_found_across_the_reform(tmp_path: Path) -> None:
    before = made(build(tmp_path / "before"))
    after = reformed(copy_of(before, tmp_path / "after"))
    edit(after, "data/raw/2024/answers.csv", "r3,u4,5", "r3,u4,6")
    found = comparison_of(before, made(after), (YEAR, YEAR))
    row = found.differences.query("table == 'sums'").iloc[0]
    assert (row["key"], row["column"], row["was_number"], row["is_number"]) == ("u4", "amount", 6, 7)
    assert len(found.differences.query("table == 'sums'")) == 1


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    root = build(tmp_path / "small")
    edit(root, "config/programme.yml", "last_year: 2024", "last_year: 2025")
    settings = (root / "config/years/2024.yml").read_text()
    write(root, "config/years/2025.yml", settings.replace("2024", "2025"))
    answers = (root / "data/raw/2024/answers.csv").read_text()
    write(root, "data/raw/2025/answers.csv", answers.replace("r2,u1,20", "r2,u1,25"))
    write(root, "config/breaks.csv",
          "break_id,date,first_year,kind,indicators,bridge,note_ru,note_en,reference\n"
          "rules_2025,2025-01-01,2025,rules,total,,Новые правила.,New rules.,order 1\n")  # fmt: skip
    made(root, 2024)
    return made(root, 2025)


def test_a_value_across_a_break_is_not_shown_as_a_change(two_years: Path) -> None:
    found = comparison_of(two_years, two_years, (2024, 2025))
    total = findings_told(found).set_index("name").loc["total"]
    assert total["verb"] == "refused"
    assert "New rules." in total["why_en"]
    assert pd.isna(total["change"])
    assert "total" not in set(found.changes["key"])
    # what the break does not touch is compared
    assert not found.changes.query("table == 'sums'").empty


def test_the_same_change_without_a_break_is_one(two_years: Path) -> None:
    (two_years / "config/breaks.csv").unlink()
    total = findings_told(comparison_of(two_years, two_years, (2024, 2025))).set_index("name").loc["total"]
    assert (total["verb"], total["change"]) == ("changed", 5)
