"""How a territorial unit's name is taken apart for comparison: core, kind of unit, look-alike letters, endings.

Only keys for comparison are made here; names are stored as they were received.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

Group = Literal["city", "district", "okrug", "settlement", "village", "quarter", ""]

# Latin letters that look like Russian ones after casefolding
_SAFE_LOOKALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")
# ё is е, every dash a hyphen, quotes are nothing
_SIGNS = str.maketrans({"ё": "е", **dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("«»„“”\"'’`", None)})
_CYRILLIC = re.compile("[а-я]")
_LATIN = re.compile("[a-z]")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_LATIN_ACCENTED = re.compile("[\u00e0-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
# letters of the alphabets of Europe that Unicode does not take apart
_WITHOUT_ACCENT = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}

_TYPE_WORDS: tuple[tuple[str, Group | None], ...] = (
    (
        r"вн(?:утр|утригородск\w+)?\.? ?тер(?:ритори\w+)?\.?(?: ?(?:города|гор\.|г\.) ?(?:федеральн\w+|фед\.?) "
        r"?(?:значени\w+|зн\.?))?",
        "quarter",
    ),
    (r"внутригородск\w+ (?:район\w*|муниципальн\w+ образовани\w+)", "quarter"),
    (r"закрыт\w+ административно-территориальн\w+ образовани\w+", "city"),
    (r"закрыт\w+ административно территориальн\w+ образовани\w+", "city"),
    (r"городск\w+ округ\w*|гор\. ?округ\w*|г\. ?о\.|городск\w+ окр\.?", "city"),
    (r"муниципальн\w+ округ\w*|мун\w*\.? ?окр\w*|мун\w*\.? ?о\.", "okrug"),
    (r"муниципальн\w+ район\w*|мун\w*\.? ?(?:р-?о?н\w?|район\w*)|м\. ?р\.", "district"),
    (r"муниципальн\w+ образовани\w+|мун\w*\.? ?образ\w*\.?|м\. ?о\.", None),
    (r"(?:поселок|поселка|пос\.?) городского типа|рабоч\w+ посел\w+", "settlement"),
    (r"(?:(?:городск\w+|сельск\w+) )?поселени\w+|сельсовет\w*|с/с|пгт|рп|р\. ?п\.", "settlement"),
    (r"\w+ск(?:ий|ого|ому|ом) кра[йяюе]|\w+ская обл(?:асть|\.)|\w+ской области|республик\w \w+", None),
    (r"администраци\w+|адм\.|управа|россия|рф", None),
    (r"р-о?н[ае]?|рн|район\w*|мр", "district"),
    (r"округ\w*|окр\.", "okrug"),
    (r"зато|го|г\.|г|гор\.?|город(?:а|е|у|ом)?", "city"),
    (r"пос\.?|п\.|п|посел(?:ок|ка|ке|ку|ком)", "settlement"),
    (r"с\.|с|сел[оае]|д\.|д|дер\.?|деревн\w|ст-ца|станиц\w|х\.|хутор\w?|аул\w?", "village"),
    (r"мо", None),
    (r"dzielnic\w*|powiat\w*|districts?", "district"),
    (r"gmin\w*|municipality|commune", None),
)
_PHRASES = tuple((re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])\.?"), group) for words, group in _TYPE_WORDS)
_ANY_PHRASE = re.compile("|".join(pattern.pattern for pattern, _ in _PHRASES))
_PLAIN = re.compile(r"[ -~\u00ab\u00bb\u0400-\u045f\u2116]*")


class Parsed(NamedTuple):
    """A name taken apart: ``core`` without type words (nominative), and what kind of unit the type words say."""

    core: str
    group: Group


def fold(text: str) -> str:
    """Key of a text: case, ё, accents of Latin letters, dashes, quotes, look-alikes and spaces no longer matter."""
    key = unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS)
    if not _PLAIN.fullmatch(key):
        key = _LATIN_ACCENTED.sub(_unaccented, key)
        key = "".join(character for character in key if unicodedata.category(character) not in ("Cf", "Mn"))
    if not _LATIN.search(key):
        return " ".join(key.split())
    return " ".join(" ".join(_one_script(word) for word in key.split()).split())


def _unaccented(letter: re.Match[str]) -> str:
    """Latin letters without their accents («Śródmieście» is often written «Srodmiescie»); Russian й is left alone."""
    return _WITHOUT_ACCENT.get(letter[0]) or unicodedata.normalize("NFD", letter[0])[0]


def _one_script(word: str) -> str:
    """The word in Cyrillic where Latin letters in it only look like Cyrillic ones."""
    if not _LATIN.search(word):
        return word
    converted = word.translate(_SAFE_LOOKALIKES)
    return converted if _CYRILLIC.search(word) and not _LATIN.search(converted) else word


def parse(text: str) -> Parsed:
    """Core and kind of unit of one name, e.g. «Абанского р-на» -> (абанский, district), «г.Канск» -> (канск, city)."""
    return parse_folded(fold(text))


@lru_cache(maxsize=200_000)
def parse_folded(key: str) -> Parsed:
    """``parse`` of a text that ``fold`` has already made a key."""
    group: Group = ""
    for pattern, says in _PHRASES if _ANY_PHRASE.search(key) else ():
        key, count = pattern.subn(" ", key)
        if count and says and (not group or (group in ("settlement", "village") and says == "city")):
            group = says
    words = [_nominative(word, group) for word in _WORD.findall(key)]
    return Parsed(" ".join(words), group)


def _nominative(word: str, group: Group) -> str:
    if len(word) < 5:
        return word
    for ending in ("ого", "ому"):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            return stem + ("ий" if stem.endswith(("к", "г", "х")) else "ый")
    if re.search("[сц]к(?:ом|им)$", word):
        return word[:-2] + "ий"
    if re.search("[^аеиоуыэюя]ск[ауе]$", word):
        return word[:-1]
    if group == "city" and re.search("(?:ов|ев|ин)[ауе]$", word):
        return word[:-1] + "о"
    return word


_BEFORE_TYPE = re.compile(
    r"([^\W\d_][\w-]*)\s+(район\w*|р-о?н\w?|округ\w*|м\.?\s?о\.?|мун\w*\.?\s+(?:район\w*|р-о?н\w?|округ\w*|окр\w*))(?![\w-])"
)
_AFTER_TYPE = re.compile(r"(?<![\w-])(г\.|г\s|город\w*\s|зато\s(?:г\.|город\w*\s)?|пос\w*\.?\s|п\.)\s*([^\W\d_][\w-]*)")
_SEGMENTS = re.compile(r"[,;()\n/|]+|\s(?:и|and)\s")


def parts(text: str) -> list[str]:
    """Pieces of a longer text that may name a unit: between commas and brackets, and words beside a type word."""
    key = fold(text.replace("\n", ";"))
    pieces = [piece.strip() for piece in _SEGMENTS.split(key)]
    pieces += [f"{name} {kind}" for name, kind in _BEFORE_TYPE.findall(key)]
    pieces += [f"{kind} {name}" for kind, name in _AFTER_TYPE.findall(key)]
    return list(dict.fromkeys(piece for piece in pieces if piece and piece != key))
