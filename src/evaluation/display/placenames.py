"""Names of territories as maps need them: without type words, short enough for a tile, in Latin letters for English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.settings import Language

_TYPE_WORDS = re.compile(
    r"(?:^|(?<=\s))(?:муниципальн\w+|городск\w+|район|округ|город|г\.|пос[её]лок|ЗАТО|district|okrug|city|town)(?=\s|$)",
    re.IGNORECASE,
)
_VOWELS = "аеёиоуыэюяaeiouy"
_NO_END = _VOWELS + "ьъй"
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_ENGLISH_TYPES = {
    "район": "district", "округ": "okrug", "муниципальный": "municipal", "городской": "city", "город": "city",
    "посёлок": "settlement", "поселок": "settlement",
}  # fmt: skip


def transliterate(name: str) -> str:
    """A Russian name in Latin letters as English texts write it: «Енисейский район» -> 'Yeniseysky district'.

    After the U.S. Board on Geographic Names' system without apostrophes; adjectives end in -y; type words are
    translated. Text without Cyrillic letters stays as it is.
    """
    return re.sub(r"[А-Яа-яЁё]+", lambda match: _word(match[0]), name)


def _word(word: str) -> str:
    lower = word.lower()
    if lower in _ENGLISH_TYPES:
        return _ENGLISH_TYPES[lower]
    lower = re.sub("(?:ий|ый)$", "ы", lower)
    letters = []
    for place, letter in enumerate(lower):
        before = lower[place - 1] if place else ""
        soft = letter == "е" and (not before or before in "аеёиоуыэюяьъй")
        letters.append("ye" if soft else _LATIN.get(letter, letter))
    text = "".join(letters)
    if word.isupper() and len(word) > 1:
        return text.upper()
    return text[:1].upper() + text[1:] if word[0].isupper() else text


def map_names(names: Sequence[str], language: Language) -> list[str]:
    """Names for a map, without type words where they still differ: «Абанский», «Канский», «Канск»."""
    spoken = [transliterate(name) if language == "en" else name for name in names]
    bare = [" ".join(_TYPE_WORDS.sub(" ", name).split()) or name for name in spoken]
    return [core if bare.count(core) == 1 else name for core, name in zip(bare, spoken, strict=True)]


def tile_labels(names: Sequence[str], language: Language, letters: int = 10) -> list[str]:
    """Names of at most two lines of about ``letters`` letters, all different: «Абанский», «Балахт.-\\nНовосёл.».

    Long words are divided («Железно-\\nгорск», «Минусин-\\nский») or cut after a consonant with a point. Labels that
    would look the same get longer until they differ, or a number.
    """
    cores = map_names(names, language)
    labels = [_label(core, letters) for core in cores]
    for longer in range(letters + 1, letters + 8):
        if len(set(labels)) == len(labels):
            break
        again = {label for label in labels if labels.count(label) > 1}
        labels = [_label(core, longer) if label in again else label for core, label in zip(cores, labels, strict=True)]
    numbered: list[str] = []
    for place, label in enumerate(labels):
        before = labels[:place].count(label)
        numbered.append(f"{label} {before + 1}" if before else label)
    return numbered


def _label(core: str, letters: int) -> str:
    words = [word for word in re.split(r"(?<=-)|\s+", core) if word]
    if len(words) > 1:
        # three and more words: the first and the last tell most
        first, last = (words[0], words[-1]) if len(words) > 2 else words
        return f"{_cut(first, letters)}\n{_cut(last, letters)}"
    return core if len(core) <= letters else _divided(core, letters) or _cut(core, letters)


def _divided(word: str, letters: int) -> str | None:
    """The word on two lines: before an adjective's ending, or after the vowel nearest to the middle (best: о)."""
    ending = re.search("(?:ский|цкий|sky|tsky)$", word)
    if ending:
        stem = word[: ending.start()]
        return f"{stem}-\n{ending[0]}" if len(stem) <= letters else None
    middle = len(word) / 2
    places = [place for place in range(3, len(word) - 2) if word[place - 1] in "оo"] or [
        place for place in range(3, len(word) - 2) if word[place - 1] in _VOWELS and word[place] not in _NO_END
    ]
    fitting = [place for place in places if place < letters and len(word) - place <= letters]
    if not fitting:
        return None
    best = min(fitting, key=lambda place: (abs(place - middle), -place))
    return f"{word[:best]}-\n{word[best:]}"


def _cut(word: str, letters: int) -> str:
    dash = "-" if word.endswith("-") else ""
    bare = word.removesuffix("-")
    if len(bare) + len(dash) <= letters:
        return bare + dash
    end = letters - 1 - len(dash)
    while end > 3 and bare[end - 1].lower() in _NO_END:
        end -= 1
    return f"{bare[:end]}.{dash}"
