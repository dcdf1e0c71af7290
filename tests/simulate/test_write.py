"""Received files: same seed, same bytes; planted defects at their addresses; nothing real is overwritten."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from evaluation.settings import InputProblem
from evaluation.simulate import SimulatedProgramme, simulate_programme, write_simulation
from evaluation.simulate.geography import sampled_units
from evaluation.simulate.mess import Ledger, period_words, spellings, text_of, with_nbsp
from evaluation.simulate.workbooks import LABEL
from evaluation.simulate.write import WRITERS, simulated_files

Messy = tuple[dict[str, bytes], Ledger]


@pytest.fixture(scope="module")
def few() -> pd.DataFrame:
    return sampled_units(6, 4)


def test_same_seed_gives_the_same_bytes(few: pd.DataFrame) -> None:
    first, _ = simulated_files(simulate_programme(few, None, seed=9, years=(2022,)))
    again, _ = simulated_files(simulate_programme(few, None, seed=9, years=(2022,)))
    other, _ = simulated_files(simulate_programme(few, None, seed=10, years=(2022,)))
    assert first == again
    assert len(first) == 15
    assert all(first[name] != other[name] for name in first if not name.endswith("SOURCES.csv"))


def cell_text(files: dict[str, bytes], row: pd.Series, books: dict[str, Workbook], lines: dict[str, list[str]]) -> str:
    """What stands at a ledger entry's address; every file is read once, into ``books`` or ``lines``."""
    path = f"{row['year']}/{row['file']}"
    found = re.fullmatch(r"([A-Z]+)(\d+)", row["cell"])
    assert found, row["cell"]
    if path.endswith(".xlsx"):
        if path not in books:
            books[path] = load_workbook(io.BytesIO(files[path]))
        return text_of(books[path][row["sheet"]][row["cell"]].value)
    if path not in lines:
        try:
            text = files[path].decode("utf-8-sig")
        except UnicodeDecodeError:
            text = files[path].decode("cp1251")
        lines[path] = text.split("\r\n")
    return lines[path][int(found.group(2)) - 1]


def test_every_planted_defect_stands_at_its_address(messy: Messy) -> None:
    files, ledger = messy
    books: dict[str, Workbook] = {}
    lines: dict[str, list[str]] = {}
    rows = ledger.frame()
    assert len(rows) > 200
    for _, row in rows.iterrows():
        found = cell_text(files, row, books, lines)
        if str(row["file"]).endswith(".csv"):
            assert row["written"].replace('"', "") in found.replace('"', ""), (row["file"], row["cell"], row["defect"])
        else:
            assert found == row["written"], (row["file"], row["sheet"], row["cell"], row["defect"])
    assert set(rows["reader_must"]) == {"repair", "report", "refuse", "keep"}


def test_the_ledger_knows_every_kind_of_defect_of_every_file(messy: Messy) -> None:
    held = messy[1].frame().groupby("source")["defect"].agg(set)
    assert {"lost_leading_zero", "money_in_thousands", "number_as_text", "unit_not_in_force", "duplicate_row",
    "error_value",
            "impossible_date", "personal_data_in_title", "hidden_column_with_contacts"} <= held["projects"]  # fmt: skip
    assert {"head_count_disagrees", "person_listed_twice", "mark_of_part"} <= held["attendance"]
    assert {"period_of_months", "date_range", "hours_with_unit", "place_without_code"} <= held["support_events"]
    assert {"several_values_in_one_cell", "answer_not_offered", "answered_twice"} <= held["residents_survey"]
    assert {"person_listed_twice"} <= held["team_members"] and {"unit_in_words"} <= held["teams"]
    assert {"row_twice"} <= held["practice_adoptions"] and {"unit_in_words"} <= held["practices"]
    assert {"dash_before_count", "sectors_do_not_add_up"} <= held["resolutions"]
    assert set(WRITERS) <= set(held.index)


def test_the_register_counts_each_application_once_but_for_planted_repetitions(
    messy: Messy, two_years: SimulatedProgramme
) -> None:
    files, ledger = messy
    notes = ledger.frame()
    for year in (2024, 2025):
        sheet = load_workbook(io.BytesIO(files[f"{year}/Реестр заявок {year}.xlsx"])).worksheets[0]
        numbers = [
            str(cell.value) for row in sheet.iter_rows() for cell in row if re.fullmatch(r"\d\d-\d{3}", str(cell.value))
        ]
        projects = two_years.tables["projects"].query("year == @year")["project_id"]
        repeated = notes[(notes["year"] == year) & (notes["defect"] == "duplicate_row")]
        assert sorted(set(numbers)) == sorted(f"{year % 100}-{name[-3:]}" for name in projects)
        assert len(numbers) == len(projects) + len(repeated)


def test_rows_under_old_codes_are_written_after_the_reform(messy: Messy, two_years: SimulatedProgramme) -> None:
    notes = messy[1].frame().query("defect == 'unit_not_in_force'")
    in_force = set(two_years.tables["territories"].query("year == 2025")["unit_id"])
    assert len(notes) == 4
    assert not {f"{int(code):08d}" for code in notes["written"]} & in_force
    assert set(notes["true_value"]) <= in_force


def test_files_say_that_they_are_simulated(messy: Messy) -> None:
    files, _ = messy
    for path, content in files.items():
        if path.endswith(".xlsx"):
            assert load_workbook(io.BytesIO(content)).properties.description == LABEL
    sources = pd.read_csv(io.BytesIO(files["2024/SOURCES.csv"]))
    assert set(sources["note"]) == {"simulated"}
    assert all(f"2024/{name}" in files for name in sources["file"])


def test_contacts_belong_to_nobody(messy: Messy) -> None:
    files, _ = messy
    book = load_workbook(io.BytesIO(files["2024/Списки участников 2024.xlsx"]))
    cells = [
        str(cell.value) for sheet in book for row in sheet.iter_rows(min_row=5, min_col=4, max_col=5) for cell in row
    ]
    phones = ["".join(c for c in text if c.isdigit()) for text in cells if "@" not in text and text != "None"]
    assert phones and all(re.fullmatch(r"[78]000\d{7}", phone) for phone in phones)
    assert all(text.endswith("@example.org") for text in cells if "@" in text)


def test_journals_are_cp1251_and_the_unclosed_quote_swallows_a_record(few: pd.DataFrame) -> None:
    files, ledger = simulated_files(simulate_programme(few, None, seed=9, years=(2022,)))
    text = files["2022/Межмуниципальные мероприятия 2022.csv"].decode("cp1251")
    assert (ledger.frame()["defect"] == "quotation_mark_not_closed").sum() == 1
    lines = text.rstrip("\r\n").split("\r\n")
    assert len(list(csv.reader(io.StringIO(text), delimiter=";"))) < len(lines)


def test_writing_again_replaces_its_own_files(tmp_path: Path, few: pd.DataFrame) -> None:
    written = write_simulation(tmp_path, few, None, seed=1, years=(2020, 2021))
    assert (tmp_path / "data/raw/2021/SOURCES.csv") in written
    truth = json.loads((tmp_path / "simulated_truth/truth.json").read_text(encoding="utf-8"))
    assert truth["simulated"] and truth["seed"] == 1 and "att_log" in truth["estimands"]
    write_simulation(tmp_path, few, None, seed=2, years=(2020,))
    assert not (tmp_path / "data/raw/2021/SOURCES.csv").exists()
    assert not [path for path in (tmp_path / "data/raw").rglob("*") if "truth" in path.name or "ledger" in path.name]


@pytest.mark.parametrize("case", ["foreign", "changed"])
def test_real_or_changed_files_are_never_overwritten(tmp_path: Path, few: pd.DataFrame, case: str) -> None:
    if case == "foreign":
        path = tmp_path / "data/raw/2020/Настоящий реестр.xlsx"
        path.parent.mkdir(parents=True)
    else:
        write_simulation(tmp_path, few, None, seed=1, years=(2020,))
        path = tmp_path / "data/raw/2020/Реестр заявок 2020.xlsx"
    path.write_bytes(b"received from an office")
    with pytest.raises(InputProblem) as refused:
        write_simulation(tmp_path, few, None, seed=1, years=(2020,))
    assert path.name in refused.value.messages["ru"] and path.name in refused.value.messages["en"]
    assert path.read_bytes() == b"received from an office"


def test_a_broken_manifest_is_named(tmp_path: Path, few: pd.DataFrame) -> None:
    path = tmp_path / "data/raw/SIMULATED.json"
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputProblem, match=r"SIMULATED\.json"):
        write_simulation(tmp_path, few, None, seed=1, years=(2020,))


def test_clean_files_are_the_clean_tables(tmp_path: Path, few: pd.DataFrame) -> None:
    write_simulation(tmp_path, few, None, seed=1, years=(2020,), clean=True)
    programme = simulate_programme(few, None, seed=1, years=(2020,))
    projects = programme.tables["projects"]
    read = pd.read_excel(tmp_path / "data/raw/2020/Реестр заявок 2020.xlsx", dtype={"unit_id": str}, engine="openpyxl")
    assert read["project_id"].tolist() == projects["project_id"].tolist()
    assert read["cost_planned"].tolist() == projects["cost_planned"].tolist()
    sums = read[[name for name in read if name.startswith("planned_") and name != "planned_end"]].sum(axis=1)
    assert sums.tolist() == projects["cost_planned"].tolist()
    attendance = pd.read_excel(tmp_path / "data/raw/2020/Списки участников 2020.xlsx", engine="openpyxl")
    assert len(attendance) == len(programme.tables["attendance"])
    answers = pd.read_csv(tmp_path / "data/raw/2020/Анкета жителей 2020.csv")
    assert len(answers) == programme.tables["survey_responses"]["wave_id"].eq("2020-residents").sum()
    assert pd.read_csv(tmp_path / "simulated_truth/ledger.csv").empty


def test_other_numbers_of_municipalities_bring_their_own_registry(tmp_path: Path, units: pd.DataFrame) -> None:
    write_simulation(tmp_path, units, None, seed=1, years=(2020,), municipalities=5)
    registry = pd.read_csv(tmp_path / "simulated_truth/units.csv")
    assert registry["unit_id"].tolist() == [f"S{k:04d}" for k in range(1, 6)]
    assert not re.search("04701000", (tmp_path / "simulated_truth/unit_years.csv").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("start", "end", "form", "words"),
    [
        ("2025-04-22", "2025-04-25", 0, "22-25 апреля"),
        ("2025-01-28", "2025-01-28", 0, "28.01.2025"),
        ("2025-01-28", "2025-01-28", 1, "28 января"),
        ("2024-01-01", "2024-03-31", 0, "январь-март"),
        ("2025-04-29", "2025-05-03", 0, "29 апреля - 3 мая"),
    ],
)
def test_periods_in_words(start: str, end: str, form: int, words: str) -> None:
    assert period_words(start, end, form) == words


def test_spellings_and_numbers_in_the_manner_of_offices() -> None:
    assert spellings("Абанский муниципальный район", "Абанский район", "municipal_district") == [
        "Абанский муниципальный район", "Абанский район", "Абанский р-н", "Абанский МР",
    ]  # fmt: skip
    assert spellings("городской округ город Канск", "Канск", "city_okrug")[1] == "г. Канск"
    assert with_nbsp(1234567.5, 2) == "1\u00a0234\u00a0567,50"
