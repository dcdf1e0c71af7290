"""Every row of every received file is accounted for; a reader that loses one stops the run."""

from __future__ import annotations

import pandas as pd
import pytest
from demonstration import YEAR, YEARS, Place
from openpyxl import load_workbook

from evaluation.ledger import FATES, ROW_CLASSES


def rows_of_file(place: Place, year: int, source: str) -> dict[str, int]:
    """Rows by sheet, up to the last one with a value, counted without the project's readers."""
    path = place.raw(year, source)
    if path.suffix == ".csv":
        lines = path.read_bytes().split(b"\n")
        return {path.stem: len(lines) - (lines[-1] == b"")}
    book = load_workbook(path)
    counts = {}
    for sheet in book.worksheets:
        filled = [
            number for number, row in enumerate(sheet.iter_rows(), 1) if any(cell.value is not None for cell in row)
        ]
        if sheet.sheet_state == "visible" and filled:
            counts[sheet.title] = filled[-1]
    return counts


@pytest.mark.parametrize("year", YEARS)
def test_every_row_of_every_received_file_is_in_the_ledger_once(finished: Place, year: int) -> None:
    ledger = pd.concat([finished.table("row_ledger", year), finished.table("survey_row_ledger", year)])
    sources = finished.open().year(year).sources
    assert set(ledger["source"]) == set(sources)
    for source in sources:
        own = ledger[ledger["source"] == source]
        counted = rows_of_file(finished, year, source)
        assert own.groupby("sheet").size().to_dict() == counted
        for sheet, rows in own.groupby("sheet"):
            assert sorted(rows["row"]) == list(range(1, counted[str(sheet)] + 1))


@pytest.mark.parametrize("year", YEARS)
def test_rows_are_the_sum_of_classes_and_data_the_sum_of_fates(finished: Place, year: int) -> None:
    ledger = pd.concat([finished.table("row_ledger", year), finished.table("survey_row_ledger", year)])
    assert set(ledger["row_class"]) <= set(ROW_CLASSES)
    assert {"title", "header", "data", "blank"} <= set(ledger["row_class"])
    is_data = ledger["row_class"] == "data"
    assert ledger.loc[is_data, "fate"].isin(FATES).all()
    assert ledger.loc[~is_data, "fate"].isna().all()
    kept = ledger[(ledger["fate"] == "kept") & (ledger["source"] == "projects")]
    projects = finished.table("projects", year)
    assert sorted(kept["record_key"]) == sorted(projects["project_id"])
    assert set(zip(kept["row"], kept["record_key"], strict=True)) == set(
        zip(projects["source_row"], projects["project_id"], strict=True)
    )


def test_readers_see_the_same_accounts(finished: Place) -> None:
    ledger = finished.table("row_ledger")
    folder = finished.open().report_folder(YEAR) / "tables"
    shown = pd.read_csv(folder / "row_accounts.en.csv", encoding="utf-8-sig")
    shown = shown[shown["Received file"] != "Total"].drop(columns="SIMULATED DATA")
    numbers = ["All rows", "Service rows", "Data rows", "Kept", "Merged", "Set aside"]
    expected = []
    for _, own in ledger.groupby("source"):
        fates = own["fate"].value_counts()
        data = int((own["row_class"] == "data").sum())
        expected.append([len(own), len(own) - data, data, *(int(fates.get(fate, 0)) for fate in FATES)])
    assert list(shown.columns) == ["Received file", *numbers]
    assert sorted(shown[numbers].to_numpy().tolist()) == sorted(expected)


LOSES_A_ROW = """

_read_whole = read_received


def read_received(path: Path, source: str, sheet: str | None = None) -> Received:
    from dataclasses import replace

    received = _read_whole(path, source, sheet)
    if source != "projects":
        return received
    first, *others = received.sheets
    return replace(received, sheets=(replace(first, cells=np.delete(first.cells, 40, axis=0)), *others))
"""
FORGETS_A_FATE = """

_join_whole = join_ledgers


def join_ledgers(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    ledger = _join_whole(parts)
    kept = ledger.index[(ledger["source"] == "projects") & (ledger["fate"] == "kept")]
    return ledger.assign(fate=ledger["fate"].where(~ledger.index.isin(kept[:1])))
"""


@pytest.mark.parametrize(
    ("module", "defect", "language", "said"),
    [
        pytest.param(
            "workbook",
            LOSES_A_ROW,
            "en",
            "{file} (projects), sheet {sheet}: {rows} rows received, {less} classified",
            id="a lost row",
        ),
        pytest.param(
            "context",
            FORGETS_A_FATE,
            "ru",
            "{file} (projects), лист {sheet}: получено строк {rows}, распознано {rows}",
            id="a row of unknown fate",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_row_that_gets_lost_stops_the_run_and_touches_nothing(
    own: Place, module: str, defect: str, language: str, said: str
) -> None:
    before = own.results()
    (sheet, rows), *_ = rows_of_file(own, YEAR, "projects").items()
    own.append(f"src/evaluation/cleaning/{module}.py", defect)
    answer = own.evaluation("run", "2025", "--only", "01_clean_programme", language=language)
    assert answer.code == 1, answer.output
    facts = {"file": own.raw(YEAR, "projects").name, "sheet": sheet, "rows": rows, "less": rows - 1}
    assert said.format(**facts) in answer.stdout
    assert "Traceback" not in answer.output
    assert "01_clean_programme.log" in answer.stdout
    assert own.results() == before
