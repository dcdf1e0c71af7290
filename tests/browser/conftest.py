"""A page in the system's own Chromium with the network cut; every request that would leave is noted and stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Opened:
    """A page, what its console said that is wrong, and the requests it tried to make beyond its own file."""

    page: Any
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark this folder's tests, before any is chosen by its marks."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


# of a module, not of the session: while the driver lives its event loop runs, and no other test could start one
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}: make test-browser installs it")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a text as a file of its own; ``width`` and ``height`` in pixels, further arguments as for a context."""
    contexts = []

    def opened(text: str, width: int = 1440, height: int = 900, **context: Any) -> Opened:
        place = tmp_path / f"page-{len(contexts)}.html"
        place.write_text(text, encoding="utf-8")
        made = chromium.new_context(viewport={"width": width, "height": height}, **context)
        contexts.append(made)
        one = Opened(made.new_page())
        one.page.set_default_timeout(10_000)

        def route(call: Any) -> None:
            if call.request.url == place.as_uri():
                call.continue_()
            else:
                one.asked.append(call.request.url)
                call.abort()

        made.route("**/*", route)
        made.set_offline(True)
        one.page.on("console", lambda message: one.wrong.append(message.text) if message.type != "log" else None)
        one.page.on("pageerror", lambda error: one.wrong.append(str(error)))
        one.page.goto(place.as_uri())
        return one

    yield opened
    for each in contexts:
        each.close()
