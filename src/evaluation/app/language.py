"""Which language to speak: as asked, else that of the system."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Literal

Language = Literal["ru", "en"]


def system_language(environment: Mapping[str, str] | None = None) -> Language:
    """Russian where LC_ALL, LC_MESSAGES or LANG (the first that is set) begins with ``ru``, otherwise English."""
    variables = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = variables.get(name)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"


def asked_language(arguments: Sequence[str]) -> Language:
    """The language that command line ``arguments`` ask for, else the system's; for texts needed before parsing."""
    for place, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--language":
            asked = value or (arguments[place + 1] if place + 1 < len(arguments) else "")
            if asked == "ru" or asked == "en":
                return "ru" if asked == "ru" else "en"
    return system_language()
