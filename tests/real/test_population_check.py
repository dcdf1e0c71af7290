"""``evaluation check`` on a statistical office's population by age and sex: overlaps, repeats, units without a number.

Every expected number is counted from the two source files with plain pandas.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from evaluation.app.check_words import Words
from evaluation.app.checking import YearCheck, check_file
from evaluation.codebook import Codebook

NUMBERS = "territory/rosstat_population_2023_2024.parquet"
DIRECTORY = "territory/russia_municipal_directory.xlsx"
ROWS = 700_215

pytestmark = pytest.mark.slow  # the file is read by test_real_population in every run
YEARS = (2023, 2024)
CLOSED_CITIES = {"04735000", "04737000", "04780000"}


class Population(NamedTuple):
    """``numbers`` is indexed by the rows of the file (the header is row 1) and has the code that its unit had in the
    row's year; ``units`` is the directory with codes."""

    check: YearCheck
    numbers: pd.DataFrame
    units: pd.DataFrame
    codebook: Codebook

    @property
    def issues(self) -> pd.DataFrame:
        return self.check.files[0].issues

    def found(self, rule: str) -> pd.DataFrame:
        return self.issues[self.issues["rule"] == rule]

    def in_force(self, year: int) -> pd.DataFrame:
        units = self.units
        return units[(units["year_from"] <= year) & (units["year_to"] > year)]


@pytest.fixture(scope="module")
def population(
    tmp_path_factory: pytest.TempPathFactory, real_file: Callable[[str], Path], builder: Any, own_key: Path
) -> Population:
    """The file checked against the directory of all regions, in a workspace that has quite other units."""
    path, directory = real_file(NUMBERS), real_file(DIRECTORY)
    units = pd.DataFrame({"unit_id": ["A"], "name": ["Elsewhere"]})
    built = builder(tmp_path_factory.mktemp("population"), units, id="population", first_year=2024, last_year=2024)
    built.year(2024, {})
    workspace = built.open()
    check = check_file(workspace, path, None, None, directory, lambda text: None)
    numbers = pd.read_parquet(path)
    numbers.index = numbers.index + 2
    listed = pd.read_excel(directory, dtype="str", engine="calamine")
    listed["code"] = listed["oktmo"].str.replace("-", "").str[:8]
    listed = listed.astype({"year_from": "int64", "year_to": "int64"}).sort_values("year_from", kind="stable")
    latest = listed.drop_duplicates("territory_id", keep="last").set_index("territory_id")["code"]
    numbers["key"] = numbers["territory_id"].astype("str")
    for year in YEARS:
        current = listed[(listed["year_from"] <= year) & (listed["year_to"] > year)]
        codes = current.drop_duplicates("territory_id").set_index("territory_id")["code"].combine_first(latest)
        rows = numbers["year"] == year
        numbers.loc[rows, "code"] = numbers.loc[rows, "key"].map(codes)
    return Population(check, numbers, listed, workspace.codebook)


def test_the_file_is_recognised_and_every_row_accounted_for(population: Population) -> None:
    one = population.check.files[0]
    assert one.fit is not None and (one.fit.source, one.fit.known, one.fit.named) == ("population", 6, 6)
    assert len(population.numbers) == ROWS and len(one.row_ledger) == ROWS + 1
    assert one.row_ledger["row_class"].value_counts().to_dict() == {"data": ROWS, "header": 1}


def test_repeated_rows(population: Population) -> None:
    numbers = population.numbers
    word_for_word = numbers.index[numbers.drop(columns=["key", "code"]).duplicated()]
    assert len(word_for_word) == 1_168, "what the file is known to hold"
    # some units stand under two keys: their rows repeat one another as well
    of_a_unit = numbers.index[numbers.duplicated(["code", "year", "age", "gender", "value"])]
    assert len(of_a_unit) == 2_916
    assert sorted(population.found("duplicate_row")["row"].astype(int)) == sorted(of_a_unit)
    fates = population.check.files[0].row_ledger["fate"].value_counts()
    assert (fates["merged"], fates["kept"]) == (len(of_a_unit), ROWS - len(of_a_unit))


def test_overlapping_age_groups(population: Population) -> None:
    numbers = population.numbers.dropna(subset=["value"]).drop_duplicates(["code", "year", "age", "gender"])
    groups = numbers.groupby(["code", "year", "gender"])["age"].agg(set)
    ages = {str(age) for age in range(100)}
    expected = {
        "total": sum("Всего" in found and bool(found & ages) for found in groups),
        "65+": sum("65+" in found and bool(found & {"65", "66", "67", "68", "69"}) for found in groups),
        "70+": sum("70+" in found and bool(found & {str(age) for age in range(70, 80)}) for found in groups),
    }
    assert expected == {"total": 9_554, "65+": 8_776, "70+": 36}, "what the file is known to hold"
    overlaps = population.found("age_groups_overlap").set_index("raw")["value"]
    assert overlaps.to_dict() == {group: f"x {count}" for group, count in expected.items()}


def is_whole(ages: set[str]) -> bool:
    """A total, or single years up to 69 with what follows them."""
    young, old = {str(age) for age in range(70)}, {str(age) for age in range(70, 80)} | {"80+"}
    return "Всего" in ages or (young <= ages and ("70+" in ages or old <= ages))


def test_units_in_force_without_a_number(population: Population) -> None:
    for year, count in zip(YEARS, (171, 231), strict=True):
        known = population.numbers.query("year == @year").dropna(subset=["value"])
        of_sexes = known.groupby(["code", "gender"])["age"].agg(set)
        whole = of_sexes[of_sexes.map(is_whole)].groupby("code").size()
        in_force = population.in_force(year).drop_duplicates("code")
        lacking = in_force[~in_force["code"].isin(whole.index[whole == 2])]
        assert len(lacking) == count, "what the files are known to hold"
        of_year = {rule: population.found(rule) for rule in ("population_missing", "region_without_population")}
        of_year = {rule: found[found["value"] == str(year)] for rule, found in of_year.items()}
        named = set(of_year["population_missing"]["suggestion"].str[:8])
        # of regions without any number the regions are named
        regions = {text.rpartition(": x ")[0] for text in of_year["region_without_population"]["suggestion"]}
        assert regions == {"Санкт-Петербург", "Севастополь"}
        assert named == set(lacking.loc[~lacking["region_name"].isin(regions), "code"])
        krasnoyarsk = {code for code in named if code.startswith("04")}
        assert krasnoyarsk == CLOSED_CITIES, "the closed cities of the krai, and no other unit of it"


def test_rows_of_units_that_are_not_in_force(population: Population) -> None:
    outside = []
    for year in YEARS:
        keys = set(population.numbers.loc[population.numbers["year"] == year, "key"])
        outside += sorted(keys - set(population.in_force(year)["territory_id"]))
    remarks = population.found("unit_not_in_force")
    assert len(outside) == 12, "what the files are known to hold"
    assert sorted(remarks["raw"]) == sorted(outside)


def test_cells_without_a_number(population: Population) -> None:
    empty = int(population.numbers["value"].isna().sum())
    assert empty == 1_707, "what the file is known to hold"
    stated = population.found("persons_missing")["suggestion"].str.extract(r"x (\d+)")[0].fillna("1").astype(int)
    assert 0 < stated.sum() <= empty


def test_in_words(population: Population) -> None:
    lines = [line.text for line in Words(population.codebook, "ru").lines(population.check)]
    assert f"строк {ROWS + 1}, из них данных {ROWS}: принято {ROWS - 2_916}, объединено 2916, отложено 0" in lines[3]
    told = "\n".join(lines)
    assert "(age_groups_overlap): 3" in told and "(duplicate_row): 2916" in told
    assert "04735000 городской округ ЗАТО город Железногорск" in told
