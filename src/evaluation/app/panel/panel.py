"""The panel itself: year and language above, one section below."""

from __future__ import annotations

import os
from pathlib import Path

import ipywidgets as widgets

from evaluation.app.language import Language, system_language
from evaluation.app.panel import markup
from evaluation.app.panel.comparing import Comparing
from evaluation.app.panel.decisions import Decisions
from evaluation.app.panel.desk import Begin, Desk, Section, in_thread
from evaluation.app.panel.files import Files
from evaluation.app.panel.places import LANGUAGE
from evaluation.app.panel.readiness import Readiness
from evaluation.app.panel.releasing import Releasing
from evaluation.app.panel.results import Results
from evaluation.app.panel.run_watch import RunWatch
from evaluation.app.panel.running import Running
from evaluation.app.panel.words import say
from evaluation.places import Workspace, open_workspace
from evaluation.settings import InputProblem

LANGUAGES: list[tuple[str, Language]] = [("Русский", "ru"), ("English", "en")]


class Panel:
    """Builds the sections anew for each year and language; a run that goes on is followed through."""

    def __init__(
        self,
        workspace: Workspace,
        language: Language,
        year: int | None = None,
        begin: Begin = in_thread,
        watch: RunWatch | None = None,
    ) -> None:
        self.workspace = workspace
        self.watch = watch or RunWatch(workspace)
        self.desk = Desk(workspace.root, year or workspace.programme.last_year, language, begin)
        self.style = widgets.HTML(markup.STYLE)
        self.widget = widgets.VBox([])
        self.widget.add_class("evaluation-panel")
        self.build("start")

    def build(self, section: str) -> None:
        """Everything anew, with ``section`` in view."""
        desk = self.desk
        self.language = widgets.Dropdown(options=LANGUAGES, value=desk.language, description=desk.say("language"))
        years = [(str(year), year) for year in reversed(self.workspace.years)]
        self.year = widgets.Dropdown(options=years, value=desk.year, description=desk.say("year"))
        self.sections: dict[str, Section] = {
            made.key: made
            for made in (
                Readiness(desk), Files(desk), Decisions(desk), Running(desk, self.watch), Results(desk),
                Comparing(desk), Releasing(desk),
            )
        }  # fmt: skip
        names = [(desk.say(key), key) for key in self.sections]
        self.chosen = widgets.ToggleButtons(options=names, value=section, description=desk.say("section"))
        self.place = widgets.VBox([])
        self.language.observe(lambda change: self._speak(change["new"]), "value")
        self.year.observe(lambda change: self._take_year(change["new"]), "value")
        self.chosen.observe(lambda change: self.open(change["new"]), "value")
        self.widget.children = (
            self.style, self._title(), widgets.HBox([self.year, self.language], layout=_ROW), self.chosen, self.place,
        )  # fmt: skip
        self.open(section)

    def _title(self) -> widgets.HTML:
        programme, language = self.workspace.programme, self.desk.language
        told = markup.heading(1, f"{self.desk.say('title')}: {programme.title.in_language(language)}")
        told += markup.paragraph(f"{programme.institute.in_language(language)} · {self.workspace.root}")
        return widgets.HTML(told + (markup.note(self.desk.say("simulated"), "look") if programme.simulated else ""))

    def open(self, section: str) -> None:
        """Bring a section into view."""
        made = self.sections[section]
        self.place.children = (made.box,)
        made.opened()

    def _speak(self, language: Language) -> None:
        self.desk = Desk(self.desk.root, self.desk.year, language, self.desk.begin)
        self.build(self.chosen.value)

    def _take_year(self, year: int) -> None:
        self.desk = Desk(self.desk.root, year, self.desk.language, self.desk.begin)
        self.build(self.chosen.value)


def opened_panel(workspace: str | Path | None = None, language: Language | None = None) -> widgets.Widget:
    """The panel as a widget; what stands in its way, in words, where the workspace cannot be opened.

    ``workspace`` is found as on the command line; ``language`` is that of EVALUATION_LANGUAGE, else the system's.
    """
    own = os.environ.get(LANGUAGE)
    spoken: Language = language or ("ru" if own == "ru" else "en" if own == "en" else system_language())
    try:
        opened = open_workspace(workspace)
        if not opened.years:
            place = opened.root / "config" / "years"
            raise InputProblem(
                f"В {place} нет ни одного года. Создайте рабочее пространство («evaluation init») или верните файл.",
                f"There is no year in {place}. Make a workspace ('evaluation init'), or bring the file back.",
            )
        year = opened.programme.last_year
        opened.year(year)
        return Panel(opened, spoken, year).widget
    except InputProblem as problem:
        told = markup.heading(1, say("title", spoken)) + markup.note(problem.messages[spoken], "bad")
        shown = widgets.VBox([widgets.HTML(markup.STYLE), widgets.HTML(told)])
        shown.add_class("evaluation-panel")
        return shown


_ROW = widgets.Layout(flex_flow="row wrap")
