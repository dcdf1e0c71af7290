"""The body of a Word file: captions with fields that count, tables in their own styles, turned pages, filled lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from evaluation.report.office.elements import (
    Body,
    Part,
    attributes,
    caption_of,
    para,
    raw_block,
    raw_inline,
    rows_of,
    span_of,
    styled,
    widths_of,
    words_of,
)
from evaluation.report.office.rasters import Shown
from evaluation.report.office.tree import Element
from evaluation.report.office.word_tables import PLACE, table_xml

TURN_BEFORE, TURN_AFTER = "UPRIGHT", "TURNED"
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
DEEPEST = 2  # levels of headings in the contents


@dataclass(frozen=True)
class Entry:
    """A line of a list: its text, where it leads, how deep it stands."""

    text: str
    target: str
    level: int = 1


@dataclass
class Lists:
    """What contents and lists name, in the document's order."""

    contents: list[Entry] = field(default_factory=list)
    tables: list[Entry] = field(default_factory=list)
    figures: list[Entry] = field(default_factory=list)


class WordBody(Body):
    """``pictures`` says how each picture is shown, by the file that the body names; ``words`` the captions' words.

    ``style_keys`` are the keys of the reference document's styles by name. Tables of plain text go past pandoc:
    ``tables`` has them as Word writes them, for their places (``word_tables``); ``titles`` those of the numbered
    tables that pandoc writes.
    """

    def __init__(
        self, words: Mapping[str, str], pictures: Mapping[str, Shown], formulas: Sequence[Part] = (),
        style_keys: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(formulas)
        self._style_keys = style_keys or {}
        self.lists = Lists()
        self.tables: list[str] = []
        self.titles: list[str] = []
        self._words = words
        self._pictures = pictures

    def block(self, element: Element) -> list[Part]:
        if element.tag in ("h1", "h2") and int(element.tag[1]) <= DEEPEST:
            if not element.get("id"):
                element = Element(element.tag, {"id": f"heading-{len(self.lists.contents) + 1}"}, element.children)
            self.lists.contents.append(Entry(element.plain(), element.get("id"), int(element.tag[1])))
        return super().block(element)

    def table(self, element: Element) -> list[Part]:
        if "tiles" in element.classes:
            return [self._table(element, "Tile", [1 / 3] * 3)]
        title = element.get("data-title")
        if element.get("data-number"):
            self.lists.tables.append(self._entry(element, "table"))
        caption = self._caption(element, "Table Caption", "table")
        style = _text_style(float(element.get("data-size") or 9))
        written = table_xml(element, style, self._style_keys, title)
        if written is not None:
            self.tables.append(written)
            return [*caption, PLACE]
        if element.get("data-number"):
            self.titles.append(title)
        return [*caption, self._table(element, style, widths_of(element))]

    def _table(self, element: Element, style: str, widths: Sequence[float]) -> Part:
        head, body = rows_of(element)
        columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": width}] for width in widths]
        none = attributes()
        return {
            "t": "Table",
            "c": [
                none, [None, []], columns, [none, self._rows(head, style)],
                [[none, 0, [], self._rows(body, style)]], [none, []],
            ],
        }  # fmt: skip

    def figure(self, element: Element) -> list[Part]:
        images = [each for each in element.walk() if each.tag == "img"]
        if not images:
            rest = [each for each in element.elements() if each.tag != "figcaption"]
            return [*self.blocks(rest), para(self.inlines(caption_of(element)))]
        if element.get("data-number"):
            self.lists.figures.append(self._entry(element, "figure"))
        pictures = [part for image in images for part in self.picture(image)]
        return [styled("Captioned Figure", [para(pictures)]), *self._caption(element, "Image Caption", "figure")]

    def box(self, element: Element, blocks: list[Part]) -> list[Part]:
        if element.classes == ["turned"]:
            return [_section(TURN_BEFORE), *blocks, _section(TURN_AFTER)]
        if element.classes == ["new-page"]:
            return [raw_block("openxml", PAGE_BREAK)]
        style = element.get("data-custom-style")
        return [styled(style, blocks)] if style else blocks

    def picture(self, element: Element) -> list[Part]:
        shown = self._pictures[element.get("src")]
        size = {"width": f"{shown.width:.2f}cm", "height": f"{shown.height:.2f}cm"} if shown.width else {}
        return [{"t": "Image", "c": [attributes(values=size), words_of(element.get("alt")), [shown.file, ""]]}]

    def mark(self, inner: list[Part]) -> list[Part]:
        return [{"t": "Span", "c": [attributes(values={"custom-style": "Mark"}), inner]}]

    def _entry(self, element: Element, kind: str) -> Entry:
        label = f"{self._words[kind]}\u00a0{element.get('data-number')}. {element.get('data-title')}"
        return Entry(label, element.get("id"))

    def _caption(self, element: Element, style: str, kind: str) -> list[Part]:
        text = self.inlines(caption_of(element))
        number = element.get("data-number")
        if number:
            counted = raw_inline("openxml", counting(self._words[kind], number, element.get("data-reset")))
            label: Part = {"t": "Span", "c": [attributes(element.get("id")), [counted]]}
            text = [label, {"t": "Str", "c": "."}, {"t": "Space"}, *text]
        return [styled(style, [para(text)])] if text else []

    def _rows(self, rows: list[list[Element]], style: str) -> list[list[object]]:
        return [[attributes(), [self._cell(cell, style) for cell in row]] for row in rows]

    def _cell(self, cell: Element, style: str) -> list[object]:
        align = "AlignRight" if cell.get("align") == "right" else "AlignDefault"
        lines = [self.inlines(each) for each in cell.elements() if each.tag == "p"] or [self.inlines(cell)]
        blocks = [styled(style, [para(line) for line in lines])]
        return [attributes(), {"t": align}, span_of(cell, "rowspan"), span_of(cell, "colspan"), blocks]


def _text_style(size: float) -> str:
    if size > 8:
        return "Table Text"
    return "Table Text Small" if size > 6.5 else "Table Text Tiny"


def _section(mark: str) -> Part:
    """The end of a section; ``word_parts`` gives it its page, upright or turned."""
    spacing = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return raw_block("openxml", f'<w:p><w:pPr>{spacing}<w:sectPr w:rsidR="{mark}"/></w:pPr></w:p>')


def _sign(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _code(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {escape(text, quote=False)} </w:instrText></w:r>'


def counting(word: str, number: str, restart: str = "") -> str:
    """«Таблица 3» where Word itself counts; ``restart`` gives the count a new beginning."""
    code = f"SEQ {word} \\* ARABIC" + (f" \\r {restart}" if restart else "")
    return (
        f'<w:r><w:t xml:space="preserve">{escape(word, quote=False)}\u00a0</w:t></w:r>{_sign("begin")}{_code(code)}'
        f"{_sign('separate')}<w:r><w:t>{number}</w:t></w:r>{_sign('end')}"
    )


def list_blocks(title: str, entries: Sequence[Entry], code: str, style: str) -> list[Part]:
    """A list that Word can renew, already filled: it is seen without a question whether to renew it.

    ``style`` has a place for the level (``toc {}``). Empty for a list without entries.
    """
    made = [styled("TOC Heading", [para(words_of(title))])] if entries else []
    for number, entry in enumerate(entries, 1):
        line: list[Part] = []
        if number == 1:
            line.append(raw_inline("openxml", _sign("begin") + _code(code) + _sign("separate")))
        text = words_of(entry.text)
        line += [{"t": "Link", "c": [attributes(), text, [f"#{entry.target}", ""]]}] if entry.target else text
        if number == len(entries):
            line.append(raw_inline("openxml", _sign("end")))
        made.append(styled(style.format(entry.level), [para(line)]))
    return made


def all_lists(lists: Lists, words: Mapping[str, str]) -> list[Part]:
    """Contents, list of tables, list of figures."""
    return [
        *list_blocks(words["contents"], lists.contents, f'TOC \\o "1-{DEEPEST}" \\h \\z \\u', "toc {}"),
        *list_blocks(words["tables"], lists.tables, f'TOC \\h \\z \\c "{words["table"]}"', "table of figures"),
        *list_blocks(words["figures"], lists.figures, f'TOC \\h \\z \\c "{words["figure"]}"', "table of figures"),
    ]
