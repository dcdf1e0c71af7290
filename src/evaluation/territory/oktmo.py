"""Codes of the Russian classifier of municipal territories (OKTMO): control digit and repair of damaged codes.

A municipality has 8 digits, a settlement 11; the first two are the region. The control digit follows the rule of
the all-Russian classifiers (R 50.1.024-2005): weights 1..10 repeated, sum modulo 11; on 10 the weights start from
3; on 10 again the digit is 0.
"""

from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple

OktmoRule = Literal[
    "oktmo_lost_zero",
    "oktmo_spaces",
    "oktmo_scientific",
    "oktmo_scientific_lossy",
    "oktmo_11_to_8",
    "oktmo_control_digit",
    "oktmo_control_digit_wrong",
    "oktmo_unreadable",
]


class CodeReading(NamedTuple):
    """An eight-digit code (None where none can be read), the repair or the reason for refusing, and a suggestion.

    ``rule`` is None where the code was taken at face value: eight digits and nothing else.
    """

    code: str | None = None
    rule: OktmoRule | None = None
    suggestion: str | None = None


# the only regions whose code begins with zero: elsewhere a missing digit is not a lost zero
ZERO_REGIONS = frozenset({"01", "03", "04", "05", "07", "08"})

_SEPARATORS = re.compile(r"[\s\u200b\u2060\ufeff\u00ad\-‐‑‒–—−'’`_()/]+")
_DOTTED = re.compile(r"^[0-9]{1,2}(?:\.[0-9]{3}){2,3}$")
_PREFIX = re.compile(r"^(?:код\s*)?(?:по\s*)?(?:октмо|oktmo)\s*[:№=-]?\s*", re.I)
_WITH_CONTROL = re.compile(r"^([0-9]{7,8}|[0-9]{10,11})[\s\-‐‑‒–—−/(]+([0-9])\)?$")
_SCIENTIFIC = re.compile(r"^([0-9])(?:[.,]([0-9]+))?[eEеЕ]\+?([0-9]{1,2})$")
_WHOLE_AS_FLOAT = re.compile(r"^([0-9]+)[.,]0+$")
_LOOKALIKES = str.maketrans("OОoоΟDQЗзlIІi|!БбВBS", "00000003311111166885")


def control_digit(code: str) -> str:
    """Control digit of a code of digits. Raises ValueError for anything else."""
    if not code or not code.isascii() or not code.isdigit():
        raise ValueError(f"{code!r} is not a code of digits")
    for first in (1, 3):
        remainder = sum(((first - 1 + place) % 10 + 1) * int(digit) for place, digit in enumerate(code)) % 11
        if remainder < 10:
            return str(remainder)
    return "0"


def normalise(text: str, region_code: str | None = None) -> tuple[str | None, OktmoRule | None]:
    """Code and rule of ``read_code``."""
    reading = read_code(text, region_code)
    return reading.code, reading.rule


def read_code(raw: object, region_code: str | None = None) -> CodeReading:
    """Eight-digit code of a cell (text or number) and the repair that was needed; nothing for an empty cell.

    ``region_code`` (first digits of the region's codes) decides where digits alone cannot: seven or ten digits are a
    code that lost its zero, eight that do not begin with it may be a lost zero with a control digit at the end.
    Without it a zero is restored only where the code then belongs to one of ZERO_REGIONS.

    Refused are ``oktmo_unreadable`` (with the code that look-alike letters stand for as a suggestion) and
    ``oktmo_scientific_lossy`` (digits were lost in scientific notation). A code followed by a control digit that
    does not agree is returned with ``oktmo_control_digit_wrong`` and needs a name to confirm it.
    """
    text = _as_text(raw)
    stripped = _PREFIX.sub("", text.strip().strip("\u200b\u2060\ufeff'’`").strip().rstrip(".,;"))
    if not stripped:
        return (
            CodeReading() if not text.strip().strip("\u200b\u2060\ufeff'’`") else CodeReading(None, "oktmo_unreadable")
        )
    reading = _read(stripped, region_code)
    if reading.code is not None and reading.rule is None and text != reading.code:
        return CodeReading(reading.code, "oktmo_spaces")
    if reading.rule == "oktmo_unreadable" and (repaired := stripped.translate(_LOOKALIKES)) != stripped:
        return CodeReading(None, "oktmo_unreadable", _read(repaired, region_code).code)
    return reading


def _as_text(raw: object) -> str:
    """A cell as text: whole numbers without a point; nothing for an empty one. A number of no code is left to fail."""
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw) if abs(raw) < 10**15 else "?"
    return raw if isinstance(raw, str) else "?"


def _read(text: str, region_code: str | None) -> CodeReading:
    scientific = _SCIENTIFIC.match(re.sub(r"\s", "", text))
    if scientific:
        whole, fraction, exponent = scientific[1], scientific[2] or "", int(scientific[3])
        if len(fraction) < exponent or set(fraction[exponent:]) - {"0"}:
            return CodeReading(None, "oktmo_scientific_lossy")
        code = _of_digits(whole + fraction[:exponent], region_code).code
        return CodeReading(code, "oktmo_scientific" if code else "oktmo_unreadable")
    separate = _WITH_CONTROL.match(text)
    if separate:
        return _with_control(separate[1], separate[2], region_code)
    floated = _WHOLE_AS_FLOAT.match(text)
    if floated:
        return _of_digits(floated[1], region_code)
    digits = _SEPARATORS.sub("", text.replace(".", "") if _DOTTED.match(text) else text)
    if not digits.isascii() or not digits.isdigit():
        return CodeReading(None, "oktmo_unreadable")
    return _of_digits(digits, region_code)


def _lost_zero(digits: str, region_code: str | None) -> str | None:
    """The digits with the zero they lost, where the region says that they lost one."""
    padded = "0" + digits
    fits = padded.startswith(region_code) if region_code else padded[:2] in ZERO_REGIONS
    return padded if fits else None


def _with_control(code: str, digit: str, region_code: str | None) -> CodeReading:
    """A code and its control digit in one cell, set apart («04701000-8»)."""
    full = code if len(code) in (8, 11) else _lost_zero(code, region_code)
    if full is None:
        return CodeReading(None, "oktmo_unreadable")
    agrees = control_digit(full) == digit
    if len(full) != len(code) and not agrees:
        return CodeReading(None, "oktmo_unreadable", full[:8])
    return CodeReading(full[:8], "oktmo_control_digit" if agrees else "oktmo_control_digit_wrong")


def _of_digits(digits: str, region_code: str | None) -> CodeReading:
    region = region_code or ""
    own = digits.startswith(region)
    padded = _lost_zero(digits, region_code)
    # the zero of a code that ends in its control digit: one digit in nine agrees by chance, so the region must too
    padded_agrees = bool(region) and not own and padded is not None and control_digit(padded[:-1]) == padded[-1]
    match len(digits):
        case 7 if padded:
            return CodeReading(padded, "oktmo_lost_zero")
        case 8 if padded and padded_agrees:
            return CodeReading(padded[:8], "oktmo_control_digit")
        case 8:
            return CodeReading(digits)
        case 9 if control_digit(digits[:8]) == digits[-1]:
            return CodeReading(digits[:8], "oktmo_control_digit")
        case 9 if own:
            return CodeReading(digits[:8], "oktmo_control_digit_wrong")
        case 10 if padded:
            return CodeReading(padded[:8], "oktmo_11_to_8")
        case 11 if padded and padded_agrees:
            return CodeReading(padded[:8], "oktmo_control_digit")
        case 11:
            return CodeReading(digits[:8], "oktmo_11_to_8")
        case 12 if control_digit(digits[:11]) == digits[-1]:
            return CodeReading(digits[:8], "oktmo_control_digit")
        case 12 if own:
            return CodeReading(digits[:8], "oktmo_control_digit_wrong")
    return CodeReading(None, "oktmo_unreadable")


def upper_unit(code: str) -> str:
    """Code of the district or okrug in which a settlement with this eight-digit code lies."""
    return code[:5] + "000"
