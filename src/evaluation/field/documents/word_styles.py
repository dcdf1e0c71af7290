"""Styles and numbered lists of a Word document: which styles are headings, and how each level of a list is numbered.

Markup: ECMA-376 Part 1, 17.7 (styles), 17.9 (numbering).
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.cleaning.sheet.events import parse

_SPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_HEADING = re.compile(r"heading \d|title$|заголовок|название")
DEEPEST = 8  # level of a list, from 0
OFF = ("0", "false", "none", "off")

ListPlace = tuple[str, int]


@dataclass
class Style:
    """What a style says of its paragraphs: heading or not, bold or not, of which list and level."""

    heading: bool = False
    bold: bool = False
    list_id: str = ""
    level: int = 0
    parent: str = ""


def local_name(tag: str) -> str:
    space, _, name = tag.rpartition("}")
    return name if space in _SPACES else ""


def value_of(facts: Mapping[str, str], name: str = "val") -> str:
    return next((value for key, value in facts.items() if key.rpartition("}")[2] == name), "")


def styles_of(archive: zipfile.ZipFile) -> dict[str, Style]:
    styles: dict[str, Style] = {}
    current: list[Style] = []

    def start(tag: str, facts: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "style":
            current.append(styles.setdefault(value_of(facts, "styleId"), Style()))
        elif current and name == "name":
            current[-1].heading |= bool(_HEADING.match(value_of(facts).casefold()))
        elif current and name == "basedOn":
            current[-1].parent = value_of(facts)
        elif current and name == "numId":
            current[-1].list_id = value_of(facts)
        elif current and name == "ilvl":
            current[-1].level = min(int(value_of(facts) or 0), DEEPEST)
        elif current and name == "outlineLvl":
            current[-1].heading |= value_of(facts) in set("012345678")
        elif current and name == "b":
            current[-1].bold = value_of(facts).casefold() not in OFF

    def end(tag: str) -> None:
        if local_name(tag) == "style":
            current.pop()

    with archive.open("word/styles.xml") as stream:
        parse(stream, start, end)
    return {name: _inherited(style, styles) for name, style in styles.items()}


def _inherited(style: Style, styles: Mapping[str, Style]) -> Style:
    """A style with what it takes from those it is based on; a circle of styles ends after as many steps."""
    made, parent = Style(style.heading, style.bold, style.list_id, style.level), style.parent
    for _ in range(len(styles)):
        above = styles.get(parent)
        if above is None:
            break
        made.heading |= above.heading
        made.bold |= above.bold
        if not made.list_id:
            made.list_id, made.level = above.list_id, above.level
        parent = above.parent
    return made


def formats_of(archive: zipfile.ZipFile) -> dict[ListPlace, tuple[str, int]]:
    """Format and first number by list and level (``decimal``, 1)."""
    abstract: dict[str, dict[int, tuple[str, int]]] = defaultdict(dict)
    named: dict[str, str] = {}
    here = {"abstract": "", "level": "", "list": ""}

    def start(tag: str, facts: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "abstractNum":
            here["abstract"] = value_of(facts, "abstractNumId")
        elif name == "lvl" and here["abstract"]:
            here["level"] = value_of(facts, "ilvl")
            abstract[here["abstract"]][int(here["level"])] = ("decimal", 1)
        elif name in ("numFmt", "start") and here["level"]:
            level = int(here["level"])
            form, first = abstract[here["abstract"]][level]
            abstract[here["abstract"]][level] = (
                (value_of(facts), first) if name == "numFmt" else (form, int(value_of(facts) or 1))
            )
        elif name == "num":
            here["list"] = value_of(facts, "numId")
        elif name == "abstractNumId" and here["list"]:
            named[here["list"]] = value_of(facts)

    def end(tag: str) -> None:
        closed = {"abstractNum": "abstract", "lvl": "level", "num": "list"}.get(local_name(tag))
        if closed:
            here[closed] = ""

    with archive.open("word/numbering.xml") as stream:
        parse(stream, start, end)
    return {
        (list_id, level): form for list_id, target in named.items() for level, form in abstract.get(target, {}).items()
    }
