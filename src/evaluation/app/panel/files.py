"""The section in which a received spreadsheet is checked and put into the data."""

from __future__ import annotations

import datetime as dt

import ipywidgets as widgets

from evaluation.app.check_words import Words
from evaluation.app.checking import YearCheck
from evaluation.app.panel import markup
from evaluation.app.panel.desk import LABELLED, WIDE, Section
from evaluation.app.panel.receiving import Arrival, Offered, Put, check_offered, put_in
from evaluation.display.wording import SOURCES


class Files(Section):
    """The year's files, and a form that takes a new one: chosen, checked, then put in."""

    key = "files"

    def build(self) -> list[widgets.Widget]:
        say = self.desk.say
        self.listed = widgets.HTML()
        self.source = widgets.Dropdown(
            options=self._sources(), description=say("which_source"), layout=WIDE, style=LABELLED
        )
        self.upload = widgets.FileUpload(description=say("choose_file"), icon="", multiple=False, layout=_UPLOAD)
        self.day = widgets.DatePicker(
            value=dt.date.today(), description=say("received_on"), layout=WIDE, style=LABELLED
        )
        self.sender = widgets.Text(description=say("received_from"), layout=WIDE, style=LABELLED)
        self.put = self.button("put_in", self.put_checked, "primary")
        self.report = widgets.HTML()
        self.offered: Offered | None = None
        self.put.disabled = True
        self.upload.observe(lambda _: self.check(), "value")
        self.source.observe(lambda _: self.check(), "value")
        form = [self.source, self.upload, self.day, self.sender, self.put]
        return [self.head("files_lead"), self.listed, *form, self.message, self.report]

    def _sources(self) -> list[tuple[str, str]]:
        place = 0 if self.desk.language == "ru" else 1
        sources = self.desk.open().year(self.desk.year).sources
        return [(f"{SOURCES.get(name, (name, name))[place]} ({one.file})", name) for name, one in sources.items()]

    def opened(self) -> None:
        say, year, workspace = self.desk.say, self.desk.year, self.desk.open()
        arrivals = workspace.arrivals(year)
        rows = []
        for label, name in self._sources():
            there = (workspace.raw_folder(year) / workspace.year(year).sources[name].file).is_file()
            state = markup.mark(say("there"), "good") if there else markup.mark(say("absent"), "look")
            day = arrivals[name]
            rows.append((label, state, day.isoformat() if there and day is not None else ""))
        header = (say("source"), say("state"), say("arrived"))
        self.listed.value = markup.table(f"{say('files')}, {year}", header, rows)

    def check(self) -> None:
        """Check what was chosen, in a passing copy; only what can be read may then be put in."""
        self.offered, self.put.disabled, self.report.value = None, True, ""
        if not self.upload.value or self.source.value is None:
            return
        chosen = self.upload.value[0]
        offered = Offered(str(self.source.value), str(chosen["name"]), bytes(chosen["content"]))

        def work() -> YearCheck:
            return check_offered(self.desk.open(), self.desk.year, offered)

        def then(check: YearCheck) -> None:
            self.show_check(check, offered)

        def refused() -> None:
            self.report.value = markup.note(self.desk.say("refused"))

        what = self.desk.say("checking", name=offered.name)
        self.desk.do(what, work, then, self.message, (self.upload, self.source), refused)

    def show_check(self, check: YearCheck, offered: Offered) -> None:
        say = self.desk.say
        self.offered = offered
        lines = Words(self.desk.open().codebook, self.desk.language).lines(check)
        self.report.value = markup.note(say("checked", name=offered.name, button=say("put_in")), "good") + markup.plain(
            [" " * line.indent + line.text for line in lines]
        )
        self.put.disabled = False

    def put_checked(self) -> None:
        offered = self.offered
        if offered is None:
            return
        arrival = Arrival(self.day.value or dt.date.today(), self.sender.value)

        def work() -> Put:
            return put_in(self.desk.open(), self.desk.year, offered, arrival)

        self.desk.do(self.desk.say("putting", name=offered.name), work, self.show_put, self.message, (self.put,))

    def show_put(self, put: Put) -> None:
        say, shown = self.desk.say, self.desk.shown
        texts = [say("put_same" if put.same else "put", place=shown(put.place))]
        if put.earlier is not None:
            texts.append(say("kept", place=shown(put.earlier)))
        texts.append(say("then_run", section=say("run")))
        self.upload.value = ()  # forgets what was checked
        self.report.value = markup.note("\n".join(texts), "good")
        self.opened()


_UPLOAD = widgets.Layout(width="auto", max_width="420px", height="auto", margin="4px 0 4px 194px")
