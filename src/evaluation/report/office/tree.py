"""A page as a tree of elements, read and written without any library beyond Python's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass
class Element:
    """An element with its attributes (the last of equal names counts) and what it holds: elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def elements(self) -> list[Element]:
        """The elements directly below."""
        return [child for child in self.children if isinstance(child, Element)]

    def walk(self) -> Iterator[Element]:
        """The element itself and all below it, in the order of the page."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.elements()))

    def find(self, tag: str, name: str | None = None) -> Element | None:
        """The first element called ``tag`` (of class ``name``)."""
        return next((each for each in self.walk() if each.tag == tag and (name is None or name in each.classes)), None)

    def text(self) -> str:
        """All text of the element, white space as it stands."""
        parts: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                parts.append(node)
            else:
                waiting.extend(reversed(node.children))
        return "".join(parts)

    def plain(self) -> str:
        """The text on one line; spaces that hold words together stay."""
        return re.sub(r"[ \t\r\n\f]+", " ", self.text()).strip(" ")


class _Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]
        self._source = source
        self._lines = [0]
        for line in source.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._drawing: tuple[int, int, Element] | None = None  # where an inline drawing starts, how deep, its element

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self._open[-1].children.append(element)
        if tag in VOID:
            return
        if tag == "svg" and self._drawing is None:
            self._drawing = (self._place(), len(self._open), element)
        self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        depth = next((number for number in range(len(self._open) - 1, 0, -1) if self._open[number].tag == tag), 0)
        if not depth:
            return
        del self._open[depth:]
        if self._drawing is not None and self._drawing[1] == depth:
            start, _, element = self._drawing
            # names in a drawing tell small from capital letters, which this reader does not keep: hence the source
            element.attributes["data-source"] = self._source[start : self._place()] + f"</{tag}>"
            self._drawing = None

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(html: str) -> Element:
    """The page as a tree below an element without a name.

    A drawing (``svg``) in the page has its own source text in ``data-source``. End tags without a beginning are passed
    over, and elements left open end with the one around them.
    """
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.root


def write(node: Element | str) -> str:
    """The tree as HTML; the element without a name as what it holds."""
    if isinstance(node, str):
        return escape(node, quote=False)
    inner = "".join(map(write, node.children))
    if not node.tag:
        return inner
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in node.attributes.items())
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>"
