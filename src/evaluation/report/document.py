"""Puts the report together: findings, tables, figures and texts become one file in one language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from evaluation.codebook import Codebook
from evaluation.display.exhibits import estimates_exhibit, reconciliation_exhibit, row_accounts_exhibit
from evaluation.display.wording import format_date, words
from evaluation.report.blocks import link_list, model_cards, question_list, run_facts, tiles
from evaluation.report.findings import FindingError, Findings
from evaluation.report.html import page, picture, safe_fragment
from evaluation.report.parts import SECTIONS, TILES, Section, figure_texts
from evaluation.report.texts import Renderer, own_texts, package_texts, text_name
from evaluation.settings import InputProblem, Language, Model, Question, Text

_WORDS: dict[str, Text] = {
    "kind": Text(ru="Отчёт об оценке программы", en="Programme evaluation report"),
    "year": Text(ru="Год программы", en="Programme year"),
    "period": Text(ru="Период данных", en="Period of the data"),
    "data_date": Text(ru="Территории и коды на дату", en="Territories and codes as of"),
    "institute": Text(ru="Кто проводил оценку", en="Evaluated by"),
    "banner": Text(
        ru="Все таблицы и рисунки этого отчёта построены на данных, созданных компьютерной моделью. Они показывают, "
        "как работает инструмент, и ничего не говорят о настоящей программе.",
        en="All tables and figures of this report rest on data made by a computer model. They show how the tool works "
        "and say nothing about any real programme.",
    ),
    "not_applicable": Text(ru="К этой программе раздел не применяется", en="This section does not apply"),
}
TITLES: dict[str, Text] = {
    "coverage": Text(ru="Кого охватывает программа", en="Whom the programme reaches"),
    "unevenness": Text(ru="Неравномерность и случай", en="Unevenness and chance"),
    "access": Text(ru="Далеко ли до мероприятий", en="How far the events are"),
    "support": Text(ru="Какую поддержку получили территории", en="What support the territories received"),
    "voices": Text(ru="Что говорят участники и жители", en="What participants and residents say"),
    "outcomes": Text(ru="Как поддержка связана с результатами", en="How support relates to outcomes"),
    "robustness": Text(ru="Насколько прочны выводы", en="How firm the conclusions are"),
    "years": Text(ru="Что изменилось за год", en="What changed over the year"),
}


@dataclass(frozen=True)
class ReportInputs:
    """What a report is made of, apart from what differs between languages.

    ``findings`` is the findings of all steps, one below the other (contract ``findings_*``). ``not_applicable`` gives
    the reason by step. ``facts`` are facts of the run by name (see ``blocks.FACTS``). ``notebooks`` and ``links`` map a
    name to an address relative to the report and its text. ``row_accounts``, ``reconciliation`` and ``estimates`` are
    shown where the steps left no table of that name. ``own_texts`` is the workspace's folder of texts.
    """

    year: int
    title: Text
    institute: Text
    findings: pd.DataFrame
    simulated: bool = False
    threshold: int = 5
    currency: str = "RUB"
    period: str | None = None
    data_date: dt.date | None = None
    questions: Sequence[Question] = ()
    models: Sequence[Model] = ()
    not_applicable: Mapping[str, Text] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    notebooks: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, tuple[str, Text]] = field(default_factory=dict)
    row_accounts: pd.DataFrame | None = None
    reconciliation: pd.DataFrame | None = None
    estimates: pd.DataFrame | None = None
    codebook: Codebook | None = None
    own_texts: Path | None = None


def build_report(
    inputs: ReportInputs,
    language: Language,
    exhibits: Mapping[str, str] | None = None,
    figures: Mapping[str, str | bytes] | None = None,
) -> str:
    """The report as one HTML file in one language.

    ``exhibits`` are tables' HTML and ``figures`` SVG text (or PNG bytes) by name, in the same language. Raises
    InputProblem for a text that asks for a finding, table or figure that does not exist, and UnsafeHtmlError for a
    table that holds more than a table.
    """
    return _Builder(inputs, language, exhibits or {}, figures or {}).build()


class _Builder:
    """Holds what one report has placed so far: tables and figures are numbered in the order of their places."""

    def __init__(
        self,
        inputs: ReportInputs,
        language: Language,
        exhibits: Mapping[str, str],
        figures: Mapping[str, str | bytes],
    ) -> None:
        self.inputs = inputs
        self.language: Language = language
        self.findings = Findings(inputs.findings, language, inputs.currency)
        self.exhibits = {**_ready(inputs, language), **exhibits}
        self.figures = dict(figures)
        self.numbers: dict[tuple[str, str], int] = {}
        self.renderer = Renderer(self._functions(), language)

    def build(self) -> str:
        own = own_texts(self.inputs.own_texts)
        standard = package_texts()
        bodies, contents = [], []
        for number, section in enumerate(SECTIONS, start=1):
            name = text_name(section.name, self.language)
            title, body = self._section(section, own.get(name), standard[name], name)
            contents.append((section.name, str(number), title))
            bodies.append(
                f'<section id="{section.name}" aria-labelledby="title-{section.name}">'
                f'<h2 id="title-{section.name}"><span class="place">{number}</span>{title}</h2>\n{body}</section>'
            )
        title = f"{self.inputs.title.in_language(self.language)}, {self.inputs.year}"
        html = page(title, self.language, self._cover(), contents, "\n".join(bodies))
        try:
            return self.renderer.finish(html)
        except FindingError as error:
            raise InputProblem(f"Тексты отчёта: {error}.", f"Report texts: {error}.") from error

    # ---- parts ------------------------------------------------------------------------------------------------

    def _section(self, section: Section, own: str | None, standard: str, name: str) -> tuple[str, str]:
        reason = self.inputs.not_applicable.get(section.step or "")
        if reason is not None and own is None:
            text = Markup('<p class="reason">{}: {}.</p>').format(
                self._word("not_applicable"), reason.in_language(self.language).rstrip(".")
            )
            return str(escape(TITLES[section.name].in_language(self.language))), str(text)
        title, body = self.renderer.section(name, own if own is not None else standard)
        figures = [each for each in section.figures if each in self.figures and ("figure", each) not in self.numbers]
        tables = [each for each in section.exhibits if each in self.exhibits and ("table", each) not in self.numbers]
        if section.name == SECTIONS[-1].name:
            tables += [each for each in self.exhibits if ("table", each) not in self.numbers and each not in tables]
            figures += [each for each in self.figures if ("figure", each) not in self.numbers]
        rest = [self.figure(each) for each in figures] + [self.table(each) for each in tables]
        return title, body + "\n".join(map(str, rest))

    def _cover(self) -> str:
        facts = [("year", str(self.inputs.year))]
        if self.inputs.period:
            facts.append(("period", self.inputs.period))
        if self.inputs.data_date:
            facts.append(("data_date", format_date(self.inputs.data_date, self.language)))
        facts.append(("institute", self.inputs.institute.in_language(self.language)))
        items = Markup("").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(self._word(key), value) for key, value in facts
        )
        title = self.inputs.title.in_language(self.language)
        cover = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1><dl>{}</dl></div></header>').format(
            self._word("kind"), title, items
        )
        if self.inputs.simulated:
            cover += Markup('\n<div class="banner" role="note"><p><strong>{}.</strong> {}</p></div>').format(
                words("simulated", self.language), self._word("banner")
            )
        return str(cover)

    def _word(self, name: str) -> str:
        return _WORDS[name].in_language(self.language)

    # ---- what the texts may call -------------------------------------------------------------------------------

    def _functions(self) -> dict[str, Any]:
        inputs, found, language = self.inputs, self.findings, self.language
        notebooks = {name: (address, name) for name, address in inputs.notebooks.items()}
        links = {name: (address, text.in_language(language)) for name, (address, text) in inputs.links.items()}
        return {
            "f": found.full, "v": found.value, "num": found.number, "i": found.interval, "change": found.change,
            "counted": found.counted, "has": found.has, "sign": found.sign, "clear": found.clear,
            "below": found.below, "note": found.note, "days": found.days,
            "table": self.table, "figure": self.figure, "see_table": self.see_table, "see_figure": self.see_figure,
            "has_table": lambda name: name in self.exhibits, "has_figure": lambda name: name in self.figures,
            "tiles": lambda: tiles(found, TILES, language),
            "questions": lambda: question_list(inputs.questions, language),
            "models": lambda: model_cards(inputs.models, inputs.questions, inputs.codebook, language),
            "has_models": bool(inputs.models), "has_questions": bool(inputs.questions),
            "facts": lambda: run_facts(inputs.facts, language), "has_facts": bool(inputs.facts),
            "notebooks": lambda: link_list(notebooks), "has_notebooks": bool(notebooks),
            "links": lambda: link_list(links), "has_links": bool(links),
            "applies": lambda step: step not in inputs.not_applicable,
            "typed": lambda text: text,
            "year": inputs.year, "title": inputs.title.in_language(language),
            "institute": inputs.institute.in_language(language), "simulated": inputs.simulated,
            "threshold": inputs.threshold, "period": inputs.period or str(inputs.year),
        }  # fmt: skip

    def _number(self, kind: str, name: str) -> int:
        if (kind, name) not in self.numbers:
            self.numbers[kind, name] = 1 + sum(1 for each, _ in self.numbers if each == kind)
        return self.numbers[kind, name]

    def table(self, name: str) -> Markup:
        """A table in its place, with its number before its caption."""
        if name not in self.exhibits:
            raise FindingError(f"there is no table '{name}'; there are: {', '.join(sorted(self.exhibits)) or 'none'}")
        if ("table", name) in self.numbers:
            raise FindingError(f"table '{name}' is placed twice")
        label = f"<b>{words('table', self.language)} {self._number('table', name)}.</b> "
        fragment = safe_fragment(name, self.exhibits[name])
        if self.inputs.simulated and 'class="simulated"' not in fragment:
            badge = f' <span class="simulated">{words("simulated", self.language)}</span>'
            fragment = Markup(str(fragment).replace("</caption>", f"{badge}</caption>", 1))
        return Markup(re.sub(r"<caption[^>]*>", lambda match: match.group() + label, fragment, count=1))

    def figure(self, name: str) -> Markup:
        """A figure in its place, with description and numbered caption."""
        if name not in self.figures:
            raise FindingError(f"there is no figure '{name}'; there are: {', '.join(sorted(self.figures)) or 'none'}")
        if ("figure", name) in self.numbers:
            raise FindingError(f"figure '{name}' is placed twice")
        title, description = figure_texts(name)
        caption = title.in_language(self.language)
        mark = Markup(' <span class="simulated">{}</span>').format(words("simulated", self.language))
        return Markup(
            '<figure id="figure-{}"><div class="scroll" role="region" tabindex="0" aria-label="{}">{}</div>'
            "<figcaption><b>{} {}.</b> {}{}</figcaption></figure>"
        ).format(
            name, caption, picture(name, self.figures[name], description.in_language(self.language)),
            words("figure", self.language), self._number("figure", name), caption,
            mark if self.inputs.simulated else "",
        )  # fmt: skip

    def see_table(self, name: str) -> Markup:
        """A reference to a table: «табл. 3»."""
        return self._see("table", name)

    def see_figure(self, name: str) -> Markup:
        """A reference to a figure: «рис. 2»."""
        return self._see("figure", name)

    def _see(self, kind: str, name: str) -> Markup:
        def text() -> Markup:
            if (kind, name) not in self.numbers:
                raise FindingError(f"a text refers to {kind} '{name}', which the report does not hold")
            label = words(f"{kind}_short", self.language)
            return Markup('<a href="#{}-{}">{}\u00a0{}</a>').format(kind, name, label, self.numbers[kind, name])

        return self.renderer.hold_later(text)


def _ready(inputs: ReportInputs, language: Language) -> dict[str, str]:
    """Tables that the report makes itself from frames."""
    made = {}
    if inputs.row_accounts is not None:
        made["row_accounts"] = row_accounts_exhibit(inputs.row_accounts, inputs.codebook, simulated=inputs.simulated)
    if inputs.reconciliation is not None and len(inputs.reconciliation):
        made["reconciliation"] = reconciliation_exhibit(
            inputs.reconciliation, inputs.currency, simulated=inputs.simulated
        )
    if inputs.estimates is not None and len(inputs.estimates):
        made["estimates"] = estimates_exhibit(inputs.estimates, inputs.codebook, simulated=inputs.simulated)
    return {name: exhibit.to_html(language) for name, exhibit in made.items()}
