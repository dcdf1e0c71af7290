"""A page as a tree of elements, read and written with Python's own library alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from evaluation.settings import InputProblem

# one expression each: what begins with a fixed text is found much faster
_PASSED_OVER = [re.compile(rf"<{name}\b.*?</{name}>", re.DOTALL) for name in ("script", "style")]
SPACES = re.compile(r"[ \t\r\n\f]+")
_ROOT = (b"<page>", b"</page>")
VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass(slots=True)
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
            if element.children:
                waiting.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def find(self, tag: str, name: str | None = None) -> Element | None:
        """The first element called ``tag`` (of class ``name``)."""
        return next((each for each in self.walk() if each.tag == tag and (name is None or name in each.classes)), None)

    def text(self) -> str:
        """All text of the element, white space as it stands."""
        if len(self.children) == 1 and isinstance(self.children[0], str):  # as nearly every cell
            return self.children[0]
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
        return SPACES.sub(" ", self.text()).strip(" ")


class _Reader:
    """Builds the tree while expat reads ``source``, which stands ``before`` bytes into what it is given."""

    def __init__(self, source: bytes, before: int) -> None:
        self.root = Element("")
        self._open = [self.root]
        self._source, self._before = source, before
        self._drawing: tuple[int, Element] | None = None  # where an inline drawing starts, and its element
        self.reading = expat.ParserCreate(encoding="utf-8")
        self.reading.buffer_text = True
        self.reading.StartElementHandler = self._started
        self.reading.EndElementHandler = self._ended
        self.reading.CharacterDataHandler = self._said

    def _started(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, attributes)
        self._open[-1].children.append(element)
        self._open.append(element)
        if tag == "svg" and self._drawing is None:
            self._drawing = (self.reading.CurrentByteIndex, element)

    def _ended(self, tag: str) -> None:
        element = self._open.pop()
        if self._drawing is not None and self._drawing[1] is element:
            start, end = self._drawing[0] - self._before, self.reading.CurrentByteIndex - self._before
            element.attributes["data-source"] = self._source[start:end].decode("utf-8") + f"</{tag}>"
            self._drawing = None

    def _said(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(page: str) -> Element:
    """The page as a tree below an element without a name; its programs and styles left out.

    A drawing (``svg``) in the page has its own source text in ``data-source``. The workbench's pages (``report/html``)
    close every element, as XML does. Raises InputProblem for a page that does not.
    """
    page = page.lstrip().removeprefix("<!DOCTYPE html>")
    for passed_over in _PASSED_OVER:
        page = passed_over.sub("", page)
    source = page.encode("utf-8", "replace")
    reader = _Reader(source, len(_ROOT[0]))
    try:
        reader.reading.Parse(_ROOT[0] + source + _ROOT[1], True)
    except expat.ExpatError as error:
        line = source.splitlines()[error.lineno - 1 : error.lineno] or [b""]
        near = line[0][max(0, error.offset - 60) : error.offset + 20].decode("utf-8", "replace")
        told = expat.ErrorString(error.code)
        raise InputProblem(
            f"Страница отчёта записана с ошибкой у места «{near}» ({told}). Выполните шаг, который её пишет, ещё раз "
            "(evaluation run --force 09_write_report); страницу, изменённую вручную, в документы перевести нельзя.",
            f"The report's page is broken near '{near}' ({told}). Run the step that writes it again (evaluation run "
            "--force 09_write_report); a page that was changed by hand cannot be made into documents.",
        ) from error
    return Element("", {}, reader.root.elements()[0].children)


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
