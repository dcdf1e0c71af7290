"""Printed numbers of tables and figures: taken off, for the document numbers its captions itself."""

from __future__ import annotations

import re

from evaluation.display.wording import words
from evaluation.report.office.tree import Element
from evaluation.settings import LANGUAGES

_KINDS = {words(kind, language): kind for kind in ("table", "figure") for language in LANGUAGES}
_LABEL = re.compile(rf"\s*({'|'.join(map(re.escape, _KINDS))})[\s\u00a0]+(\d+)\.\s*")


def numbered(body: Element) -> None:
    """Marks every table and figure that has a number, in place.

    The label («Таблица 3.») leaves the caption; the element gets ``data-kind`` (table, figure), ``data-number``,
    ``data-title`` (the caption as text) and, where the number is not the one after the last of its kind,
    ``data-reset``. A caption with another label, or none, stays as it is.
    """
    last = {"table": 0, "figure": 0}
    for element in body.walk():
        if element.tag not in ("table", "figure"):
            continue
        name = "caption" if element.tag == "table" else "figcaption"
        caption = next((each for each in element.elements() if each.tag == name), None)
        label = _take_label(caption) if caption is not None else None
        if caption is None or label is None:
            continue
        kind, number = label
        marks = {"data-kind": kind, "data-number": str(number), "data-title": caption.plain()}
        if number != last[kind] + 1:
            marks["data-reset"] = str(number)
        last[kind] = number
        element.attributes |= marks


def _take_label(caption: Element) -> tuple[str, int] | None:
    for position, child in enumerate(caption.children):
        if isinstance(child, str) and not child.strip():
            continue
        text = child if isinstance(child, str) else child.text()
        found = _LABEL.fullmatch(text) if isinstance(child, Element) else _LABEL.match(text)
        if found is None:
            return None
        rest = text[found.end() :]
        caption.children[: position + 1] = [rest] if rest else []
        if caption.children and isinstance(caption.children[0], str):
            caption.children[0] = caption.children[0].lstrip()
        return _KINDS[found.group(1)], int(found.group(2))
    return None
