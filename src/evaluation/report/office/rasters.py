"""Drawings as pictures of dots, for programs that cannot show a drawing."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from evaluation.report.office.pictures import Picture
from evaluation.report.office.typeset import typeset

DOTS_PER_INCH = 170.0
WIDEST, HIGHEST = 17.4, 13.5  # centimetres
_PNG = b"\x89PNG\r\n\x1a\n"
_SHEET = '#set page(width: 17.4cm, height: auto, margin: 0pt)\n#image("drawing.svg", width: 100%)\n'


@dataclass(frozen=True)
class Shown:
    """A picture's file in the document's folder, its width and height in centimetres (0: as it is)."""

    file: str
    width: float = 0.0
    height: float = 0.0


@lru_cache(maxsize=256)
def raster(drawing: bytes) -> bytes:
    """An SVG as a PNG as wide as a page's text. Raises InputProblem where the extra ``documents`` is missing."""
    with tempfile.TemporaryDirectory(prefix="evaluation-drawing-") as name:
        folder = Path(name).resolve()
        (folder / "drawing.svg").write_bytes(drawing)
        (folder / "main.typ").write_text(_SHEET, encoding="utf-8")
        return typeset([folder], format="png", ppi=DOTS_PER_INCH)[0]


def write_pictures(pictures: Sequence[Picture], folder: Path, drawn: Mapping[str, bytes]) -> dict[str, Shown]:
    """Writes every picture into ``folder``, drawings as PNG; returns how each is shown, by its file.

    ``drawn`` has PNG of drawings by name of their figure (``coverage_map``); others are made here.
    """
    shown = {}
    for picture in pictures:
        name, content = picture.file, picture.content
        if picture.is_drawing:
            name = name.removesuffix(".svg") + ".png"
            content = drawn.get(picture.identifier.removeprefix("image-")) or raster(content)
        (folder / name).write_bytes(content)
        shown[picture.file] = Shown(name, *_size(content))
    return shown


def _size(content: bytes) -> tuple[float, float]:
    """Centimetres in which the picture fits a page beside its caption; nothing known of other formats than PNG."""
    if not content.startswith(_PNG):
        return 0.0, 0.0
    width, height = struct.unpack(">II", content[16:24])
    scale = min(WIDEST / width, HIGHEST / height)
    return width * scale, height * scale
