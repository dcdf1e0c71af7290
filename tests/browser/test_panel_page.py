"""The panel in a browser: a run with its progress, a broken spreadsheet, a decision, a report; no request leaves."""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pytest
from panel_workspace import Served, row, served, small_workspace

from evaluation.decisions import read_decisions
from evaluation.places import KEY_FILE, Workspace

PATIENCE = 120_000  # milliseconds: a loaded machine is slow, not wrong
NAMES = {
    "ru": {"start": "Готовность", "files": "Файлы", "decide": "Решения", "run": "Расчёт", "results": "Результаты"},
    "en": {"start": "Readiness", "files": "Files", "decide": "Decisions", "run": "Run", "results": "Results"},
}


@dataclass
class World:
    """The small workspace, its server and one page of it, with every request and complaint of the page."""

    workspace: Workspace
    server: Served
    page: Any
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def section(self, name: str) -> None:
        self.page.get_by_role("button", name=NAMES["ru"][name], exact=True).first.click()

    def choose(self, name: str, content: bytes) -> None:
        """Put a file into the upload, as the system's own dialogue would."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Выбрать файл").click()
        payload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        chooser.value.set_files(files=[payload])

    def says(self, text: str) -> Any:
        found = self.page.get_by_text(text).first
        found.wait_for(timeout=PATIENCE)
        return found


@pytest.fixture(scope="module")
def world(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("panel")
    key = folder / "key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_FILE, str(key))
        workspace = small_workspace(folder / "workspace")
        arguments = ["panel", "--no-browser", "--plain", "--language", "ru", "--workspace", str(workspace.root)]
        with served(arguments, key, folder / "panel.log", r"http://127\.0\.0\.1:\d+/\?token=\S+") as server:
            context = chromium.new_context(viewport={"width": 1200, "height": 900}, locale="ru-RU")
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            made = World(workspace, server, page)
            page.on("request", lambda request: made.asked.append(request.url))
            page.on("pageerror", lambda error: made.wrong.append(str(error)))
            page.goto(server.address)
            page.locator(".evaluation-panel h2").wait_for(timeout=PATIENCE)
            yield made
            context.close()


def status(server: str, place: str, host: str | None = None) -> int:
    """What the server answers, redirections not followed."""
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=60)
    connection.request("GET", place, headers={} if host is None else {"Host": host})
    return connection.getresponse().status


def test_it_opens_on_what_is_missing_in_russian_without_code(world: World) -> None:
    world.says("у 2024 года нет плана анализа")
    assert world.page.evaluate("document.documentElement.lang") == "ru"
    assert "open_panel" not in world.page.content()


def test_a_broken_spreadsheet_is_refused_in_words(world: World) -> None:
    world.section("files")
    place = world.workspace.raw_folder(2024) / "Реестр.xlsx"
    before = place.read_bytes()
    world.choose("Реестр.xlsx", before[:800])
    world.says("повреждён")
    world.says("ничего не изменено")
    assert place.read_bytes() == before and not (place.parent / "replaced").exists()


def test_a_good_one_is_checked_then_taken(world: World) -> None:
    place = world.workspace.raw_folder(2024) / "Реестр.xlsx"
    before = place.read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(before))
    book.active.append(row("24-009", "около ста"))
    out = io.BytesIO()
    book.save(out)
    world.choose("Реестр.xlsx", out.getvalue())
    world.says("проверен")
    assert place.read_bytes() == before
    world.page.get_by_role("button", name="Положить в данные").click()
    world.says("Файл принят")
    assert place.read_bytes() == out.getvalue()
    assert [path.read_bytes() for path in (place.parent / "replaced").iterdir()] == [before]


def test_a_remark_is_decided(world: World) -> None:
    world.section("decide")
    world.page.get_by_role("button", name="Найти замечания").click()
    world.says("Ждут решения: 4")
    choice = world.page.get_by_label("Замечания")
    label = next(text for text in choice.locator("option").all_inner_texts() if "F2" in text)
    choice.select_option(label=label)
    world.page.get_by_label("Решение").select_option(label="Внести значение")
    world.page.get_by_label("Верное значение").fill("50")
    world.page.get_by_role("button", name="Сохранить решение").click()
    world.says("основание: не названо")
    world.page.get_by_label("Основание").fill("письмо")
    world.page.get_by_label("Кто решил (роль)").fill("аналитик")
    world.page.get_by_role("button", name="Сохранить решение").click()
    world.says("Решение записано")
    kept = read_decisions(world.workspace.decisions_file())
    assert kept[["action", "value"]].to_dict("records") == [{"action": "replace", "value": "50"}]


def test_a_year_is_run_with_the_keyboard_and_shows_its_progress(world: World) -> None:
    tab = world.page.get_by_role("button", name="Расчёт", exact=True)
    tab.focus()
    world.page.keyboard.press("Enter")
    world.says("ещё не выполнялся")
    world.says("Выполнить предстоит: 1")
    for _ in range(20):
        world.page.keyboard.press("Tab")
        if world.page.evaluate("document.activeElement.innerText") == "Выполнить":
            break
    world.page.keyboard.press("Space")
    world.page.locator("progress").wait_for(timeout=PATIENCE)
    world.says("ячейка")
    world.says("Прогон окончен за")
    world.says("Всё свежее")
    assert world.workspace.table_path("projects", 2024).exists()


def test_a_report_opens_with_the_token_alone_and_nothing_else_does(world: World) -> None:
    folder = world.workspace.report_folder(2024)
    page = "<!doctype html><html lang='ru'><title>Отчёт</title><h1>Отчёт за 2024 год</h1></html>"
    (folder / "report.ru.html").write_text(page, encoding="utf-8")
    world.section("results")
    with world.page.context.expect_page() as opened:
        world.page.get_by_role("link", name="report.ru.html").click()
    opened.value.get_by_role("heading", name="Отчёт за 2024 год").wait_for(timeout=PATIENCE)
    opened.value.close()
    server, _, token = world.server.address.partition("/?token=")
    report = "/voila/files/reports/2024/draft/report.ru.html"
    assert status(server, f"{report}?token={token}") == 200
    assert status(server, report) == 302, "led to the login"
    assert status(server, f"{report}?token={token}", host="elsewhere.example") == 403
    assert (world.workspace.raw_folder(2024) / "SOURCES.csv").exists()
    assert status(server, f"/voila/files/data/raw/2024/SOURCES.csv?token={token}") == 403


def test_the_language_is_switched_and_no_field_lacks_a_name(world: World) -> None:
    world.page.get_by_label("Язык").select_option(label="English")
    world.says("What was made of 2024")
    from axe_playwright_python.sync_playwright import Axe

    for name in ("files", "decide", "run", "results"):
        world.page.get_by_role("button", name=NAMES["en"][name], exact=True).first.click()
        world.page.wait_for_timeout(500)
        found = Axe().run(world.page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
        serious = {one["id"]: one["nodes"] for one in found if one["impact"] in ("serious", "critical")}
        assert not serious, (name, {key: [node["html"] for node in nodes] for key, nodes in serious.items()})
    assert world.page.evaluate("document.documentElement.scrollWidth") <= 1200, "nothing is cut off at 1,200 pixels"


def test_no_request_left_and_nothing_broke(world: World) -> None:
    own = world.server.address.partition("/?")[0]
    assert [url for url in world.asked if not url.startswith((own, "data:", "blob:"))] == []
    assert world.asked, "requests are noted"
    assert world.wrong == []
