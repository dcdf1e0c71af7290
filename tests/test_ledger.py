"""Rows that vanish, appear or are counted twice stop the run."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.ledger import Issue, LedgerError, check_accounts, issues_frame, row_accounts


def ledger() -> pd.DataFrame:
    classes = ["title", "header", "data", "data", "data", "total", "blank", "footnote"]
    fates = [None, None, "kept", "merged", "quarantined", None, None, None]
    return pd.DataFrame(
        {
            "source": "projects",
            "sheet": "1",
            "row": range(1, 9),
            "row_class": classes,
            "fate": fates,
            "record_key": None,
        }
    )


PHYSICAL = pd.DataFrame({"source": ["projects"], "sheet": ["1"], "rows": [8]})


def test_accounts_add_up() -> None:
    account = check_accounts(ledger(), PHYSICAL).iloc[0]
    counts = account[["rows", "data", "kept", "merged", "quarantined"]]
    assert counts.tolist() == [8, 3, 1, 1, 1]


@pytest.mark.parametrize("row", range(8))
def test_any_lost_row_is_refused(row: int) -> None:
    with pytest.raises(LedgerError, match=r"projects, sheet 1: 8 rows received, 7 classified"):
        check_accounts(ledger().drop(index=row), PHYSICAL)


def test_the_refusal_names_the_file_in_both_languages() -> None:
    with pytest.raises(LedgerError) as caught:
        check_accounts(ledger().drop(index=2), PHYSICAL, {"projects": "Реестр.xlsx", "scores": "Протокол.xlsx"})
    said = caught.value.messages
    assert "Реестр.xlsx (projects), sheet 1: 8 rows received, 7 classified, 2 of them data" in said["en"]
    assert "Реестр.xlsx (projects), лист 1: получено строк 8, распознано 7, из них данных 2" in said["ru"]
    assert "Протокол" not in said["ru"]


def test_data_row_without_fate_is_refused() -> None:
    broken = ledger()
    broken.loc[2, "fate"] = None
    with pytest.raises(LedgerError, match="3 of them data, 2 with a known fate"):
        check_accounts(broken, PHYSICAL)


def test_row_counted_twice_in_place_of_another_is_refused() -> None:
    broken = ledger()
    broken.loc[3, "row"] = 3
    with pytest.raises(LedgerError, match="row 3 is counted twice"):
        check_accounts(broken, PHYSICAL)


def test_unread_sheet_is_refused() -> None:
    physical = pd.concat([PHYSICAL, pd.DataFrame({"source": ["scores"], "sheet": ["1"], "rows": [3]})])
    with pytest.raises(LedgerError, match="scores, sheet 1: 3 rows received, 0 classified"):
        check_accounts(ledger(), physical)


def test_empty_ledger_has_its_columns() -> None:
    assert "quarantined" in row_accounts(ledger().head(0)).columns


def test_issue_ids_are_stable_and_distinct() -> None:
    issues = [Issue("projects", "not_a_number", "error", "emptied", cell="B4", row=4, field="score")] * 2
    first, again = issues_frame(issues), issues_frame(issues)
    assert first["issue_id"].is_unique
    assert first.equals(again)
