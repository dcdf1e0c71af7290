"""The section that compares the year with another one."""

from __future__ import annotations

import io

import ipywidgets as widgets

from evaluation.app.panel import markup
from evaluation.app.panel.desk import LABELLED, WIDE, Section

WIDTH = 400


class Comparing(Section):
    """What ``evaluation compare`` says, and the pages it writes."""

    key = "compare"

    def build(self) -> list[widgets.Widget]:
        say, year = self.desk.say, self.desk.year
        others = [other for other in reversed(self.desk.open().years) if other != year]
        before = next((other for other in others if other < year), others[0] if others else None)
        self.other = widgets.Dropdown(
            options=[(str(other), other) for other in others], value=before, description=say("other_year"),
            layout=WIDE, style=LABELLED,
        )  # fmt: skip
        self.go = self.button("do_compare", self.compare, "primary")
        self.told = widgets.HTML()
        if not others:
            self.go.disabled = True
            self.told.value = markup.note(say("only_year"), "look")
        return [self.head("compare_lead"), self.other, self.go, self.message, self.told]

    def compare(self) -> None:
        from evaluation.app.compare_command import run_compare

        first, second = str(self.other.value), str(self.desk.year)
        self.told.value = ""

        def work() -> list[str]:
            from rich.console import Console

            out = io.StringIO()
            screen = Console(file=out, width=WIDTH, no_color=True, force_terminal=False, highlight=False)
            run_compare(self.desk.open(), first, second, None, screen, self.desk.language)
            return out.getvalue().splitlines()

        self.desk.do(self.desk.say("comparing", a=first, b=second), work, self.show, self.message, (self.go,))

    def show(self, lines: list[str]) -> None:
        """The lines said, and a link for each file that the last of them name."""
        root = self.desk.root
        pages = [line for line in lines if line.endswith(".html") and (root / line).is_file()]
        told = [line for line in lines if not (root / line).is_file()]
        links = [(markup.link(self.desk.files_url(), page, page.rpartition("/")[2]),) for page in pages]
        table = markup.table(self.desk.say("written"), (self.desk.say("file"),), links) if links else ""
        self.told.value = table + markup.plain(told)
