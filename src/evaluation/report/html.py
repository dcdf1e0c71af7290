"""The page around the report: one file without any request to the outside, readable by people, screens and printers."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources
from xml.parsers import expat

from markupsafe import Markup, escape

from evaluation.display.interactive.assets import map_script, map_style
from evaluation.settings import Language

TAGS = {
    "div", "section", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "p", "span", "sup", "sub", "em",
    "strong", "b", "i", "br", "small", "abbr", "code", "ul", "ol", "li", "dl", "dt", "dd", "h3", "h4",
}  # fmt: skip
ATTRIBUTES = {"class", "id", "scope", "colspan", "rowspan", "role", "tabindex", "lang", "title"}
_WORDS: dict[str, tuple[str, str]] = {
    "skip": ("К содержанию отчёта", "Skip to the report"),
    "contents": ("Содержание", "Contents"),
}
_HAS_MAP = "data-interactive-map"
_SERVED = ('class="exhibit', 'class="annex-group"', _HAS_MAP)
# marks of places in texts that are still to be filled, and signs that no page may hold
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ue000\ue001\ufffe\uffff]")
_MAP = re.compile(r'<section class="imap.*?</section>', re.DOTALL)


class UnsafeHtmlError(ValueError):
    """A fragment holds an element or attribute that a table for people never has."""


def safe_fragment(name: str, fragment: str) -> Markup:
    """A table's HTML after checking that it holds nothing but tables and text, every element of it closed.

    Raises UnsafeHtmlError naming the table and the element or attribute.
    """

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag not in TAGS:
            raise UnsafeHtmlError(f"table {name}: element <{tag}> is not allowed in the report")
        for key in attributes.keys() - ATTRIBUTES:
            if not key.startswith(("aria-", "data-")):
                raise UnsafeHtmlError(f"table {name}: attribute {key} of <{tag}> is not allowed in the report")

    def refused(*_: object) -> None:
        raise UnsafeHtmlError(f"table {name}: declarations and instructions are not allowed in the report")

    fragment = _NO_TEXT.sub("", fragment)
    reading = expat.ParserCreate(encoding="utf-8")
    reading.StartElementHandler = started
    reading.StartDoctypeDeclHandler = reading.ProcessingInstructionHandler = refused
    reading.StartCdataSectionHandler = refused
    try:
        reading.Parse(f"<div>{fragment}</div>".encode(), True)
    except expat.ExpatError as error:
        raise UnsafeHtmlError(f"table {name}: {error} of its HTML") from error
    return Markup(fragment)


def picture(name: str, content: str | bytes, description: str) -> Markup:
    """An image held in the page itself; as an image an SVG can run nothing and reach nothing."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/svg+xml"
    encoded = base64.b64encode(data).decode("ascii")
    return Markup('<img id="image-{}" src="data:{};base64,{}" alt="{}"/>').format(name, kind, encoded, description)


def styles() -> str:
    return _text("report.css")


def interactive_map(page_text: str, name: str) -> Markup:
    """The map of a map's own page, to stand within a report; shown on screens alone, ``name`` tells it apart.

    Its title becomes a heading of the third level. Raises ValueError where the page holds no map or more than one.
    """
    found = _MAP.findall(page_text)
    if len(found) != 1:
        raise ValueError(f"map {name}: its page holds {len(found)} maps, expected one")
    body = re.sub("<(/?)h1(?=[ >])", r"<\1h3", _NO_TEXT.sub("", found[0]))
    return Markup(f'<div class="interactive" id="map-{escape(name)}" data-medium="screen">{body}</div>')


def page(
    title: str, language: Language, head: str, contents: list[tuple[str, str, str]], body: str, more: str = ""
) -> str:
    """The whole document: ``head`` is the title block, ``contents`` has anchor, number and title of each section.

    A page without contents has no such list beside it. ``more`` are further styles. A page with tables for people
    (``.exhibit``), folded parts (``details.annex-group``) or interactive maps gets the one script that serves them;
    its policy allows that script by its digest and nothing else. Everything can be read without a script. Every element
    is closed, as in XML: documents are made from pages (``report/office``).
    """
    css, scripts = styles() + _running_head(title) + more, []
    if any(sign in body for sign in _SERVED):
        scripts.append(_text("report.js"))
    if _HAS_MAP in body:
        css += map_style()
        scripts.append(map_script())
    allowed = f"script-src {' '.join(map(_digest, scripts))}; " if scripts else ""
    policy = (
        f"default-src 'none'; {allowed}img-src data:; style-src {_digest(css)}; base-uri 'none'; form-action 'none'"
    )
    items = "".join(
        f'<li><a href="#{anchor}"><span class="place">{number}</span> {text}</a></li>'
        for anchor, number, text in contents
    )
    position = 0 if language == "ru" else 1
    words = {key: pair[position] for key, pair in _WORDS.items()}
    nav = (
        f'<nav class="contents" aria-labelledby="contents-title"><h2 id="contents-title">{words["contents"]}</h2>'
        f'<ol>{items}</ol><a class="back" href="#contents-title" data-medium="screen">{words["contents"]}</a></nav>\n'
    )
    programs = "".join(f"<script>{script}</script>\n" for script in scripts)
    return _NO_TEXT.sub(
        "",
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="referrer" content="no-referrer"/>\n<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{escape(title)}</title>\n<style>{css}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">{words["skip"]}</a>\n{head}\n'
        f'<div class="frame{"" if items else " alone"}">\n{nav if items else ""}'
        f'<main id="main" tabindex="-1">\n{body}\n</main>\n</div>\n{programs}</body>\n</html>\n',
    )


def _running_head(title: str) -> str:
    """The title at the head of printed pages, as a text of a style sheet that nothing in it can end."""
    text = "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):x} " for sign in title)
    return f'@media print {{ @page {{ @top-left {{ content: "{text}"; }} }} }}\n'


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


@lru_cache
def _text(name: str) -> str:
    return resources.files("evaluation.report").joinpath("texts").joinpath(name).read_text(encoding="utf-8")
