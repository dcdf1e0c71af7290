"""The national report: one page in one language, every number of its text a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd
from markupsafe import Markup

from evaluation.display.exhibit import Exhibit
from evaluation.display.grammar import listed
from evaluation.display.wording import words
from evaluation.report.certainty import Claim
from evaluation.report.cover import cover
from evaluation.report.fact_check import refuse_strong_sentences
from evaluation.report.findings import FindingError, Findings
from evaluation.report.html import page, picture, safe_fragment
from evaluation.report.sentences import sentences
from evaluation.report.short_forms import finding_functions
from evaluation.report.texts import Renderer
from evaluation.settings import InputProblem, Language, ReportFacts, Text
from evaluation.year.roll_up.figures import FIGURE_TEXTS

TEMPLATES = Path(__file__).parent / "templates"
TITLE = Text(ru="Сводный отчёт по регионам", en="Report on all regions")
CENTRE = Text(ru="", en="")
Held = TypeVar("Held")
_SECTION = re.compile(r"^# ", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class PageInputs:
    """What one page is made of; ``exhibits`` by name, ``figures`` SVG by name, both of the page's language."""

    year: int
    findings: pd.DataFrame
    exhibits: Mapping[str, Exhibit]
    figures: Mapping[str, bytes]
    streams: Sequence[str]
    missing: Sequence[str]
    split: Sequence[str]
    currency: str
    simulated: bool


def national_page(inputs: PageInputs, language: Language) -> str:
    """The page. Raises InputProblem for a text that asks for what there is not, or that claims an effect."""
    found = Findings(inputs.findings, language, inputs.currency)
    placer = _Placer(inputs, language)
    functions = {
        **finding_functions(found), "table": placer.table, "figure": placer.figure,
        "has_table": lambda name: name in inputs.exhibits, "has_figure": lambda name: name in inputs.figures,
        "streams": list(inputs.streams), "missing": ", ".join(inputs.missing), "split": ", ".join(inputs.split),
        "year": inputs.year, "simulated": inputs.simulated, "listed": lambda *items: listed(items, language),
    }  # fmt: skip
    renderer = Renderer(functions, language)
    contents, shown, told = [], [], []
    for number, text in enumerate(section_texts(language), 1):
        name = f"part-{number}"
        title, body = renderer.section(f"national.{language}.md.j2", text)
        try:
            body = renderer.finish(body)
        except FindingError as error:
            raise InputProblem(f"Текст сводного отчёта: {error}.", f"Text of the national report: {error}.") from error
        told += sentences(name, body)
        contents.append((name, str(number), renderer.finish(title)))
        shown.append(
            f'<section id="{name}" aria-labelledby="title-{name}"><h2 id="title-{name}">'
            f'<span class="place">{number}</span>{contents[-1][2]}</h2>\n{body}</section>'
        )
    # a summary of associations is one: no sentence that quotes it may claim an effect
    associations: dict[str, Claim] = {
        name: "association" for name in inputs.findings["name"] if str(name).startswith("summary_")
    }
    refuse_strong_sentences(told, associations, language)
    title = f"{TITLE.in_language(language)}, {inputs.year}"
    front = cover(
        TITLE.in_language(language), inputs.year, CENTRE, ReportFacts(), language, simulated=inputs.simulated
    )  # fmt: skip
    return page(title, language, front, contents, "\n".join(shown))


def section_texts(language: Language) -> list[str]:
    """The template's sections, each with its heading: a condition never reaches across two of them."""
    text = (TEMPLATES / f"national.{language}.md.j2").read_text(encoding="utf-8")
    starts = [match.start() for match in _SECTION.finditer(text)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


class _Placer:
    """Numbers tables and figures in the order of their places."""

    def __init__(self, inputs: PageInputs, language: Language) -> None:
        self._inputs, self._language = inputs, language
        self._numbers = {"table": 0, "figure": 0}

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]

    def table(self, name: str) -> Markup:
        shown = self._held(self._inputs.exhibits, name)
        label = f"<b>{words('table', self._language)} {self._next('table')}.</b> "
        html = safe_fragment(name, shown.to_html(self._language))
        return Markup(re.sub(r"<caption[^>]*>", lambda match: match[0] + label, html, count=1))

    def figure(self, name: str) -> Markup:
        content = self._held(self._inputs.figures, name)
        caption = FIGURE_TEXTS[name].in_language(self._language)
        mark = Markup(' <span class="simulated">{}</span>').format(words("simulated", self._language))
        return Markup(
            '<figure id="figure-{}"><div class="scroll" role="region" tabindex="0" aria-label="{}">{}</div>'
            "<figcaption><b>{} {}.</b> {}{}</figcaption></figure>"
        ).format(
            name, caption, picture(name, content.decode("utf-8"), caption), words("figure", self._language),
            self._next("figure"), caption, mark if self._inputs.simulated else "",
        )  # fmt: skip

    @staticmethod
    def _held(there: Mapping[str, Held], name: str) -> Held:
        if name not in there:
            raise FindingError(f"there is no '{name}'; there are: {', '.join(sorted(there)) or 'none'}")
        return there[name]
