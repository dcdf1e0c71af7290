"""What is read from a document: facts with the phrase they came from, checks of sums, and what was looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from evaluation.privacy.personal import MASK, mask_personal
from evaluation.settings import Text

DocumentKind = Literal["minutes", "measures", "trainings", "support", "strategy"]
KINDS: tuple[DocumentKind, ...] = ("minutes", "measures", "trainings", "support", "strategy")
ValueKind = Literal["text", "integer", "date", "category"]
LONGEST_PHRASE = 600

REMARKS: Mapping[str, Text] = {
    "not_found": Text(ru="не найдено", en="not found"),
    "several_values": Text(ru="найдены разные значения, не выбрано ни одно", en="different values found, none taken"),
    "dash_not_minus": Text(ru="знак перед числом прочитан как тире, а не минус", en="the sign before the number read "
                           "as a dash, not a minus"),
    "approximate": Text(ru="число названо приблизительно", en="the number is given roughly"),
    "talks_counted": Text(ru="посчитаны доклады, а не люди", en="talks are counted, not people"),
    "number_in_words": Text(ru="число написано словами", en="the number is written in words"),
    "none_is_zero": Text(ru="«нет» прочитано как 0", en="'none' read as 0"),
    "unanimous": Text(ru="единогласно, а числа голосов нет", en="unanimous, without a number of votes"),
    "ambiguous_date": Text(ru="не ясно, где день и где месяц", en="unclear which number is the month"),
    "impossible_date": Text(ru="такого дня нет", en="there is no such day"),
    "without_year": Text(ru="год не назван", en="no year is named"),
    "year_of_sentence": Text(ru="год взят из того же предложения", en="the year is taken from the same sentence"),
    "joined_words": Text(ru="слова слиплись", en="words run together"),
    "as_printed": Text(ru="в падеже документа; поправьте на именительный", en="in the document's grammatical case; "
                       "correct to the nominative"),
    "nominative": Text(ru="приведено к именительному падежу", en="brought to the nominative"),
    "sectors_together": Text(ru="одно число на несколько категорий", en="one number for several categories"),
    "not_named": Text(ru="не назван явно", en="not named explicitly"),
    "of_list": Text(ru="назван перед списком", en="named before the list"),
    "several_addressees": Text(ru="названо несколько", en="several are named"),
    "by_keywords": Text(ru="по ключевым словам", en="by key words"),
    "undated": Text(ru="период и дата не названы", en="neither period nor date is named"),
    "unit_unclear": Text(ru="не сказано, люди это или участия (один человек мог быть учтён не раз)",
                         en="persons or participations (one person may be counted more than once): not said"),
    "not_of_programme": Text(ru="всё учреждение, а не программа", en="the whole institute, not the programme"),
    "not_in_document": Text(ru="в документе отсутствует", en="absent from the document"),
    "personal_masked": Text(ru="личные данные скрыты", en="personal data masked"),
    "given_by_person": Text(ru="документ этого не знает: впишите", en="the document does not know it: enter it"),
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field that is looked for: its name, label, kind of value, and what the rules look for."""

    name: str
    label: Text
    kind: ValueKind
    looked_for: Text
    list_name: str = ""


@dataclass(frozen=True)
class Fact:
    """One value (None: missing) of ``field`` of entry ``place`` (0: of the whole document), with its origin.

    ``paragraph`` counts from 1. ``remarks`` are codes of REMARKS; ``detail`` explains them. ``unit``, ``period`` and
    ``owner`` say what a published number counts, for when, and whose it is, where the document says so.
    """

    field: str
    place: int = 0
    value: str | None = None
    phrase: str = ""
    paragraph: int | None = None
    remarks: tuple[str, ...] = ()
    detail: str = ""
    unit: str = ""
    period: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Check:
    """An arithmetic check: its name, both sides as numbers, and whether it holds (None: a side is missing)."""

    name: str
    expression: str
    holds: bool | None


@dataclass(frozen=True)
class DocumentRecord:
    """What a document says: facts in order, checks, and paragraphs inside of read lists that are no items of them."""

    kind: DocumentKind
    facts: tuple[Fact, ...]
    checks: tuple[Check, ...] = ()
    unread: tuple[int, ...] = field(default=())

    def values(self, name: str) -> list[str | None]:
        """Values of a field by entry."""
        return [fact.value for fact in self.facts if fact.field == name]

    def value(self, name: str) -> str | None:
        """The value of a field that stands once, None where it is missing."""
        found = self.values(name)
        return found[0] if found else None


CHECKS: Mapping[str, Text] = {
    "sectors_sum": Text(ru="сумма по категориям = участники", en="sum of the categories = participants"),
    "votes_sum": Text(ru="голоса вместе не больше участников", en="votes together not above participants"),
    "speakers": Text(ru="выступивших не больше участников", en="speakers not above participants"),
    "discussants": Text(ru="участников обсуждения не больше участников", en="discussants not above participants"),
    "numbering": Text(ru="номера рекомендаций идут подряд", en="numbers of recommendations are consecutive"),
    "unread": Text(ru="в списках нет непрочитанных абзацев", en="no paragraph within the lists is left unread"),
    "trainings_listed": Text(ru="тренингов названо = перечислено", en="trainings stated = listed"),
    "projects_listed": Text(ru="проектов названо = перечислено", en="projects stated = listed"),
    "directions_listed": Text(ru="направлений названо = перечислено", en="directions stated = listed"),
    "tasks_listed": Text(ru="задачи пронумерованы без пропусков", en="tasks are numbered without gaps"),
    "measures_complete": Text(ru="у мер есть показатель, ответственный, срок", en="measures have indicator, owner, "
                              "date"),
}  # fmt: skip
_UPPER_SURNAME = re.compile(
    rf"{re.escape(MASK)}(?:\s+[А-ЯЁ]{{2,}}(?:-[А-ЯЁ]{{2,}})?)?|(?<!\w)[А-ЯЁ]{{3,}}\s+(?={re.escape(MASK)})"
)


def without_people(text: str) -> str:
    """A text without contacts, numbers of documents and full names of people."""
    masked, kinds = mask_personal(text, names=True)
    if "name" not in kinds:
        return masked
    # a surname in capitals beside a masked first name
    return _UPPER_SURNAME.sub(lambda found: MASK if found[0].startswith(MASK) else "", masked)


def screened(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts as they may leave the document: without people, their phrases of bounded length."""
    kept = []
    for fact in facts:
        value = None if fact.value is None else without_people(fact.value)
        masked = ("personal_masked",) if value != fact.value else ()
        phrase = without_people(fact.phrase)[:LONGEST_PHRASE]
        kept.append(replace(fact, value=value, phrase=phrase, remarks=(*fact.remarks, *masked),
                            detail=without_people(fact.detail)))  # fmt: skip
    return tuple(kept)


def missing(name: str, place: int = 0, remark: str = "not_found", detail: str = "") -> Fact:
    """A field that was looked for and not found."""
    return Fact(name, place, remarks=(remark,), detail=detail)


def sum_check(name: str, parts: Iterable[str | None], whole: str | None, exact: bool = True) -> Check:
    """Do the parts that are there make the whole (``exact``), or not more than it? None where a side is missing."""
    numbers = [int(part) for part in parts if part is not None]
    shown = " + ".join(map(str, numbers)) or "—"
    if whole is None or not numbers:
        return Check(name, f"{shown} ? {whole or '—'}", None)
    total = sum(numbers)
    holds = total == int(whole) if exact else total <= int(whole)
    sign = ("=" if exact else "≤") if holds else ("≠" if exact else ">")
    equal = f" = {total}" if len(numbers) > 1 and total != int(whole) else ""
    return Check(name, f"{shown}{equal} {sign} {whole}", holds)
