"""Which letters the font of the figures lacks."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager, ft2font

from evaluation.display.canvas import STYLE


def missing_letters(text: str) -> str | None:
    """Letters of ``text`` that the figures' font has no shape for; None where the font is not there at all."""
    try:
        place = font_manager.findfont(STYLE["font.family"], fallback_to_default=False)
    except ValueError:
        return None
    known = ft2font.FT2Font(place).get_charmap()
    return "".join(dict.fromkeys(letter for letter in text if not letter.isspace() and ord(letter) not in known))


def font_folder() -> Path:
    """The folder of the fonts that come with matplotlib."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"
