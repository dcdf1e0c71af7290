"""Text as it is stored (NFC, tidy spaces) and as it is compared (folded)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# controls but for the white ones, soft hyphens, joiners, marks of direction: nothing a reader sees
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_VARIATIONS = re.compile("[\ufe00-\ufe0f]")  # whether ✔ is drawn as a letter or as a picture
# line ends as some programs write them into the cells of a workbook
_ESCAPED_SPACES = re.compile(r"_x000[9ADad]_")
_SPACES = re.compile(r"\s+")
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_WORD = re.compile(r"\w+")
_LOOKALIKES = str.maketrans("aceopxykmthbABCEHKMOPTXY", "асеорхукмтнвАВСЕНКМОРТХУ")
_DASHES = re.compile("[‐‑‒–—―−]")
_QUOTES = re.compile("[«»„“”\"'’`]")


def tidy(text: str) -> str:
    """Text for storage: NFC (never NFKC, which turns № into No), single spaces, nothing that cannot be seen.

    Doing it twice changes nothing more.
    """
    seen = _UNSEEN.sub("", _ESCAPED_SPACES.sub(" ", text))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", seen)).strip()


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Key for comparing: one case, ё as е, Latin look-alikes within Russian words, one kind of dash, no quotes."""
    text = _VARIATIONS.sub("", _UNSEEN.sub("", _ESCAPED_SPACES.sub(" ", text)))
    text = unicodedata.normalize("NFKC", text.replace("№", "#")).replace("#", "№")
    text = _WORD.sub(_russian, text).casefold().replace("ё", "е")
    text = _QUOTES.sub("", _DASHES.sub("-", text))
    return _SPACES.sub(" ", text).strip()


def _russian(word: re.Match[str]) -> str:
    """A word that has Russian letters, with its Latin look-alikes replaced."""
    return word[0].translate(_LOOKALIKES) if _CYRILLIC.search(word[0]) else word[0]
