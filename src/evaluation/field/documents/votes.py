"""Votes of minutes: for, against, abstained; «нет» is 0, «единогласно» is no number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evaluation.field.documents.attendance import agreed
from evaluation.field.documents.counts import counts
from evaluation.field.documents.facts import Fact
from evaluation.field.documents.paragraphs import Paragraph

_QUOTE = r"[«»\"“”]?"
_SIGN = r"\s*[-–—:=|]*\s*(?:проголосовал\w*\s*)?[-–—:=]*\s*"
_END = rf"(?![а-яё])\s*{_QUOTE}{_SIGN}"
_ANSWER = (
    r"(?P<none>нет(?!\w)|никто|не\s+было|отсутству\w+)"
    r"|(?P<number>(?=\d|[а-яё]{2,}(?:\s+[а-яё]{2,})?\s*(?:$|[.,;)]|человек|чел|голос)))"
)
_WORDS: Mapping[str, re.Pattern[str]] = {
    "votes_for": re.compile(rf"(?<![\w])за{_END}(?:{_ANSWER})", re.I),
    "votes_against": re.compile(rf"(?<![\w])против{_END}(?:{_ANSWER})", re.I),
    "abstained": re.compile(rf"(?<![\w])воздержал\w*{_END}(?:{_ANSWER})", re.I),
}
_BLOCK = re.compile(r"голосова|голосов(?!\w)|результат\w*\s+голосовани", re.I)
_ALONE = re.compile(r"^\W*(?:[«\"“](?:за|против|воздержал\w*)[»\"”]|(?:за|против)\s*[-–—:]|воздержал\w*)", re.I)
_UNANIMOUS = re.compile(r"единогласн", re.I)


def vote_facts(paragraphs: Sequence[Paragraph]) -> list[Fact]:
    """Facts votes_for, votes_against, abstained; each missing where it is not stated or stated differently."""
    found: dict[str, list[Fact]] = {name: [] for name in _WORDS}
    unanimous: Paragraph | None = None
    for paragraph in paragraphs:
        if not (_BLOCK.search(paragraph.text) or _ALONE.search(paragraph.text)):
            continue
        unanimous = paragraph if _UNANIMOUS.search(paragraph.text) else unanimous
        for name, words in _WORDS.items():
            found[name] += [fact for hit in words.finditer(paragraph.text) if (fact := _fact(name, hit, paragraph))]
    facts = [agreed(name, facts) for name, facts in found.items()]
    if unanimous is None:
        return facts
    return [
        Fact(fact.field, 0, None, unanimous.text, unanimous.number, ("unanimous",)) if _blank(fact) else fact
        for fact in facts
    ]


def _blank(fact: Fact) -> bool:
    return fact.value is None and fact.remarks == ("not_found",)


def _fact(name: str, hit: re.Match[str], paragraph: Paragraph) -> Fact | None:
    if hit["none"]:
        return Fact(name, 0, "0", paragraph.text, paragraph.number, ("none_is_zero",))
    number = next((count for count in counts(paragraph.text) if count.start in (hit.end(), hit.end() - 1)), None)
    if number is None:
        return None
    remarks = ("number_in_words",) if number.in_words else ()
    return Fact(name, 0, str(number.value), paragraph.text, paragraph.number, remarks)
