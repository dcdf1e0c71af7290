"""A read document as a form, the filled form as confirmed facts and registers, and step 01 reading those registers."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.document_command import write_form, write_registers
from evaluation.cleaning.programme import clean_programme
from evaluation.cleaning.text import fold
from evaluation.cleaning.workbook import read_received
from evaluation.codebook import Codebook, read_codebook
from evaluation.decisions import DECISION_COLUMNS
from evaluation.field.documents.confirming import answered
from evaluation.field.documents.facts import Fact
from evaluation.field.documents.fields import field_of
from evaluation.report.confirmation.form import COLUMNS, HEADER_ROW, KEY_SHEET, ROLE_COLUMN, ROLE_ROW
from evaluation.settings import InputProblem, Text
from evaluation.territory.registry import read_registry

ROOT = Path(__file__).resolve().parents[2]
PLACE = {name: number for number, name in enumerate(COLUMNS, start=1)}
MINUTES = """РЕЗОЛЮЦИЯ
семинара
«Соседи решают вместе»
5 июня 2024 г.
г. Канск

В семинаре приняло участие -12 человек, из них органов местного самоуправления 9, гостей 3. Выступил Пётр Ильич \
Кедров. Представители Абанского района и г. Канска рассказали о себе.

Проблемы:
- нет денег на субсидии;
- =HYPERLINK("http://x.example";"мало связи")

Рекомендовано:
1. Министерству финансов продлить субсидии.
2. Проводить семинары ежегодно.

Голосовали: за – 12, против – нет, воздержались – нет.
"""
Fill = Callable[[Mapping[str, str]], tuple[str, str]]


@cache
def codebook() -> Codebook:
    return read_codebook(ROOT / "config")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("form")
    document, path = folder / "резолюция.txt", folder / "form.xlsx"
    document.write_text(MINUTES, encoding="cp1251")
    said = write_form("minutes", document, path, codebook(), "ru")
    assert str(path) in said[0]
    return path


@pytest.fixture
def form(made: Path, tmp_path: Path) -> Path:
    """A copy of the form that a test may fill in."""
    return Path(shutil.copy(made, tmp_path / "form.xlsx"))


def rows_of(path: Path) -> list[dict[str, str]]:
    sheet = openpyxl.load_workbook(path).worksheets[1]
    return [
        {name: str(sheet.cell(row=row, column=place).value or "") for name, place in PLACE.items()}
        for row in range(HEADER_ROW + 1, sheet.max_row + 1)
    ]


def fill(path: Path, answers: Fill, role: str = "аналитик") -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    sheet.cell(row=ROLE_ROW, column=ROLE_COLUMN).value = role or None
    for row, texts in enumerate(rows_of(path), start=HEADER_ROW + 1):
        for name, text in zip(("confirmed", "answer"), answers(texts), strict=True):
            sheet.cell(row=row, column=PLACE[name]).value = text or None
    book.save(path)


def all_right(texts: Mapping[str, str]) -> tuple[str, str]:
    return "да", ""


def table(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, engine="openpyxl")


def problem(path: Path, out: Path) -> str:
    with pytest.raises(InputProblem) as raised:
        write_registers(path, out, codebook(), "ru")
    assert not out.exists()
    assert raised.value.messages["en"].isascii() or path.name in raised.value.messages["en"]
    return raised.value.messages["ru"]


def test_every_line_carries_its_phrase_and_says_what_is_missing(form: Path) -> None:
    rows = {(row["field"], row["entry"]): row for row in rows_of(form)}
    participants = rows["Участников", ""]
    assert participants["value"] == "12"
    assert participants["phrase"].startswith("В семинаре приняло участие -12 человек")
    assert "тире" in participants["remark"]
    assert participants["paragraph"] == "5"
    speakers = rows["Выступило", ""]
    assert speakers["value"] == "— не найдено —"
    assert "искали: «выступило N»" in speakers["remark"]
    assert rows["Дата (начало)", ""]["value"] == "05.06.2024"
    assert rows["Вид адресата", "1"]["value"] == "Министерство"
    assert rows["Тема проблемы", "1"]["value"] == "Финансовая поддержка"


def test_no_cell_becomes_a_formula_and_no_person_is_carried(form: Path) -> None:
    book = openpyxl.load_workbook(form)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert not any("Кедров" in str(cell.value) for cell in cells)


def test_the_form_has_the_same_bytes_again(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_form("minutes", made.with_name("резолюция.txt"), again, codebook(), "ru")
    assert again.read_bytes() == made.read_bytes()


def test_the_sums_are_on_a_sheet_of_their_own(form: Path) -> None:
    sheet = openpyxl.load_workbook(form).worksheets[2]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["сумма по категориям = участники", "9 + 3 = 12", "да"] in rows


def test_nothing_unconfirmed_passes(form: Path, tmp_path: Path) -> None:
    assert "ни одно значение не подтверждено" in problem(form, tmp_path / "out")
    fill(form, lambda row: ("да", "") if row["field"] in ("Дата (начало)", "Рекомендация") and row["entry"] != "2"
         else ("", ""))  # fmt: skip
    write_registers(form, tmp_path / "out", codebook(), "ru")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "exchange_events.xlsx", "facts.xlsx", "recommendations.xlsx", "resolutions.xlsx"]  # fmt: skip
    frame = table(tmp_path / "out" / "recommendations.xlsx")
    assert frame["Текст рекомендации"].tolist() == ["Министерству финансов продлить субсидии."]
    assert frame["Кому адресована"].isna().all()
    resolution = table(tmp_path / "out" / "resolutions.xlsx").iloc[0]
    assert pd.isna(resolution["Участников всего"])


def test_a_refused_and_a_corrected_value(form: Path, tmp_path: Path) -> None:
    def answers(row: Mapping[str, str]) -> tuple[str, str]:
        if row["field"] == "Участников":
            return "исправить", "13"
        if row["field"] == "Голосов «за»":
            return "нет", ""
        if row["field"] == "Вид адресата" and row["entry"] == "2":
            return "correct to", "Институт"
        if row["field"].startswith("Номер мероприятия"):
            return "исправить", "7"
        return "да", ""

    fill(form, answers)
    write_registers(form, tmp_path / "out", codebook(), "ru")
    resolution = table(tmp_path / "out" / "resolutions.xlsx").iloc[0]
    assert resolution["Участников всего"] == 13
    assert pd.isna(resolution["Голосов «за»"])
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "out" / "problems.xlsx").active for cell in row]
    assert [cell.data_type for cell in cells if str(cell.value).startswith("=")] == ["s"]
    frame = table(tmp_path / "out" / "recommendations.xlsx")
    assert frame["Кому адресована"].tolist() == ["Министерство", "Институт"]
    assert frame["Номер рекомендации"].tolist() == ["7-1", "7-2"]


@pytest.mark.parametrize(
    ("field", "answer", "words"),
    [
        ("participants", "много", "целое число"),
        ("participants", "-3", "целое число"),
        ("held_on", "летом", "дата вида"),
        ("held_on", "31.02.2024", "дата вида"),
        ("recommendation_addressee_kind", "Дядя", "такого значения в списке нет"),
        ("place", "у Петровой Анны Ивановны", "личные данные"),
        ("title", "звонить 8 913 555-12-34", "личные данные"),
    ],
)
def test_a_value_that_cannot_be_taken_is_told(field: str, answer: str, words: str) -> None:
    codes = {fold(spelling): code for spelling, code in codebook().choice_aliases("addressee").items()}
    made = answered(Fact(field), field_of("minutes", field), "correct", answer, codes)
    assert isinstance(made, Text)
    assert words in made.ru


@pytest.mark.parametrize(
    ("field", "answer", "value"),
    [
        ("participants", " 25 ", "25"),
        ("held_on", "27.01.2021", "2021-01-27"),
        ("recommendation_addressee_kind", "министерство", "ministry"),
        ("title", "  Двор  как дело ", "Двор как дело"),
    ],
)
def test_a_corrected_value_is_read_by_its_kind(field: str, answer: str, value: str) -> None:
    codes = {fold(spelling): code for spelling, code in codebook().choice_aliases("addressee").items()}
    fact = Fact(field, 0, "прежнее", "фраза", 3, ("as_printed",))
    made = answered(fact, field_of("minutes", field), "correct", answer, codes)
    assert made == Fact(field, 0, value, "фраза", 3)
    assert answered(fact, field_of("minutes", field), "no", "", codes) == Fact(field, 0, None, "фраза", 3)


def test_wrong_answers_are_named_with_their_cells(form: Path, tmp_path: Path) -> None:
    wrong = {
        "Участников": ("исправить", ""), "Выступило": ("да", "13"), "Место": ("верно", ""), "Тема": ("", "Двор"),
    }  # fmt: skip
    fill(form, lambda row: wrong.get(row["field"], ("да", "")))
    message = problem(form, tmp_path / "out")
    assert message.count("верное значение пишут при ответе «исправить»") == 2
    assert message.count("выберите «да», «нет» или «исправить»") == 2
    lines = {row["field"]: number for number, row in enumerate(rows_of(form), start=HEADER_ROW + 1)}
    assert f"ячейка J{lines['Участников']}" in message
    assert f"ячейка I{lines['Место']}" in message
    fill(form, lambda row: ("исправить", "летом") if row["field"] == "Дата (начало)" else ("да", ""))
    assert f"ячейка J{lines['Дата (начало)']}: «летом»" in problem(form, tmp_path / "out")


def test_the_role_is_needed_and_is_no_person(form: Path, tmp_path: Path) -> None:
    fill(form, all_right, role="")
    assert "впишите роль" in problem(form, tmp_path / "out")
    fill(form, all_right, role="Петрова А. И.")
    assert "а не имя" in problem(form, tmp_path / "out")


def test_without_a_day_there_is_no_record(form: Path, tmp_path: Path) -> None:
    fill(form, lambda row: ("нет" if row["field"] == "Дата (начало)" else "да", ""))
    assert "Дата мероприятия не подтверждена" in problem(form, tmp_path / "out")


@pytest.mark.parametrize("change", ["phrase", "key"])
def test_a_form_whose_locked_parts_were_changed_is_refused(form: Path, tmp_path: Path, change: str) -> None:
    fill(form, all_right)
    book = openpyxl.load_workbook(form)
    if change == "phrase":
        book.worksheets[1].cell(row=HEADER_ROW + 3, column=PLACE["phrase"]).value = "другая фраза"
    else:
        del book[KEY_SHEET]
    book.save(form)
    assert ("фраза изменены" if change == "phrase" else "не книга проверки") in problem(form, tmp_path / "out")


def test_what_is_no_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK not a workbook")
    assert "не книга проверки" in problem(tmp_path / "a.xlsx", tmp_path / "out")
    assert "Нет файла" in problem(tmp_path / "b.xlsx", tmp_path / "out")


def test_step_01_receives_the_registers_without_an_error(form: Path, tmp_path: Path) -> None:
    def answers(row: Mapping[str, str]) -> tuple[str, str]:
        return ("исправить", "7") if row["field"].startswith("Номер мероприятия") else ("да", "")

    fill(form, answers)
    out = tmp_path / "out"
    write_registers(form, out, codebook(), "ru")
    sources = ("exchange_events", "resolutions", "recommendations", "problems")
    cleaned = clean_programme(
        {name: read_received(out / f"{name}.xlsx", name) for name in sources},
        2024,
        read_registry(ROOT / "config" / "territory" / "units.csv"),
        pd.DataFrame(columns=["raw", "unit_id", "reason"], dtype="str"),
        pd.DataFrame(columns=DECISION_COLUMNS, dtype="str"),
        codebook(),
        b"a key for tests, 32 bytes long..",
        dt.date(2024, 12, 31),
        "04",
    )
    wrong = cleaned.issues[cleaned.issues["severity"] == "error"]
    assert wrong.empty, wrong[["source", "rule", "field", "raw"]].to_string()
    event = cleaned.tables["exchange_events"].iloc[0]
    assert (event["exchange_id"], event["reported_participants"]) == ("2024-X7", 12)
    assert event["starts_on"] == pd.Timestamp("2024-06-05")
    resolution = cleaned.tables["resolutions"].iloc[0]
    names = ["exchange_id", "participants_municipal", "votes_for"]
    assert resolution[names].tolist() == ["2024-X7", 9, 12]
    recommendations = cleaned.tables["recommendations"]
    assert recommendations["exchange_id"].tolist() == ["2024-X7"] * 2
    assert recommendations["addressee"].tolist()[0] == "ministry"
    assert pd.isna(recommendations["addressee"].iloc[1])
    assert cleaned.tables["problems"]["theme"].tolist()[0] == "funding_support"
    roles = cleaned.tables["exchange_participation"]
    assert set(roles["role"]) == {"host", "guest"}


class TestCommand:
    def invoke(self, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["read-document", *arguments, "--workspace", str(ROOT), "--plain"])
        return done.exit_code, done.output

    def test_reads_and_writes(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("01\n\nРесурсный центр\n\n02\n\nЕжегодный доклад\n", encoding="utf-8")
        form = tmp_path / "form.xlsx"
        code, said = self.invoke("strategy", str(tmp_path / "a.txt"), "--out", str(form), "--language", "en")
        assert (code, form.exists()) == (0, True)
        assert "Values found: 2, not found: 5." in said
        fill(form, all_right)
        code, said = self.invoke("--confirmed", str(form), "--out", str(tmp_path / "out"), "--language", "en")
        assert code == 0
        assert "facts.xlsx: 2 rows" in said
        facts = table(tmp_path / "out" / "facts.xlsx")
        assert facts["Value"].tolist() == ["Ресурсный центр", "Ежегодный доклад"]
        assert facts["Document"].tolist() == ["a.txt"] * 2

    @pytest.mark.parametrize(
        "arguments",
        [(), ("minutes",), ("minutes", "a.txt"), ("poem", "a.txt", "--out", "b.xlsx"),
         ("minutes", "no.txt", "--out", "b.xlsx"), ("minutes", "a.pdf", "--out", "b.xlsx"),
         ("minutes", "a.txt", "--out", "a.txt"), ("minutes", "a.txt", "--confirmed", "b.xlsx", "--out", "c.xlsx"),
         ("--confirmed", "a.txt", "--out", "c")],
    )  # fmt: skip
    def test_wrong_use_is_told_in_words(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a.txt").write_text("Протокол", encoding="utf-8")
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
        code, said = self.invoke(*arguments, "--language", "ru")
        assert code == 2
        assert "Traceback" not in said
        assert any(letter in said for letter in "аеи")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "a.txt"]

    def test_a_form_that_is_there_is_kept(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("Протокол", encoding="utf-8")
        form = tmp_path / "form.xlsx"
        form.write_bytes(b"filled in by somebody")
        code, _ = self.invoke("minutes", str(tmp_path / "a.txt"), "--out", str(form))
        assert code == 2
        assert form.read_bytes() == b"filled in by somebody"
