"""When and where an event was held and what it was about, from the head of its minutes and from labelled lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from evaluation.field.documents.attendance import agreed
from evaluation.field.documents.days import Day, days
from evaluation.field.documents.facts import Fact, missing
from evaluation.field.documents.paragraphs import Document, Paragraph
from evaluation.field.documents.phrases import sentences
from evaluation.field.documents.place_names import IN_PLACE, SETTLEMENT, nominative_in

SHORT = 90  # letters of a line of a head that holds a day or a place and little else
_DATE_LABEL = re.compile(
    r"^\W*(?:дата(?:\s+(?:и\s+место\s+)?проведения)?|когда|время\s+проведения|date)\s*[:|–—-]", re.I
)
_PLACE_LABEL = re.compile(r"^\W*(?:(?:дата\s+и\s+)?место(?:\s+проведения)?|где|place)\s*[:|–—-]\s*(?P<place>.+)", re.I)
_THEME_LABEL = re.compile(
    r"^\W*тема(?:\s+(?:семинара|мероприятия|встречи|заседания|совещания|конференции|круглого\s+стола))?"
    r"\s*[:|–—-]\s*(?P<theme>.+)",
    re.I,
)
_ON_THEME = re.compile(r"(?:на\s+тему|по\s+теме|по\s+вопросам?)\s*[:–—-]?\s*(?P<theme>[«\"“].+?[»\"”]|[^.«\"“]+)", re.I)
_QUOTED = re.compile(r"^[«\"“](?P<theme>[^»”]{5,300}?)[»\"”]\.?$")
_HELD = re.compile(r"состоял(?:ся|ась|ось|ись)|прош[её]л(?!\w)|прошл[аои](?!\w)|провед[её]н|проходил|проводил", re.I)
_OTHER_DATE = re.compile(
    r"закон|постановлен|приказ|распоряжен|указ(?!\w)|№|протокол|следующ|предыдущ|прошл|регистрац|заяв|при[её]м|срок",
    re.I,
)
_FEW_WORDS = 2
_FORMS = {
    "семинар": r"семинар(?!-практикум)", "семинар-практикум": r"семинар-практикум", "круглый стол": r"кругл\w+\s+стол",
    "конференция": r"конференци", "форум": r"форум", "стажировка": r"стажировк", "совещание": r"совещани",
    "вебинар": r"вебинар", "фестиваль": r"фестивал", "слёт": r"сл[её]т(?!\w)", "мастер-класс": r"мастер-класс",
    "рабочая встреча": r"рабоч\w+\s+встреч", "выездное заседание": r"выездн\w+\s+заседани",
}  # fmt: skip
EVENT = re.compile("|".join(f"(?:{words})" for words in _FORMS.values()), re.I)


def date_facts(document: Document, head: Sequence[Paragraph], text: Sequence[Paragraph]) -> list[Fact]:
    """Facts held_on and ends_on: from a labelled line, else a line of the head, else a sentence that says it was held.

    Days of laws and of the minutes themselves are not the event's; different days in one place are not chosen from.
    """
    refused: list[Fact] = []
    for tier in (_labelled_days, _head_days, _held_days):
        found = tier(document, head, text)
        good = [(day, phrase, number) for day, phrase, number in found if day.period is not None]
        refused += [
            Fact("held_on", 0, None, phrase, number, day.remarks[-1:], day.text)
            for day, phrase, number in found
            if day.period is None
        ]
        if good:
            facts = []
            for name, last in (("held_on", False), ("ends_on", True)):
                facts.append(
                    agreed(
                        name,
                        [
                            Fact(
                                name, 0, (period.end if last else period.start).isoformat(), phrase, number, day.remarks
                            )
                            for day, phrase, number in good
                            if (period := day.period) is not None
                        ],
                    )
                )
            return facts
    first = refused[0] if refused else missing("held_on")
    return [first, Fact("ends_on", 0, None, first.phrase, first.paragraph, first.remarks, first.detail)]


Found = list[tuple[Day, str, int]]


def _labelled_days(document: Document, head: Sequence[Paragraph], text: Sequence[Paragraph]) -> Found:
    labelled = [each for each in document if _DATE_LABEL.match(each.text)]
    return [(day, each.text, each.number) for each in labelled for day in days(each.text)]


def _head_days(document: Document, head: Sequence[Paragraph], text: Sequence[Paragraph]) -> Found:
    return [
        (day, each.text, each.number)
        for each in head
        if len(each.text) <= SHORT and not _OTHER_DATE.search(each.text)
        if _little_else(each.text)
        for day in days(each.text)
    ]


def _little_else(line: str) -> bool:
    """Is a line a day, maybe with a place or the word for the event, and not some other day (of registration, say)?"""
    rest = SETTLEMENT.sub(" ", line)
    for day in days(line):
        rest = rest.replace(day.text, " ")
    return bool(EVENT.search(line)) or len(re.findall(r"[^\W\d_]{3,}", rest)) <= _FEW_WORDS


def _held_days(document: Document, head: Sequence[Paragraph], text: Sequence[Paragraph]) -> Found:
    return [
        (day, sentence.text, each.number)
        for each in text
        for sentence in sentences(each.text)
        if _HELD.search(sentence.text) and EVENT.search(sentence.text) and not _OTHER_DATE.search(sentence.text)
        for day in days(sentence.text)
    ]


def place_fact(document: Document, head: Sequence[Paragraph], text: Sequence[Paragraph]) -> Fact:
    """Fact place: a labelled line, a settlement in a line of the head, a settlement where the event was held."""
    tiers: tuple[Callable[[], list[Fact]], ...] = (
        lambda: [
            _place(found["place"], each, document)
            for each in document
            if (found := _PLACE_LABEL.match(each.text)) and _words_of_place(found["place"])
        ],
        lambda: [
            Fact("place", 0, found["name"], each.text, each.number)
            for each in head
            if len(each.text) <= SHORT
            for found in SETTLEMENT.finditer(each.text)
        ],
        lambda: [
            _inflected(found["name"], sentence.text, each.number, document)
            for each in text
            for sentence in sentences(each.text)
            if _HELD.search(sentence.text) and EVENT.search(sentence.text)
            for found in IN_PLACE.finditer(sentence.text)
            if SETTLEMENT.search(found[0]) or found["name"].endswith(("е", "и"))
        ],
    )
    for tier in tiers:
        found = tier()
        if found:
            return agreed("place", found)
    return missing("place")


def _words_of_place(text: str) -> str:
    """What a labelled line says of a place, without the day that stands before it."""
    for day in days(text):
        text = text.replace(day.text, " ")
    return re.sub(r"^(?:\s|[,;|–—-]|г(?:ода|\.)?(?=\s*[,;]))+", "", text).strip(" ,;.")


def _place(words: str, paragraph: Paragraph, document: Document) -> Fact:
    words = _words_of_place(words)
    named = SETTLEMENT.search(words)
    return Fact("place", 0, named["name"] if named else words, paragraph.text, paragraph.number)


def _inflected(name: str, phrase: str, number: int, document: Document) -> Fact:
    other = nominative_in(document, name)
    if other is None:
        return Fact("place", 0, name, phrase, number, ("as_printed",))
    return Fact("place", 0, other[0], phrase, number, ("nominative",), f"§{other[1]}")


def theme_fact(document: Document, head: Sequence[Paragraph], text: Sequence[Paragraph]) -> Fact:
    """Fact title: a labelled theme, a line of the head in quotation marks, «на тему ...»."""
    labelled = [
        Fact("title", 0, _unquoted(found["theme"]), each.text, each.number)
        for each in document
        if (found := _THEME_LABEL.match(each.text))
    ]
    quoted = [
        Fact("title", 0, found["theme"], each.text, each.number) for each in head if (found := _QUOTED.match(each.text))
    ]
    named = [
        Fact("title", 0, _unquoted(found["theme"]), each.text, each.number)
        for each in [*head, *text]
        if EVENT.search(each.text) and (found := _ON_THEME.search(each.text))
    ]
    for found_here in (labelled, quoted, named):
        if found_here:
            return agreed("title", found_here)
    return missing("title")


def _unquoted(text: str) -> str:
    text = text.strip(" .;,")
    return text[1:-1].strip() if re.fullmatch(r"[«\"“][^«»\"“”]*[»\"”]", text) else text


def form_fact(head: Sequence[Paragraph], text: Sequence[Paragraph]) -> Fact:
    """Fact form: the word for the event in the head, else the first one in the text."""
    for each in [*head, *text]:
        for name, words in _FORMS.items():
            if re.search(words, each.text, re.I):
                return Fact("form", 0, name, each.text, each.number)
    return missing("form")
