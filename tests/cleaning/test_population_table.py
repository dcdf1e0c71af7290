"""Population in received files: wide passports, long tables, and what does not add up, by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaluation.cleaning.context import Context, Part
from evaluation.cleaning.population import clean_population
from evaluation.cleaning.workbook import Received, frame_sheet, physical_rows
from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.decisions import read_decisions
from evaluation.ledger import check_accounts
from evaluation.settings import InputProblem
from evaluation.territory.population import population_of
from evaluation.territory.registry import read_registry

ROOT = Path(__file__).resolve().parents[2]
CODEBOOK = read_codebook(ROOT / "config")
REGISTRY = read_registry(ROOT / "config" / "territory" / "units.csv")
NO_ALIASES = pd.DataFrame(columns=["raw", "unit_id", "reason"], dtype="str")


def clean(frame: pd.DataFrame, registry: pd.DataFrame = REGISTRY, year: int = 2024) -> Part:
    received = Received("population", "p.xlsx", "", 1, "xlsx", None, (frame_sheet(frame, "data"),))
    context = Context(year, registry, NO_ALIASES, read_decisions(None), CODEBOOK, b"0" * 32, dt.date(year, 2, 15))
    part = clean_population(received, context)
    check(part.tables["population"], TABLES["population"], CODEBOOK)
    check_accounts(part.ledger, physical_rows({"population": received}))
    return part


def told(part: Part, *skipped: str) -> list[tuple[str, int | None, str | None]]:
    quiet = {"population_missing", "column_missing", "region_without_population", *skipped}
    return [(issue.rule, issue.row, issue.value) for issue in part.issues if issue.rule not in quiet]


def numbers(part: Part) -> list[list[object]]:
    table = part.tables["population"]
    return table[["unit_id", "year", "age_group", "sex", "persons"]].to_numpy(dtype=object, na_value=None).tolist()


def long(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["ОКТМО", "Год", "Возраст", "Пол", "Численность"], dtype=object)


def test_a_passport_becomes_a_row_for_each_number() -> None:
    frame = pd.DataFrame(
        {
            "Муниципальное образование": ["Абанский р-н", "г. Канск", "Уярский район"],
            "Численность населения": [17763, "85 587", 17912],
            "18 лет и старше": [13900, 66000, None],
        },
        dtype=object,
    )
    part = clean(frame)
    assert numbers(part) == [
        ["04601000", 2024, "total", "total", 17763], ["04601000", 2024, "18+", "total", 13900],
        ["04720000", 2024, "total", "total", 85587], ["04720000", 2024, "18+", "total", 66000],
        ["04657000", 2024, "total", "total", 17912],
    ]  # fmt: skip
    assert ("number_as_text", 3, "85587") in told(part)
    assert [rule for rule, *_ in told(part, "name_matched")] == ["number_as_text", "age_groups_overlap"]
    missing = [issue.suggestion for issue in part.issues if issue.rule == "population_missing"]
    assert len(missing) == 58 and any(str(text).startswith("04735000") for text in missing), "61 units less three"
    assert population_of(part.tables["population"], 2024, 18, strict=False).dropna().to_dict() == {
        "04601000": 13900, "04720000": 66000,
    }  # fmt: skip


def test_age_groups_may_be_headers() -> None:
    frame = pd.DataFrame(
        {"ОКТМО": ["04601000"], "Год": [2023], "0–17 лет": [4000], "18-64": [10000], "65 лет и старше": [3763]},
        dtype=object,
    )
    part = clean(frame)
    assert numbers(part) == [
        ["04601000", 2023, "0-17", "total", 4000], ["04601000", 2023, "18-64", "total", 10000],
        ["04601000", 2023, "65+", "total", 3763],
    ]  # fmt: skip
    assert population_of(part.tables["population"], 2023).to_dict() == {"04601000": 17763}


def test_a_long_table_with_its_defects() -> None:
    part = clean(
        long(
            ("04601000", 2024, "Всего", "Мужчины", 10), ("04601000", 2024, "0-17", "Мужчины", 3),
            ("04601000", 2024, "18+", "муж", 6), ("04601000", 2024, "Всего", "Женщины", 12),
            ("04601000", 2024, "Всего", "Женщины", 12), ("04601000", 2024, "Всего", "Женщины", 13),
            ("04601000", 2024, "Всего", "Оба пола", 23), ("04601000", 2024, "трудоспособные", "Мужчины", 5),
            ("04601000", 2024, "0-17", "Женщины", 4.5), ("04601000", 2024, "18+", "Женщины", "н/д"),
            ("04999000", 2024, "Всего", "Мужчины", 1), ("04503000", 2024, "Всего", "Мужчины", 7),
            ("04601000", None, "5", "Мужчины", 7),
        )
    )  # fmt: skip
    ledger = part.ledger.set_index("row")["fate"].dropna().to_dict()
    assert [row for row, fate in ledger.items() if fate == "merged"] == [6]
    assert [row for row, fate in ledger.items() if fate == "quarantined"] == [7, 9, 12, 14]
    rules = told(part)
    for expected in (
        ("duplicate_row", 6, "= 5"), ("duplicate_key", 7, None), ("age_group_unknown", 9, None),
        ("not_integer", 10, None), ("missing_marker", 11, None), ("unit_unknown", 12, None),
        ("unit_not_in_force", 13, "04503000"), ("required_empty", 14, None), ("parts_differ", 2, "9"),
        ("sexes_differ", 8, "22"),
    ):  # fmt: skip
        assert expected in rules, expected
    assert ["04601000", 2024, "0-17", "women", None] in numbers(part), "a number that is not whole is left empty"
    assert ("persons_missing", 10, "x 2") in [(i.rule, i.row, i.value) for i in part.issues]


def test_a_group_that_holds_other_ages_is_one_remark() -> None:
    rows = [("04601000", year, age, sex, persons) for year in (2023, 2024) for sex in ("Мужчины", "Женщины")
            for age, persons in (("64", 1), ("65", 2), ("66", 3), ("67+", 4), ("65+", 7))]  # fmt: skip
    part = clean(long(*rows))
    found = [issue for issue in part.issues if issue.rule in ("age_group_other_ages", "parts_differ")]
    assert [(issue.raw, issue.value, issue.suggestion) for issue in found] == [("65+", "4 / 4", "= 66+ (4 / 4)")]


def test_the_offices_own_keys_follow_the_year() -> None:
    registry = REGISTRY.assign(other_id="")
    registry.loc[registry["unit_id"].isin(["04601000", "04501000"]), "other_id"] = "1402"
    frame = pd.DataFrame(
        {"territory_id": [1402, 1402, 9], "year": [2024, 2026, 2024], "age": "Всего", "gender": "Мужчины", "value": 5.0}
    ).astype(object)
    part = clean(frame, registry)
    assert part.tables["population"][["unit_id", "year"]].to_numpy().tolist() == [
        ["04601000", 2024],
        ["04501000", 2026],
    ]
    assert ("unit_unknown", 4, None) in told(part)


def test_a_file_without_numbers_is_refused() -> None:
    with pytest.raises(InputProblem, match=r"needed columns are missing.*persons"):
        clean(pd.DataFrame({"ОКТМО": ["04601000"], "Год": [2024], "Площадь": [5]}, dtype=object))


def test_a_decision_on_a_number_is_applied() -> None:
    """A remark names the record so that a person's correction of that cell finds it again."""
    frame = long(("04601000", 2024, "Всего", "Мужчины", "много"), ("04601000", 2024, "Всего", "Женщины", 5))
    received = Received("population", "p.xlsx", "", 1, "xlsx", None, (frame_sheet(frame, "data"),))
    context = Context(2024, REGISTRY, NO_ALIASES, read_decisions(None), CODEBOOK, b"0" * 32, dt.date(2024, 2, 15))
    part = clean_population(received, context)
    identities = part.originals[0].identities
    decision = {
        "table": "population", "record_key": identities.of(2), "field": "persons",
        "raw_hash": identities.cell_hash(2, "persons"), "action": "replace", "value": "7", "reason": "misprint",
    }  # fmt: skip
    decisions = pd.DataFrame([decision]).reindex(columns=read_decisions(None).columns, fill_value="")
    again = clean_population(received, replace(context, decisions=decisions))
    assert part.tables["population"]["persons"].isna().tolist() == [True, False]
    assert again.tables["population"]["persons"].tolist() == [7, 5]
    assert [issue.rule for issue in again.issues if issue.row == 2] == ["decision_applied"]
