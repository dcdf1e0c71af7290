"""A document's body in the form that pandoc reads fastest: its own tree, as JSON.

Every kind of document has its own way with captions, tables and boxes (``typst_body``, ``word_body``,
``slides_body``); the rest is the same and stands here. The form of the elements is that of pandoc-types 1.23,
``Text.Pandoc.Definition``.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluation.report.office.tree import SPACES, Element

API_VERSION = [1, 23, 1]
Part = dict[str, Any]


def attributes(identifier: str = "", classes: Sequence[str] = (), values: Mapping[str, str] | None = None) -> list[Any]:
    return [identifier, list(classes), [[key, value] for key, value in (values or {}).items()]]


def words_of(text: str) -> list[Part]:
    """A text as one word with single spaces inside, which pandoc takes faster than many; spaces at its ends apart."""
    line = SPACES.sub(" ", text)
    core = line.strip(" ")
    if not core:
        return [{"t": "Space"}] if line else []
    before = [{"t": "Space"}] if line[0] == " " else []
    return [*before, {"t": "Str", "c": core}, *([{"t": "Space"}] if line[-1] == " " else [])]


def plain_of(inlines: Sequence[Part]) -> str | None:
    """The text of inlines that are nothing but text; None for all others."""
    if not inlines:
        return ""
    return str(inlines[0]["c"]) if len(inlines) == 1 and inlines[0]["t"] == "Str" else None


def raw_inline(form: str, text: str) -> Part:
    return {"t": "RawInline", "c": [form, text]}


def raw_block(form: str, text: str) -> Part:
    return {"t": "RawBlock", "c": [form, text]}


def para(inlines: list[Part]) -> Part:
    return {"t": "Para", "c": inlines}


def styled(style: str, blocks: list[Part]) -> Part:
    """Blocks in a named style of Word."""
    return {"t": "Div", "c": [attributes(values={"custom-style": style}), blocks]}


def as_json(blocks: Sequence[Part]) -> str:
    return json.dumps({"pandoc-api-version": API_VERSION, "meta": {}, "blocks": list(blocks)}, ensure_ascii=False)


class Body(ABC):
    """Turns a body (see ``page.Document``) into pandoc's elements.

    ``formulas`` are pandoc's elements for the page's formulas, in their order.
    """

    def __init__(self, formulas: Sequence[Part] = ()) -> None:
        self._formulas = iter(formulas)

    def blocks(self, elements: Iterable[Element | str]) -> list[Part]:
        made: list[Part] = []
        for element in elements:
            if isinstance(element, str):
                made += [para(words_of(element.strip()))] if element.strip() else []
            else:
                made += self.block(element)
        return made

    def block(self, element: Element) -> list[Part]:
        tag = element.tag
        if tag == "p":
            return [para(self.inlines(element))]
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return [{"t": "Header", "c": [int(tag[1]), attributes(element.get("id")), self.inlines(element)]}]
        if tag in ("ul", "ol"):
            return [self._list(element)]
        if tag == "table":
            return self.table(element)
        if tag == "figure":
            return self.figure(element)
        if tag == "pre":
            return [{"t": "CodeBlock", "c": [attributes(), element.text().strip("\n")]}]
        if tag == "blockquote":
            return [{"t": "BlockQuote", "c": self.blocks(element.children)}]
        if tag == "hr":
            return [{"t": "HorizontalRule"}]
        if tag == "div":
            return self.box(element, self.blocks(element.children))
        return [para(self.inline(element))]

    def inlines(self, element: Element) -> list[Part]:
        """The element's text, without spaces at its ends."""
        made: list[Part] = []
        for child in element.children:
            made += words_of(child) if isinstance(child, str) else self.inline(child)
        while made and made[0]["t"] == "Space":
            made.pop(0)
        while made and made[-1]["t"] == "Space":
            made.pop()
        return made

    def inline(self, element: Element) -> list[Part]:
        tag = element.tag
        if tag == "br":
            return [{"t": "LineBreak"}]
        if tag == "code":
            return [{"t": "Code", "c": [attributes(), element.text()]}]
        if tag == "img":
            return self.picture(element)
        inner = self.inlines(element)
        kinds = {"em": "Emph", "i": "Emph", "strong": "Strong", "b": "Strong", "sub": "Subscript", "sup": "Superscript"}
        if tag in kinds:
            return [{"t": kinds[tag], "c": inner}]
        if tag == "a":
            return [{"t": "Link", "c": [attributes(), inner, [element.get("href"), ""]]}]
        if "simulated" in element.classes:
            return self.mark(inner)
        if "formula" in element.classes:
            return self.formula(next(self._formulas), element.get("data-told"))
        return inner

    def _list(self, element: Element) -> Part:
        items = [self._item(item) for item in element.elements() if item.tag == "li"]
        if element.tag == "ul":
            return {"t": "BulletList", "c": items}
        start = element.get("start")
        number = int(start) if start.isdigit() else 1
        return {"t": "OrderedList", "c": [[number, {"t": "Decimal"}, {"t": "Period"}], items]}

    def _item(self, item: Element) -> list[Part]:
        blocks = [child for child in item.elements() if child.tag in ("p", "ul", "ol", "div", "pre", "table", "figure")]
        if not any(child.tag == "p" for child in blocks):
            # a line of its own, then perhaps a list below it
            line = Element("p", {}, [child for child in item.children if child not in blocks])
            return [{"t": "Plain", "c": self.inlines(line)}, *self.blocks(blocks)]
        return self.blocks(item.children)

    # ---- what every kind of document does in its own way -----------------------------------------------------------

    @abstractmethod
    def table(self, element: Element) -> list[Part]: ...

    @abstractmethod
    def figure(self, element: Element) -> list[Part]: ...

    @abstractmethod
    def box(self, element: Element, blocks: list[Part]) -> list[Part]: ...

    def picture(self, element: Element) -> list[Part]:
        return [{"t": "Image", "c": [attributes(), words_of(element.get("alt")), [element.get("src"), ""]]}]

    def mark(self, inner: list[Part]) -> list[Part]:
        """The mark of simulated data in a caption."""
        return inner

    def formula(self, formula: Part, told: str) -> list[Part]:
        return [formula]


def caption_of(element: Element) -> Element:
    """A table's or figure's caption; an empty one where it has none."""
    name = "caption" if element.tag == "table" else "figcaption"
    return next((child for child in element.elements() if child.tag == name), Element(name))


def rows_of(element: Element) -> tuple[list[list[Element]], list[list[Element]]]:
    """A table's rows of cells: those of its head and all others."""
    head: list[list[Element]] = []
    body: list[list[Element]] = []
    for group in element.elements():
        rows = [group] if group.tag == "tr" else [row for row in group.elements() if row.tag == "tr"]
        for row in rows:
            cells = [cell for cell in row.elements() if cell.tag in ("td", "th")]
            if cells:
                (head if group.tag == "thead" else body).append(cells)
    return head, body


def widths_of(element: Element) -> list[float]:
    """Widths of a table's columns as shares of the room between the margins."""
    styles = [each.get("style") for each in element.walk() if each.tag == "col"]
    return [float(style.removeprefix("width: ").removesuffix("%")) / 100 for style in styles]


def span_of(cell: Element, name: str) -> int:
    text = cell.get(name)
    return int(text) if text.isdigit() and int(text) > 0 else 1
