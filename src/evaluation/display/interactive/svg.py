"""The map's drawing as inline SVG, without colours: the script paints it by indicator and year."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from evaluation.display.maps.keys import HATCH, PATTERNS

if TYPE_CHECKING:
    from evaluation.display.interactive.outlines import Drawing


def map_svg(ids: list[str], drawing: Drawing, name: str) -> str:
    """The drawing as inline SVG; shapes carry their unit's number in ``ids``; ids of patterns begin with ``name``."""
    number = {unit: place for place, unit in enumerate(ids)}
    shapes = []
    for one in drawing.outlines:
        place = number.get(one.unit)
        if place is None:
            shapes.append(f'<path class="u" fill="url(#{name}-unplaced)" d="{one.path}"/>' if one.path else "")
            continue
        path = one.path
        if one.is_dot or not path:
            r = drawing.dot
            path = f"M{one.x - r} {one.y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0-{2 * r} 0z"
        shapes.append(f'<path class="u" data-i="{place}" d="{path}"/>')
    texts = [_label(one.x, one.y, number[one.unit], drawing.names[one.unit], drawing.letters)
             for one in drawing.outlines if one.unit in drawing.names and one.unit in number]  # fmt: skip
    size = max(8, round(max(drawing.width, drawing.height) / 90))
    return (
        f'<svg data-part="svg" viewBox="0 0 {drawing.width} {drawing.height}" aria-hidden="true" focusable="false" '
        f'preserveAspectRatio="xMidYMid meet">{_patterns(name, size)}'
        f'{"".join(shapes)}{"".join(texts)}<path class="ring" data-part="ring" d=""/></svg>'
    )


def _patterns(name: str, size: int) -> str:
    """Fillings of units without a shown value, as on the static maps: lines, dots, crosses."""
    half = size / 2
    marks = {
        "no_data": f'<path d="M0 {size}L{size} 0" stroke="{HATCH}" stroke-width="{size / 8:g}"/>',
        "hidden": f'<circle cx="{half:g}" cy="{half:g}" r="{size / 8:g}" fill="{HATCH}"/>',
        "unplaced": f'<path d="M0 {size}L{size} 0M0 0L{size} {size}" stroke="{HATCH}" stroke-width="{size / 8:g}"/>',
    }
    made = "".join(
        f'<pattern id="{name}-{kind.replace("_", "-")}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<rect width="{size}" height="{size}" fill="{PATTERNS[kind][0]}"/>{mark}</pattern>'
        for kind, mark in marks.items()
    )
    return f"<defs>{made}</defs>"


def _label(x: int, y: int, place: int, text: str, size: float) -> str:
    lines = text.split("\n")
    spans = "".join(
        f'<tspan x="{x}" y="{y + size * (0.35 + 1.05 * (row - (len(lines) - 1) / 2)):.0f}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    return f'<text data-i="{place}" font-size="{size:g}">{spans}</text>'
