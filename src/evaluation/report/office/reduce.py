"""What a page keeps in a document: text, lists, tables and figures; nothing that needs a screen or a hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from evaluation.report.office.tree import Element

Node = Element | str

DROPPED = frozenset({"nav", "script", "style", "button", "input", "select", "textarea", "template", "dialog", "link"})
INLINE = frozenset({
    "a", "abbr", "b", "br", "cite", "code", "data", "del", "dfn", "em", "i", "img", "ins", "kbd", "label", "mark",
    "math", "output", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
})  # fmt: skip
KEPT = frozenset({
    "p", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "pre", "code", "blockquote",
    "em", "strong", "b", "i", "br", "sub", "sup", "hr", "img",
})  # fmt: skip
BOXES = {"note": "Table Note", "reason": "Notice", "banner": "Notice", "card": "Card"}
"""Classes of boxes that documents show as such, and the Word style of their paragraphs."""
KEPT_ATTRIBUTES = frozenset({"id", "class", "scope", "colspan", "rowspan", "src", "alt", "start", "lang"})
TILES_IN_A_ROW = 3


def reduced(main: Element) -> Element:
    """The body of a document from a page's ``main``: an element without a name, headings from ``h1``.

    Left out is what is marked ``data-medium="screen"``, hidden from readers' aids, or works by hand (buttons, menus,
    downloads). What can be folded is unfolded; sections are dissolved, their anchors kept by their headings. Links
    inside the page stay where their target does, links to other sites stay, others become text.
    """
    body = Element("", {}, _Reducer().blocks(main.children))
    there = {each.get("id") for each in body.walk()}
    for link in body.walk():
        if link.tag == "a" and link.get("href").startswith("#") and link.get("href")[1:] not in there:
            link.tag, link.attributes = "span", {}
    return body


def _is_left_out(element: Element) -> bool:
    if element.get("data-medium") == "print":
        return False
    return (
        element.get("data-medium") == "screen"
        or (element.tag in DROPPED)
        or "hidden" in element.attributes
        or element.get("aria-hidden") == "true"
        or (element.tag == "a" and ("download" in element.attributes or element.get("href").startswith("data:")))
    )


@dataclass
class _Reducer:
    used: set[str] = field(default_factory=set)
    level: int = 0  # of the last heading: none may skip a level
    anchor: str = ""  # of a section whose heading has not come yet

    def blocks(self, nodes: Sequence[Node]) -> list[Node]:
        """Nodes for a place where paragraphs stand: text that lies open is put into one."""
        made: list[Node] = []
        open_text: list[Node] = []

        def close() -> None:
            if any(not isinstance(each, str) or each.strip() for each in open_text):
                made.append(Element("p", {}, list(open_text)))
            open_text.clear()

        for node in nodes:
            if isinstance(node, str) or (node.tag in INLINE and node.tag != "img"):
                open_text.extend(self.node(node))
            else:
                close()
                made.extend(self.node(node))
        close()
        return made

    def node(self, node: Node) -> list[Node]:
        if isinstance(node, str):
            return [node]
        if _is_left_out(node):
            return []
        special = _SPECIAL.get(node.tag)
        if special is not None:
            return special(self, node)
        if node.tag in KEPT:
            inner = self.blocks(node.children) if node.tag == "blockquote" else self.inline(node.children)
            return [Element(node.tag, self._kept(node), inner)]
        if node.tag in INLINE:
            return self.inline(node.children)
        return self._dissolved(node)

    def inline(self, nodes: Sequence[Node]) -> list[Node]:
        return [each for node in nodes for each in self.node(node)]

    def _kept(self, node: Element) -> dict[str, str]:
        kept = {key: value for key, value in node.attributes.items() if key in KEPT_ATTRIBUTES and value}
        kept |= {key: value for key, value in node.attributes.items() if key == "src"}
        if "id" in kept and not self._claim(kept["id"]):
            del kept["id"]
        return kept

    def _claim(self, identifier: str) -> bool:
        """Whether the identifier is not taken yet: a document with one twice knows neither."""
        if identifier in self.used:
            return False
        self.used.add(identifier)
        return True

    # ---- elements that change ------------------------------------------------------------------------------------

    def _dissolved(self, node: Element) -> list[Node]:
        """A section or box without a look of its own gives way to what it holds."""
        box = next((name for name in BOXES if name in node.classes), None)
        anchor = node.get("id")
        if "exhibit" in node.classes:
            return self._exhibit(node)
        if box is not None and node.find("table") is None:
            attributes = {"class": box, "data-custom-style": BOXES[box]}
            return [Element("div", attributes, self.blocks(node.children))]
        if anchor and node.tag in ("section", "article", "main", "div") and self._claim(anchor):
            self.anchor = anchor
        broken = [Element("div", {"class": "new-page"})] if node.get("data-break") == "before" else []
        return [*broken, *self.blocks(node.children)]

    def _exhibit(self, node: Element) -> list[Node]:
        blocks = self.blocks(node.children)
        table = next((each for each in blocks if isinstance(each, Element) and each.tag == "table"), None)
        if table is not None and node.get("id") and self._claim(node.get("id")):
            table.attributes["id"] = node.get("id")
        return blocks

    def _paragraph(self, node: Element) -> list[Node]:
        inner = self.inline(node.children)
        box = next((name for name in BOXES if name in node.classes), None)
        paragraph = Element("p", {}, inner)
        if box is None:
            return [paragraph]
        return [Element("div", {"class": box, "data-custom-style": BOXES[box]}, [paragraph])]

    def _heading(self, node: Element) -> list[Node]:
        self.level = min(int(node.tag[1]) - 1 or 1, self.level + 1)
        identifier = self.anchor or node.get("id")
        self.anchor = ""
        attributes = {"id": identifier} if identifier else {}
        return [Element(f"h{self.level}", attributes, self.inline(node.children))]

    def _span(self, node: Element) -> list[Node]:
        inner = self.inline(node.children)
        if "place" in node.classes:
            return [*inner, "\u00a0\u00a0"]
        return [Element("span", {"class": "simulated"}, inner)] if "simulated" in node.classes else inner

    def _link(self, node: Element) -> list[Node]:
        inner = self.inline(node.children)
        address = node.get("href")
        is_kept = address.startswith(("http://", "https://", "mailto:", "#"))
        return [Element("a", {"href": address}, inner)] if is_kept else inner

    def _figure(self, node: Element) -> list[Node]:
        caption = next((each for each in node.elements() if each.tag == "figcaption"), None)
        rest = [each for each in node.children if each is not caption]
        inner = self.blocks(rest)
        if caption is not None:
            inner.append(Element("figcaption", {}, self.inline(caption.children)))
        return [Element("figure", self._kept(node), inner)]

    def _definitions(self, node: Element) -> list[Node]:
        names = [each for each in node.walk() if each.tag in ("dt", "dd")]
        pairs: list[tuple[Element, list[Element]]] = []
        for each in names:
            if each.tag == "dt":
                pairs.append((each, []))
            elif pairs:
                pairs[-1][1].append(each)
        if "tiles" in node.classes:
            return [self._tiles(pairs)]
        made: list[Node] = []
        for name, values in pairs:
            value = [part for each in values for part in (*self.inline(each.children), " ")]
            strong = Element("strong", {}, [*self.inline(name.children), "." if "narrow" in node.classes else ":"])
            made.append(Element("p", {}, [strong, " ", *value]))
        return [Element("div", {"class": "facts", "data-custom-style": "Fact"}, made)]

    def _tiles(self, pairs: Sequence[tuple[Element, list[Element]]]) -> Element:
        cells = [
            Element("td", {}, [
                Element("p", {}, [Element("strong", {}, self._together(values))]),
                Element("p", {}, self.inline(name.children)),
            ])
            for name, values in pairs
        ]  # fmt: skip
        starts = range(0, len(cells), TILES_IN_A_ROW)
        filled = [cells[start : start + TILES_IN_A_ROW] for start in starts]
        rows = [Element("tr", {}, [*row, *(Element("td") for _ in range(TILES_IN_A_ROW - len(row)))]) for row in filled]
        return Element("table", {"class": "tiles"}, [Element("tbody", {}, list(rows))])

    def _together(self, values: Sequence[Element]) -> list[Node]:
        return [part for each in values for part in self.inline(each.children)]

    def _summary(self, node: Element) -> list[Node]:
        if any(each.tag in ("h2", "h3", "h4", "h5", "h6") for each in node.walk()):
            return self.blocks(node.children)
        return [Element("p", {}, [Element("strong", {}, self.inline(node.children))])]

    def _cell(self, node: Element) -> list[Node]:
        children: list[Node] = []
        for child in node.children:  # a heading that sorts by a press keeps its words
            children += child.children if isinstance(child, Element) and child.tag == "button" else [child]
        attributes = self._kept(node)
        if "number" in node.classes:
            attributes["align"] = "right"
        attributes.pop("class", None)
        return [Element(node.tag, attributes, self.inline(children))]

    def _drawing(self, node: Element) -> list[Node]:
        return [node]

    def _formula(self, node: Element) -> list[Node]:
        told = node.get("alttext") or node.get("aria-label")
        return [Element("span", {"class": "formula", "data-told": told}, [node])]


_SPECIAL: dict[str, Callable[[_Reducer, Element], list[Node]]] = {
    **{f"h{level}": _Reducer._heading for level in range(1, 7)},
    "p": _Reducer._paragraph,
    "span": _Reducer._span,
    "a": _Reducer._link,
    "figure": _Reducer._figure,
    "dl": _Reducer._definitions,
    "summary": _Reducer._summary,
    "th": _Reducer._cell,
    "td": _Reducer._cell,
    "svg": _Reducer._drawing,
    "math": _Reducer._formula,
}
