"""The code of best practice as a document: a chapter a practice, with its card and everybody who took it over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
from markupsafe import Markup, escape

from evaluation.codebook import Codebook
from evaluation.display.partnership_figures import practice_curves
from evaluation.display.placenames import transliterate
from evaluation.display.rendering import figure_bytes
from evaluation.display.tables import exhibit
from evaluation.display.units import plural
from evaluation.display.wording import format_interval, format_number, words
from evaluation.report.blocks import facts_list
from evaluation.report.html import page, picture, safe_fragment
from evaluation.report.inputs import ReportInputs
from evaluation.report.short_forms import short_cover, short_styles
from evaluation.settings import LANGUAGES, Language, Text

SHOWN_TEXTS = ("problem", "solution", "conditions", "results", "evidence", "recommended_for")
_FACTS = ("year", "period", "institute")
_WORDS: dict[str, Text] = {
    "kind": Text(ru="Кодекс лучшей практики", en="Code of best practice"),
    "about": Text(ru="О кодексе", en="About the code"),
    "about_text": Text(
        ru="В кодексе {chapters} из {registered}, которые знает реестр {year} года. Глава — карточка практики, как её "
        "описали те, кто с ней работает; чего карточка не говорит, того нет и в главе. Внедрения взяты из реестра: кто "
        "перенял, но не сообщил, в него не попал.",
        en="The code has {chapters} of the {registered} that the register of {year} knows. A chapter is the practice's "
        "card as those who work with it described it; what a card does not tell its chapter does not have. Adoptions "
        "come from the register: who adopted and did not say so is not in it.",
    ),
    "own_words": Text(ru="", en="Texts of the cards stand in the language in which they were received."),
    "kind_of": Text(ru="Вид практики", en="Kind of practice"),
    "number": Text(ru="Номер в реестре", en="Number in the register"),
    "origin": Text(ru="Где появилась", en="Where it began"),
    "first_year": Text(ru="С какого года", en="Since"),
    "cost": Text(ru="Стоимость внедрения", en="Cost of adoption"),
    "contact": Text(ru="К кому обращаться", en="Whom to ask"),
    "not_told": Text(ru="в реестре не указано", en="not told in the register"),
    "adopters": Text(ru="Кто перенял", en="Who adopted it"),
    "spread": Text(
        ru="К {year} году переняли {adopted} из {eligible} территорий, которые могли: {value} (95 % интервал "
        "{interval}).",
        en="By {year}, {adopted} of the {eligible} units that could had adopted it: {value} (95% interval {interval}).",
    ),
    "nobody": Text(ru="В реестре нет ни одного внедрения.", en="The register has no adoption."),
    "several": Text(ru="одна из {count} территорий", en="one of {count} units"),
    "figure": Text(ru="Как расходились практики", en="How practices spread"),
    "figure_text": Text(
        ru="Малые графики: доля территорий, которые могли перенять практику и переняли её к этому году.",
        en="Small charts: share of the units that could adopt the practice and had done so by the year.",
    ),
}
_COUNTED: dict[Language, tuple[str, ...]] = {
    "ru": ("практика", "практики", "практик"), "en": ("practice", "practices"),
}  # fmt: skip
_HEADS = {
    "unit_id": Text(ru="Территория", en="Unit"),
    "year": Text(ru="Год", en="Year"),
    "told_channel": Text(ru="Откуда узнали, по их словам", en="Learned through, as told"),
    "from_whom": Text(ru="От кого могли узнать", en="From whom it can have come"),
}


class Chapter(Protocol):
    """What a chapter is made of: see ``field.practices.cards.PracticeCard``."""

    @property
    def practice_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def texts(self) -> Mapping[str, str]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def curve(self) -> pd.DataFrame: ...
    @property
    def adopters(self) -> pd.DataFrame: ...


def best_practice_page(
    chapters: Sequence[Chapter], registered: int, names: Mapping[str, str], inputs: ReportInputs, language: Language
) -> str:
    """The whole code as one page (``report/html.py``), of which Word and PDF are made.

    ``registered``: practices in the register; ``names``: units' names by code; ``inputs`` gives the programme's title,
    institute, codebook and currency. Raises ValueError where there is no chapter.
    """
    if not chapters:
        raise ValueError("a code of best practice without a practice")
    kind = _say("kind", language)
    contents = [("about", "1", _say("about", language))]
    parts = [_section("about", "1", _say("about", language), _about(chapters, registered, inputs, language))]
    tables = 0
    for place, chapter in enumerate(chapters, start=2):
        anchor = f"practice-{place - 1}"
        title = str(escape(chapter.title))
        tables += not chapter.adopters.empty
        contents.append((anchor, str(place), title))
        body = _chapter(chapter, tables, names, inputs, language)
        parts.append(_section(anchor, str(place), title, body, breaks=True))
    title = inputs.title.in_language(language)
    head = short_cover(inputs, language, kind, title, _FACTS)
    return page(f"{kind}: {title}, {inputs.year}", language, head, contents, "\n".join(parts), short_styles())


def _section(anchor: str, number: str, title: str, body: str, breaks: bool = False) -> str:
    """A chapter; ``breaks``: a document begins a new page before it."""
    before = ' data-break="before"' if breaks else ""
    return (
        f'<section id="{anchor}"{before} aria-labelledby="title-{anchor}">'
        f'<h2 id="title-{anchor}"><span class="place">{number}</span>{title}</h2>\n{body}</section>'
    )


def _about(chapters: Sequence[Chapter], registered: int, inputs: ReportInputs, language: Language) -> str:
    text = _say("about_text", language).format(
        chapters=_number(len(chapters), language), registered=_number(registered, language, "genitive"),
        year=inputs.year,
    )  # fmt: skip
    own = _say("own_words", language)
    curves = pd.concat([chapter.curve for chapter in chapters], ignore_index=True)
    drawn = ""
    if len(curves):
        svg = figure_bytes(practice_curves(curves, language, simulated=inputs.simulated), "svg").decode("utf-8")
        caption, number = _say("figure", language), words("figure", language)
        drawn = str(
            Markup(
                '<figure id="figure-practice-curves"><div class="scroll" role="region" tabindex="0" aria-label="{}">{}'
                "</div><figcaption><b>{} 1.</b> {}</figcaption></figure>"
            ).format(caption, picture("practice-curves", svg, _say("figure_text", language)), number, caption)
        )
    return f"{_paragraph(text)}\n{_paragraph(own) if own else ''}\n{drawn}"


def _number(count: int, language: Language, case: str = "nominative") -> str:
    """«11 практик», «из 12 практик»: after «из» only one has its own form."""
    forms = _COUNTED[language]
    if language == "ru" and case == "genitive":
        forms = ("практики", "практик", "практик")
    return f"{format_number(count, language)}\u00a0{plural(count, forms, language)}"


def _chapter(
    chapter: Chapter, number: int, names: Mapping[str, str], inputs: ReportInputs, language: Language
) -> str:  # fmt: skip
    book = inputs.codebook
    texts = Markup("\n").join(
        Markup("<p><strong>{}.</strong> {}</p>").format(_label(book, name, language), chapter.texts[name])
        for name in SHOWN_TEXTS
        if name in chapter.texts
    )
    facts = facts_list(_facts(chapter, names, inputs, language))
    return f"{facts}\n{texts}\n{_adopters(chapter, number, names, inputs, language)}"


def _facts(
    chapter: Chapter, names: Mapping[str, str], inputs: ReportInputs, language: Language
) -> list[tuple[str, str]]:  # fmt: skip
    facts, absent = chapter.facts, _say("not_told", language)

    def coded(kind: str, code: Any) -> str:
        known = inputs.codebook.choice_labels(kind, language) if inputs.codebook is not None else {}
        return absent if code is None else known.get(str(code), str(code))

    cost = facts.get("cost")
    origin = facts.get("origin_unit_id")
    return [
        (_say("number", language), chapter.practice_id),
        (_say("kind_of", language), coded("practice_kind", facts.get("kind"))),
        (_say("origin", language), absent if origin is None else _name(str(origin), names, language)),
        (_say("first_year", language), absent if facts.get("first_year") is None else str(facts["first_year"])),
        (_say("cost", language), absent if cost is None else format_number(cost, language, None, inputs.currency)),
        (_say("contact", language), coded("contact_role", facts.get("contact_role"))),
    ]


def _adopters(
    chapter: Chapter, number: int, names: Mapping[str, str], inputs: ReportInputs, language: Language
) -> str:  # fmt: skip
    """How far the practice has gone, and table ``number`` of those who took it over."""
    told = ""
    if len(chapter.curve):
        last = chapter.curve.iloc[-1]
        told = _paragraph(
            _say("spread", language).format(
                year=int(last["year"]), adopted=format_number(last["adopted"], language),
                eligible=format_number(last["eligible"], language),
                value=format_number(last["value"], language, None, "share"),
                interval=format_interval(last["low"], last["high"], language, None, "share"),
            )
        )  # fmt: skip
    if chapter.adopters.empty:
        return told + _paragraph(_say("nobody", language))
    rows = chapter.adopters
    frame = pd.DataFrame(
        {
            "unit_id": [str(unit) for unit in rows["unit_id"]],
            "year": rows["year"].to_numpy(),
            "told_channel": rows["told_channel"].to_numpy(),
            "from_whom": [_from_whom(row, names, inputs, language) for row in rows.to_dict("records")],
        }
    )
    units = {str(unit): _name(str(unit), names, language) for unit in rows["unit_id"]}
    titles = {each: f"{_say('adopters', each)}: {chapter.title}" for each in LANGUAGES}
    table = exhibit(
        frame, inputs.codebook, "practice_sources", titles["ru"], titles["en"], name=f"adopters-{number}",
        labels=_HEADS, names={"unit_id": units}, simulated=inputs.simulated,
    )  # fmt: skip
    label = f"<b>{words('table', language)} {number}.</b> "
    html = re.sub(r"<caption[^>]*>", lambda match: match.group() + label, table.to_html(language), count=1)
    return told + str(safe_fragment(table.name, html))


def _from_whom(row: Mapping[str, Any], names: Mapping[str, str], inputs: ReportInputs, language: Language) -> str:
    if row["state"] == "one_candidate":
        return _name(str(row["candidate_units"]), names, language)
    if row["state"] == "several_candidates":
        return _say("several", language).format(count=int(row["candidates"]))
    known = inputs.codebook.choice_labels("learning_state", language) if inputs.codebook is not None else {}
    return known.get(str(row["state"]), str(row["state"]))


def _name(code: str, names: Mapping[str, str], language: Language) -> str:
    name = names.get(code, code)
    return name if language == "ru" else transliterate(name)


def _label(book: Codebook | None, name: str, language: Language) -> str:
    return name if book is None else book.label("practice_cards", name, language)


def _paragraph(text: str) -> str:
    return str(Markup("<p>{}</p>").format(text))


def _say(name: str, language: Language) -> str:
    return _WORDS[name].in_language(language)
