"""The body of a PDF: what pandoc's own form of typst lacks is written as calls of the template's functions."""

from __future__ import annotations

import re

from evaluation.report.office.elements import (
    Body,
    Part,
    caption_of,
    para,
    plain_of,
    raw_block,
    raw_inline,
    rows_of,
    span_of,
    widths_of,
)
from evaluation.report.office.tree import Element

_BOXES = {"note": "note", "reason": "notice", "banner": "notice", "card": "card", "facts": "facts"}
# the most of a page's height that a figure of this class takes
_HEIGHTS = {"half": "8.2cm", "low": "6.4cm", "thin": "1.3cm", "strip": "2.1cm"}
_LABEL = re.compile(r"[\w][\w.:-]*")


def code(text: str) -> Part:
    return raw_inline("typst", text)


def quoted(text: str) -> str:
    """A text as a string of typst's."""
    plain = re.sub(r"[\r\n]+", " ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


class TypstBody(Body):
    """Pictures keep their descriptions, captions are numbered by typst, wide tables stand on turned pages."""

    def table(self, element: Element) -> list[Part]:
        head, body = rows_of(element)
        if "tiles" in element.classes:
            return self._tiles(body)
        widths = ", ".join(f"{width:.2%}" for width in widths_of(element))
        size = element.get("data-size") or "9"
        # one paragraph for the whole table: pandoc puts an empty line between blocks, which typst would show
        parts = [*self._opened(element, "table"), code(f", sheet(size: {size}pt, columns: ({widths},), ")]
        if head:
            parts += [code("table.header("), *self._rows(head), code("), ")]
        parts += [*self._rows(body), code("))" + _label(element))]
        return [*self._reset(element, "table"), {"t": "Plain", "c": parts}]

    def figure(self, element: Element) -> list[Part]:
        images = [each for each in element.walk() if each.tag == "img"]
        if len(images) != 1:
            rest = [each for each in element.elements() if each.tag != "figcaption"]
            return [*self.blocks(rest), para(self.inlines(caption_of(element)))]
        parts = [
            *self._opened(element, "image"),
            code(f", picture(() => {_image(images[0])}{_height(element)}))" + _label(element)),
        ]
        return [*self._reset(element, "image"), {"t": "Plain", "c": parts}]

    def box(self, element: Element, blocks: list[Part]) -> list[Part]:
        if element.classes == ["turned"]:
            return [raw_block("typst", "#page(flipped: true)["), *blocks, raw_block("typst", "]")]
        if element.classes == ["new-page"]:
            return [raw_block("typst", "#pagebreak(weak: true)")]
        called = next((_BOXES[name] for name in element.classes if name in _BOXES), None)
        if called is None:
            return blocks
        return [raw_block("typst", f"#{called}["), *blocks, raw_block("typst", "]")]

    def picture(self, element: Element) -> list[Part]:
        return [code(f"#box({_image(element)})")]

    def mark(self, inner: list[Part]) -> list[Part]:
        return [code("#badge["), *inner, code("]")]

    def formula(self, formula: Part, told: str) -> list[Part]:
        kind, tex = formula["c"]
        block = "true" if kind["t"] == "DisplayMath" else "false"
        return [code(f"#told-equation({block}, {quoted(told or tex)}, "), formula, code(")")]

    def _opened(self, element: Element, kind: str) -> list[Part]:
        caption = self.inlines(caption_of(element))
        if not caption or "strip" in element.classes:  # a strip stands in its text, which says what it shows
            return [code(f"#exhibit({kind}, numbered: false")]
        alone = "" if element.get("data-number") else "numbered: false, "
        return [code(f"#exhibit({kind}, {alone}caption: ["), *caption, code("]")]

    def _reset(self, element: Element, kind: str) -> list[Part]:
        number = element.get("data-reset")
        if not number:
            return []
        return [raw_block("typst", f"#counter(figure.where(kind: {kind})).update({int(number) - 1})")]

    def _rows(self, rows: list[list[Element]]) -> list[Part]:
        made: list[Part] = []
        typed = ""  # one piece of code for all neighbouring cells of plain text: pandoc takes its time for every piece
        for cell in (cell for row in rows for cell in row):
            settings = [f"{name}: {span_of(cell, name)}" for name in ("colspan", "rowspan") if span_of(cell, name) > 1]
            settings += ["align: right"] if cell.get("align") == "right" else []
            called = f"table.cell({', '.join(settings)})" if settings else ""
            inner = self.inlines(cell)
            plain = plain_of(inner)
            if plain is None:
                made += [code(f"{typed}{called}["), *inner]
                typed = "], "
            else:
                typed += f"{called}[#{quoted(plain)}], "
        return [*made, code(typed)] if typed else made

    def _tiles(self, rows: list[list[Element]]) -> list[Part]:
        parts: list[Part] = [code("#tiles(")]
        for cell in (cell for row in rows for cell in row):
            lines = cell.elements()
            if len(lines) == 2:
                parts += [code("tile(["), *self.inlines(lines[0]), code("], ["), *self.inlines(lines[1]), code("]), ")]
        return [{"t": "Plain", "c": [*parts, code(")")]}]


def _height(figure: Element) -> str:
    return next((f", most: {_HEIGHTS[name]}" for name in figure.classes if name in _HEIGHTS), "")


def _image(element: Element) -> str:
    return f"image({quoted(element.get('src'))}, alt: {quoted(element.get('alt'))}, width: 100%)"


def _label(element: Element) -> str:
    name = element.get("id")
    return f" <{name}>" if _LABEL.fullmatch(name) else ""
