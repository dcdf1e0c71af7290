"""Bad input is exit code 2 and plain words with file, place, expectation and advice; a failing notebook is 1."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from demonstration import YEAR, Place
from openpyxl import load_workbook

from evaluation.settings import Language

Break = Callable[[Place], object]
REGISTER = f"Реестр заявок {YEAR}.xlsx"
SETTINGS = f"config/years/{YEAR}.yml"


def line_of(place: Place, text: str) -> int:
    lines = (place.root / SETTINGS).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def leave(place: Place) -> None:
    """Nothing to break: the command itself is wrong."""


def remove(place: Place) -> None:
    place.raw(YEAR, "projects").unlink()


def empty(place: Place) -> None:
    place.raw(YEAR, "projects").write_bytes(b"")


def misspell(place: Place) -> None:
    place.edit(SETTINGS, "territory_date:", "teritory_date:")


# what is wrong, the year asked for, and what must be said in each language: file, place, expectation, advice
CASES: list[tuple[str, Break, str, dict[Language, list[str]]]] = [
    (
        "an unknown year", leave, "2031",
        {
            "en": ["Year 2031 is not set up", "config/years/2031.yml", "set up: 2023, 2024, 2025", "Check the year"],
            "ru": ["Год 2031 не настроен", "config/years/2031.yml", "годы: 2023, 2024, 2025", "Проверьте год"],
        },
    ),
    (
        "a missing source file", remove, "2025",
        {
            "en": [f"There is no file data/raw/2025/{REGISTER}", f"{SETTINGS}, line {{line}}", "Put the file there"],
            "ru": [f"Нет файла data/raw/2025/{REGISTER}", f"{SETTINGS}, строка {{line}}", "Положите файл на это место"],
        },
    ),
    (
        "an empty file", empty, "2025",
        {
            "en": [f"data/raw/2025/{REGISTER}: the file is empty", f"{SETTINGS}, line {{line}}", "Get it again"],
            "ru": [f"data/raw/2025/{REGISTER}: файл пуст", f"{SETTINGS}, строка {{line}}", "Получите его заново"],
        },
    ),
    (
        "a misspelt key", misspell, "2025",
        {
            "en": [f"{SETTINGS}, line", "unknown key 'teritory_date'", "Did you mean 'territory_date'?"],
            "ru": [f"{SETTINGS}, строка", "неизвестный ключ «teritory_date»", "имелось в виду «territory_date»"],
        },
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def shared(finished: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy for the tests that break a file and put it right again."""
    return finished.copy(tmp_path_factory.mktemp("bad-input") / "own")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("broken", "year", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bad_input_is_two_and_one_message(
    shared: Place, broken: Break, year: str, said: dict[Language, list[str]], language: Language
) -> None:
    register, settings = shared.raw(YEAR, "projects"), shared.root / SETTINGS
    kept = {path: path.read_bytes() for path in (register, settings)}
    before = shared.results()
    try:
        line = line_of(shared, REGISTER)
        broken(shared)
        answer = shared.evaluation("run", year, language=language)
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    assert answer.code == 2, answer.output
    assert answer.stdout == ""
    for words in said[language]:
        assert words.format(line=line) in answer.stderr
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) <= 3
    assert shared.results() == before


def rename_number_column(path: Path) -> str:
    """Give the register's column of numbers a heading that nobody knows; return another column's heading."""
    book = load_workbook(path)
    rows = list(book.worksheets[0].iter_rows(max_row=15))
    (number,) = [cell for row in rows for cell in row if re.fullmatch(r"(?i).*№.*заявки.*", str(cell.value))]
    number.value = "Шифр"
    book.save(path)
    return next(str(cell.value) for row in rows for cell in row if "ОКТМО" in str(cell.value))


@pytest.mark.slow  # the same on a small workspace is in every run
def test_a_file_without_a_needed_column_is_two_in_both_languages(own: Place) -> None:
    other = rename_number_column(own.raw(YEAR, "projects"))
    before = own.results()
    english = own.evaluation("run", "2025")
    assert english.code == 2, english.output
    assert english.ended("failed") == {("01_clean_programme", YEAR)}
    assert ("03_build_panel", YEAR) in english.ended("blocked")
    russian = own.evaluation("run", "2025", "--only", "01_clean_programme", language="ru")
    assert russian.code == 2, russian.output
    said: dict[Language, tuple[str, ...]] = {
        "en": (
            REGISTER,
            "sheet Реестр",
            "needed columns are missing",
            "(project_id)",
            "found: «",
            "Correct the header",
        ),
        "ru": (REGISTER, "лист Реестр", "нет нужных столбцов", "(project_id)", "Найдены столбцы: «", "Исправьте шапку"),
    }
    for answer, words in ((english, said["en"]), (russian, said["ru"])):
        (message,) = [line for line in answer.stdout.splitlines() if line.startswith("01_clean_programme 2025: ")]
        for part in (*words, "«Шифр»", f"«{other}»", "config/codebook.csv"):
            assert part in message
        assert "Traceback" not in answer.output
    assert own.results() == before


@pytest.mark.slow  # the same on a small workspace is in every run
def test_a_failing_notebook_is_one_with_cell_cause_and_log(own: Place) -> None:
    notebook = own.root / "notebooks" / "08_compare_years.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    broken = next(
        cell for cell in content["cells"] if "open_step" in "".join(cell["source"]) and cell["cell_type"] == "code"
    )
    broken["source"] = "surplus = 1 / (year - 2025)"
    notebook.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    before = own.results()
    english = own.evaluation("run", "2025")
    assert english.code == 1, english.output
    assert english.ended("failed") == {("08_compare_years", YEAR)}
    assert english.ended("blocked") == {
        (name, YEAR) for name in ("09_write_report", "10_hand_in", "10a_write_cards")
    }  # fmt: skip
    assert "08_compare_years 2025: cell 2: ZeroDivisionError: division by zero" in english.stdout
    russian = own.evaluation("run", "2025", language="ru")
    assert russian.code == 1, russian.output
    assert "08_compare_years 2025: ячейка 2: ZeroDivisionError: division by zero" in russian.stdout
    for answer, word in ((english, "Log"), (russian, "Журнал")):
        told = re.search(rf"{word}: (\S+08_compare_years\.log)$", answer.stdout, re.M)
        assert told
        assert "surplus = 1 / (year - 2025)" in Path(told[1]).read_text(encoding="utf-8")
        assert "Traceback" not in answer.output
    assert own.results() == before
