"""The theory of change in words: what support is to yield, what that is to bring, and what must hold for it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from evaluation.codebook import Codebook
from evaluation.display.wording import label_of
from evaluation.report.reading_words import VARIABLES
from evaluation.settings import LANGUAGES, Language, Model, Text, Theory, TheoryStream

FIGURE = "theory_of_change"
IN_WORDS = Text(ru="Теория изменений словами", en="The theory of change in words")
HEADS: dict[str, Text] = {
    "streams": Text(ru="Поддержка", en="Support"),
    "outputs": Text(ru="Что она даёт сразу", en="What it yields at once"),
    "outcomes": Text(ru="Что должно измениться", en="What is to change"),
    "impact": Text(ru="Ради чего", en="What it is for"),
    "assumptions": Text(ru="При каких условиях", en="What must hold"),
}
DEFAULT = Theory(
    streams=(
        TheoryStream(
            name=Text(ru="Обучение", en="Training"),
            output=Text(ru="команды умеют готовить заявку и вести проект", en="teams can prepare and run a project"),
        ),
        TheoryStream(
            name=Text(ru="Методическая помощь", en="Methodical help"),
            output=Text(ru="у команд есть образцы и пособия", en="teams have models and guides"),
        ),
        TheoryStream(
            name=Text(ru="Консультации", en="Consulting"),
            output=Text(ru="ошибки заявок найдены до срока", en="faults of applications are found in time"),
        ),
        TheoryStream(
            name=Text(ru="Информация", en="Information"),
            output=Text(ru="жители и власти знают о программе", en="residents and officials know of the programme"),
        ),
        TheoryStream(
            name=Text(ru="Обмен опытом", en="Exchange"),
            output=Text(
                ru="опыт успешных территорий доходит до соседей", en="what worked elsewhere reaches neighbours"
            ),
        ),
    ),
    impact=Text(
        ru="жители решают местные вопросы вместе с властью", en="residents settle local matters together with officials"
    ),
    assumptions=(
        Text(ru="приходят те, кто готовит проекты", en="those who prepare projects come"),
        Text(ru="выученное применяют до срока подачи", en="what was learnt is used before the deadline"),
        Text(ru="конкурс судит о проекте, а не о бумагах", en="the contest judges projects, not papers"),
    ),
)


def theory_of(declared: Theory | None, models: Sequence[Model], codebook: Codebook | None) -> Theory:
    """The declared theory; where it names no streams, the five usual ones with their usual ends.

    Outcomes that it does not name are those of the plan's models.
    """
    theory = declared or DEFAULT
    if not theory.streams:
        usual = {name: getattr(DEFAULT, name) for name in ("streams", "impact", "assumptions")}
        theory = theory.model_copy(update={name: getattr(theory, name) or value for name, value in usual.items()})
    if theory.outcomes:
        return theory
    codes = dict.fromkeys(model.outcome.removeprefix("log1p(").removesuffix(")") for model in models)
    outcomes = tuple(
        Text(**{language: label_of(codebook, VARIABLES, code, language) for language in LANGUAGES}) for code in codes
    )
    return theory.model_copy(update={"outcomes": outcomes})


def columns_of(theory: Theory, language: Language) -> list[tuple[str, list[str]]]:
    """Heads and boxes of the figure from left to right; columns without any box are left out."""
    columns = {
        "streams": [stream.name.in_language(language) for stream in theory.streams],
        "outputs": [stream.output.in_language(language) for stream in theory.streams],
        "outcomes": [outcome.in_language(language) for outcome in theory.outcomes],
        "impact": [theory.impact.in_language(language)] if theory.impact else [],
    }
    return [(HEADS[name].in_language(language), boxes) for name, boxes in columns.items() if boxes]


def description(theory: Theory, language: Language) -> str:
    """The figure in words, for those who do not see it."""
    return " → ".join(f"{head}: {'; '.join(boxes)}" for head, boxes in columns_of(theory, language)) + "."


def theory_list(theory: Theory, language: Language) -> Markup:
    """What must hold for the chain to work, and the chain itself in words, folded."""
    parts = [_titled("assumptions", theory.assumptions, language)]
    chain = Markup("").join(
        Markup("<li><strong>{}</strong> → {}</li>").format(
            stream.name.in_language(language), stream.output.in_language(language)
        )
        for stream in theory.streams
    )
    ends = [_titled("outcomes", theory.outcomes, language)]
    ends += [_titled("impact", (theory.impact,), language)] if theory.impact else []
    words = Markup("<ul>{}</ul>{}").format(chain, Markup("").join(ends))
    parts.append(
        Markup('<details class="lists"><summary>{}</summary>{}</details>').format(IN_WORDS.in_language(language), words)
    )
    return Markup("<div>{}</div>").format(Markup("").join(parts))


def _titled(name: str, texts: Sequence[Text], language: Language) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(text.in_language(language)) for text in texts)
    if not items:
        return Markup("")
    return Markup("<h3>{}</h3><ul>{}</ul>").format(HEADS[name].in_language(language), items)
