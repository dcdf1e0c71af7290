"""What is written for people: complete, the same every time, and without personal data where others may read it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup
from deciding_workspace import FILE, clean, make_workspace, row, write, write_register

from evaluation.app.deciding import all_tables
from evaluation.app.quality import write_quality
from evaluation.decisions import DECISION_COLUMNS
from evaluation.indicators.headline import effect_of_decisions, headline_totals
from evaluation.places import KEY_FILE, Workspace, open_workspace

NAME, PHONE, MAIL = "Кузнецова Ольга Викторовна", "+7 913 765-43-21", "olga.k@example.ru"
SECRETS = ("Кузнецова", "Викторовна", "765-43-21", "7654321", "olga.k")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    made = make_workspace(tmp_path / "workspace")
    write_register(made, [row("24-001", "ок. 50"), row("24-002"), row("24-003", 7, title="Мост"), row("24-003", 8)])
    return made


def cells_of(part: Any) -> list[list[str]]:
    return [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in part.find_all("tr")]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_report_tells_counts_addresses_and_accounts(workspace: Workspace, language: Any) -> None:
    page = BeautifulSoup(write(workspace, language).report.read_text(encoding="utf-8"), "html.parser")
    assert page.html["lang"] == language and FILE in page.get_text()
    cleaned, _ = clean(workspace)
    rows = [line for table in page.find_all("table") for line in cells_of(table.tbody)]
    assert ["Реестр", "5", "1", "4", "3", "0", "1"] in rows, "rows, service, data, kept, merged, set aside"
    labels = clean_labels(workspace, language)
    assert [line[3:] for line in rows if line[1] == labels["inexact_number"]] == [["1", "Реестр: F2"]]
    assert [line[3] for line in rows if line[1] == labels["duplicate_key"]] == ["1"]
    assert len(cleaned.issues) == sum(int(line[3]) for line in rows if len(line) == 5)


def clean_labels(workspace: Workspace, language: Any) -> dict[str, str]:
    return workspace.codebook.choice_labels("rule", language)


def test_the_report_is_one_accessible_page_without_requests(workspace: Workspace) -> None:
    text = write(workspace).report.read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert not page.find_all(["script", "link", "img", "iframe"]) and "http-equiv" in text and "url(" not in text
    assert "prefers-color-scheme: dark" in text and "@media print" in text
    for table in page.find_all("table"):
        assert table.caption and all(head.get("scope") == "col" for head in table.thead.find_all("th"))
        assert table.find_parent("div")["role"] == "region"
    anchors = {link["href"].removeprefix("#") for link in page.nav.select("li a")}
    assert anchors == {section["id"] for section in page.main.find_all("section")}


def test_the_same_files_give_the_same_bytes(workspace: Workspace) -> None:
    def everything() -> dict[str, bytes]:
        written = write(workspace)
        places = [written.report, written.decisions, *written.annotated, *written.returns]
        return {str(place): place.read_bytes() for place in places if place is not None}

    first = everything()
    assert len(first) == 4 and everything() == first


def test_the_received_file_is_untouched_and_linked(workspace: Workspace) -> None:
    path = workspace.raw_folder(2024) / FILE
    before = path.read_bytes()
    written = write(workspace)
    assert path.read_bytes() == before and written.decisions is not None
    rels = zipfile.ZipFile(written.decisions).read("xl/worksheets/_rels/sheet2.xml.rels").decode()
    target = rels.partition('Target="')[2].partition('"')[0]
    from urllib.parse import unquote

    assert (written.decisions.parent / unquote(target)).resolve() == path.resolve()


def planted(workspace: Workspace) -> Workspace:
    """Names, phones and addresses in every kind of cell of a register, a list and a journal."""
    import yaml

    settings = yaml.safe_load(workspace.year_file(2024).read_text(encoding="utf-8"))
    settings["sources"] |= {
        "support_events": {"file": "План.xlsx"},
        "attendance": {"file": "Список.xlsx"},
        "consultations": {"file": "Журнал.csv"},
    }
    workspace.year_file(2024).write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    both = f"{NAME}, {PHONE}, {MAIL}"
    rows = []
    for place in range(7):  # every column in its turn
        cells = row(f"24-{place + 1:03d}")
        cells[place] = both
        rows.append(cells)
    book = openpyxl.Workbook()
    book.active.title = "Реестр"
    book.active.append([f"Исполнитель: {both}"])
    book.active.append([
        "№ заявки", "Код ОКТМО", "Муниципальное образование", "Наименование проекта", "Стоимость проекта, руб.",
        "Благополучатели", "Статус", f"Ответственный: {NAME}",
    ])  # fmt: skip
    for cells in rows:
        book.active.append([*cells, both])
    book.active.append(["ИТОГО", None, None, None, 1.0, both])
    book.active.append([f"Составил: {both}"])
    book.create_sheet(f"{NAME}").append([both])
    book.save(workspace.raw_folder(2024) / FILE)
    plan = openpyxl.Workbook()
    plan.active.append(["№", "Вид поддержки", "Название", "Дата проведения", "Форма", "Часы"])
    plan.active.append([3, "Обучение", f"Курс, ведёт {both}", both, both, both])
    plan.save(workspace.raw_folder(2024) / "План.xlsx")
    people = openpyxl.Workbook()
    people.active.title = "3"
    people.active.append(["Список участников: 3. Курс"])
    people.active.append(["ФИО", "Должность, муниципальное образование", "Телефон", "E-mail", "Отметка о присутствии"])
    people.active.append([NAME, f"{NAME}, неизвестно где", PHONE, MAIL, both])
    people.active.append([NAME.split()[0], "глава, Абанский район", PHONE, MAIL, "+"])
    people.active.append([None, both, None, None, NAME])
    people.save(workspace.raw_folder(2024) / "Список.xlsx")
    (workspace.raw_folder(2024) / "Журнал.csv").write_text(
        "№,Дата консультации,Муниципальное образование,Канал,Тема консультации,Минут\n"
        + "".join(f'{n},"{both}","{both}","{both}","{both}","{both}"\n' for n in (1, 2)),
        encoding="utf-8",
    )
    return open_workspace(workspace.root)


def test_planted_people_appear_in_no_report(workspace: Workspace) -> None:
    opened = planted(workspace)
    for language in ("ru", "en"):
        report = write(opened, language).report
        assert report.is_relative_to(opened.root / "reports")
        text = report.read_text(encoding="utf-8")
        assert [secret for secret in SECRETS if secret.casefold() in text.casefold()] == []
    files = [path for path in opened.root.rglob("*") if path.is_file()]
    outside = [path for path in files if not {"restricted", "raw"} & set(path.parts)]
    assert len(outside) > 5
    for path in outside:
        data = path.read_bytes()
        assert not any(secret.encode("utf-8") in data for secret in SECRETS), path
    written = write(opened)
    assert written.decisions is not None and written.decisions.is_relative_to(opened.root / "data" / "restricted")
    shown = "".join(zipfile.ZipFile(io.BytesIO(written.decisions.read_bytes())).read(name).decode("utf-8", "ignore")
                    for name in zipfile.ZipFile(written.decisions).namelist())  # fmt: skip
    assert PHONE in shown, "those who decide see what was received"
    for place in written.returns:
        book = openpyxl.load_workbook(place)
        texts = {str(cell.value) for sheet in book.worksheets for line in sheet.iter_rows() for cell in line}
        assert not any(secret in text for secret in SECRETS for text in texts), place


def test_without_a_key_no_form_is_made_that_could_not_come_back(workspace: Workspace) -> None:
    cleaned, received = clean(workspace)
    workspace.key_file().unlink()
    written = write_quality(workspace, 2024, cleaned, received, "ru")
    assert written.decisions is None and "key of pseudonyms" in written.notes[0].en and written.report.exists()


def test_the_effect_of_decisions_is_told(workspace: Workspace) -> None:
    before = clean(workspace)
    place = workspace.decisions_file()
    line = dict.fromkeys(DECISION_COLUMNS, "") | {
        "table": "projects", "record_key": "2024-002", "action": "quarantine", "reason": "отозвана",
        "decided_by_role": "аналитик", "decided_on": "2025-01-10",
    }  # fmt: skip
    place.write_text(",".join(DECISION_COLUMNS) + "\n" + ",".join(line.values()) + "\n", encoding="utf-8")
    after, received = clean(workspace)
    effect = effect_of_decisions(all_tables([after]), all_tables([before[0]]))
    assert effect.set_index("name").loc["cost"].tolist() == [3000.0, 2000.0, -1000.0]
    report = write_quality(workspace, 2024, after, received, "en", effect=effect).report
    page = BeautifulSoup(report.read_text(encoding="utf-8"), "html.parser")
    texts = cells_of(page.find(id="totals"))
    assert ["Cost of supported projects", "3,000.00 RUB", "2,000.00 RUB", "−1,000.00 RUB"] in texts
    told = cells_of(page.find(id="decisions"))
    first = ["A decision was applied", "Register of applications", "2024-002", ""]
    assert [*first, "Set the row aside", "аналитик, 2025-01-10"] in told


def test_headline_totals_by_hand(workspace: Workspace) -> None:
    totals = headline_totals(clean(workspace)[0].tables)
    assert totals.to_dict() == {
        "applications": 3, "projects_funded": 3, "cost": 3000, "participations": 0, "people": 0,
    }  # fmt: skip
    assert headline_totals({}).empty
