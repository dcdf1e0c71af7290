"""What every section of the panel shares: the workspace, the year, the language, and work that takes a while."""

from __future__ import annotations

import os
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import ipywidgets as widgets

from evaluation.app.language import Language
from evaluation.app.panel import markup
from evaluation.app.panel.places import FILES_URL
from evaluation.app.panel.words import say
from evaluation.places import Workspace, open_workspace
from evaluation.settings import InputProblem

ERROR_LOG = "error.log"
Result = TypeVar("Result")
Begin = Callable[[Callable[[], None]], None]


def in_thread(work: Callable[[], None]) -> None:
    """Begin ``work`` and go on: the page stays alive meanwhile."""
    threading.Thread(target=work, name="panel", daemon=True).start()


class Desk:
    """One user's panel: where it works, for which year, in which language.

    ``begin`` carries out work that takes a while; tests give one that does it at once.
    """

    def __init__(self, root: Path, year: int, language: Language, begin: Begin = in_thread) -> None:
        self.root, self.year, self.language = root, year, language
        self.begin = begin

    def open(self) -> Workspace:
        """The workspace as its settings are now."""
        return open_workspace(self.root)

    def say(self, key: str, **facts: Any) -> str:
        return say(key, self.language, **facts)

    def files_url(self) -> str:
        """Where this page's server shows files of the workspace."""
        own = os.environ.get(FILES_URL)
        return own if own else "/files/"

    def shown(self, path: Path) -> str:
        """A path as people know it, from the workspace's folder."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def do(
        self,
        what: str,
        work: Callable[[], Result],
        then: Callable[[Result], None],
        message: widgets.HTML,
        buttons: tuple[widgets.Widget, ...] = (),
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:
        """Carry out ``work`` and hand its result to ``then``; ``message`` says what goes on and what went wrong.

        The ``buttons`` are closed meanwhile; ``otherwise`` is called where the work came to nothing. An InputProblem
        is shown in its own words; any other error becomes a log and one plain sentence.
        """
        for button in buttons:
            button.disabled = True
        message.value = markup.note(self.say("working", what=what))

        def carry_out() -> None:
            wrong = ""
            try:
                result = work()
            except InputProblem as problem:
                wrong = problem.messages[self.language]
            except Exception as error:
                wrong = self._log(error)
            for button in buttons:
                button.disabled = False
            message.value = markup.note(wrong, "bad") if wrong else ""
            if wrong:
                otherwise()
            else:
                then(result)

        self.begin(carry_out)

    def _log(self, error: Exception) -> str:
        place = self.root / ".staging" / "panel" / ERROR_LOG
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        return self.say("program_error", cause=f"{type(error).__name__}: {error}", log=self.shown(place))


class Section(ABC):
    """One section of the panel: ``box`` is its widget, ``opened`` is called each time it comes into view."""

    key = ""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.message = widgets.HTML()
        self.box = widgets.VBox(self.build())

    @abstractmethod
    def build(self) -> list[widgets.Widget]: ...

    def opened(self) -> None:  # noqa: B027  # most sections have nothing to do then
        """Nothing to do as a rule."""

    def head(self, lead: str) -> widgets.HTML:
        say = self.desk.say
        year = self.desk.year
        return widgets.HTML(markup.heading(2, say(self.key)) + markup.paragraph(say(lead, year=year)))

    def button(self, key: str, on_click: Callable[[], None], style: str = "") -> widgets.Button:
        made = widgets.Button(description=self.desk.say(key), button_style=style, layout=FITTING)
        made.on_click(lambda _: on_click())
        return made


FITTING = widgets.Layout(width="auto", height="auto", margin="4px 8px 4px 0", align_self="flex-start")
WIDE = widgets.Layout(width="620px", max_width="100%")
LABELLED = {"description_width": "190px"}
