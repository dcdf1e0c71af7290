"""Lists of a document under the words that announce them: achievements, problems, recommendations, participants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from evaluation.field.documents.paragraphs import Document, Paragraph

ListName = str
# in this order: «отметили ряд проблем» announces problems, «для решения проблем рекомендуют» recommendations
HEADS: Mapping[ListName, re.Pattern[str]] = {
    "recommendations": re.compile(
        r"рекоменд(?:уют|уем|ует|овать|овал|овано|аци)|(?<!\w)решил[аи]?(?!\w)|постановил|^\W*решение\W*$"
        r"|принят\w+\s+(?:следующ\w+\s+)?решени",
        re.I,
    ),
    "problems": re.compile(r"проблем|трудност|недостатк|сложност", re.I),
    "achievements": re.compile(
        r"отмет(?:ил|ит)|отмеча|достижени|положительн\w+\s+(?:опыт|результат|практик)|накоплен", re.I
    ),
    "participants": re.compile(r"участник|участи[ея]|присутств|состав\s+участ", re.I),
}
VOTING = re.compile(r"голосова|^\W*(?:за|против|воздержал\w*)\W*(?:\d|нет|единоглас)", re.I)
_INLINE = re.compile(r":\s*(?=1[).]\s)")
_INLINE_ITEM = re.compile(r"(?:(?<=^)|(?<=[\s;]))(\d{1,2})[).]\s+(?=\S)")
_INFINITIVE_FIRST = re.compile(r"\w+(?:ть|ти)(?:ся)?\s", re.I)
_MOST_HEAD_WORDS = 7


@dataclass(frozen=True)
class Item:
    """An item of a list: its text, printed mark, paragraph, and the words that announced its list."""

    text: str
    mark: str
    paragraph: int
    head: str = ""


@dataclass
class Listed:
    """A list: its items, the paragraphs of its heads, and the paragraphs between its items that are none of them."""

    items: list[Item] = field(default_factory=list)
    heads: list[Paragraph] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def lists(document: Document, heads: Mapping[ListName, re.Pattern[str]] = HEADS) -> dict[ListName, Listed]:
    """Lists by name. A list goes on over paragraphs without a mark until other words announce another, a heading or
    the voting; such paragraphs before its last item are named in ``unread``.
    """
    found: dict[ListName, Listed] = {name: Listed() for name in heads}
    current, head = "", ""
    passed: list[int] = []
    for paragraph, after in zip_longest(document, document[1:]):
        if paragraph.kind in ("item", "row") and not (paragraph.is_item and _begins(paragraph, heads)):
            if current:
                listed = found[current]
                listed.unread += passed if listed.items and listed.items[-1].head == head else []
                listed.items.append(Item(paragraph.text, paragraph.mark, paragraph.number, head))
            passed = []
            continue
        announced = _announced(paragraph, heads, after is not None and after.is_item)
        if announced:
            current, head, passed = announced, paragraph.text, []
            found[announced].heads.append(paragraph)
            inline = _inline_items(paragraph)
            found[announced].items += inline
        elif VOTING.search(paragraph.text) or _closes(paragraph):
            current = ""
        else:
            passed.append(paragraph.number)
    return found


def in_lists(found: Mapping[ListName, Listed]) -> frozenset[int]:
    """Numbers of the paragraphs that belong to lists, their heads with them."""
    return frozenset(
        number
        for name, listed in found.items()
        if name != "participants"
        for number in [*(item.paragraph for item in listed.items), *(head.number for head in listed.heads)]
    )


def first_head(found: Mapping[ListName, Listed], names: Sequence[ListName]) -> int | None:
    """The paragraph in which the first of the named lists that has items is announced."""
    heads = [
        head.number
        for name in names
        for head in found[name].heads
        if any(item.head == head.text for item in found[name].items)
    ]
    return min(heads, default=None)


def _begins(paragraph: Paragraph, heads: Mapping[ListName, re.Pattern[str]]) -> bool:
    """Is this item itself the head of a list («3. РЕШИЛИ:»)?"""
    text = paragraph.text
    if len(text.split()) > _MOST_HEAD_WORDS or not text.endswith(":") or _INFINITIVE_FIRST.match(text):
        return False
    return bool(_name(text, {name: words for name, words in heads.items() if name != "participants"}))


def _announced(paragraph: Paragraph, heads: Mapping[ListName, re.Pattern[str]], above_item: bool) -> ListName:
    """The list that a paragraph announces: by a colon, as a heading, as a short line in capitals or above an item."""
    text = paragraph.text
    short = len(text.split()) <= _MOST_HEAD_WORDS and not re.search(r"[.!?;,]$", text)
    if text.endswith(":") or paragraph.kind == "heading" or (short and (above_item or text.upper() == text)):
        return _name(text, heads)
    inline = _INLINE.search(text)
    return _name(text[: inline.start()], heads) if inline else ""


def _name(text: str, heads: Mapping[ListName, re.Pattern[str]]) -> ListName:
    return next((name for name, words in heads.items() if words.search(text)), "")


def _closes(paragraph: Paragraph) -> bool:
    text = paragraph.text
    capitals = text.upper() == text and any(sign.isalpha() for sign in text)
    return paragraph.kind == "heading" or text.endswith(":") or capitals


def _inline_items(paragraph: Paragraph) -> list[Item]:
    """Items of «... решили: 1) ...; 2) ...» in one paragraph, as long as their numbers go on by one."""
    start = _INLINE.search(paragraph.text)
    if not start:
        return []
    rest = paragraph.text[start.end() :]
    marks: list[re.Match[str]] = []
    for mark in _INLINE_ITEM.finditer(rest):
        if int(mark[1]) == len(marks) + 1:
            marks.append(mark)
    ends = [mark.start() for mark in marks[1:]] + [len(rest)]
    return [
        Item(rest[mark.end() : end].strip(" ;"), mark[1], paragraph.number, paragraph.text)
        for mark, end in zip(marks, ends, strict=True)
    ]
