"""To whom a recommendation is addressed: only where it is named, in the dative before what is to be done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# dative (or, after «обратиться в», accusative) heads of institutions, by the codebook's list «addressee»
_HEADS: Mapping[str, str] = {
    "ministry": r"министерств(?:у|ам|о)|департамент(?:у|ам)?|комитет(?:у|ам)?|минфин\w?|управлени(?:ю|ям)"
    r"|агентств(?:у|ам)|служб(?:е|ам)|ведомств(?:у|ам)|орган(?:у|ам)\s+(?:исполнительной|государственной)\s+власти",
    "government": r"правительств(?:у|ам|о)|губернатор(?:у|ам|а)?",
    "assembly": r"законодательн(?:ому|ым)\s+собрани(?:ю|ям)|дум(?:е|ам)|парламент(?:у|ам)",
    "municipality": r"муниципальн(?:ым|ому)\s+(?:образовани(?:ям|ю)|район(?:ам|у)|округ(?:ам|у))"
    r"|орган(?:ам|у)\s+местного\s+самоуправления|О?МСУ(?!\w)|администраци(?:ям|и)|глав(?:ам|е)|муниципалитет(?:ам|у)"
    r"|городск(?:ому|им)\s+округ(?:у|ам)|район(?:ам)(?!\w)|поселени(?:ям|ю)(?!\w)"
    r"|представительн(?:ым|ому)\s+орган(?:ам|у)",
    "council": r"совет(?:у|ам)\s+муниципальных\s+образований|ассоциаци(?:и|ям)(?:\s+«?совет)?|конгресс(?:у|ам)",
    "institute": r"институт(?:у|ам)|академи(?:и|ям)|университет(?:у|ам)|организатор(?:ам|у)"
    r"|учебн(?:ым|ому)\s+центр(?:ам|у)",
    "community": r"(?:социально\s+ориентированным\s+)?некоммерческ(?:им|ой)\s+организаци(?:ям|и)"
    r"|(?:СО\s?)?НКО(?!\w)|ТОС(?!\w)|общественн(?:ым|ой|ому)\s+(?:организаци(?:ям|и)|палат(?:е|ам)|совет(?:у|ам))"
    r"|ресурсн(?:ым|ому)\s+центр(?:ам|у)|жител(?:ям|ю)|председател(?:ям|ю)\s+ТОС",
    "other": r"учреждени(?:ям|ю)|участник(?:ам|у)|руководител(?:ям|ю)|школ(?:ам|е)(?!\w)|предпринимател(?:ям|ю)"
    r"|депутат(?:ам|у)|редакци(?:ям|и)|совет(?:у|ам)(?!\w)|средствам\s+массовой\s+информации|СМИ(?!\w)"
    r"|библиотек(?:ам|е)",
}  # fmt: skip
_ATTRIBUTES = r"(?:(?:[а-яё-]+(?:ому|ему|ым|им|ой|ей))\s+){0,3}?"
_HEAD = re.compile("|".join(rf"(?P<{name}>{_ATTRIBUTES}(?:{words}))" for name, words in _HEADS.items()), re.I)
_OPENING = re.compile(
    r"(?:(?:рекомендовать|предложить|поручить|просить|рекомендуется|предлагается|рекомендуют|рекомендовали)\s+)?", re.I
)
_APPEAL = re.compile(r"обратиться\s+(?:в|к|во|ко)\s+", re.I)
# infinitives; nouns that end alike (память, печать, сеть, путь) do not say what is to be done
_INFINITIVE = re.compile(
    r"(?<![\w-])(?!память|печать|сеть|путь|ночь|речь|мать|рать|гать|стать[яеи]|дверь)"
    r"[а-яё]+(?:[аяиеуоы]ть|йти|[вн]ести|расти|сти|чь)(?:ся|сь)?(?!\w)",
    re.I,
)
_BEFORE_VERB = re.compile(
    r"[\s,:–—-]+(?:(?:не|шире|чаще|также|и|ежегодно|регулярно|[а-яё]{1,30}ее|[а-яё]{1,30}чески)[\s,]+)*$", re.I
)
_APPEAL_END = re.compile(r"\s+(?:с\s+(?:просьбой|предложением|инициативой)|о\s|об\s|по\s+вопросу)", re.I)
_NEXT = re.compile(r"\s*(?:,|\sи\s|\sа\s+также\s)\s*")
LONGEST = 300


@dataclass(frozen=True)
class Addressee:
    """Who is named: the words as printed (without brackets), the codebook's categories of each, in order."""

    text: str
    categories: tuple[str, ...]


def addressee_of(text: str) -> Addressee | None:
    """Whom a recommendation names at its beginning; None where it names nobody there, however clear it may seem."""
    appeal = _APPEAL.match(text)
    opening = appeal or _OPENING.match(text)
    rest = text[opening.end() : opening.end() + LONGEST] if opening else text[:LONGEST]
    head = _HEAD.match(rest)
    if not head:
        return None
    bare = _without_brackets(rest)
    if appeal:
        stop = _APPEAL_END.search(bare)
        named = bare[: stop.start()] if stop else bare.split(",")[0]
    else:
        verb = _INFINITIVE.search(bare, len(head[0]))
        if verb is None:
            named = bare.partition(":")[0] if ":" in bare else ""
        else:
            named = _BEFORE_VERB.sub("", bare[: verb.start()])
    named = named.strip(" ,:;.–—-")
    return Addressee(named, tuple(category for _, category in _named_in(named))) if named else None


def addressee_of_head(text: str) -> Addressee | None:
    """Whom the words before a list name: «Рекомендовать органам местного самоуправления:»."""
    found = re.search(r"(?:рекоменд\w+|предлож\w+|поруч\w+|просить|предлага\w+)\s*:?\s*", text, re.I)
    rest = text[found.end() :].strip() if found else text
    if not rest or not _HEAD.match(rest):
        return None
    named = _without_brackets(rest).strip(" ,:;.–—-")
    if _INFINITIVE.search(named):
        return addressee_of(rest)
    return Addressee(named, tuple(category for _, category in _named_in(named)))


def split_addressees(text: str) -> list[str]:
    """Several addressees apart: «Министерству культуры и администрациям районов»; conjunctions inside of one stay."""
    places = [place for place, _ in _named_in(text)]
    ends = [*places[1:], len(text)]
    return [text[start:end].strip(" ,").removesuffix(" и").removesuffix(" а также").strip(" ,")
            for start, end in zip(places, ends, strict=True)]  # fmt: skip


def _named_in(text: str) -> list[tuple[int, str]]:
    """Places and categories of the institutions named in a phrase: at its start and after commas and «и»."""
    starts = [0, *(hit.end() for hit in _NEXT.finditer(text))]
    hits = ((start, _HEAD.match(text, start)) for start in starts)
    return [(start, str(hit.lastgroup)) for start, hit in hits if hit]


def _without_brackets(text: str) -> str:
    return re.sub(r"\s*\([^()]{0,250}\)", "", text)
