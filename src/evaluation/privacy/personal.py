"""Personal data inside free text: phones, addresses of e-mail and messengers, numbers of documents and cards.

Numbers with a control sum (СНИЛС, ИНН, cards) count only when the sum agrees, so that registry codes and sums of
money are left alone. Every search takes time in proportion to the length of the text, however it is made: repeats are
bounded, or may begin only where the run of their letters begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

MASK = "[скрыто]"


@dataclass(frozen=True)
class Found:
    """A piece of personal data: its kind and place in the text."""

    kind: str
    start: int
    end: int


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character.isdigit()]


def _snils(text: str) -> bool:
    digits = _digits(text)
    total = sum(digit * (9 - place) for place, digit in enumerate(digits[:9])) % 101 % 100
    return len(digits) == 11 and total == digits[9] * 10 + digits[10]


def _inn_person(text: str) -> bool:
    digits = _digits(text)
    if len(digits) != 12:
        return False

    def control(weights: tuple[int, ...]) -> int:
        return sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11 % 10

    return (
        control((7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[10]
        and control((3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[11]
    )


def _luhn(text: str) -> bool:
    digits = _digits(text)[::-1]
    return sum(digits[0::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


_CALL = r"(?:\b(?:тел|моб|сот)\w{0,12}\.?:?\s{0,8})?"
_START = r"(?<![\d:/.-])"
# not the decimals of a number: of a share with twelve of them one in a hundred would have a right control sum
_WHOLE = r"(?<!\d)(?<!\d\.)"
_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool] | None], ...] = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), None),
    (
        "messenger",
        re.compile(
            r"(?:https?://)?(?:www\.)?(?:vk\.(?:com|ru)|t\.me|telegram\.me|wa\.me|ok\.ru|max\.ru)/[\w./@+-]+", re.I
        ),
        None,
    ),
    ("messenger", re.compile(r"(?<![\w.])@[A-Za-z]\w{4,31}\b"), None),
    ("card", re.compile(_WHOLE + r"\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?!\d)"), _luhn),
    ("snils", re.compile(r"(?<!\d)\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\d)"), None),
    ("snils", re.compile(_WHOLE + r"\d{11}(?!\d)|(?<!\d)\d{3} \d{3} \d{3} \d{2}(?!\d)"), _snils),
    ("inn", re.compile(_WHOLE + r"\d{12}(?!\d)"), _inn_person),
    (
        "passport",
        re.compile(r"паспорт\w{0,12}[\s:№серияномер,.]{0,20}\d{2}\s?\d{2}[\s№,номер.]{0,8}\d{6}(?!\d)", re.I),
        None,
    ),
    ("passport", re.compile(r"(?<!\d)\d{2} \d{2} №? ?\d{6}(?!\d)"), None),
    (
        "phone",
        re.compile(
            _CALL + _START + r"(?:\+\s?7|8|7)[\s(.-]{0,3}\d{3}[\s).-]{0,3}\d{3}(?:[\s.-]?\d{2}){2}(?![\d:])", re.I
        ),
        None,
    ),
    ("phone", re.compile(_CALL + _START + r"\(?9\d{2}\)?[\s.-]?\d{3}[\s.-]?\d{2}[\s.-]?\d{2}(?![\d:])", re.I), None),
    (
        "phone",
        re.compile(
            r"\b(?:тел|т|телефон|звонить|звоните|сот|моб)\.?:?\s{0,8}(?:\(?\d{3,5}\)?[\s-]?)?"
            r"\d{1,3}[\s-]?\d{2}[\s-]?\d{2}(?!\d)",
            re.I,
        ),
        None,
    ),
)
_FIVE_DIGITS = re.compile(r"(?:\D*+\d){5}")
_NAME = re.compile(
    r"\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?[А-ЯЁ]\."
    r"|\b[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+"
    r"|\b(?:[А-ЯЁ][а-яё]+\s+){1,2}[А-ЯЁ][а-яё]+(?:вич|вича|вичу|вичем|виче|ьич|ьича|ьичу|ьичом|вна|вны|вну|вне|вной"
    r"|чна|чны|чну|чне|чной)\b(?:\s+[А-ЯЁ][а-яё]+)?"
)


def find_personal(text: str, names: bool = False) -> list[Found]:
    """Pieces of personal data in ``text``, in order, none overlapping; ``names`` looks for full names as well."""
    # without five digits or the sign of an address none of the patterns fits
    possible = "@" in text or "/" in text or _FIVE_DIGITS.match(text) is not None
    if not possible and not names:
        return []
    found: list[Found] = []
    for kind, pattern, holds in _PATTERNS if possible else ():
        found += [
            Found(kind, hit.start(), hit.end()) for hit in pattern.finditer(text) if holds is None or holds(hit[0])
        ]
    if names:
        found += [Found("name", hit.start(), hit.end()) for hit in _NAME.finditer(text)]
    kept: list[Found] = []
    starts: list[int] = []
    for piece in found:
        place = bisect_right(starts, piece.start)
        clear_before = place == 0 or kept[place - 1].end <= piece.start
        if clear_before and (place == len(kept) or piece.end <= starts[place]):
            kept.insert(place, piece)
            starts.insert(place, piece.start)
    return kept


def mask_personal(text: str, names: bool = False) -> tuple[str, tuple[str, ...]]:
    """``text`` with personal data replaced by a mark, and the kinds that were found (empty: nothing was)."""
    found = find_personal(text, names)
    if not found:
        return text, ()
    parts, position = [], 0
    for piece in found:
        parts += [text[position : piece.start], MASK]
        position = piece.end
    return "".join([*parts, text[position:]]), tuple(dict.fromkeys(piece.kind for piece in found))
