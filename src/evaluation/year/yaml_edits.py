"""Changing single values of a settings file while its comments, order and spelling stay as people wrote them."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

Keys = tuple[str | int, ...]
MARK = "confirm"
MARK_RU = "подтвердите"
_MARKED = re.compile(rf"#\s*{MARK}\b", re.IGNORECASE)
_OLD_MARK = re.compile(rf"^{MARK}\b[^;]*(?:;\s*|$)", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
BLANK = " \t\r"  # what YAML takes for empty; other spaces belong to the values


@dataclass(frozen=True)
class Scalar:
    """A value as it stands in the text: its keys, what YAML takes it for, and its first and last position."""

    keys: Keys
    value: str
    kind: str
    start: int
    end: int
    line: int


@dataclass(frozen=True)
class Marked:
    """A line (from 1) that somebody still has to confirm, without its comment."""

    line: int
    text: str


def scalars(text: str) -> list[Scalar]:
    """Every value of the YAML ``text``, keys apart, in the file's order. Raises yaml.YAMLError.

    A value that is repeated by an alias stands once, where it is spelt.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    places: dict[int, Scalar] = {}
    for one in _scalars(node, ()):
        places.setdefault(one.start, one)
    return [places[start] for start in sorted(places)]


def _scalars(node: yaml.Node | None, keys: Keys) -> Iterator[Scalar]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _scalars(value, (*keys, str(name.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _scalars(value, (*keys, number))
    elif isinstance(node, yaml.ScalarNode):
        kind = node.tag.rpartition(":")[2]
        start, end = node.start_mark, node.end_mark
        yield Scalar(keys, node.value, kind, start.index, end.index, start.line + 1)


def replaced(text: str, changes: Mapping[Scalar, str]) -> str:
    """``text`` with the raw spelling of some values replaced; nothing else moves."""
    for one in sorted(changes, key=lambda scalar: scalar.start, reverse=True):
        text = text[: one.start] + changes[one] + text[one.end :]
    return text


def raw(text: str, one: Scalar) -> str:
    """The value as it is spelt, with its quotes."""
    return text[one.start : one.end]


def marked(text: str, notes: Mapping[int, str]) -> str:
    """``text`` with ``# confirm`` and a note at the end of the named lines (from 1), before their own comments.

    Where a value runs on over the line's end the mark stands on a line of its own above.
    """
    lines = text.split("\n")
    spans = [(one.start, one.end) for one in scalars(text)]
    starts = _line_starts(lines)
    for number in sorted(notes, reverse=True):
        begin, line = starts[number - 1], lines[number - 1]
        mark = f"# {MARK} / {MARK_RU}{notes[number]}"
        at = _comment_at(line, begin, spans)
        body, comment = (line, "") if at is None else (line[:at], _OLD_MARK.sub("", line[at + 1 :].strip(BLANK)))
        end = begin + len(line)
        if any(first < end < last for first, last in spans):
            indent = line[: len(line) - len(line.lstrip(BLANK))]
            lines.insert(number - 1, indent + mark)
            continue
        lines[number - 1] = f"{body.rstrip(BLANK)}  {mark}" + (f"; {comment}" if comment else "")
    return "\n".join(lines)


def unconfirmed(text: str) -> list[Marked]:
    """Lines whose comment says ``confirm``, in order; a ``#`` inside a value is no comment."""
    lines = text.split("\n")
    spans = [(one.start, one.end) for one in scalars(text)]
    starts = _line_starts(lines)
    found = []
    for number, (begin, line) in enumerate(zip(starts, lines, strict=True), start=1):
        at = _comment_at(line, begin, spans)
        if at is not None and _MARKED.match(line[at:]):
            found.append(Marked(number, line[:at].strip() or line[at + 1 :].strip(BLANK)))
    return found


def _line_starts(lines: list[str]) -> list[int]:
    starts, place = [], 0
    for line in lines:
        starts.append(place)
        place += len(line) + 1
    return starts


def _comment_at(line: str, begin: int, spans: list[tuple[int, int]]) -> int | None:
    """Where the line's comment begins; None without one. Spans of values are in order and do not overlap."""
    for match in _COMMENT.finditer(line):
        place = begin + match.start()
        before = bisect.bisect_right(spans, (place, len(line) + place)) - 1
        if before < 0 or not spans[before][0] <= place < spans[before][1]:
            return match.start()
    return None
