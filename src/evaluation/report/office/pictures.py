"""Pictures held in a page, taken out as files."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from evaluation.report.office.tree import Element

_DATA = re.compile(r"data:image/(svg\+xml|png|jpeg)(;[^,]*)?,(.*)", re.DOTALL)
_ENDINGS = {"svg+xml": "svg", "png": "png", "jpeg": "jpg"}


@dataclass(frozen=True)
class Picture:
    """An image: its name in the document's folder, what it holds and the page's identifier of it (may be empty)."""

    file: str
    content: bytes
    identifier: str = ""

    @property
    def is_drawing(self) -> bool:
        return self.file.endswith(".svg")


def take_pictures(body: Element) -> tuple[Picture, ...]:
    """Takes images and drawings out of the page, in place; returns them in order, each content once.

    An ``img`` with a data address names its file afterwards, as does a drawing (``svg``) that becomes one. An image
    from elsewhere is replaced with its description: nothing is fetched. A picture without a description takes the one
    of its figure's caption.
    """
    found: dict[str, Picture] = {}
    for parent in list(body.walk()):
        for position, child in enumerate(parent.children):
            if not isinstance(child, Element) or child.tag not in ("img", "svg"):
                continue
            content = _content(child)
            if content is None:
                parent.children[position] = child.get("alt")
                continue
            ending, data = content
            name = f"{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
            found.setdefault(name, Picture(name, data, child.get("id")))
            parent.children[position] = Element("img", {"src": name, "alt": _description(child, parent)})
    return tuple(found.values())


def _content(element: Element) -> tuple[str, bytes] | None:
    if element.tag == "svg":
        source = element.get("data-source")
        if 'xmlns="' not in source.partition(">")[0]:
            source = source.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        return "svg", source.encode("utf-8")
    match = _DATA.fullmatch(element.get("src").strip())
    if match is None:
        return None
    kind, how, data = match.groups()
    if ";base64" not in (how or ""):
        return _ENDINGS[kind], unquote_to_bytes(data)
    try:
        return _ENDINGS[kind], base64.b64decode(data, validate=True)
    except binascii.Error:
        return None


def _description(element: Element, parent: Element) -> str:
    title = element.find("title")
    caption = parent.find("figcaption")
    given = element.get("alt") or element.get("aria-label") or (title.plain() if title else "")
    return given.strip() or (caption.plain() if caption else "")
