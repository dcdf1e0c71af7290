"""A partnership programme's page as a training ledger: days, places, topics; base cities; whose numbers are whose."""

from __future__ import annotations

import re

from evaluation.cleaning.calendar_words import MONTHS
from evaluation.field.documents.counts import counts
from evaluation.field.documents.days import Day, days_with_year
from evaluation.field.documents.facts import Check, DocumentRecord, Fact, missing, screened
from evaluation.field.documents.paragraphs import Document, Paragraph
from evaluation.field.documents.phrases import sentences
from evaluation.field.documents.place_names import IN_PLACE, nominative_in, region_nominative

_TRAINING = re.compile(r"тренинг", re.I)
_HELD = re.compile(r"пров[её]л|провед[её]н|прош[её]л|состоял", re.I)
_PLANNED = re.compile(r"запланирован", re.I)
_TOPIC = re.compile(r"^(?P<topic>.+?)\s*\((?P<place>[А-ЯЁ][\w-]+),\s*(?P<month>[а-яё]+)\)\W*$")
_CITY = re.compile(r"^(?P<city>[А-ЯЁ][а-яё]+(?:-[А-ЯЁ]?[а-яё]+)*)\s*\((?P<component>[^()]+)\)\W*$")
_SELECTED = re.compile(r"отобран\w*|базов\w+", re.I)
_CATEGORIES = re.compile(r"категори\w+\s+участник", re.I)
_WHOLE = re.compile(
    r"(?:за|За)\s+(?P<year>(?:19|20)\d\d)\s+год\s+(?P<owner>[А-ЯЁ][\wё-]*)\s+пров[её]л\w*\s+(?P<events>\d[\d ]{0,8})\s"
    r"[^.]{0,80}?мероприяти[^.]{0,80}?участвовал\w*\s+(?P<people>\d[\d ]{0,12})\s+человек"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?=\s*(?:г\.|год))")
_FUNDER = re.compile(r"финансир\w+\s+(?P<funder>[А-ЯЁ][^.]+?)(?:\.|$)")
_LABELLED = {
    "start_year": re.compile(r"^год\s+начала\W*$", re.I),
    "end_year": re.compile(r"^год\s+окончания\W*$", re.I),
}


def read_trainings(document: Document) -> DocumentRecord:
    """Facts of ``fields.TRAININGS``: trainings with first and last day, place, region and topic; base cities with their
    components; numbers of the whole institute, with their owner; the check of what is stated against what is listed.

    A day without a year takes the year that its own sentence names («В 2008 г.»), with a remark, and no other.
    """
    facts: list[Fact] = []
    stated: list[Fact] = []
    for each in document:
        for sentence in sentences(each.text):
            if _TRAINING.search(sentence.text) and _HELD.search(sentence.text):
                entry = sum(fact.field == "training_starts_on" for fact in facts)
                facts += _trainings(entry, sentence.text, each, document)
                stated += _stated(sentence.text, each)
    facts = facts or [missing("training_starts_on")]
    facts += _topics(document, facts)
    facts += stated or [missing("trainings_stated")]
    facts += _base_cities(document) + _whole_institute(document) + _programme(document)
    return DocumentRecord("trainings", screened(facts), _checks(facts))


def _trainings(before: int, sentence: str, paragraph: Paragraph, document: Document) -> list[Fact]:
    found = days_with_year(sentence)
    facts: list[Fact] = []
    for position, day in enumerate(found):
        entry = before + position + 1
        end = found[position + 1].start if position + 1 < len(found) else len(sentence)
        beside = ("в " if "joined_words" in day.remarks else "") + sentence[day.end : end].strip()
        facts += [
            _day("training_starts_on", entry, day, sentence, paragraph, last=False),
            _day("training_ends_on", entry, day, sentence, paragraph, last=True),
            *_place(entry, beside, sentence, paragraph, document),
        ]
    return facts


def _day(name: str, entry: int, day: Day, sentence: str, paragraph: Paragraph, last: bool) -> Fact:
    if day.period is None:
        return Fact(name, entry, None, sentence, paragraph.number, day.remarks, day.text)
    value = (day.period.end if last else day.period.start).isoformat()
    return Fact(name, entry, value, sentence, paragraph.number, day.remarks, day.text)


def _place(entry: int, beside: str, sentence: str, paragraph: Paragraph, document: Document) -> list[Fact]:
    place = IN_PLACE.match(beside)
    if place is None:
        return [missing("training_place", entry), missing("training_region", entry)]
    other = nominative_in(document, place["name"])
    remark = "as_printed" if other is None else "nominative"
    value, detail = (place["name"], "") if other is None else (other[0], f"§{other[1]}")
    region = (
        Fact("training_region", entry, region_nominative(place["region"]), sentence, paragraph.number)
        if place["region"]
        else missing("training_region", entry)
    )
    return [Fact("training_place", entry, value, sentence, paragraph.number, (remark,), detail), region]


def _topics(document: Document, facts: list[Fact]) -> list[Fact]:
    """Topics that name place and month, beside the one training that was held there in that month."""
    places = {fact.place: fact.value for fact in facts if fact.field == "training_place"}
    months = {fact.place: int(fact.value[5:7]) for fact in facts if fact.field == "training_starts_on" and fact.value}
    made: dict[int, Fact] = {}
    for each in document:
        topic = _TOPIC.match(each.text)
        if not topic or topic["month"] not in MONTHS:
            continue
        mine = [
            entry
            for entry, place in places.items()
            if place == topic["place"] and months.get(entry) == MONTHS[topic["month"]]
        ]
        if len(mine) == 1:
            made[mine[0]] = Fact("training_topic", mine[0], topic["topic"], each.text, each.number)
    return [made.get(entry, missing("training_topic", entry)) for entry in places]


def _stated(sentence: str, paragraph: Paragraph) -> list[Fact]:
    """How many trainings the sentence says were held and are planned, with the year it names."""
    facts = []
    for hit in counts(sentence):
        if not re.match(r"\s*тренинг", sentence[hit.end :], re.I):
            continue
        years = [found[0] for found in _YEAR.finditer(sentence, 0, hit.start)]
        planned = _PLANNED.search(sentence[max(0, hit.start - 40) : hit.start])
        facts.append(
            Fact(
                "trainings_planned" if planned else "trainings_stated", 0, str(hit.value), sentence, paragraph.number,
                ("number_in_words",) if hit.in_words else (), period=years[-1] if years else "",
            )
        )  # fmt: skip
    return facts


def _base_cities(document: Document) -> list[Fact]:
    facts: list[Fact] = []
    head: Paragraph | None = None
    for each in document:
        if not each.is_item:
            head = each if each.text.endswith(":") and _SELECTED.search(each.text) else None
        elif head is not None and (city := _CITY.match(each.text)):
            entry = len(facts) // 2 + 1
            facts += [
                Fact("base_city", entry, city["city"], each.text, each.number),
                Fact("base_component", entry, city["component"], each.text, each.number),
            ]
    return facts or [missing("base_city")]


def _whole_institute(document: Document) -> list[Fact]:
    for each in document:
        for sentence in sentences(each.text):
            found = _WHOLE.search(sentence.text)
            if found:
                told = {"period": found["year"], "owner": found["owner"]}
                return [
                    Fact(name, 0, found[group].replace(" ", ""), sentence.text, each.number, ("not_of_programme",),
                         unit=unit, **told)
                    for name, group, unit in (
                        ("institute_events", "events", "мероприятий"), ("institute_participants", "people", "человек")
                    )
                ]  # fmt: skip
    return [missing("institute_events"), missing("institute_participants")]


def _programme(document: Document) -> list[Fact]:
    """Years of the programme, who paid for it, for whom it was."""
    facts: dict[str, Fact] = {}
    categories: list[Fact] = []
    head = False
    for position, each in enumerate(document):
        after = document[position + 1] if position + 1 < len(document) else None
        for name, words in _LABELLED.items():
            if words.match(each.text) and after is not None and re.fullmatch(r"(?:19|20)\d\d", after.text):
                facts[name] = Fact(name, 0, after.text, f"{each.text} {after.text}", after.number)
        funder = _FUNDER.search(each.text)
        if funder and "funder" not in facts:
            facts["funder"] = Fact("funder", 0, funder["funder"], each.text, each.number)
        if not each.is_item:
            head = bool(_CATEGORIES.search(each.text)) and each.text.endswith(":")
        elif head:
            text = each.text.rstrip(" ;.")
            categories.append(Fact("participant_category", len(categories) + 1, text, each.text, each.number))
    named = [facts.get(name, missing(name)) for name in ("start_year", "end_year", "funder")]
    return [*named, *(categories or [missing("participant_category")])]


def _checks(facts: list[Fact]) -> tuple[Check, ...]:
    """Trainings that a sentence counts for a year against those listed in that year."""
    starts = [fact.value for fact in facts if fact.field == "training_starts_on" and fact.value]
    made = []
    for fact in facts:
        if fact.field == "trainings_stated" and fact.value is not None:
            listed = sum(start.startswith(fact.period) for start in starts)
            expression = f"{fact.period}: {fact.value} {'=' if int(fact.value) == listed else '≠'} {listed}"
            made.append(Check("trainings_listed", expression, int(fact.value) == listed if fact.period else None))
    return tuple(made) or (Check("trainings_listed", "—", None),)
