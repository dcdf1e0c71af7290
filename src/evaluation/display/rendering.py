"""Figures to bytes, the same bytes for the same figure."""

from __future__ import annotations

import io
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

PNG_DPI = 150


def figure_bytes(figure: Figure, ending: str) -> bytes:
    """The figure as ``svg`` or ``png``, without dates or random identifiers."""
    buffer = io.BytesIO()
    # a fixed salt gives SVG elements the same identifiers on every run; letters as paths look the same everywhere
    with mpl.rc_context({"svg.hashsalt": "evaluation", "svg.fonttype": "path"}):
        metadata = {"Date": None} if ending == "svg" else {"Software": None}
        figure.savefig(buffer, format=ending, dpi=PNG_DPI, bbox_inches="tight", metadata=metadata)
    return buffer.getvalue()


@dataclass(frozen=True)
class Picture:
    """A rendered figure that a notebook shows; figures made without pyplot do not show themselves."""

    png: bytes

    def _repr_png_(self) -> bytes:
        return self.png
