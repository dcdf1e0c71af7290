"""The sentences of the report's text, with the findings that each one quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_BLOCKS = {"p", "li", "h2", "h3", "h4", "dd", "dt", "td", "th", "caption", "figcaption", "pre", "summary"}
# what holds no text of the report's own: tables, figures, tiles, links between parts of the page
_SKIPPED = {"figure", "table", "nav", "script", "style", "pre"}
_SKIPPED_CLASSES = {"exhibit", "tiles", "cards", "lists"}
_VOID = {"br", "img", "hr", "meta", "input", "link", "col", "wbr"}
_OPEN, _CLOSE = "\ue010", "\ue011"
_QUOTED = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
# a sentence ends before a capital letter, a quotation mark or a finding, never after a single letter («г.»)
_END = re.compile(r"(?<=[.!?…])(?<!\b[A-Za-zА-Яа-я]\.)\s+(?=[«\"A-ZА-ЯЁ\ue010])")


@dataclass(frozen=True)
class Sentence:
    """A sentence in plain text, its section and the names of the findings it quotes, each once, in order."""

    section: str
    text: str
    findings: tuple[str, ...]


@dataclass
class _Block:
    text: str = ""
    quotes: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = [_Block()]
        self._stack: list[str] = []
        self._skip = 0
        self._quoting: tuple[int, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._add(" " if tag == "br" else "")
            return
        given = dict(attrs)
        self._stack.append(tag)
        hidden = tag in _SKIPPED or bool(_SKIPPED_CLASSES & set((given.get("class") or "").split()))
        if hidden and not self._skip:
            self._skip = len(self._stack)
        if tag in _BLOCKS:
            self.blocks.append(_Block())
        name = given.get("data-finding")
        if name and not self._skip:
            block = self.blocks[-1]
            self._add(f"{_OPEN}{len(block.quotes)}{_CLOSE}")
            block.quotes.append((name, ""))
            self._quoting = (len(self._stack), name)

    def handle_endtag(self, tag: str) -> None:
        while self._stack:
            depth = len(self._stack)
            closed = self._stack.pop()
            if self._quoting and self._quoting[0] == depth:
                self._quoting = None
            if self._skip == depth:
                self._skip = 0
            if closed in _BLOCKS:
                self.blocks.append(_Block())
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, text: str) -> None:
        if self._skip:
            return
        block = self.blocks[-1]
        if self._quoting and not text.startswith(_OPEN):
            name, said = block.quotes[-1]
            block.quotes[-1] = (name, said + text)
        else:
            block.text += text


def sentences(section: str, html: str) -> list[Sentence]:
    """Sentences of a section's HTML that quote findings (elements with ``data-finding``), in order.

    Tables, figures and their captions, the opening numbers and code are no sentences. A finding's own full stops do
    not end a sentence, unless a capital letter follows the finding.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = []
    for block in reader.blocks:
        if block.quotes:
            found += [_sentence(section, part, block.quotes) for part in _split(block) if _OPEN in part]
    return found


def _split(block: _Block) -> list[str]:
    text = " ".join(block.text.split())
    # a finding that ends in a full stop («руб.») ends the sentence as well where a capital letter follows
    for number, (_, said) in enumerate(block.quotes):
        if said.rstrip().endswith("."):
            mark = f"{_OPEN}{number}{_CLOSE}"
            text = re.sub(f"{mark} (?=[«A-ZА-ЯЁ])", f"{mark}\n", text)
    return [part for line in text.split("\n") for part in _END.split(line)]


def _sentence(section: str, part: str, quotes: list[tuple[str, str]]) -> Sentence:
    names = [quotes[int(match.group(1))][0] for match in _QUOTED.finditer(part)]
    text = _QUOTED.sub(lambda match: quotes[int(match.group(1))][1], part)
    return Sentence(section, text.strip(), tuple(dict.fromkeys(names)))
