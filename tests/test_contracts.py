"""Tables that break their contract are refused, with the place."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.contracts import DTYPES, TABLES, ContractError, check, conform, dangling, failures
from evaluation.pipeline import STEPS

SCORES = TABLES["scores"]


def scores(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "project_id": ["2024-1", "2024-2"],
            "criterion": ["participation", "participation"],
            "points": [5, 7.5],
            "source": "scores",
            "source_sheet": "1",
            "source_row": [4, 5],
        }
    )
    return frame.assign(**changes)


def test_conform_orders_and_types() -> None:
    frame = conform(scores()[list(reversed(SCORES.names))], SCORES)
    assert tuple(frame.columns) == SCORES.names
    assert [str(dtype) for dtype in frame.dtypes] == [DTYPES[column.kind] for column in SCORES.columns]


def test_missing_and_undeclared_columns_are_named() -> None:
    with pytest.raises(ContractError, match=r"missing: points.*not declared: marks"):
        conform(scores().rename(columns={"points": "marks"}), SCORES)


def test_fraction_of_a_person_is_refused() -> None:
    table = TABLES["exchange_participation"]
    frame = table.empty().reindex([0]).assign(persons=pd.Series([33.5], dtype=object))
    with pytest.raises(ContractError, match="column persons: not of kind integer"):
        conform(frame, table)


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"points": [5, -1]}, "points"), ({"project_id": ["2024-1", None]}, "project_id")],
)
def test_values_out_of_contract_are_located(changes: dict[str, object], column: str) -> None:
    found = failures(conform(scores(**changes), SCORES), SCORES)
    assert found[["column", "row"]].to_numpy().tolist() == [[column, 1]]


def test_repeated_key_is_refused() -> None:
    with pytest.raises(ContractError, match="scores"):
        check(scores(project_id="2024-1"), SCORES)


def test_reference_to_nothing_is_listed() -> None:
    projects = pd.DataFrame({"project_id": ["2024-1"]})
    lost = dangling({"projects": projects, "scores": scores()})
    assert lost.to_dict("records") == [
        {"table": "scores", "column": "project_id", "target": "projects", "value": "2024-2"}
    ]


def test_every_table_has_one_maker_and_a_key_of_its_own_columns() -> None:
    made = [table for step in STEPS for table in step.makes]
    assert sorted(made) == sorted(TABLES)
    for table in TABLES.values():
        assert set(table.key) <= set(table.names), table.name
        assert len(set(table.names)) == len(table.names), table.name


def test_steps_read_only_what_earlier_steps_made() -> None:
    known: set[str] = set()
    for step in STEPS:
        assert set(step.needs) | set(step.uses) <= known, step.name
        assert set(step.history) <= set(step.needs) | set(step.uses), step.name
        known |= set(step.makes)
