"""The section in which people decide on remarks, one line at a time."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import pandas as pd

from evaluation.app.checking import YearCheck, check_year
from evaluation.app.deciding import Taken, in_words
from evaluation.app.panel import markup
from evaluation.app.panel.desk import LABELLED, WIDE, Section
from evaluation.app.panel.lines import (
    Decision,
    offered_actions,
    save_decision,
    short_texts,
    texts_of,
    waiting_lines,
)
from evaluation.report.decision_form import COLUMNS

SHOWN = ("severity", "source", "sheet", "cell", "places", "rule", "field", "raw", "action", "suggestion")
ROWS = 8


class Decisions(Section):
    """The remarks that wait, what is known of the chosen one, and a form for the decision on it."""

    key = "decide"

    def build(self) -> list[widgets.Widget]:
        say = self.desk.say
        self.lines = pd.DataFrame()
        self.texts: dict[int, dict[str, str]] = {}
        self.find = self.button("find_remarks", self.find_lines, "primary")
        self.count = widgets.HTML()
        wide = widgets.Layout(width="100%", max_width="1100px")
        self.choice = widgets.Select(description=say("remarks"), rows=ROWS, layout=wide, style=LABELLED)
        self.details = widgets.HTML()
        self.action = widgets.Dropdown(description=say("decision"), layout=WIDE, style=LABELLED)
        self.value = widgets.Text(description=say("answer"), layout=WIDE, style=LABELLED)
        self.reason = widgets.Text(
            description=say("reason"), placeholder=say("reason_hint"), layout=WIDE, style=LABELLED
        )
        self.author = widgets.Text(
            description=say("author"), placeholder=say("author_hint"), layout=WIDE, style=LABELLED
        )
        self.keep = self.button("save", self.save, "primary")
        self.done = widgets.HTML()
        fields = [self.choice, self.details, self.action, self.value, self.reason, self.author, self.keep]
        self.form = widgets.VBox(fields, layout=widgets.Layout(display="none"))
        self.choice.observe(lambda _: self.show_line(), "value")
        self.action.observe(lambda _: self._value_field(), "value")
        return [self.head("decide_lead"), self.find, self.count, self.form, self.message, self.done]

    def find_lines(self) -> None:
        """Clean the year's files in memory, as ``evaluation check`` does, and list what waits."""
        year = self.desk.year
        self.done.value = ""

        def work() -> tuple[YearCheck, pd.DataFrame, dict[int, dict[str, str]]]:
            workspace = self.desk.open()
            self.codebook = workspace.codebook  # read once, not for every line that is chosen
            check = check_year(workspace, year, None, lambda text: None)
            lines = waiting_lines(check)
            return check, lines, texts_of(lines, workspace.codebook, self.desk.language)

        self.desk.do(self.desk.say("cleaning", year=year), work, self.show_lines, self.message, (self.find,))

    def show_lines(self, found: tuple[YearCheck, pd.DataFrame, dict[int, dict[str, str]]]) -> None:
        check, self.lines, self.texts = found
        say, language = self.desk.say, self.desk.language
        unread = [
            markup.note(f"{say('unread', name=one.file_name)}\n{one.problem.messages[language]}", "bad")
            for one in check.files
            if one.problem is not None
        ]
        self._unread = "".join(unread)
        self._list()

    def _list(self) -> None:
        number = len(self.lines)
        say = self.desk.say
        told = markup.note(say("waiting", n=number), "look") if number else markup.note(say("none_waiting"), "good")
        self.count.value = self._unread + told
        self.form.layout.display = "flex" if number else "none"
        self.choice.options = short_texts(self.lines, self.texts)
        if number:
            self.choice.index = 0
            self.show_line()

    def line(self) -> dict[str, Any] | None:
        """The chosen line, a row of ``waiting_lines``."""
        mine = self.lines[self.lines["line"] == self.choice.value] if len(self.lines) else self.lines
        return mine.to_dict("records")[0] if len(mine) else None

    def show_line(self) -> None:
        line = self.line()
        if line is None:
            self.details.value = ""
            return
        language = self.desk.language
        words = self.texts[int(line["line"])]
        rows = [(COLUMNS[name][0].in_language(language), words[name]) for name in SHOWN if words[name]]
        self.details.value = markup.table(
            f"{COLUMNS['line'][0].in_language(language)} {line['line']}",
            (self.desk.say("what"), self.desk.say("contents")),
            rows,
        )
        self.action.options = offered_actions(line, self.codebook, language)
        self._value_field()

    def _value_field(self) -> None:
        self.value.disabled = self.action.value != "replace"
        if self.value.disabled:
            self.value.value = ""

    def save(self) -> None:
        line = self.line()
        if line is None:
            return
        decision = Decision(str(self.action.value), self.value.value, self.reason.value, self.author.value)

        def work() -> tuple[Taken, list[str]]:
            workspace = self.desk.open()
            taken = save_decision(workspace, self.desk.year, line, decision, self.desk.language)
            return taken, [text.in_language(self.desk.language) for text in in_words(taken, workspace.codebook)]

        def then(found: tuple[Taken, list[str]]) -> None:
            self.done.value = markup.note("\n".join([self.desk.say("saved"), *found[1]]), "good")
            self.lines = self.lines[self.lines["line"] != line["line"]]
            self._list()

        self.done.value = ""
        self.desk.do(self.desk.say("saving"), work, then, self.message, (self.keep,))
