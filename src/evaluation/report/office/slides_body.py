"""The body of a presentation: a heading begins a slide, its lines stand beside its figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evaluation.report.office.elements import (
    Body,
    Part,
    attributes,
    caption_of,
    para,
    rows_of,
    span_of,
)
from evaluation.report.office.rasters import Shown
from evaluation.report.office.tree import Element


class SlidesBody(Body):
    """``pictures`` says how each picture is shown, by the file that the body names."""

    def __init__(self, pictures: Mapping[str, Shown], formulas: Sequence[Part] = ()) -> None:
        super().__init__(formulas)
        self._pictures = pictures

    def blocks(self, elements: Iterable[Element | str]) -> list[Part]:
        """Blocks; between two headings lines come left and the figure right where there are both."""
        made: list[Part] = []
        slide: list[Element | str] = []
        for element in elements:
            if isinstance(element, Element) and element.tag == "h1":
                made += self._slide(slide)
                slide = []
                made += super().blocks([element])
            else:
                slide.append(element)
        return made + self._slide(slide)

    def _slide(self, elements: Sequence[Element | str]) -> list[Part]:
        figures = [each for each in elements if isinstance(each, Element) and each.tag == "figure"]
        lines = [each for each in elements if each not in figures]
        text = super().blocks(lines)
        if not figures or not text:
            return [*text, *super().blocks(figures)]
        columns = [_column("40%", text), _column("60%", super().blocks(figures))]
        return [{"t": "Div", "c": [attributes(classes=["columns"]), columns]}]

    def table(self, element: Element) -> list[Part]:
        head, body = rows_of(element)
        count = max((len(row) for row in (*head, *body)), default=0)
        columns = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]] * count
        none = attributes()
        caption = self.inlines(caption_of(element))
        long = [{"t": "Plain", "c": caption}] if caption else []
        parts = [[none, 0, [], self._rows(body)]]
        return [{"t": "Table", "c": [none, [None, long], columns, [none, self._rows(head)], parts, [none, []]]}]

    def figure(self, element: Element) -> list[Part]:
        images = [each for each in element.walk() if each.tag == "img"]
        if images:
            return [para([part for image in images for part in self.picture(image)])]
        return self.blocks([each for each in element.elements() if each.tag != "figcaption"])

    def box(self, element: Element, blocks: list[Part]) -> list[Part]:
        return [] if element.classes == ["new-page"] else blocks

    def picture(self, element: Element) -> list[Part]:
        shown = self._pictures[element.get("src")]
        # as a description pandoc would print it below the picture; as a title it tells it to readers' aids alone
        return [{"t": "Image", "c": [attributes(), [], [shown.file, element.get("alt")]]}]

    def _rows(self, rows: list[list[Element]]) -> list[list[object]]:
        return [[attributes(), [self._cell(cell) for cell in row]] for row in rows]

    def _cell(self, cell: Element) -> list[object]:
        align = "AlignRight" if cell.get("align") == "right" else "AlignDefault"
        inner = {"t": "Plain", "c": self.inlines(cell)}
        return [attributes(), {"t": align}, span_of(cell, "rowspan"), span_of(cell, "colspan"), [inner]]


def _column(width: str, blocks: list[Part]) -> Part:
    return {"t": "Div", "c": [attributes(classes=["column"], values={"width": width}), blocks]}
