"""Codes of the Russian classifier of municipal territories (OKTMO): control digit and repair of damaged codes.

A municipality has 8 digits, a settlement 11; the first two are the region. The control digit follows the rule of
the all-Russian classifiers (R 50.1.024-2005): weights 1..10 repeated, sum modulo 11; on 10 the weights start from
3; on 10 again the digit is 0.
"""

from __future__ import annotations

import re
from typing import Literal

OktmoRule = Literal[
    "oktmo_lost_zero",
    "oktmo_spaces",
    "oktmo_scientific",
    "oktmo_11_to_8",
    "oktmo_control_digit",
    "oktmo_control_digit_wrong",
    "oktmo_unreadable",
]

_SEPARATORS = re.compile(r"[\s\u00a0\u202f\u200b\ufeff\-–—.'’`_()/]+")
_SCIENTIFIC = re.compile(r"^(\d+)(?:[.,](\d+))?[eEеЕ]\+?(\d{1,2})$")
_WHOLE_AS_FLOAT = re.compile(r"^(\d+)[.,]0+$")


def control_digit(code: str) -> str:
    """Control digit of a code of digits. Raises ValueError for anything else."""
    if not code or not code.isascii() or not code.isdigit():
        raise ValueError(f"{code!r} is not a code of digits")
    for first in (1, 3):
        remainder = sum(((first - 1 + place) % 10 + 1) * int(digit) for place, digit in enumerate(code)) % 11
        if remainder < 10:
            return str(remainder)
    return "0"


def normalise(text: str, region_code: str | None = None) -> tuple[str | None, str | None]:
    """Eight-digit code and the repair that was needed (None where none was); ``(None, None)`` for an empty text.

    ``region_code`` (first digits of the region's codes) decides where digits alone cannot: seven digits are a code
    that lost its zero, eight that do not begin with it may be a lost zero with a control digit at the end.
    ``(None, "oktmo_unreadable")``: no code can be read. ``(None, "oktmo_scientific")``: digits were lost in
    scientific notation. A code followed by a control digit that does not agree is returned with
    ``oktmo_control_digit_wrong`` and needs a name to confirm it.
    """
    stripped = text.strip().strip("\u00a0\u200b\ufeff'")
    if not stripped:
        return None, None
    scientific = _SCIENTIFIC.match(re.sub(r"\s", "", stripped))
    if scientific:
        whole, fraction, exponent = scientific[1], scientific[2] or "", int(scientific[3])
        if len(fraction) < exponent or set(fraction[exponent:]) - {"0"}:
            return None, "oktmo_scientific"
        code, _ = _of_digits(whole + fraction[:exponent], region_code)
        return code, "oktmo_scientific" if code else "oktmo_unreadable"
    floated = _WHOLE_AS_FLOAT.match(stripped)
    digits = floated[1] if floated else _SEPARATORS.sub("", stripped)
    if not digits.isascii() or not digits.isdigit():
        return None, "oktmo_unreadable"
    code, rule = _of_digits(digits, region_code)
    if rule is None and digits != stripped and not floated:
        return code, "oktmo_spaces"
    return code, rule


def _of_digits(digits: str, region_code: str | None) -> tuple[str | None, OktmoRule | None]:
    region = region_code or ""

    def fits(code: str) -> bool:
        return code.startswith(region)

    padded = "0" + digits
    match len(digits):
        case 7:
            return (padded, "oktmo_lost_zero") if fits(padded) else (None, "oktmo_unreadable")
        case 8:
            if region and not fits(digits) and fits(padded) and control_digit(padded[:8]) == digits[-1]:
                return padded[:8], "oktmo_control_digit"
            return digits, None
        case 9:
            if control_digit(digits[:8]) == digits[-1]:
                return digits[:8], "oktmo_control_digit"
            return (digits[:8], "oktmo_control_digit_wrong") if fits(digits) else (None, "oktmo_unreadable")
        case 10:
            return (padded[:8], "oktmo_11_to_8") if fits(padded) else (None, "oktmo_unreadable")
        case 11:
            lost_zero = region and not fits(digits) and fits(padded) and control_digit(padded[:11]) == digits[-1]
            return (padded[:8], "oktmo_control_digit") if lost_zero else (digits[:8], "oktmo_11_to_8")
        case 12:
            agrees = control_digit(digits[:11]) == digits[-1]
            return digits[:8], "oktmo_control_digit" if agrees else "oktmo_control_digit_wrong"
    return None, "oktmo_unreadable"


def upper_unit(code: str) -> str:
    """Code of the district or okrug in which a settlement with this eight-digit code lies."""
    return code[:5] + "000"
