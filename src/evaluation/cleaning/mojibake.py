"""Text that was decoded with the wrong encoding: how it is noticed, and what it should have been.

Two kinds are told apart. UTF-8 read one byte a letter («РњСѓРЅРё», «Ð´Ð¾Ð¼») is certain: bytes that happen to be
good UTF-8 are no accident. One Russian code page read as another («Ðåìîíò», «тЕНПОФ», «ЁхьюэЄ») is a matter of
likeness: the repaired text must be made of pairs of letters that are common in Russian, and the received one must not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

# pairs of letters that make up 97 % of the pairs in this project's own Russian texts
_COMMON_TEXT = (
    "абавагадаеажазаиайакаламанапарасатахацачаюаябабебиблбмбобрбубщбъбыбювавевивквлвнвоврвсвывягагиглгогрдадддедждидкдлдм"
    "дндодрдсдудыевегедееежезейекелеменересетецечжажджежижкжмжнзазвздзезизмзнзозяиаибивидиеизииийикилиминиоипириситихици"
    "чияйлйнйойскакекиклкокркскткулалблелилллнлолулыльлюлямамемимммомумымянандненинкнннонснтнуныньняобовогодоеожозоиойоко"
    "ломонопоросотоцочошояпапепиплпопппрпупырарвргрержриркрмрнрорррсртруршрырясасвсесискслсмснсоспсрссстсусхсысьсятатвтет"
    "итктмтнтотртстутчтытьубугудужулумунупурусутучуюфафефифохоцацецичачечичнчтчёшашешищащещиывыеыйылымытыхьньсьтьшэтюдютюч"
    "ющявязямянятяяёмёнёт"
)
_COMMON = frozenset(_COMMON_TEXT[place : place + 2] for place in range(0, len(_COMMON_TEXT), 2))
_USUAL = re.compile(r"[\x00-\x7fА-Яа-яЁё№«»„“”’…–—−\u00a0\u00ad\u2000-\u200f\u202f\u2060\ufeff]*")
# small letters followed by capitals, and words that begin as no Russian word does: code pages of capitals and small
# letters the other way round
_INVERTED = re.compile(r"[а-яё][А-ЯЁ]{2}|(?<!\w)[ъыьЪЫЬ][А-Яа-яЁё]")
_HALVES = "".join(bytes([byte]).decode("cp1251", errors="ignore") for byte in range(0x80, 0xC0)) + "\x98"
_HALVES_LATIN = "\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€"
_TWO_BYTES = re.compile(f"(?:[РС][{re.escape(_HALVES)}]){{2,}}|(?:[ÐÑ][{_HALVES_LATIN}]){{2,}}|(?:[╨╤][^ -~]){{2,}}")
_SPLIT_LETTERS = re.compile(f"(?:[РС][{re.escape(_HALVES)}])+|(?:[ÐÑ][{_HALVES_LATIN}])+|(?:[╨╤][^ -~])+")
_BROKEN = re.compile("[\ufffd\ud800-\udfff]")
_EDGES = " \t\r\n\u00a0\u00ad\u2009\u200b\u202f\u2060\ufeff"
_UNDEFINED = re.compile("[\x80-\x9f]")
_ASCII = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f]+")
_READ_AS = ("cp1251", "cp1252", "latin-1", "cp866", "koi8-r", "mac-cyrillic")
_WRITTEN_AS = ("cp1251", "koi8-r", "cp866")


class _Evidence(NamedTuple):
    """Pairs of letters needed, likeness of the received text at most, of the repaired one at least, and the gain."""

    pairs: int
    received: float
    repaired: float
    gain: float


# foreign signs within words are evidence of their own; Russian letters alone need a longer and a likelier text
_FOREIGN, _OWN = _Evidence(2, 0.5, 0.6, 0.4), _Evidence(4, 0.7, 0.75, 0.25)


class Damage(NamedTuple):
    """A text is damaged; ``proposal`` is what it should have been, None where that cannot be told."""

    proposal: str | None


def is_mojibake(text: str) -> bool:
    """Was the text decoded with the wrong encoding, or are letters of it lost (�)?"""
    return damage(text) is not None


def unspoil(text: str) -> str | None:
    """What a text damaged by a wrong encoding should have been, or None where that cannot be told."""
    found = damage(text)
    return None if found is None else found.proposal


@lru_cache(maxsize=20_000)
def damage(text: str) -> Damage | None:
    """The damage done to a text by a wrong encoding; None for a sound one."""
    core = text.strip(_EDGES)
    if core == text:
        return _damage(text)
    # spaces around a text decide nothing, but one of them may have been a letter
    return None if _damage(core) is None else _damage(text) or _damage(core)


def _damage(text: str) -> Damage | None:
    inverted = _INVERTED.search(text) is not None
    if not inverted and _USUAL.fullmatch(text) and not _TWO_BYTES.search(text):
        return None
    if _BROKEN.search(text):
        return Damage(None)
    split_letters = _TWO_BYTES.search(text) is not None
    likeness, pairs = _russian(text)
    needed = _OWN if _USUAL.fullmatch(text) else _FOREIGN
    if not split_letters and likeness > needed.received:
        return None
    certain = _from_utf8(text)
    if certain is not None:
        return Damage(certain)
    if split_letters:
        repaired = _SPLIT_LETTERS.sub(lambda run: _from_utf8(run[0], least=1) or run[0], text)
        return Damage(repaired if repaired != text and not _TWO_BYTES.search(repaired) else None)
    likely = _from_code_page(text, likeness, needed) if pairs >= needed.pairs else None
    return None if likely is None else Damage(likely)


def _bytes(text: str, encoding: str) -> bytes | None:
    """The bytes from which ``encoding`` made ``text``; bytes that it leaves undefined pass as they are."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        if not _UNDEFINED.search(text):
            return None
    parts = []
    for letter in text:
        try:
            parts.append(letter.encode(encoding))
        except UnicodeEncodeError:
            if not "\x80" <= letter <= "\x9f":
                return None
            parts.append(bytes([ord(letter)]))
    return b"".join(parts)


def _from_utf8(text: str, least: int = 2) -> str | None:
    """The text of UTF-8 that was read one byte a letter; at least ``least`` letters must have been split."""
    for encoding in _READ_AS:
        # a no-break space that was half a letter has often become a plain one
        for candidate in (text, re.sub("(?<=[РСÐÑ]) ", "\u00a0", text)):
            raw = _bytes(candidate, encoding)
            if raw is None or raw.isascii():
                continue
            try:
                repaired = raw.decode("utf-8")
            except UnicodeDecodeError:
                continue
            if len(text) - len(repaired) >= least and any(letter.isalpha() and letter > "\x7f" for letter in repaired):
                return repaired
    return None


def _from_code_page(text: str, likeness: float, needed: _Evidence) -> str | None:
    """The most Russian of the texts that other code pages make of the same bytes, where it is much more so."""
    best, best_likeness = None, max(needed.repaired, likeness + needed.gain)
    for wrong in _READ_AS:
        raw = _bytes(text, wrong)
        if raw is None:
            continue
        for right in _WRITTEN_AS:
            if right == wrong:
                continue
            try:
                repaired = raw.decode(right)
            except UnicodeDecodeError:
                continue
            found, count = _russian(repaired)
            if count >= needed.pairs and found >= best_likeness:
                best, best_likeness = repaired, found
    return best


def _russian(text: str) -> tuple[float, int]:
    """Share of common Russian pairs among neighbouring signs within words that are not plain ASCII, and their number.

    A small letter before a capital counts as uncommon, as do Latin letters and signs.
    """
    good = count = 0
    for word in _ASCII.sub(" ", text).split():
        if word.isascii():
            continue
        for pair in map("".join, pairwise(word)):
            count += 1
            good += pair.lower() in _COMMON and not (pair[0].islower() and pair[1].isupper())
    return (good / count if count else 0.0), count
