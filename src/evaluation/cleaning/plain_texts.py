"""Texts that need no closer look, told for a whole column at once by Arrow's regular expressions (RE2).

The readers of single cells would take these texts as they stand; asking them for each of a hundred thousand titles
takes ten times as long. RE2 has its own idea of digits and words, so the patterns name every sign they allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evaluation.cleaning.markers import LONGEST

# a year, maybe a questionnaire's name, and up to seven digits are nobody's telephone number
RECORD_NUMBER = "^(?:19|20)[0-9]{2}-(?:[a-z_]{1,30}-)?[A-Z]?[0-9]{1,7}$"
# as ``values.is_sound``, which is asked where this does not fit
_WORD = "(?:[А-ЩЭ-Яа-щэ-яё][а-яё]*|[А-Я]{2,}|[0-9]+)"
_SOUND = rf"^{_WORD}(?:(?:[,.;:]? (?:№ ?)?|[-/]){_WORD})*\.?$"
_SURE = f"[0-9]|^.{{{LONGEST + 1}}}"
# without five digits or one of these signs a text holds no contact and no number of a document
_MAYBE_PERSONAL = "[@/]|(?:[0-9][^0-9]*){5}"


def matching(cells: Sequence[Any], pattern: str) -> np.ndarray:
    """Which of the cells are texts in which RE2 finds ``pattern``."""
    texts = [cell if cell.__class__ is str else None for cell in cells]
    try:
        column = pa.array(texts, type=pa.large_string())
    except UnicodeEncodeError:
        # half a pair of surrogates, as a damaged file may hold: the readers of single cells know what to do
        return np.zeros(len(texts), dtype=bool)
    found: np.ndarray = pc.match_substring_regex(column, pattern).fill_null(False).to_numpy(zero_copy_only=False)
    return found


def harmless(cells: Sequence[Any]) -> np.ndarray:
    """Which of the cells are sound texts without anything that might be a contact or a number of a document."""
    return matching(cells, _SOUND) & matching(cells, _SURE) & ~matching(cells, _MAYBE_PERSONAL)
