"""The section that says what is missing before anything else is tried."""

from __future__ import annotations

import ipywidgets as widgets

from evaluation.app.doctor.finding import Finding
from evaluation.app.lab_check import first_look
from evaluation.app.panel import markup
from evaluation.app.panel.desk import Section


class Readiness(Section):
    """What the doctor and the year's own look find; what is good stays folded."""

    key = "start"

    def build(self) -> list[widgets.Widget]:
        self.findings = widgets.HTML()
        self.again = self.button("look_again", self.look)
        self._seen = False
        return [self.head("start_lead"), self.again, self.message, self.findings]

    def opened(self) -> None:
        if not self._seen:
            self.look()

    def look(self) -> None:
        self._seen = True
        what = self.desk.say("start").lower()
        self.desk.do(what, lambda: first_look(self.desk.root), self.show, self.message, (self.again,))

    def show(self, found: list[Finding]) -> None:
        say, language = self.desk.say, self.desk.language
        wanting = sorted((one for one in found if one.state != "good"), key=lambda one: one.state != "bad")
        good = [one for one in found if one.state == "good"]
        rows = [(markup.mark(say(one.state), one.state), one.text.in_language(language)) for one in wanting]
        fine = markup.items([one.text.in_language(language) for one in good])
        top = (
            markup.table(say("start"), (say("state"), say("why")), rows)
            if rows
            else markup.note(say("all_good"), "good")
        )
        self.findings.value = top + markup.folded(say("good_ones", n=len(good)), fine)
