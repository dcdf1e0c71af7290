"""The section that says what stands in the way of a release, and releases."""

from __future__ import annotations

from pathlib import Path

import ipywidgets as widgets

from evaluation.app.panel import markup
from evaluation.app.panel.desk import LABELLED, WIDE, Section
from evaluation.settings import InputProblem, SignedRole, Text
from evaluation.year.release import Request, obstacles, release


class Releasing(Section):
    """Who answers for what, everything that stands in the way, and the release itself behind a tick."""

    key = "release"

    def build(self) -> list[widgets.Widget]:
        say, year = self.desk.say, self.desk.year
        signed = self.desk.open().year(year).signed
        roles: tuple[SignedRole, ...] = ("data", "analysis", "text")
        self.signed = {
            role: widgets.Text(value=signed.get(role, ""), description=say(f"sign_{role}"), layout=WIDE, style=LABELLED)
            for role in roles
        }
        self.without_git = widgets.Checkbox(description=say("without_git"), indent=False, layout=WIDE)
        self.ask = self.button("what_blocks", self.examine, "primary")
        self.sure = widgets.Checkbox(description=say("sure", year=year), indent=False, layout=WIDE)
        self.go = self.button("do_release", self.release, "danger")
        self.told = widgets.HTML()
        return [
            self.head("release_lead"), *self.signed.values(), self.without_git, self.ask, self.message, self.told,
            self.sure, self.go,
        ]  # fmt: skip

    def request(self) -> Request:
        named = {role: field.value.strip() for role, field in self.signed.items()}
        return Request({role: name for role, name in named.items() if name}, self.without_git.value)

    def examine(self) -> None:
        self.told.value = ""

        def work() -> list[Text]:
            return obstacles(self.desk.open(), self.desk.year, self.request())

        self.desk.do(self.desk.say("examining"), work, self.show_obstacles, self.message, (self.ask, self.go))

    def show_obstacles(self, reasons: list[Text]) -> None:
        say, language = self.desk.say, self.desk.language
        if reasons:
            texts = markup.items([reason.in_language(language) for reason in reasons])
            self.told.value = markup.note(say("blocks", n=len(reasons)), "bad") + texts
        else:
            self.told.value = markup.note(say("nothing_blocks"), "good")

    def release(self) -> None:
        year, say = self.desk.year, self.desk.say
        ticked = self.sure.value
        self.told.value = ""

        def work() -> Path:
            if not ticked:
                raise InputProblem(
                    f"Поставьте отметку «{self.sure.description}»: выпуск нельзя отменить.",
                    f"Tick '{self.sure.description}' first: a release cannot be undone.",
                )
            return release(self.desk.open(), year, self.request())

        def then(folder: Path) -> None:
            self.told.value = markup.note(say("release_done", place=self.desk.shown(folder)), "good")

        self.desk.do(say("releasing", year=year), work, then, self.message, (self.ask, self.go))
        self.sure.value = False
