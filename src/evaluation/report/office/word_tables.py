"""Tables of a Word file in Word's own form: pandoc would take most of its time for their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from evaluation.report.office.elements import raw_block, rows_of, span_of, widths_of
from evaluation.report.office.tree import Element

PLACE = raw_block("openxml", '<w:p w:rsidR="TABLE"/>')
"""Where a table of ``table_xml`` is to stand in what pandoc is given."""
_PLACE = re.compile(r'<w:p w:rsidR="TABLE"\s*/>')
# hyphens that do not break, or are seen only at a line's end, are marks of Word's own
_MARKS = {
    ord("\u2011"): '</w:t><w:noBreakHyphen/><w:t xml:space="preserve">',
    ord("\u00ad"): '</w:t><w:softHyphen/><w:t xml:space="preserve">',
}
_TEXT_WIDTH = 7920  # twentieths of a point; columns share what the page has in these proportions


def table_xml(element: Element, style: str, style_keys: Mapping[str, str], title: str) -> str | None:
    """The table, its texts in the paragraph style ``style``, announced by readers' aids as ``title``.

    Its head is repeated on every page, and no row runs on over two. ``style_keys`` are the reference document's keys
    of styles by name in small letters. None for a table that is left to pandoc: one with formatted cells, with cells
    over several rows, or in a style without a key.
    """
    key, whole = style_keys.get(style.casefold()), style_keys.get("table")
    head, body = rows_of(element)
    rows = [*head, *body]
    if not key or not whole or not all(_is_plain(cell) for row in rows for cell in row):
        return None
    widths = widths_of(element)
    first = ("1", "0020") if head else ("0", "0000")
    caption = f'<w:tblCaption w:val="{escape(title)}"/>' if title else ""
    columns = "".join(f'<w:gridCol w:w="{int(_TEXT_WIDTH * width)}"/>' for width in widths)
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="{escape(key)}"/>'
    repeated, single = "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>", "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
    made = [
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{escape(whole)}"/><w:tblW w:type="pct" w:w="{round(5000 * sum(widths))}"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:firstRow="{first[0]}" w:lastRow="0" w:firstColumn="0" '
        f'w:lastColumn="0" w:noHBand="0" w:noVBand="0" w:val="{first[1]}"/>{caption}</w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>"
    ]
    for number, row in enumerate(rows):
        made.append(repeated if number < len(head) else single)
        made += [_cell(cell, paragraph) for cell in row]
        made.append("</w:tr>")
    return "".join([*made, "</w:tbl>"])


def with_tables(text: str, tables: Sequence[str]) -> str:
    """A document's text with ``tables`` in their places, in order.

    Raises ValueError where there are not as many places as tables: none may get lost.
    """
    between = _PLACE.split(text)
    if len(between) != len(tables) + 1:
        raise ValueError(f"a document has {len(between) - 1} places for {len(tables)} tables")
    return "".join(part for pair in zip(between, [*tables, ""], strict=True) for part in pair)


def _is_plain(cell: Element) -> bool:
    return all(isinstance(child, str) for child in cell.children) and span_of(cell, "rowspan") == 1


def _cell(cell: Element, paragraph: str) -> str:
    columns = span_of(cell, "colspan")
    span = f'<w:tcPr><w:gridSpan w:val="{columns}"/></w:tcPr>' if columns > 1 else "<w:tcPr/>"
    side = '<w:jc w:val="right"/>' if cell.get("align") == "right" else ""
    text = escape(cell.plain(), quote=False).translate(_MARKS)
    run = f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""
    return f"<w:tc>{span}{paragraph}{side}</w:pPr>{run}</w:p></w:tc>"
