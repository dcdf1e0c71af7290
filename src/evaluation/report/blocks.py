"""The report's ready-made blocks: opening numbers, questions, models, notebooks, facts of the run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape

from markupsafe import Markup, escape

from evaluation.codebook import Codebook
from evaluation.display.model_words import FAMILIES
from evaluation.display.wording import code_label, label_of
from evaluation.report.findings import Findings
from evaluation.report.formulas.models import model_formula
from evaluation.settings import Language, Model, Question, Text

VARIABLES = ("panel", "project_table", "trial_households", "indicators")
FACTS: dict[str, Text] = {
    "package": Text(ru="Программный пакет", en="Package"),
    "python": Text(ru="Версия Python", en="Python"),
    "commit": Text(ru="Версия кода (git)", en="Version of the code (git)"),
    "lock": Text(ru="Список версий библиотек, SHA-256", en="List of library versions, SHA-256"),
    "plan_declared_on": Text(ru="План анализа принят", en="Analysis plan declared on"),
    "run": Text(ru="Номер запуска", en="Run"),
    "written": Text(ru="Отчёт составлен", en="Report written"),
}
CRITERIA: dict[str, Text] = {
    "relevance": Text(ru="актуальность", en="relevance"),
    "coherence": Text(ru="согласованность", en="coherence"),
    "effectiveness": Text(ru="результативность", en="effectiveness"),
    "efficiency": Text(ru="экономичность", en="efficiency"),
    "impact": Text(ru="долгосрочные последствия", en="impact"),
    "sustainability": Text(ru="устойчивость", en="sustainability"),
}
_MODEL_WORDS: dict[str, Text] = {
    "question": Text(ru="Вопрос", en="Question"),
    "outcome": Text(ru="Результат", en="Outcome"),
    "exposures": Text(ru="Поддержка", en="Support"),
    "estimand": Text(ru="Что оценивается", en="What is estimated"),
    "family": Text(ru="Модель", en="Model"),
    "design": Text(ru="Что это", en="Design"),
    "assumption": Text(ru="При каком условии верно", en="True if"),
    "would_refute": Text(ru="Что опровергло бы", en="What would refute it"),
    "controls": Text(ru="Учтено", en="Held constant"),
    "fixed_effects": Text(ru="Постоянные различия", en="Fixed effects"),
    "instruments": Text(ru="Инструмент", en="Instrument"),
    "clusters": Text(ru="Ошибки связаны внутри", en="Errors related within"),
    "geography": Text(ru="Границы", en="Boundaries"),
    "population": Text(ru="О ком", en="About whom"),
    "timing": Text(ru="Когда измерено", en="When measured"),
    "kind": Text(ru="Вид результата", en="Kind of outcome"),
    "hypothesis_family": Text(ru="Поправка на число гипотез", en="Corrected together with"),
    "weights": Text(ru="Веса", en="Weights"),
    "main": Text(ru="основная", en="main"),
}
_KINDS: dict[str, Text] = {
    "primary": Text(ru="первичный: есть у каждой территории", en="primary: every unit has it"),
    "secondary": Text(
        ru="вторичный: есть только у подавших заявку, даны границы",
        en="secondary: only applicants have it, bounds are given",
    ),
}
_GEOGRAPHIES: dict[str, Text] = {
    "original": Text(ru="исходные территории", en="original units"),
    "stable": Text(ru="неизменные области", en="stable areas"),
    "current": Text(ru="нынешние территории", en="current units"),
}


def facts_list(pairs: Iterable[tuple[str, str]], kind: str = "facts") -> Markup:
    """A list of names and values; ``facts narrow`` for short names."""
    items = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, value) for name, value in pairs)
    return Markup('<dl class="{}">{}</dl>').format(kind, items)


def plain_text(html: Markup) -> str:
    """The text without its tags; no-break spaces stay, which ``Markup.striptags`` would widen."""
    return unescape(re.sub(r"<[^>]+>", "", str(html)))


def fold(title: str, content: Markup) -> Markup:
    """Content that a reader unfolds; ``title`` as plain text or safe HTML."""
    return Markup('<details class="annex-group"><summary>{}</summary>\n{}\n</details>').format(title, content)


def tiles(findings: Findings, names: Sequence[tuple[str, Text]], language: Language, most: int = 6) -> Markup:
    """The numbers that open the report: the first ``most`` of ``names`` that have a value."""
    shown = [(name, text) for name, text in names if findings.has(name)][:most]
    pattern = Markup("<div><dt>{}</dt><dd>{}</dd></div>")
    items = Markup("").join(
        pattern.format(text.in_language(language), _split_unit(findings.value(name))) for name, text in shown
    )
    return Markup('<dl class="tiles">{}</dl>').format(items) if shown else Markup("")


def _split_unit(value: Markup) -> Markup:
    """The number large, its unit small and free to wrap."""
    number, space, unit = str(value).removesuffix("</span>").partition("\u00a0")
    if not space:
        return value
    return Markup(f"{number} <small>{unit.replace(chr(0xA0), ' ')}</small></span>")


def question_list(questions: Sequence[Question], language: Language) -> Markup:
    """The plan's questions, numbered by their own names, with the criteria they serve."""
    return facts_list(((question.id, _asked(question, language)) for question in questions), "facts narrow")


def _asked(question: Question, language: Language) -> Markup:
    criteria = criteria_words(question, language)
    tag = Markup(' <span class="criteria">({})</span>').format(criteria) if criteria else ""
    return Markup("{}{}").format(question.text.in_language(language), tag)


def criteria_words(question: Question, language: Language) -> str:
    """«результативность, устойчивость»; empty without criteria."""
    return ", ".join(CRITERIA[name].in_language(language) for name in question.criteria)


def model_cards(
    models: Sequence[Model], questions: Sequence[Question], codebook: Codebook | None, language: Language
) -> Markup:
    """Each declared model in words; main models first."""
    by_id = {question.id: question.text.in_language(language) for question in questions}
    cards = [_card(model, by_id, codebook, language) for model in sorted(models, key=lambda model: not model.is_main)]
    return Markup('<div class="cards">{}</div>').format(Markup("").join(cards)) if cards else Markup("")


def _card(model: Model, questions: Mapping[str, str], codebook: Codebook | None, language: Language) -> Markup:
    def label(code: str) -> str:
        return label_of(codebook, VARIABLES, code, language)

    values = {
        "question": f"{model.question}. {questions[model.question]}" if model.question in questions else model.question,
        "outcome": label(model.outcome),
        "exposures": "; ".join(map(label, model.exposures)),
        "kind": _KINDS[model.kind].in_language(language),
        "population": model.population.in_language(language) if model.population else "",
        "timing": model.timing.in_language(language) if model.timing else "",
        "estimand": model.estimand.in_language(language),
        "family": FAMILIES[model.family].in_language(language),
        "design": code_label("design", model.design, language),
        "assumption": model.assumption.in_language(language),
        "would_refute": model.would_refute.in_language(language) if model.would_refute else "",
        "controls": ", ".join(map(label, model.controls)),
        "fixed_effects": ", ".join(map(label, model.fixed_effects)),
        "instruments": ", ".join(map(label, model.instruments)),
        "weights": label(model.weights) if model.weights else "",
        "hypothesis_family": model.hypothesis_family or "",
        "clusters": label(model.clusters),
        "geography": _GEOGRAPHIES[model.geography].in_language(language) if model.geography else "",
    }
    pairs = [(_MODEL_WORDS[key].in_language(language), value) for key, value in values.items() if value]
    name = label_of(codebook, ("models",), model.name, language)
    main = Markup(' <span class="simulated">{}</span>').format(_MODEL_WORDS["main"].in_language(language))
    title = escape(name) + (main if model.is_main else "")
    formulas = model_formula(model, codebook, language, VARIABLES)
    return Markup('<div class="card"><h4>{}</h4>{}{}</div>').format(title, facts_list(pairs), formulas)


def run_facts(facts: Mapping[str, str], language: Language) -> Markup:
    """Facts of the run: known names in words, others as they are called."""
    return facts_list(
        (FACTS[name].in_language(language) if name in FACTS else name, value) for name, value in facts.items() if value
    )


def link_list(links: Mapping[str, tuple[str, str]]) -> Markup:
    """Links inside the programme's folder, by name: (address, text). Raises ValueError for any other address."""
    items = Markup("").join(
        Markup('<li><a href="{}">{}</a></li>').format(relative(address), text) for address, text in links.values()
    )
    return Markup("<ul>{}</ul>").format(items)


def relative(address: str) -> str:
    """``address`` if it stays inside the programme's folder. Raises ValueError otherwise."""
    if ":" in address or address.startswith(("/", "\\")):
        raise ValueError(f"{address}: a report links only to files of its own programme")
    return address
