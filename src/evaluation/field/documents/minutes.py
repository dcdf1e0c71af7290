"""Minutes of an exchange event (Russian text) as one record: rules find, a person confirms, nothing is invented."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluation.field.documents.addressees import Addressee, addressee_of, addressee_of_head, split_addressees
from evaluation.field.documents.attendance import count_fact, sector_facts
from evaluation.field.documents.due import due_fact
from evaluation.field.documents.facts import Check, DocumentRecord, Fact, missing, screened, sum_check
from evaluation.field.documents.heading import date_facts, form_fact, place_fact, theme_fact
from evaluation.field.documents.laws import acts
from evaluation.field.documents.lists import Item, Listed, first_head, in_lists, lists
from evaluation.field.documents.paragraphs import Document, Paragraph
from evaluation.field.documents.phrases import sentences
from evaluation.field.documents.place_names import guests_from, nominative_in, units_of_origin
from evaluation.field.documents.themes import themes_of
from evaluation.field.documents.votes import vote_facts
from evaluation.tables.measures import SECTOR_COUNTS

VOTES = ("votes_for", "votes_against", "abstained")
_HEAD_LINES = 200
_COUNTS_PEOPLE = re.compile(r"участ\w*|присутств", re.I)


def read_minutes(document: Document) -> DocumentRecord:
    """What minutes say: one fact a field and entry, in the order of ``fields.MINUTES``; checks of their numbers.

    Every field that was looked for is there, missing ones with a remark.
    """
    found = lists(document)
    listed = in_lists(found)
    running = [each for each in document if each.number not in listed and not each.is_item]
    head = _head(running, first_head(found, ("achievements", "problems", "recommendations")))
    body = [each for each in running if each not in head]
    before = _before_lists(running, found)
    facts = [
        *date_facts(document, head, body),
        place_fact(document, head, body),
        theme_fact(document, head, body),
        form_fact(head, body),
        missing("event_number", remark="given_by_person"),
        count_fact("participants", before),
        *sector_facts(before, found["participants"]),
        *(count_fact(name, running) for name in ("speakers", "discussants", "questions")),
        *_places(running, document),
        *_plain_list("achievement", found["achievements"]),
        *_plain_list("problem", found["problems"]),
        *_recommendations(found["recommendations"]),
        *_laws(document),
        *vote_facts(running),
    ]
    unread = tuple(number for name in ("achievements", "problems", "recommendations") for number in found[name].unread)
    record = DocumentRecord("minutes", screened(facts), (), unread)
    return DocumentRecord("minutes", record.facts, _checks(record, found["recommendations"]), unread)


def _head(running: Sequence[Paragraph], stop: int | None) -> list[Paragraph]:
    """Lines before the first sentence that counts people or the first list."""
    head = []
    for each in running[:_HEAD_LINES]:
        if (stop is not None and each.number >= stop) or (len(each.text) > 60 and _COUNTS_PEOPLE.search(each.text)):
            break
        head.append(each)
    return head


def _before_lists(running: Sequence[Paragraph], found: dict[str, Listed]) -> list[Paragraph]:
    """Where participants are counted: before achievements, problems and recommendations tell of other events."""
    stop = first_head(found, ("achievements", "problems", "recommendations"))
    return [each for each in running if stop is None or each.number < stop]


def _places(running: Sequence[Paragraph], document: Document) -> list[Fact]:
    """Municipalities and where guests came from, each name once; its nominative where the document has it."""
    origin: dict[str, tuple[str, int, str]] = {}
    guests: dict[str, tuple[str, int, str]] = {}
    for each in running:
        for sentence in sentences(each.text):
            for found, place in [
                *((origin, place) for place in units_of_origin(sentence.text)),
                *((guests, place) for place in guests_from(sentence.text)),
            ]:
                name, remark = place.name, place.remark
                elsewhere = nominative_in(document, name) if remark == "as_printed" else None
                if elsewhere is not None:
                    name, remark = elsewhere[0], "nominative"
                found.setdefault(name, (sentence.text, each.number, remark))
    facts = []
    for name, places in (("municipality", origin), ("guests_from", guests)):
        facts += [
            Fact(name, entry, value, phrase, number, (remark,))
            for entry, (value, (phrase, number, remark)) in enumerate(places.items(), start=1)
        ] or [missing(name)]
    return facts


def _plain_list(name: str, listed: Listed) -> list[Fact]:
    facts: list[Fact] = []
    for entry, item in enumerate(listed.items, start=1):
        facts.append(Fact(name, entry, _sentence(item.text), item.text, item.paragraph))
        if name == "problem":
            facts.append(_theme("problem_theme", entry, item.text, item.paragraph, single=True))
    return facts or [missing(name)]


def _theme(name: str, entry: int, text: str, number: int, single: bool) -> Fact:
    themes = themes_of(text)
    if not themes or (single and len(themes) > 1):
        remark = "several_values" if themes else "not_found"
        return Fact(name, entry, None, text, number, (remark,), "; ".join(themes))
    return Fact(name, entry, "; ".join(themes), text, number, ("by_keywords",))


def _sentence(text: str) -> str:
    return text.rstrip(" ;")


def _recommendations(listed: Listed) -> list[Fact]:
    facts: list[Fact] = []
    for entry, (text, addressee, of_list, item) in enumerate(joined(listed.items), start=1):
        facts += [
            Fact("recommendation", entry, _sentence(text), text, item.paragraph),
            *_addressee(entry, text, addressee, of_list, item),
            _theme("recommendation_topic", entry, text, item.paragraph, single=False),
            due_fact("recommendation_due", entry, text, item.paragraph),
        ]
    return facts or [missing("recommendation")]


def joined(items: Sequence[Item]) -> list[tuple[str, Addressee | None, bool, Item]]:
    """Recommendations: their text, whom they name, whether that stands before their list, their first paragraph.

    Items below a numbered one («1.1», bullets) belong to its text, unless that one only names an addressee.
    """
    made: list[tuple[str, Addressee | None, bool, Item]] = []
    over: tuple[Item, Addressee] | None = None
    for item in items:
        if over is not None and not _below(item, over[0]):
            over = None
        if over is None and made and _below(item, made[-1][3]):
            text, addressee, of_list, first = made[-1]
            made[-1] = (f"{text} {item.text}", addressee, of_list, first)
            continue
        alone = addressee_of_head(item.text) if item.text.endswith(":") and addressee_of(item.text) else None
        if alone is not None and over is None:
            over = (item, alone)
            continue
        own = addressee_of(item.text)
        of_head = over[1] if over else addressee_of_head(item.head) if item.head.endswith(":") else None
        made.append((item.text, own or of_head, own is None and of_head is not None, item))
    return made


def _below(item: Item, above: Item) -> bool:
    if item.head != above.head or not above.mark[:1].isdigit():
        return False
    return item.mark == "-" or item.mark.startswith(f"{above.mark}.")


def _addressee(entry: int, text: str, addressee: Addressee | None, of_list: bool, item: Item) -> list[Fact]:
    if addressee is None:
        return [
            Fact(name, entry, None, text, item.paragraph, ("not_named",))
            for name in ("recommendation_addressee", "recommendation_addressee_kind")
        ]
    kinds = list(dict.fromkeys(addressee.categories))
    remarks: tuple[str, ...] = ("of_list",) if of_list else ()
    phrase = item.head if of_list and item.head.endswith(":") else text
    several = split_addressees(addressee.text)
    if len(several) > 1:
        remarks += ("several_addressees",)
    alike = kinds[0] if len(kinds) == 1 else None
    return [
        Fact("recommendation_addressee", entry, "; ".join(several), phrase, item.paragraph, remarks),
        Fact(
            "recommendation_addressee_kind",
            entry,
            alike,
            phrase,
            item.paragraph,
            remarks,
            "" if alike else "; ".join(kinds),
        ),
    ]


def _laws(document: Document) -> list[Fact]:
    found: dict[str, Fact] = {}
    for each in document:
        for act in acts(each.text):
            if act.name not in found:
                found[act.name] = Fact("law", len(found) + 1, act.name, each.text, each.number, period=act.day)
    return list(found.values()) or [missing("law")]


def _checks(record: DocumentRecord, listed: Listed) -> tuple[Check, ...]:
    participants = record.value("participants")
    sectors = [fact for fact in record.facts if fact.field in SECTOR_COUNTS]
    told = all(fact.value is not None or fact.remarks == ("not_found",) for fact in sectors)
    marks = [int(item.mark) for item in listed.items if item.mark.isdigit()]
    # several lists may each begin at 1
    straight = all(mark in (1, before + 1) for before, mark in zip([0, *marks], marks, strict=False))
    return (
        sum_check("sectors_sum", [fact.value for fact in sectors], participants if told else None),
        sum_check("votes_sum", [record.value(name) for name in VOTES], participants, exact=False),
        sum_check("speakers", [record.value("speakers")], participants, exact=False),
        sum_check("discussants", [record.value("discussants")], participants, exact=False),
        Check("numbering", ", ".join(map(str, marks)) or "—", straight if marks else None),
        Check("unread", ", ".join(f"§{number}" for number in record.unread) or "—", not record.unread),
    )
