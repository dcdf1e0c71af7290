"""The panel: what staff do with a programme year, without seeing code. Thin over what the command line calls.

``open_panel`` is all that the notebook ``notebooks/panel.ipynb`` calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evaluation.settings import Language


def open_panel(workspace: str | Path | None = None, language: Language | None = None) -> Any:
    """The panel as a widget, in a notebook or shown by Voila.

    ``workspace`` is found as on the command line; ``language`` is the one the panel was begun in, else the system's.
    """
    # imported here: those who want a constant of this package are spared the widgets
    from evaluation.app.panel.panel import opened_panel

    return opened_panel(workspace, language)
