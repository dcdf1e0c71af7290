"""Numbers of measurements in the reader's way."""

from __future__ import annotations

import re

from evaluation.settings import Language

_POINT = re.compile(r"(?<=\d)\.(?=\d)")


def with_decimals(text: str, language: Language) -> str:
    """``text`` with a comma before the decimals in Russian; as it is in English."""
    return _POINT.sub(",", text) if language == "ru" else text
