"""The brief: two pages for a director, made of the same findings as the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from evaluation.report.blocks import link_list, tiles
from evaluation.report.conclusions import first_results
from evaluation.report.fact_check import refuse_strong_sentences
from evaluation.report.figure_words import figure_texts
from evaluation.report.findings import FindingError, Findings
from evaluation.report.html import page
from evaluation.report.inputs import ReportInputs
from evaluation.report.parts import TILES
from evaluation.report.recommendations import Grounds
from evaluation.report.results import results_of
from evaluation.report.sentences import sentences
from evaluation.report.short_forms import (
    LONE,
    finding_functions,
    plain_figure,
    short_cover,
    short_styles,
    short_text,
)
from evaluation.report.texts import Renderer
from evaluation.settings import InputProblem, Language, Text

MOST_QUESTIONS = 6
_MORE = Text(ru="Остальные вопросы плана — в отчёте.", en="The plan's other questions are in the report.")
_KIND = Text(ru="Справка для руководителя", en="Brief for a director")


def build_brief(
    inputs: ReportInputs,
    language: Language,
    exhibits: Mapping[str, str] | None = None,
    figures: Mapping[str, str | bytes] | None = None,
    links: Mapping[str, tuple[str, str]] | None = None,
) -> str:
    """The brief as one page of about two sheets of A4.

    ``exhibits`` and ``figures`` as ``document.build_report``; ``links`` (name: address, text) lead to the whole report
    in the same folder. Raises InputProblem for a text that asks for a finding or figure that does not exist.
    """
    del exhibits  # a brief has no tables; the argument is there so that all builders are called alike
    found = Findings(inputs.findings, language, inputs.currency)
    maker = ShortFigures(figures or {}, language, inputs.simulated)
    grounds = Grounds(found, inputs.models, inputs.estimates, inputs.robustness)
    renderer = Renderer(brief_functions(inputs, language, grounds, maker, links), language)
    name, template = short_text("brief", inputs, language)
    title, body = renderer.section(name, template)
    heading = renderer.finish(title)
    section = (
        f'<section id="brief" class="brief" aria-labelledby="title-brief"><h2 id="title-brief">{heading}</h2>\n'
        f"{body}</section>"
    )
    try:
        html = renderer.finish(section)
    except FindingError as error:
        raise InputProblem(f"Текст {name}: {error}.", f"Text {name}: {error}.") from error
    refuse_strong_words(name, html, grounds, language)
    programme, kind = inputs.title.in_language(language), _KIND.in_language(language)
    cover = short_cover(inputs, language, kind, programme, ("year", "institute"))
    return page(f"{kind}: {programme}, {inputs.year}", language, cover, [], html, short_styles() + LONE)


class ShortFigures:
    """The figures of a short form: each at most once, without numbers."""

    def __init__(self, figures: Mapping[str, str | bytes], language: Language, simulated: bool) -> None:
        self._figures, self._language, self._simulated = figures, language, simulated
        self._placed: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._figures

    def place(self, name: str, size: str = "") -> Markup:
        """The figure with its caption. Raises FindingError for one that does not exist or stands already."""
        if name not in self._figures:
            raise FindingError(f"there is no figure '{name}'; there are: {', '.join(sorted(self._figures)) or 'none'}")
        if name in self._placed:
            raise FindingError(f"figure '{name}' is placed twice")
        self._placed.add(name)
        caption, description = (text.in_language(self._language) for text in figure_texts(name))
        return plain_figure(
            name, self._figures[name], caption, description, self._language, self._simulated, size
        )  # fmt: skip


def refuse_strong_words(name: str, html: str, grounds: Grounds, language: Language) -> None:
    """Raises InputProblem for a sentence of the text ``name`` that claims more than the estimates it quotes."""
    told = sentences(name, html)
    quoted = dict.fromkeys(finding for sentence in told for finding in sentence.findings)
    known = {finding: grounds.certainty(finding) for finding in quoted}
    refuse_strong_sentences(
        told, {finding: each.claim for finding, each in known.items() if each is not None}, language
    )  # fmt: skip


def brief_functions(
    inputs: ReportInputs,
    language: Language,
    grounds: Grounds,
    figures: ShortFigures,
    links: Mapping[str, tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """What the texts of the brief and the slides may call."""
    found = grounds.findings

    def certainty(name: str) -> str:
        told = grounds.in_words(name, language)
        return told[:1].lower() + told[1:]

    return {
        **finding_functions(found),
        "certainty": certainty,
        "settled": grounds.is_decisive,
        "figure": figures.place, "has_figure": lambda name: name in figures,
        "tiles": lambda: tiles(found, TILES, language),
        "has_questions": bool(inputs.questions), "questions": _questions(inputs, language),
        "applies": lambda step: step not in inputs.not_applicable,
        "links": lambda: link_list(links or {}), "has_links": bool(links),
        "results": lambda: first_results(
            results_of(inputs.models, inputs.estimates, inputs.robustness), found, inputs.codebook
        ),
        "recommendations": recommendation_texts(inputs, language),
        "year": inputs.year, "title": inputs.title.in_language(language), "simulated": inputs.simulated,
        "institute": inputs.institute.in_language(language), "threshold": inputs.threshold,
        "period": inputs.period or str(inputs.year),
    }  # fmt: skip


def _questions(inputs: ReportInputs, language: Language) -> list[str]:
    """The plan's first MOST_QUESTIONS questions; where there are more, a last line says so."""
    told = [question.text.in_language(language) for question in inputs.questions]
    more = [_MORE.in_language(language)] if len(told) > MOST_QUESTIONS else []
    return told[:MOST_QUESTIONS] + more


def recommendation_texts(inputs: ReportInputs, language: Language) -> list[str]:
    """The recommendations' texts; none where the workspace declares none."""
    return [each.text.in_language(language) for each in inputs.recommendations]
