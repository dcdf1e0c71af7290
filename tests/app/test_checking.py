"""``evaluation check`` through the command line: what is told, the exit code, and that nothing is written."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner, Result

from evaluation.app import checking
from evaluation.app.cli import app
from evaluation.places import KEY_FILE

UNITS = {"U1": "Северный район", "U2": "Южный район"}
HEADER = ["№ заявки", "Муниципальное образование", "Наименование проекта", "Стоимость проекта, руб.", "Статус"]
GOOD = [
    ["24-001", "Северный район", "Парк", 100, "Победитель"],
    ["24-002", "Южный район", "Дорога", 250.5, "Отклонена"],
]
PASSPORT = [["Код территории", "Население на 1 января"], ["U1", 5000], ["U2", 700]]


def book(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Реестр") -> Path:
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(path)
    return path


class Place:
    """A workspace with two units and the settings of 2024; ``check`` calls the command in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.raw = root / "data" / "raw" / "2024"
        self.raw.mkdir(parents=True)
        (root / "config" / "years").mkdir(parents=True)
        pd.DataFrame({"unit_id": UNITS.keys(), "name": UNITS.values()}).to_csv(root / "config" / "u.csv", index=False)
        text = {"ru": "испытание", "en": "test"}
        self._write(
            "programme.yml",
            {
                "id": "check-test", "title": text, "institute": text, "first_year": 2024, "last_year": 2024,
                "registry": {"kind": "list", "units": "config/u.csv", "unit_name": text},
                "currency": {"code": "RUB", "label": {"ru": "руб.", "en": "roubles"}},
            },
        )  # fmt: skip
        self.year({"projects": "реестр.xlsx", "territories": "паспорт.xlsx"})
        book(self.raw / "реестр.xlsx", [HEADER, *GOOD])
        book(self.raw / "паспорт.xlsx", PASSPORT)

    def _write(self, name: str, content: object) -> None:
        (self.root / "config" / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def year(self, files: dict[str, str], **constants: dict[str, str]) -> None:
        last = dt.date(2024, 12, 31)
        sources = {name: {"file": file, "constants": constants.get(name, {})} for name, file in files.items()}
        days = {"starts_on": dt.date(2024, 1, 1), "ends_on": last, "territory_date": last}
        self._write("years/2024.yml", {"year": 2024, **days, "sources": sources})

    def check(self, *arguments: object, language: str = "en") -> Result:
        given = [str(argument) for argument in arguments]
        options = ["--workspace", str(self.root), "--plain", "--language", language]
        result = CliRunner().invoke(app, ["check", *given, *options])
        assert "Traceback" not in result.output
        return result

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted(self.root.rglob("*")) if path.is_file()}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("LC_ALL", "LC_MESSAGES", "EVALUATION_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "no.key"))
    return Place(tmp_path / "workspace")


# ---- what is told, and the exit code ------------------------------------------------------------------------------


def test_a_clean_file_is_zero_and_names_its_source(place: Place) -> None:
    result = place.check(place.raw / "реестр.xlsx")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "реестр.xlsx: Register of applications (projects), 2024"
    assert lines[1].strip() == "the source was told from the header: projects (5 of 5 columns known)"
    assert lines[2].strip() == "sheet 'Реестр': 3 rows, 2 of them data: 2 kept, 0 merged, 0 set aside"
    assert lines[3].strip() == "there are no rows of totals to compare with"
    assert "In all: files 1, not read 0, errors 0, warnings 0" in result.stdout
    assert result.stdout.endswith("  - go on with 'evaluation run 2024'\n")


def test_a_clean_year_is_zero_in_russian_too(place: Place) -> None:
    for arguments in ((2024,), ()):
        result = place.check(*arguments, language="ru")
        assert result.exit_code == 0, result.output
        assert "реестр.xlsx: Реестр заявок (projects), 2024 год" in result.stdout
        assert "паспорт.xlsx: Паспорт муниципалитетов (territories), 2024 год" in result.stdout
        assert "лист «Реестр»: строк 3, из них данных 2: принято 2, объединено 0, отложено 0" in result.stdout
        assert "Итог: файлов 2, не прочитано 0, ошибок 0, предупреждений 0" in result.stdout


def test_issues_to_decide_are_three_with_address_value_and_suggestion(place: Place) -> None:
    rows = [
        ["24-003", "Северный район", "Мост", "ок. 300", "Победитиль"],
        *[[f"24-01{n}", "Северный район", f"Двор {n}", -5 - n, "Победитель"] for n in range(5)],
        GOOD[0],
        ["ИТОГО", None, None, 450.5, None],
    ]
    path = book(place.root / "new.xlsx", [HEADER, *GOOD, *rows])
    result = place.check(path, "--as", "projects")
    assert result.exit_code == 3
    text = result.stdout
    assert "told from the header" not in text
    assert "sheet 'Реестр': 11 rows, 9 of them data: 7 kept, 1 merged, 1 set aside" in text
    assert "the file's own totals: 1 compared, 0 agree, 1 differ" in text
    assert "D11 Planned cost: printed 450.50, by the rows 350.50, difference +100" in text
    assert "agrees by counting 1 × 'The row repeats another' (+100)" in text
    assert "      D4 Planned cost 'ок. 300'; suggested: 300" in text
    negative = [line for line in text.splitlines() if "(negative)" in line or " '-" in line]
    assert negative[0].startswith("    error: ") and negative[0].endswith("(negative): 5; emptied")
    assert [line.split()[0] for line in negative[1:]] == ["D5", "D6", "D7"] and "      and 2 more" in text
    assert "errors in cells: correct them in the file" in text and "ask the sender which rows were counted" in text
    russian = place.check(path, "--as", "projects", language="ru")
    assert russian.exit_code == 3
    assert "D4 Стоимость по плану «ок. 300» — предлагается: 300" in russian.stdout
    assert "сойдётся, если посчитать 1 × «Строка повторяет другую» (+100)" in russian.stdout


def test_one_unreadable_file_is_two_and_the_others_are_still_checked(place: Place) -> None:
    (place.raw / "паспорт.xlsx").unlink()
    result = place.check(2024)
    assert result.exit_code == 2
    assert "There is no file" in result.stdout and "паспорт.xlsx" in result.stdout
    assert "sheet 'Реестр': 3 rows, 2 of them data: 2 kept" in result.stdout
    assert "files 2, not read 1" in result.stdout


def test_one_file_without_the_needed_columns_is_two_and_the_others_are_still_checked(place: Place) -> None:
    book(place.raw / "паспорт.xlsx", [["Нечто", "Иное"], ["a", "b"]])
    result = place.check(2024)
    assert result.exit_code == 2
    assert "needed columns are missing" in result.stdout
    assert "sheet 'Реестр': 3 rows, 2 of them data: 2 kept" in result.stdout


def test_an_error_of_the_program_is_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("bad")

    monkeypatch.setattr(checking, "read_received", broken)
    result = place.check(place.raw / "реестр.xlsx")
    assert result.exit_code == 1 and "RuntimeError: bad" in result.stderr


def test_nothing_is_written(place: Place, tmp_path: Path) -> None:
    before = place.files()
    for arguments in ((2024,), (place.raw / "реестр.xlsx",), (place.raw / "none.xlsx",)):
        place.check(*arguments)
    assert place.files() == before and not (tmp_path / "no.key").exists()


# ---- which source, year and registry ---------------------------------------------------------------------------


def test_a_file_that_looks_like_nothing_or_several_is_refused_with_the_candidates(place: Place) -> None:
    unknown = book(place.root / "a.xlsx", [["Колонка", "Ещё"], [1, 2]])
    result = place.check(unknown)
    assert result.exit_code == 2 and "--as SOURCE" in result.stderr and "projects" in result.stderr
    both = book(place.root / "b.xlsx", [["Население на 1 января", "Статус", "Название", "№ заявки"], [1, 2, 3, 4]])
    result = place.check(both)
    assert result.exit_code == 2 and "looks like several sources" in result.stderr
    assert "projects (" in result.stderr and "territories (" in result.stderr


def test_wrong_words_are_two(place: Place) -> None:
    path = place.raw / "реестр.xlsx"
    for arguments, told in [
        ((path, "--as", "проекты"), "The source 'проекты' is unknown. There are: territories, "),
        ((path, "--year", "24"), "The year '24' is not understood"),
        ((path, "--year", "all"), "a register of applications with a column of the year; there is none here"),
        ((2024, "--as", "projects"), "--as is for one file"),
        ((2024, "--year", "2023"), "Two years are named"),
        (("--year", "all"), "--year all is for one file"),
        ((2031,), "2031"),
        ((place.raw,), "is a folder. One file (a table) or a year was expected"),
        ((place.raw / "нет.xlsx",), "There is no file"),
    ]:
        result = place.check(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert told in result.stderr


def test_a_year_without_settings_ends_on_its_last_day(place: Place) -> None:
    path = book(place.root / "r.xlsx", [HEADER, ["30-001", "Северный район", "Парк", 100, "Победитель"]])
    result = place.check(path, "--as", "projects", "--year", "2030")
    assert result.exit_code == 0 and "(projects), 2030" in result.stdout


def test_constants_of_the_source_are_used(place: Place) -> None:
    rows = [[cell for cell, name in zip(row, HEADER, strict=True) if name != "Статус"] for row in [HEADER, *GOOD]]
    path = book(place.root / "r.xlsx", rows)
    assert place.check(path, "--as", "projects").exit_code == 2
    place.year({"projects": "реестр.xlsx"}, projects={"status": "Победитель"})
    assert place.check(path, "--as", "projects").exit_code == 0


def test_another_registry(place: Place) -> None:
    path = book(place.root / "r.xlsx", [HEADER, ["24-001", "Западный район", "Парк", 100, "Победитель"]])
    result = place.check(path, "--as", "projects")
    assert result.exit_code == 3 and "B2 Municipality 'Западный район'" in result.stdout
    assert "another registry: --registry FILE" in result.stdout
    other = place.root / "other.csv"
    pd.DataFrame({"unit_id": ["W1"], "name": ["Западный район"]}).to_csv(other, index=False)
    assert place.check(path, "--as", "projects", "--registry", other).exit_code == 0
    directory = book(
        place.root / "other.xlsx",
        [["oktmo", "municipal_district_name"], ["04-601-000-000", "Западный район"], ["04-603-000-000", None]],
    )
    result = place.check(path, "--as", "projects", "--registry", directory)
    assert "1 rows left out" in result.stdout
    assert result.exit_code == 0, result.output
    assert place.check(path, "--registry", place.root / "none.csv").exit_code == 2


def test_every_year_of_a_register(place: Place) -> None:
    header = [*HEADER, "Год"]
    rows = [
        [1, "Северный район", "Парк", 100, "Победитель", 2023],
        [1, "Северный район", "Парк", 70, "Победитель", 2024],
        [1, "Северный район", "Парк", 70, "Победитель", 2024],
        [None, "Северный район", "Двор", 30, "Победитель", 2024],
    ]
    path = book(place.root / "years.xlsx", [header, *rows, ["ИТОГО", None, None, 200, None, None]])
    result = place.check(path, "--as", "projects")
    assert "the file has rows of other years (2023): '--year all' checks every year" in result.stdout
    assert "(other_year): 1; row set aside" in result.stdout
    result = place.check(path, "--as", "projects", "--year", "all")
    assert result.exit_code == 3 and "(projects), years 2023–2024" in result.stdout
    assert "6 rows, 4 of them data: 2 kept, 1 merged, 1 set aside" in result.stdout
    assert "other_year" not in result.stdout and "'--year all'" not in result.stdout
    assert "the file's own totals: 1 compared, 1 agree, 0 differ" in result.stdout, "100 + 70 + 30 of two years"
    assert "total_mismatch" not in result.stdout


def test_the_rules_alone(place: Place) -> None:
    result = place.check("--rules")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Checking rules: ")


def test_the_reader_is_told_what_takes_long(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.app.waiting.PATIENCE_SECONDS", 0.01)
    usual = checking.read_received

    def slow(*arguments: Any) -> Any:
        time.sleep(0.2)
        return usual(*arguments)

    monkeypatch.setattr(checking, "read_received", slow)
    result = place.check(place.raw / "реестр.xlsx", "--as", "projects")
    assert "reading реестр.xlsx ..." in result.stderr and "reading" not in result.stdout
    assert result.exit_code == 0


def test_a_report_is_written_on_request_and_only_there(place: Place, tmp_path: Path) -> None:
    (tmp_path / "no.key").write_text("00" * 32, encoding="ascii")
    book(place.raw / "реестр.xlsx", [HEADER, *GOOD, ["24-003", "Северный район", "Мост", "ок. 300", "Победитель"]])
    before = place.files()
    folder = tmp_path / "quality"
    result = place.check(2024, "--report", folder, language="ru")
    assert result.exit_code == 3, result.output
    assert [path.name for path in folder.iterdir()] == ["quality.ru.html"]
    assert f"Отчёт о качестве: {folder / 'quality.ru.html'}" in result.stdout
    after = place.files()
    new = set(after) - set(before)
    restricted = str(place.root / "data" / "restricted" / "2024")
    assert (
        new and all(path.startswith(restricted) for path in new) and all(after[path] == before[path] for path in before)
    )
    assert f"Книга решений: {restricted}" in result.stdout
    alone = place.check(place.raw / "реестр.xlsx", "--as", "projects", "--report", folder)
    assert alone.exit_code == 3 and "паспорт" not in (folder / "quality.en.html").read_text(encoding="utf-8")
    several = place.check(place.raw / "нет.xlsx", "--report", folder)
    assert several.exit_code == 2
