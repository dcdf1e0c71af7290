"""What the brief, the slides and the cards share: their cover, styles, texts and plain figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any

from markupsafe import Markup

from evaluation.display.grammar import listed
from evaluation.display.wording import format_date, words
from evaluation.report.findings import Findings, typed
from evaluation.report.html import picture
from evaluation.report.inputs import ReportInputs
from evaluation.report.texts import ENDING, own_texts, package_texts
from evaluation.settings import Language, Text

SHORT_FORMS = ("brief", "slides", "card")
LONE = ".contents,.back{display:none}.frame{display:block}\n"
"""Styles of a page that has no contents."""
_WORDS: dict[str, Text] = {
    "institute": Text(ru="Кто проводил оценку", en="Evaluated by"),
    "programme": Text(ru="Программа", en="Programme"),
    "year": Text(ru="Год программы", en="Programme year"),
    "period": Text(ru="Период данных", en="Period of the data"),
    "data_date": Text(ru="Территории и коды на дату", en="Territories and codes as of"),
    "banner": Text(
        ru="Данные созданы компьютерной моделью: ни одно число не относится к настоящим территориям.",
        en="The data were made by a computer model: no number belongs to a real territory.",
    ),
}


def short_text_name(form: str, language: Language) -> str:
    """File name of a short form's text: ``brief.ru.md.j2``."""
    return f"{form}.{language}{ENDING}"


def short_text(form: str, inputs: ReportInputs, language: Language) -> tuple[str, str]:
    """Name and template of a short form's text: the workspace's own where it brings one. Raises InputProblem as
    ``own_texts``."""
    name = short_text_name(form, language)
    return name, own_texts(inputs.own_texts).get(name) or package_texts()[name]


def short_styles() -> str:
    """Styles that short forms add to the report's."""
    folder = resources.files("evaluation.report").joinpath("texts")
    return folder.joinpath("short_forms.css").read_text(encoding="utf-8")


def short_cover(
    inputs: ReportInputs, language: Language, kind: str, title: str,
    shown: Sequence[str] = ("programme", "year", "period", "data_date", "institute"),
) -> str:  # fmt: skip
    """The head of a short form: ``kind`` above its ``title``, facts of the programme, the mark of simulated data.

    ``shown`` names the facts; those that are not known, or would repeat the title or the year, are left out.
    """
    programme = inputs.title.in_language(language)
    known = {
        "programme": "" if title == programme else programme,
        "year": str(inputs.year),
        "period": inputs.period if inputs.period and inputs.period != str(inputs.year) else "",
        "data_date": format_date(inputs.data_date, language) if inputs.data_date else "",
        "institute": inputs.institute.in_language(language),
    }
    facts = [(name, known[name]) for name in shown if known[name]]
    items = Markup("").join(
        Markup('<div data-fact="{}"><dt>{}</dt><dd>{}</dd></div>').format(key, _WORDS[key].in_language(language), value)
        for key, value in facts
    )
    cover = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1><dl>{}</dl></div></header>').format(
        kind, title, items
    )
    if inputs.simulated:
        cover += Markup('\n<div class="banner" role="note"><p><strong>{}.</strong> {}</p></div>').format(
            words("simulated", language), _WORDS["banner"].in_language(language)
        )
    return str(cover)


def plain_figure(
    name: str,
    content: str | bytes,
    caption: str,
    description: str,
    language: Language,
    simulated: bool,
    size: str = "",
) -> Markup:
    """A figure without a number.

    ``size`` is '' (full width), 'half', 'low', 'strip' (very low, caption unseen) or 'strip thin' (a scale).
    """
    mark = Markup(' <span class="simulated">{}</span>').format(words("simulated", language)) if simulated else ""
    return Markup(
        '<figure id="figure-{}" class="plain{}"><div class="scroll" role="region" tabindex="0" aria-label="{}">{}</div>'
        "<figcaption>{}{}</figcaption></figure>"
    ).format(name, f" {size}" if size else "", caption, picture(name, content, description), caption, mark)


def finding_functions(found: Findings, start: str = "") -> dict[str, Any]:
    """What a text may ask of findings, by the names that the report's texts use; ``start`` begins every name."""

    def named(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda name, *rest: function(start + name, *rest)

    functions: dict[str, Callable[..., Any]] = {
        "f": found.full, "v": found.value, "num": found.number, "i": found.interval, "change": found.change,
        "counted": found.counted, "sign": found.sign, "clear": found.clear, "below": found.below, "note": found.note,
        "days": found.days, "form": found.form, "money": found.money,
    }  # fmt: skip
    return {
        **{name: named(function) for name, function in functions.items()},
        "has": lambda *names: found.has(*(start + name for name in names)),
        "listed": lambda *items: listed(items, found.language),
        "typed": typed,
    }
