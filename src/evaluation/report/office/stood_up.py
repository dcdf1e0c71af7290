"""A table of one or two wide rows, stood up: its columns become lines, and it needs no turned page."""

from __future__ import annotations

from evaluation.report.office.tree import Element

MOST_ROWS = 2
"""More rows than these beside each other are as hard to read as the turned page."""
_CELLS = frozenset({"th", "td"})
_GROUPS = frozenset({"thead", "tbody"})


def stood_up(table: Element) -> Element | None:
    """The table with its head as the first column; None where it has more rows, no head of one row, joined cells or a
    foot.

    Caption, identifier and marks of the table stay. The first column's head and values become the new head.
    """
    head, body = _rows(table, "thead"), _rows(table, "tbody")
    width = len(head[0]) if len(head) == 1 else 0
    rows = [*head, *body]
    if (
        _rows(table, "tfoot")
        or not body
        or len(body) > MOST_ROWS
        or width < 2
        or any(len(row) != width for row in rows)
        or _joined(rows)
    ):
        return None
    lines = [[_named(cells[0]), *map(_value, cells[1:])] for cells in zip(*rows, strict=True)]
    first = Element("tr", {}, [_named(cell) for cell in lines[0]])
    groups = [
        Element("thead", {}, [first]),
        Element("tbody", {}, [Element("tr", {}, list(line)) for line in lines[1:]]),
    ]
    others = [child for child in table.children if not isinstance(child, Element) or child.tag not in _GROUPS]
    return Element(table.tag, dict(table.attributes), [*others, *groups])


def _rows(table: Element, group: str) -> list[list[Element]]:
    """Cells of the rows of a group."""
    lines = [row for part in table.elements() if part.tag == group for row in part.elements() if row.tag == "tr"]
    return [[cell for cell in row.elements() if cell.tag in _CELLS] for row in lines]


def _joined(rows: list[list[Element]]) -> bool:
    return any(cell.get(name) not in ("", "1") for row in rows for cell in row for name in ("colspan", "rowspan"))


def _named(cell: Element) -> Element:
    return Element("th", {"scope": "row"}, cell.children)


def _value(cell: Element) -> Element:
    # numbers of different columns stand below each other now: nothing lines up
    return Element("td", {}, cell.children)
