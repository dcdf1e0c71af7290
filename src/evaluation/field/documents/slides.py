"""Presentations and strategies: support by stream, programme lines, published totals; directions and projects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from evaluation.cleaning.calendar_words import MONTHS
from evaluation.field.documents.counts import counts
from evaluation.field.documents.facts import Check, DocumentRecord, Fact, missing, screened, sum_check
from evaluation.field.documents.laws import acts
from evaluation.field.documents.paragraphs import Document, Paragraph
from evaluation.field.documents.phrases import sentences

STREAMS: Mapping[str, str] = {
    "stream_training": r"обучени",
    "stream_methodical": r"методическ\w+\s+(?:поддержк|сопровожден|помощ)",
    "stream_consulting": r"консультаци\w+\s+(?:поддержк|сопровожден|помощ)|консультировани",
    "stream_information": r"информационн\w+\s+(?:поддержк|сопровожден)|информировани",
    "stream_exchange": r"обмен\w*\s+опыт",
}
# the words above a list, by the field of its items; what stands first wins
_HEADS: Mapping[str, re.Pattern[str]] = {
    "condition": re.compile(r"^условия", re.I),
    "conclusion": re.compile(r"выводы\W*$", re.I),
    "result": re.compile(r"результаты\W*$", re.I),
    "programme_line": re.compile(r"^государственная\s+программа\s*[«\"]", re.I),
    "practice": re.compile(r"муниципальн\w+\s+практик", re.I),
    **{name: re.compile(rf"^\W*(?:{words})", re.I) for name, words in STREAMS.items()},
}
_NUMBER = re.compile(r"\d{1,3}(?:\s?\d{3})*(?:[.,]\d+)?")
_PEOPLE = re.compile(r"человек|чел(?!\w)|жител|граждан|населени", re.I)
_DIRECTIONS = re.compile(r"направлени\w+[^:]*:$", re.I)
_ORDER = re.compile(r"^0?(\d{1,2})[.)]?$")
_HORIZON = re.compile(r"на\s+ближайшие\s+(?P<years>\d{1,2}(?:\s?[-–—]\s?\d{1,2})?)\s+лет", re.I)
_SESSION = re.compile(rf"в\s+(?:начале|середине|конце)?\s*(?:{'|'.join(form for form in MONTHS if len(form) > 3)})\s+"
                      r"(?P<year>этого|текущего|прошлого|(?:19|20)\d\d)\s+года", re.I)  # fmt: skip


def read_support(document: Document) -> DocumentRecord:
    """Facts of ``fields.SUPPORT``: contents of the five streams, lines of the state programme, practices, results,
    conclusions, conditions, the law, and published totals with their unit as printed; a total that names no period
    says so, and a number of people says that it does not tell persons from participations.
    """
    found: dict[str, list[Fact]] = {name: [] for name in _HEADS}
    for name, item in _under_heads(document):
        found[name].append(Fact(name, len(found[name]) + 1, item.text.rstrip(" ;."), item.text, item.number))
    laws = {act.name: Fact("law", 0, act.name, each.text, each.number, period=act.day)
            for each in reversed(document) for act in acts(each.text)}  # fmt: skip
    numbered = [Fact("law", n, law.value, law.phrase, law.paragraph, period=law.period)
                for n, law in enumerate(reversed(laws.values()), start=1)]  # fmt: skip
    facts = [
        *(numbered or [missing("law")]),
        *(fact for name in ("programme_line", "practice", *STREAMS, "result", "conclusion", "condition")
          for fact in found[name] or [missing(name)]),
        *(_totals(document) or [missing("total")]),
    ]  # fmt: skip
    return DocumentRecord("support", screened(facts))


def _under_heads(document: Document) -> Iterator[tuple[str, Paragraph]]:
    """Items with the field of the head above them; a head stands right above its first item."""
    name = ""
    for position, each in enumerate(document):
        if each.is_item:
            if name:
                yield name, each
            continue
        begins = position + 1 < len(document) and document[position + 1].is_item
        name = next((field for field, words in _HEADS.items() if words.search(each.text)), "") if begins else ""


def _totals(document: Document) -> list[Fact]:
    """Numbers that stand alone between their label and their unit: «ВСЕГО», «867», «проектов»."""
    facts: list[Fact] = []
    for position in range(1, len(document) - 1):
        label, number, unit = document[position - 1 : position + 2]
        alone = _NUMBER.fullmatch(number.text) and not number.is_item
        plain = not label.is_item and not unit.is_item
        if not alone or not plain or len(unit.text.split()) > 4 or not re.match(r"[а-яё]", unit.text):
            continue
        phrase = f"{label.text} {number.text} {unit.text}"
        remarks = ("undated", "unit_unclear") if _PEOPLE.search(unit.text) else ("undated",)
        value = number.text.replace(" ", "").replace(",", ".")
        facts.append(
            Fact("total", len(facts) + 1, value, phrase, number.number, remarks, detail=label.text, unit=unit.text)
        )
    return facts


def read_strategy(document: Document) -> DocumentRecord:
    """Facts of ``fields.STRATEGY``: a congress's directions and numbered projects, its horizon, planning session."""
    directions: list[Fact] = []
    stated: dict[str, Fact] = {}
    head = False
    for each in document:
        if each.is_item:
            if head:
                text = each.text.split(" (Рисунок")[0].rstrip(" ;.")
                directions.append(Fact("direction", len(directions) + 1, text, each.text, each.number))
            continue
        stated |= {name: fact for name, fact in _stated(each).items() if name not in stated}
        if each.text.endswith(":"):
            head = bool(_DIRECTIONS.search(each.text)) and "проект" not in each.text.casefold()
    projects = _projects(document)
    facts = [
        *(stated.get(name) or missing(name) for name in ("horizon", "session", "directions_stated", "projects_stated")),
        *(directions or [missing("direction")]),
        *(projects or [missing("project")]),
    ]
    checks = [
        _listed(f"{name}s_listed", stated.get(f"{name}s_stated"), len(found))
        for name, found in (("direction", directions), ("project", projects))
    ]
    return DocumentRecord("strategy", screened(facts), tuple(checks))


def _listed(name: str, stated: Fact | None, n: int) -> Check:
    return sum_check(name, [str(n)], None if stated is None else stated.value)


def _projects(document: Document) -> list[Fact]:
    """Titles under numbers that stand alone and go on by one: «01», «Ресурсный центр»."""
    facts: list[Fact] = []
    for number, title in pairwise(document):
        order = _ORDER.match(number.text)
        if order and int(order[1]) == len(facts) + 1 and not title.is_item and not _ORDER.match(title.text):
            facts.append(Fact("project", int(order[1]), title.text.rstrip(" ."), title.text, title.number))
    return facts


def _stated(paragraph: Paragraph) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for sentence in sentences(paragraph.text):
        horizon, session = _HORIZON.search(sentence.text), _SESSION.search(sentence.text)
        if horizon:
            value = re.sub(r"\s?[-–—]\s?", "–", horizon["years"])
            found["horizon"] = Fact("horizon", 0, value, sentence.text, paragraph.number, unit="лет")
        if session and not session["year"].isdigit():
            found["session"] = Fact("session", 0, None, sentence.text, paragraph.number, ("without_year",), session[0])
        elif session:
            found["session"] = Fact("session", 0, session[0], sentence.text, paragraph.number)
        for hit in counts(sentence.text):
            after = sentence.text[hit.end : hit.end + 40]
            for name, noun in (("directions_stated", "направлени"), ("projects_stated", "проект")):
                if re.match(rf"\s+(?:\w+\s+)?{noun}", after, re.I):
                    remark = ("number_in_words",) if hit.in_words else ()
                    found.setdefault(name, Fact(name, 0, str(hit.value), sentence.text, paragraph.number, remark))
    return found
