"""The panel's sections without a browser: what they show, in both languages, and that they do what they say."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import openpyxl
import pytest
from deciding_workspace import FILE, HEADER, make_workspace, row, write_register

from evaluation.app.panel import markup, open_panel
from evaluation.app.panel.comparing import Comparing
from evaluation.app.panel.decisions import Decisions
from evaluation.app.panel.files import Files
from evaluation.app.panel.panel import Panel
from evaluation.app.panel.places import LANGUAGE, place_notebook
from evaluation.app.panel.releasing import Releasing
from evaluation.app.panel.results import Results
from evaluation.app.panel.words import WORDS
from evaluation.decisions import read_decisions
from evaluation.places import KEY_FILE, WORKSPACE, Workspace

SECTIONS = ("start", "files", "decide", "run", "results", "compare", "release")


def at_once(work: Callable[[], None]) -> None:
    work()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    made = make_workspace(tmp_path / "workspace")
    write_register(made, [row("24-001", "ок. 50"), row("24-002", title="<script>alert(1)</script>", people="<b>5")])
    return made


@pytest.fixture
def panel(workspace: Workspace) -> Panel:
    return Panel(workspace, "ru", 2024, at_once)


def inside(widget: widgets.Widget) -> list[widgets.Widget]:
    children = [each for child in getattr(widget, "children", ()) for each in inside(child)]
    return [widget, *children]


def shown(widget: widgets.Widget) -> str:
    """Everything that is written in a widget, markup included."""
    texts: list[str] = []
    for each in inside(widget):
        texts += [str(each.value)] if isinstance(each, widgets.HTML) else []
        texts += [str(getattr(each, "description", "") or "")]
    return "\n".join(texts)


def register(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for cells in (HEADER, *rows):
        book.active.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(files: Files, name: str, content: bytes) -> None:
    facts = {"name": name, "type": "", "size": len(content), "last_modified": dt.datetime.now(dt.UTC)}
    files.upload.value = ({**facts, "content": memoryview(content)},)


@pytest.mark.parametrize("language", ["ru", pytest.param("en", marks=pytest.mark.slow)])
def test_every_section_opens_and_speaks_one_language(workspace: Workspace, language: Any) -> None:
    made = Panel(workspace, language, 2024, at_once)
    for name in SECTIONS:
        made.chosen.value = name
        section = made.sections[name]
        assert made.place.children == (section.box,)
        assert WORDS[name].in_language(language) in shown(section.box)
        assert "Ошибка программы" not in shown(made.widget) and "An error of the program" not in shown(made.widget)
        own = re.sub(r"<[^>]*>", " ", shown(section.box))
        if language == "en" and name in ("run", "results", "compare", "release"):
            assert not re.search("[А-Яа-я]", own.replace("Реестр", "")), own


def test_every_button_and_field_has_a_name(panel: Panel) -> None:
    for name in SECTIONS:
        panel.open(name)
        for each in inside(panel.widget):
            if not isinstance(each, widgets.HTML | widgets.Box):
                assert each.description, (name, type(each))


def test_the_language_is_switched_with_the_section_kept(panel: Panel) -> None:
    panel.chosen.value = "release"
    panel.language.value = "en"
    assert panel.desk.language == "en" and panel.chosen.value == "release"
    assert "What stands in the way" in shown(panel.place) and "Что мешает" not in shown(panel.place)


def test_a_broken_spreadsheet_is_refused_and_a_good_one_taken(panel: Panel, workspace: Workspace) -> None:
    panel.chosen.value = "files"
    files = panel.sections["files"]
    assert isinstance(files, Files)
    place = workspace.raw_folder(2024) / FILE
    before = place.read_bytes()
    good = register(row("24-003"), row("24-004", "много"))
    upload(files, FILE, good[:700])
    assert 'role="alert"' in files.message.value and FILE in files.message.value
    assert "ничего не изменено" in files.report.value and files.put.disabled
    files.put_checked()
    assert place.read_bytes() == before
    upload(files, "исправленный.xlsx", good)
    assert files.message.value == "" and not files.put.disabled
    assert "F3" in files.report.value, "the remark has its address"
    files.put_checked()
    assert place.read_bytes() == good and "replaced" in files.report.value
    assert files.put.disabled and files.upload.value == ()
    assert dt.date.today().isoformat() in files.listed.value


def test_received_values_are_shown_escaped_and_a_decision_is_written(panel: Panel, workspace: Workspace) -> None:
    panel.chosen.value = "decide"
    decide = panel.sections["decide"]
    assert isinstance(decide, Decisions)
    decide.find_lines()
    number = len(decide.lines)
    assert number == len(decide.choice.options) >= 2 and str(number) in decide.count.value
    place = next(value for label, value in decide.choice.options if "F3" in label)
    decide.choice.value = place
    assert "&lt;b&gt;5" in decide.details.value and "<b>5" not in decide.details.value
    decide.action.value = "empty"
    assert decide.value.disabled
    decide.save()
    assert "основание" in decide.message.value and len(decide.lines) == number
    decide.reason.value, decide.author.value = "письмо", "аналитик"
    decide.save()
    assert decide.message.value == "" and len(decide.lines) == number - 1
    assert read_decisions(workspace.decisions_file())["action"].tolist() == ["empty"]


def test_the_stale_steps_are_listed_with_their_reason(panel: Panel) -> None:
    panel.chosen.value = "run"
    text = shown(panel.place)
    assert "01_clean_programme" in text and "ещё не выполнялся" in text and "Выполнить предстоит" in text


def test_results_lead_to_reports_and_to_nothing_else(panel: Panel, workspace: Workspace) -> None:
    folder = workspace.report_folder(2024)
    for name in ("report.ru.html", "report.ru.docx", "cards/Абан.ru.pdf", "run/01.log", "notebooks/01.html", "x.tmp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    released = folder.parent / "released" / "2025-02-01"
    released.mkdir(parents=True)
    (released / "report.ru.pdf").write_bytes(b"x")
    panel.chosen.value = "results"
    results = panel.sections["results"]
    assert isinstance(results, Results)
    links = re.findall(r'href="([^"]+)"', results.listed.value)
    assert links == [
        "/files/reports/2024/draft/report.ru.docx",
        "/files/reports/2024/draft/report.ru.html",
        "/files/reports/2024/draft/cards/%D0%90%D0%B1%D0%B0%D0%BD.ru.pdf",
        "/files/reports/2024/released/2025-02-01/report.ru.pdf",
    ]
    assert "русский" in results.listed.value


def test_a_comparison_says_when_there_is_nothing_to_compare(panel: Panel, workspace: Workspace) -> None:
    compare = panel.sections["compare"]
    assert isinstance(compare, Comparing) and compare.go.disabled and "один год" in compare.told.value
    text = workspace.year_file(2024).read_text(encoding="utf-8")
    workspace.year_file(2023).write_text(text.replace("2024", "2023"), encoding="utf-8")
    again = Panel(Workspace(workspace.root, workspace.programme), "ru", 2024, at_once).sections["compare"]
    assert isinstance(again, Comparing) and again.other.value == 2023
    again.compare()
    page = "reports/2024/compare/2023--2024/comparison.ru.html"
    (workspace.root / page).parent.mkdir(parents=True)
    (workspace.root / page).write_text("x")
    again.show(["таблица projects: строк добавлено 2", page])
    assert f'href="/files/{page}"' in again.told.value and again.told.value.count("comparison.ru.html") == 2
    assert "строк добавлено 2" in again.told.value
    assert "ничего не построено" in again.message.value and not again.go.disabled


@pytest.mark.slow  # a whole release is examined
def test_a_release_is_refused_with_every_reason_and_only_after_a_tick(panel: Panel, workspace: Workspace) -> None:
    release = panel.sections["release"]
    assert isinstance(release, Releasing)
    release.examine()
    reasons = release.told.value.count("<li>")
    assert reasons >= 2 and f"Причин: {reasons}" in release.told.value
    assert "01_clean_programme 2024 не выполнялся" in release.told.value
    release.release()
    assert "Поставьте отметку" in release.message.value
    release.sure.value = True
    release.release()
    assert "нельзя выпустить" in release.message.value and not release.sure.value
    assert not (workspace.report_folder(2024).parent / "released").exists()


def test_an_error_of_the_program_becomes_a_sentence_and_a_log(panel: Panel, workspace: Workspace) -> None:
    message = widgets.HTML()
    failed: list[bool] = []

    def work() -> None:
        raise KeyError("<secret>")

    panel.desk.do("x", work, lambda _: None, message, otherwise=lambda: failed.append(True))
    assert "Ошибка программы" in message.value and "<secret>" not in message.value and failed == [True]
    assert "KeyError" in (workspace.root / ".staging/panel/error.log").read_text(encoding="utf-8")


def test_what_stands_in_the_panels_way_is_said(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LANGUAGE, "ru")
    assert "не рабочее пространство" in shown(open_panel(tmp_path))
    workspace.year_file(2024).write_text("year: [", encoding="utf-8")
    monkeypatch.setenv(WORKSPACE, str(workspace.root))
    assert 'role="alert"' in shown(open_panel())


def test_the_notebook_is_the_workspaces_own_or_a_passing_copy(workspace: Workspace) -> None:
    copy = place_notebook(workspace)
    assert copy == workspace.root / ".staging" / "panel" / "panel.ipynb" and "open_panel()" in copy.read_text()
    own = workspace.root / "notebooks" / "panel.ipynb"
    own.parent.mkdir()
    own.write_text("{}")
    assert place_notebook(workspace) == own


def test_nothing_passes_unescaped_into_the_page() -> None:
    evil = "<img src=x onerror=1>"
    for made in (
        markup.note(evil), markup.table(evil, (evil,), [(evil,)]), markup.items([evil]), markup.plain([evil]),
        markup.heading(2, evil), markup.paragraph(evil), markup.folded(evil, ""),
        str(markup.link("/files/", f'a"{evil}.html', evil)), markup.progress(f'"{evil}', 0.5),
        str(markup.mark(evil, "x")),
    ):  # fmt: skip
        assert evil not in made and '""' not in made


def test_every_word_exists_in_both_languages() -> None:
    for key, text in WORDS.items():
        assert text.ru and text.en, key
        assert set(re.findall(r"{(\w+)}", text.ru)) == set(re.findall(r"{(\w+)}", text.en)), key
