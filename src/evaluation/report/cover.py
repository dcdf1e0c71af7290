"""The report's front: title block, who evaluated whom, acronyms, lists of tables and figures."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from markupsafe import Markup

from evaluation.display.wording import format_date, words
from evaluation.report.blocks import facts_list
from evaluation.settings import Acronym, Language, ReportFacts, Text

_WORDS: dict[str, Text] = {
    "kind": Text(ru="Отчёт об оценке программы", en="Programme evaluation report"),
    "year": Text(ru="Год программы", en="Programme year"),
    "period": Text(ru="Период данных", en="Period of the data"),
    "data_date": Text(ru="Территории и коды на дату", en="Territories and codes as of"),
    "institute": Text(ru="Кто проводил оценку", en="Evaluated by"),
    "commissioner": Text(ru="Заказчик", en="Commissioned by"),
    "operator": Text(ru="Кто ведёт программу", en="Programme run by"),
    "place": Text(ru="Место", en="Place"),
    "reported_on": Text(ru="Дата отчёта", en="Date of the report"),
    "banner": Text(
        ru="Все таблицы и рисунки этого отчёта построены на данных, созданных компьютерной моделью. Они показывают, "
        "как работает инструмент, и ничего не говорят о настоящей программе.",
        en="All tables and figures of this report rest on data made by a computer model. They show how the tool works "
        "and say nothing about any real programme.",
    ),
    "acronyms": Text(ru="Сокращения", en="Acronyms"),
    "tables": Text(ru="Таблицы", en="Tables"),
    "figures": Text(ru="Рисунки", en="Figures"),
    "lists": Text(ru="Список таблиц и рисунков", en="List of tables and figures"),
}
_CAPTION = re.compile(r"<caption[^>]*>(.*?)</caption>", re.DOTALL)
_BADGE = re.compile(r'\s*<span class="simulated">.*?</span>', re.DOTALL)


def caption_of(table: str) -> Markup:
    """A table's caption without the mark of simulated data."""
    found = _CAPTION.search(table)
    return Markup(_BADGE.sub("", found.group(1)).strip()) if found else Markup("")


def cover(
    title: str, year: int, institute: Text, facts: ReportFacts, language: Language, *, period: str | None = None,
    data_date: dt.date | None = None, reported_on: dt.date | None = None, simulated: bool = False,
) -> str:  # fmt: skip
    """The title block; what is not given is left out."""

    def say(text: Text | None) -> str:
        return text.in_language(language) if text else ""

    def day(date: dt.date | None) -> str:
        return format_date(date, language) if date else ""

    pairs = {
        "year": str(year), "period": period or "", "data_date": day(data_date), "commissioner": say(facts.commissioner),
        "institute": say(facts.evaluators or institute), "operator": say(facts.operator), "place": say(facts.place),
        "reported_on": day(reported_on),
    }  # fmt: skip
    items = Markup("").join(
        Markup('<div data-fact="{}"><dt>{}</dt><dd>{}</dd></div>').format(key, _WORDS[key].in_language(language), value)
        for key, value in pairs.items()
        if value
    )
    block = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1><dl>{}</dl></div></header>').format(
        _WORDS["kind"].in_language(language), title, items
    )
    if simulated:
        block += Markup('\n<div class="banner" role="note"><p><strong>{}.</strong> {}</p></div>').format(
            words("simulated", language), _WORDS["banner"].in_language(language)
        )
    return str(block)


def acronym_list(acronyms: Sequence[Acronym], language: Language) -> Markup:
    """Acronyms with what they stand for, in alphabetical order."""
    pairs = sorted((each.short.in_language(language), each.long.in_language(language)) for each in acronyms)
    return facts_list(pairs, "facts narrow")


def lists(captions: dict[tuple[str, str], Markup], numbers: dict[tuple[str, str], int], language: Language) -> Markup:
    """Folded lists of the report's tables and figures, by number; empty where it has neither.

    ``captions`` and ``numbers`` are by kind (``table``, ``figure``) and name. Documents make such lists themselves.
    """
    parts = []
    for kind, head in (("table", "tables"), ("figure", "figures")):
        placed = sorted((number, name) for (each, name), number in numbers.items() if each == kind)
        items = Markup("").join(
            Markup('<li><a href="#{}-{}"><span class="place">{}</span> {}</a></li>').format(
                kind, name, number, captions[kind, name]
            )
            for number, name in placed
        )
        if items:
            parts.append(Markup("<h3>{}</h3><ol>{}</ol>").format(_WORDS[head].in_language(language), items))
    if not parts:
        return Markup("")
    pattern = Markup('<details class="lists" data-medium="screen"><summary>{}</summary>{}</details>')
    return pattern.format(_WORDS["lists"].in_language(language), Markup("").join(parts))


def interests(institute: Text, facts: ReportFacts, language: Language) -> Markup:
    """Who runs the programme and who evaluates it; that they are the same is said as a conflict of interest."""
    evaluators = (facts.evaluators or institute).in_language(language)
    operator = facts.operator.in_language(language) if facts.operator else None
    if operator is None:
        text = {
            "ru": f"Оценку провёл: {evaluators}. Кто ведёт программу, не указано; если та же организация, это конфликт "
            "интересов.",
            "en": f"The evaluation was made by: {evaluators}. Who runs the programme is not stated; if it is the same "
            "organisation, that is a conflict of interest.",
        }
    elif operator.strip().casefold() == evaluators.strip().casefold():
        text = {
            "ru": f"Программу ведёт и оценивает одна организация: {evaluators}. Это конфликт интересов: читать отчёт "
            "следует с учётом этого, а расчёты можно повторить независимо.",
            "en": f"One organisation both runs and evaluates the programme: {evaluators}. That is a conflict of "
            "interest: read the report with this in mind; the computations can be repeated independently.",
        }
    else:
        text = {
            "ru": f"Программу ведёт: {operator}. Оценку провёл: {evaluators}.",
            "en": f"The programme is run by: {operator}. The evaluation was made by: {evaluators}.",
        }
    parts = [text[language]]
    if facts.commissioner:
        ordered = facts.commissioner.in_language(language)
        parts.append(f"Заказчик оценки: {ordered}." if language == "ru" else f"It was commissioned by: {ordered}.")
    if facts.interests:
        parts.append(facts.interests.in_language(language))
    return Markup('<p class="interests">{}</p>').format(" ".join(parts))
