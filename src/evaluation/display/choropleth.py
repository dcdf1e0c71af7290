"""Drawing of boundaries filled by class, with labelled insets of the crowded parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.display.maps.frame import frame_map, name_units
from evaluation.display.maps.keys import MapKey, draw_legend, legend_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from evaluation.display.ground import Ground
    from evaluation.settings import Language


def draw_boundaries(ground: Ground, key: MapKey, language: Language, unit_label: str) -> tuple[Figure, list[str]]:
    """The map's body with insets, scale bars, legend and names, and what the note must tell of the names."""
    unplaced = not bool(ground.shapes["named"].all())

    def legend(axes: Axes) -> Legend:
        return draw_legend(axes, key, language, unit_label, columns=2, unplaced=unplaced)

    frame = frame_map(ground, key.fill, legend_size(legend), legend, language)
    return frame.figure, name_units(frame, language, key.fill)
