"""One thing that the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evaluation.settings import Text


@dataclass(frozen=True)
class Finding:
    """``good``, worth a ``look``, or ``bad``: the program will not work. The latter two end in a remedy."""

    state: Literal["good", "look", "bad"]
    text: Text


def good(ru: str, en: str) -> Finding:
    return Finding("good", Text(ru=ru, en=en))


def look(ru: str, en: str) -> Finding:
    return Finding("look", Text(ru=ru, en=en))


def bad(ru: str, en: str) -> Finding:
    return Finding("bad", Text(ru=ru, en=en))
