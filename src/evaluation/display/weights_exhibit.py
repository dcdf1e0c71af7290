"""The weights of a survey as a table: by what they were made, how far they spread, what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.survey.tables import survey_exhibit
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook


def weights_exhibit(
    schemes: pd.DataFrame,
    codebook: Codebook | None,
    items: Mapping[str, Text] | None = None,
    *,
    names: Mapping[str, Text] | None = None,
    simulated: bool = False,
) -> Exhibit:
    """Schemes of weights (columns of ``survey.weights``), one row a scheme.

    ``variables`` are names joined by a comma or a semicolon; ``items`` gives their wordings, ``names`` the schemes'.
    """
    words = dict(items or {})
    frame = schemes.copy()
    cells = [str(cell) for cell in frame["variables"].dropna().unique()]
    labels = {
        cell: Text(**{each: "; ".join(_say(name, words, each) for name in _split(cell)) for each in LANGUAGES})
        for cell in cells
        if _split(cell)
    }
    return survey_exhibit(
        "survey_schemes", frame, codebook, names={"variables": labels, "scheme": dict(names or {})}, simulated=simulated
    )


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace(";", ",").split(",") if part.strip()]


def _say(name: str, words: Mapping[str, Text], language: str) -> str:
    return words[name].in_language(language) if name in words else name  # type: ignore[arg-type]  # one of LANGUAGES
