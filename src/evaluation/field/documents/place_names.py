"""Places in running Russian text: where an event was held, and where its participants came from.

A name is brought to the nominative only where the grammar leaves no choice («Белогорского муниципального округа») or
where the document itself has the nominative elsewhere («в Хабаровске» ... «Хабаровск, апрель»); else it is kept as
printed and says so. Which territorial unit a name means, the registry decides later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaluation.field.documents.paragraphs import Document

_NAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁа-яё][а-яё]+){0,3}"
_KIND = (
    r"(?:г\.|гор\.|город(?:е|а|у)?|с\.|сел[оае]|п\.|пос\.|пос[её]л(?:ок|ке|ка)|пгт\.?|рп\.?|д\.|деревн[яеи]|ст-ц[аеы])"
)
SETTLEMENT = re.compile(rf"(?<![\w.])(?P<kind>{_KIND})\s*(?P<name>{_NAME}(?:\s+{_NAME}(?=\s*(?:$|[,.;()])))?)")
IN_PLACE = re.compile(
    rf"(?<!\w)[вВ]о?\s+(?:{_KIND}\s*)?(?P<name>{_NAME})"
    rf"(?:,?\s*\(?(?P<region>{_NAME}(?:ой|ая|ом|ий|ого)\s+(?:област[ьи]|кра[йяе]|республик[аеи]|АО))\)?)?"
)
_ADJECTIVE = r"[А-ЯЁ][а-яё-]+(?:ого|ий|ый|ой)"
_ADJECTIVES = rf"(?P<names>{_ADJECTIVE}(?:\s*,\s*{_ADJECTIVE}){{0,15}}(?:\s+и\s+{_ADJECTIVE})?)"
_UNIT_KIND = r"(?:муниципальн\w+\s+|городск\w+\s+|сельск\w+\s+){0,2}(?:район|округ|поселени|сельсовет)\w*|р-н\w?"
_UNITS = re.compile(rf"{_ADJECTIVES}\s+(?P<kind>{_UNIT_KIND})")
_CITY = re.compile(
    rf"(?<![\w.])(?:г\.|город(?:а|ов)?)\s*(?P<names>{_NAME}(?:\s*,\s*{_NAME}){{0,15}}(?:\s+и\s+{_NAME})?)"
)
_FROM = re.compile(
    rf"гост\w+[^.;,]{{0,40}}?\sиз\s+(?:г(?:ородов|\.|орода)\s*)?"
    rf"(?P<names>{_NAME}(?:\s*,\s*{_NAME}){{0,9}}(?:\s+и\s+{_NAME})?)"
)
_ORIGIN = re.compile(
    r"представител|участники\s+из|делегаци|представлен\w*\s+(?:муниципальн|район|округ|город|территор)", re.I
)
_SPLIT = re.compile(r"\s*,\s*|\s+и\s+")
_KINDS = (("муниципальн", "муниципальный"), ("городск", "городской"), ("сельск", "сельский"))


@dataclass(frozen=True)
class Place:
    """A place in a text: its name, places of the words, and a remark on the form of the name."""

    name: str
    start: int
    end: int
    remark: str = ""
    region: str = ""


def units_of_origin(sentence: str) -> list[Place]:
    """Municipalities that a sentence about participants names, in order, each once."""
    if not _ORIGIN.search(sentence):
        return []
    found = []
    for hit in _UNITS.finditer(sentence):
        kind = _unit_kind(hit["kind"])
        found += [
            Place(f"{adjective(name)} {kind}", hit.start(), hit.end(), "nominative")
            for name in _SPLIT.split(hit["names"])
        ]
    for hit in _CITY.finditer(sentence):
        # «города Канска» is inflected, «г. Канск» as often as not
        found += [Place(name, hit.start(), hit.end(), "as_printed") for name in _SPLIT.split(hit["names"])]
    return _each_once(sorted(found, key=lambda place: place.start))


def guests_from(sentence: str) -> list[Place]:
    """Where guests came from, as printed: «гостей 2 из Хабаровска и Биробиджана»."""
    return _each_once(
        [
            Place(name, hit.start("names"), hit.end("names"), "as_printed")
            for hit in _FROM.finditer(sentence)
            for name in _SPLIT.split(hit["names"])
        ]
    )


def _each_once(places: list[Place]) -> list[Place]:
    return list({place.name: place for place in reversed(places)}.values())[::-1]


def adjective(name: str) -> str:
    """The nominative masculine of an adjective in -ого; other words as they are."""
    if not name.endswith("ого"):
        return name
    stem = name[:-3]
    return stem + ("ий" if stem.endswith(("к", "г", "х")) else "ый")


def _unit_kind(printed: str) -> str:
    """Kind of a unit in the nominative: «муниципального округа» is «муниципальный округ»."""
    words = printed.casefold().split()
    named = [full for word in words for stem, full in _KINDS if word.startswith(stem)]
    last = words[-1]
    if last.startswith("поселени"):
        return " ".join([*(word[:-2] + "ое" for word in named), "поселение"])
    noun = next(noun for stem, noun in (("район", "район"), ("р-н", "район"), ("округ", "округ"),
                                        ("сельсовет", "сельсовет")) if last.startswith(stem))  # fmt: skip
    return " ".join([*named, noun])


def region_nominative(printed: str) -> str:
    """«Иркутской области» as «Иркутская область», «Приморского края» as «Приморский край»; others as printed."""
    found = re.fullmatch(r"([А-ЯЁ][а-яё-]+?ск)(ой|ая|ом|ий|ого)\s+(област|кра)\w+", printed)
    if not found:
        return printed
    return f"{found[1]}ая область" if found[3] == "област" else f"{found[1]}ий край"


_ENDINGS = (("ском", ("ское", "ский", "ск")), ("ом", ("ое", "ий", "ый")), ("е", ("", "а", "о", "е", "ь")),
            ("и", ("ь", "я", "и", "а")), ("а", ("", "о", "а")), ("ы", ("а", "ы")), ("у", ("", "о")))  # fmt: skip


def nominative_in(document: Document, inflected: str) -> tuple[str, int] | None:
    """The nominative of an inflected name where the document has it, with its paragraph; None where it has none.

    Only a name that stands by itself counts as nominative: at the start of a paragraph or item or of a bracket,
    with or without «г.», followed by a comma, a bracket or the end.
    """
    wanted = {inflected} | {
        inflected[: -len(ending)] + other
        for ending, others in _ENDINGS
        if inflected.endswith(ending) and len(inflected) - len(ending) > 2
        for other in others
    }
    for paragraph in document:
        for hit in re.finditer(rf"(?:^|\(|(?<=\s)(?=г\.))(?:г\.\s*)?({_NAME})\s*(?=$|[,;()]|\.$)", paragraph.text):
            if hit[1] in wanted:
                return hit[1], paragraph.number
    return None
