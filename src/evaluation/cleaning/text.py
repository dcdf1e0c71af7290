"""Text as it is stored (NFC, tidy spaces) and as it is compared (folded)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_WORD = re.compile(r"\w+")
_LOOKALIKES = str.maketrans("aceopxykmthbABCEHKMOPTXY", "асеорхукмтнвАВСЕНКМОРТХУ")
_DASHES = re.compile("[‐‑‒–—―−]")
_QUOTES = re.compile("[«»„“”\"'’`]")
_MOJIBAKE = re.compile(
    "(?:[РС][^А-Яа-яЁё\\w\\s]|Р[°µѕё»ЅЎўј†±ІіґЇїЈџЉЊЌЋЂЃѓњќћљђ]|С[ЂЃѓџњќћљђЊЌЋЉ]|[ÐÑ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]){2,}"
)


def tidy(text: str) -> str:
    """Text for storage: NFC (never NFKC, which turns № into No), single spaces, no zero-width signs."""
    return _SPACES.sub(" ", _ZERO_WIDTH.sub("", unicodedata.normalize("NFC", text))).strip()


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Key for comparing: one case, ё as е, Latin look-alikes within Russian words, one kind of dash, no quotes."""
    text = text.replace("№", "#")
    text = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text)).replace("#", "№")
    text = _WORD.sub(_russian, text).casefold().replace("ё", "е")
    text = _QUOTES.sub("", _DASHES.sub("-", text))
    return _SPACES.sub(" ", text).strip()


def _russian(word: re.Match[str]) -> str:
    """A word that has Russian letters, with its Latin look-alikes replaced."""
    return word[0].translate(_LOOKALIKES) if _CYRILLIC.search(word[0]) else word[0]


def is_mojibake(text: str) -> bool:
    """Was UTF-8 read as cp1251 or Latin-1 («РњСѓРЅРё» for «Муни»)?"""
    return bool(_MOJIBAKE.search(text))


def unspoil(text: str) -> str | None:
    """What a text damaged by a wrong encoding should have been, or None where that cannot be told."""
    for wrong in ("cp1251", "latin-1", "cp1252"):
        try:
            repaired = text.encode(wrong).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if _CYRILLIC.search(repaired):
            return repaired
    return None
