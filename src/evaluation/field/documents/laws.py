"""Legal acts cited in a text: their kind, number, day and article, as far as the text names them together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaluation.field.documents.days import days

_KIND = (
    r"(?P<kind>(?:федеральн\w+\s+)?(?:конституционн\w+\s+)?закон(?!одат)\w*|постановлени\w+|указ(?:а|у|ом|е|ы|ов)?(?!\w)"
    r"|распоряжени\w+|приказ\w*)"
)
_NUMBER = r"№\s*(?P<number>\d[\w./-]{0,20})(?P<mark>\s?-\s?ФЗ)?"
_ACT = re.compile(
    rf"(?<!\w){_KIND}(?=(?P<rest>[^№;]{{0,250}}{_NUMBER}))",
    re.I,
)
_BARE = re.compile(r"(?<![\w№-])(?P<number>\d{1,4})\s?-\s?ФЗ", re.I)
_DAY_AFTER = re.compile(r"^\s*от\s+(?=\d)")
_ARTICLE = re.compile(r"^[\s,(]*ст(?:ать[яеию]\w*|\.)\s*(?P<article>\d+(?:\.\d+)*)", re.I)


@dataclass(frozen=True)
class Act:
    """A cited act: as named («7-ФЗ, ст. 31.1»), its day (ISO, empty where none is named), places in the text."""

    name: str
    day: str
    start: int
    end: int


def acts(text: str) -> list[Act]:
    """Acts of a text in order, each number once. An act without a number is not one that can be cited."""
    found: dict[str, Act] = {}
    for hit in _ACT.finditer(text):
        number = hit["number"].rstrip(".-/") + ("-ФЗ" if hit["mark"] else "")
        end = hit.start() + len(hit["kind"]) + len(hit["rest"])
        _keep(found, number, _day(hit["rest"]), hit.start(), end, text)
    for hit in _BARE.finditer(text):
        _keep(found, f"{hit['number']}-ФЗ", "", hit.start(), hit.end(), text)
    return sorted(found.values(), key=lambda act: act.start)


def _day(text: str) -> str:
    named = [day.period.start.isoformat() for day in days(text) if day.period is not None]
    return named[-1] if named else ""


def _keep(found: dict[str, Act], number: str, day: str, start: int, end: int, text: str) -> None:
    if number in found:
        return
    after = text[end : end + 80]
    if not day and _DAY_AFTER.match(after):
        first = next(iter(days(after)), None)
        if first is not None and first.period is not None:
            day, after = first.period.start.isoformat(), after[first.end :]
    article = _ARTICLE.match(after)
    name = f"{number}, ст. {article['article']}" if article else number
    found[number] = Act(name, day, start, end)
