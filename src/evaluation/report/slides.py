"""The slides: a page whose sections are slides, one idea each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.report.brief import ShortFigures, brief_functions, refuse_strong_words
from evaluation.report.findings import FindingError, Findings
from evaluation.report.html import page
from evaluation.report.inputs import ReportInputs
from evaluation.report.recommendations import Grounds
from evaluation.report.short_forms import short_cover, short_styles, short_text
from evaluation.report.texts import Renderer
from evaluation.settings import InputProblem, Language, Text


@dataclass(frozen=True)
class Slide:
    """A slide: left out where one of ``findings`` has no value, or its step does not apply."""

    name: str
    step: str | None = None
    findings: tuple[str, ...] = ()
    figure: str | None = None


SLIDES: tuple[Slide, ...] = (
    Slide("asked"),
    Slide("reach", "04_map_coverage", ("units_in_force", "units_applied"), "coverage_map"),
    Slide("contest", "04_map_coverage", ("applications", "funded"), "applications_by_year"),
    Slide("support", "05_describe_support", ("training_events", "exchange_events"), "reach_by_year"),
    Slide("training", "06_estimate_outcomes", ("effect_trained_percent",), "main_estimates"),
    Slide("exchange", "06_estimate_outcomes", ("effect_exposure_percent",), "exchange_network"),
    Slide("voices", "02a_weigh_answers", ("levels_measured",), "resident_ratings"),
    Slide("years", "08_compare_years", ("applications_change",), "indicators_by_year"),
    Slide("not_known"),
    Slide("next"),
)
_KIND = Text(ru="Презентация оценки", en="Slides of the evaluation")
_BREAK = re.compile(r"^\{#\s*slide\s+(\w+)\s*#\}[ \t]*\n", re.MULTILINE)


def slide_texts(name: str, template: str) -> dict[str, str]:
    """The template's parts by slide: each begins with a line ``{# slide reach #}``.

    Raises InputProblem naming a slide that is missing, unknown or there twice.
    """
    pieces = _BREAK.split(template)
    found = list(zip(pieces[1::2], pieces[2::2], strict=True))
    names = [slide for slide, _ in found]
    known = [slide.name for slide in SLIDES]
    wrong = sorted({*(set(names) ^ set(known)), *(each for each in names if names.count(each) > 1)})
    if wrong:
        raise InputProblem(
            f"{name}: слайды {', '.join(wrong)} отсутствуют, не известны или стоят дважды. Ожидались по одному разу: "
            f"{', '.join(known)}; каждый начинается строкой {{# slide имя #}}.",
            f"{name}: slides {', '.join(wrong)} are missing, unknown or stand twice. Expected once each: "
            f"{', '.join(known)}; each begins with a line {{# slide name #}}.",
        )
    return dict(found)


def build_slides(
    inputs: ReportInputs,
    language: Language,
    exhibits: Mapping[str, str] | None = None,
    figures: Mapping[str, str | bytes] | None = None,
) -> str:
    """The slides as one page: a section a slide with its heading, two or three lines and at most one figure.

    Arguments as ``brief.build_brief``. A slide whose findings the year does not have is left out. Raises InputProblem
    for a text that asks for a finding or figure that does not exist, or in which a slide is missing.
    """
    del exhibits  # slides have no tables; the argument is there so that all builders are called alike
    found = Findings(inputs.findings, language, inputs.currency)
    maker = ShortFigures(figures or {}, language, inputs.simulated)
    grounds = Grounds(found, inputs.models, inputs.estimates, inputs.robustness)
    renderer = Renderer(brief_functions(inputs, language, grounds, maker), language)
    name, template = short_text("slides", inputs, language)
    texts = slide_texts(name, template)
    sections: list[str] = []
    contents: list[tuple[str, str, str]] = []
    for slide in SLIDES:
        if slide.step in inputs.not_applicable or not found.has(*slide.findings):
            continue
        title, body = renderer.section(name, texts[slide.name])
        if slide.figure is not None and slide.figure in maker:
            body += str(maker.place(slide.figure))
        contents.append((slide.name, str(len(contents) + 1), renderer.finish(title)))
        sections.append(
            f'<section id="{slide.name}" class="slide" aria-labelledby="title-{slide.name}">'
            f'<h2 id="title-{slide.name}">{title}</h2>\n{body}</section>'
        )
    try:
        html = renderer.finish("\n".join(sections))
    except FindingError as error:
        raise InputProblem(f"Текст {name}: {error}.", f"Text {name}: {error}.") from error
    refuse_strong_words(name, html, grounds, language)
    programme = inputs.title.in_language(language)
    kind = _KIND.in_language(language)
    return page(
        f"{kind}: {programme}, {inputs.year}", language, short_cover(inputs, language, kind, programme), contents,
        html, short_styles(),
    )  # fmt: skip
