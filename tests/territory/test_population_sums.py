"""Population by age and sex: sums without double counting, and what differs."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.settings import InputProblem
from evaluation.territory.population import (
    ages_that_fit,
    differing_parts,
    differing_sexes,
    overlaps,
    population_of,
    without_population,
)


def table(*rows: tuple[str, str, str, int | None], year: int = 2024) -> pd.DataFrame:
    """Rows (unit, age group, sex, persons) of one year."""
    frame = pd.DataFrame(rows, columns=["unit_id", "age_group", "sex", "persons"]).assign(year=year)
    return frame.astype({"year": "Int64", "persons": "Int64"})


# a: men and women by three groups and 65+ beside 66+; b: only a total; c: a passport with 18+
A = [
    ("a", "0-17", "men", 20), ("a", "18-65", "men", 50), ("a", "66+", "men", 7), ("a", "total", "men", 77),
    ("a", "0-17", "women", 30), ("a", "18-65", "women", 60), ("a", "66+", "women", 10), ("a", "total", "women", 100),
]  # fmt: skip


def test_ages_are_counted_once() -> None:
    rows = table(*A, ("b", "total", "total", 500), ("c", "total", "total", 90), ("c", "18+", "total", 70))
    assert population_of(rows, 2024).to_dict() == {"a": 177, "b": 500, "c": 90}
    adults = population_of(rows, 2024, 18, strict=False)
    assert adults.dropna().to_dict() == {"a": 127, "c": 70} and adults.isna()["b"]
    with pytest.raises(InputProblem, match=r"aged 18 and over .* b \(total: total\)"):
        population_of(rows, 2024, 18)
    with pytest.raises(InputProblem, match="There are: 2024"):
        population_of(rows, 2025)


def test_the_group_itself_comes_before_the_sum_of_others_and_single_years_before_aggregates() -> None:
    # 65+ is wrong here (holds 66 and over): 14 and over is summed of the finest groups
    rows = table(("a", "14-64", "men", 10), ("a", "65", "men", 1), ("a", "66+", "men", 4), ("a", "65+", "men", 4),
                 ("a", "14-64", "women", 20), ("a", "65", "women", 2), ("a", "66+", "women", 8),
                 ("a", "65+", "women", 8))  # fmt: skip
    assert population_of(rows, 2024, 14)["a"] == 45
    assert (
        population_of(pd.concat([rows, table(("a", "14+", "men", 16), ("a", "14+", "women", 31))]), 2024, 14)["a"] == 47
    )


def test_a_missing_sex_or_group_is_never_taken_for_nobody() -> None:
    assert population_of(table(("a", "total", "men", 10)), 2024, strict=False).isna().all()
    rows = table(("a", "0-17", "total", 3), ("a", "18+", "total", None))
    assert population_of(rows, 2024, strict=False).isna().all()


def test_overlaps_and_differences_by_hand() -> None:
    rows = table(
        *A, ("a", "65+", "men", 9), ("a", "65", "men", 2), ("b", "total", "total", 5), ("b", "0-17", "total", 1)
    )
    found = overlaps(rows).set_index("age_group")
    # 65+ has the 65 years old in common with 18-65
    assert found.loc["total", ["unit_years", "persons"]].tolist() == [3, 182]
    assert found.loc["65+", "overlaps_with"] == "18-65, 65, 66+" and found.loc["65+", "unit_years"] == 1
    assert differing_parts(rows).empty, "77 = 20 + 50 + 7, 100 = 30 + 60 + 10, 9 = 2 + 7"
    wrong = table(*[(u, g, s, 8 if (g, s) == ("66+", "men") else p) for u, g, s, p in A])
    assert differing_parts(wrong).to_numpy().tolist() == [["a", 2024, "men", "total", 77, 78, "0-17, 18-65, 66+"]]


def test_men_and_women_beside_both() -> None:
    rows = table(("a", "total", "men", 10), ("a", "total", "women", 12), ("a", "total", "total", 23),
                 ("b", "total", "men", 1), ("b", "total", "women", 1), ("b", "total", "total", 2))  # fmt: skip
    assert differing_sexes(rows)[["unit_id", "persons", "parts"]].to_numpy().tolist() == [["a", 23, 22]]
    assert population_of(rows, 2024)["a"] == 22


def test_the_ages_that_a_group_really_holds() -> None:
    rows = table(("a", "64", "men", 1), ("a", "65", "men", 2), ("a", "66", "men", 3), ("a", "67+", "men", 4),
                 ("a", "65+", "men", 7))  # fmt: skip
    assert ages_that_fit(rows, "65+").to_dict() == {62: 0, 63: 0, 64: 0, 65: 0, 66: 1, 67: 0, 68: 0}


def test_units_in_force_without_a_number() -> None:
    registry = pd.DataFrame({"unit_id": ["a", "b", "z"], "valid_from": pd.Timestamp("2020-01-01"),
                             "valid_to": [pd.NaT, pd.NaT, pd.Timestamp("2022-12-31")]})  # fmt: skip
    assert without_population(table(*A), registry, 2024)["unit_id"].tolist() == ["b"]
    assert without_population(table(*A), registry, 2021)["unit_id"].tolist() == ["a", "b", "z"]
