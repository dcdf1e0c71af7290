"""Numbers of a table's cells as a spreadsheet keeps them: the value in full, under a format that shows it rounded.

A spreadsheet shows ``0.775`` or ``0,775`` as its own language has it; what stands around a number for people, such as
stars and brackets, belongs to the format too, so that the cell stays a number.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

# what a format of ours is made of; a page could be edited, and a format must not carry more than digits and signs
_PLAIN_FORMAT = re.compile(r'(?:"[(*]+")?#,##0(?:\.0+)?(?:"[*)]+")?(?:_[*)])*')


@dataclass(frozen=True)
class CellNumber:
    """A number and its format, as OOXML (ISO/IEC 29500-1, 18.8.31) writes one: ``#,##0.000"**"``."""

    value: float
    format: str

    @property
    def attributes(self) -> str:
        """The attributes of a page's cell that carry it: ``data-value`` and ``data-format``."""
        return f' data-value="{full_value(self.value)}" data-format="{html.escape(self.format, quote=True)}"'


def full_value(number: float) -> str:
    """``number`` as text with twelve significant digits."""
    # ten digits in a row look like a telephone number
    return f"{number:.11e}" if abs(number) >= 1e8 else f"{number:.12g}"


def number_format(decimals: int, before: str = "", after: str = "", room: str = "") -> str:
    """A format with ``decimals`` digits after the decimal mark and groups of thousands.

    ``before`` and ``after`` are printed around the number; each sign of ``room`` leaves its own width empty behind it,
    so that numbers of a column stand decimal mark below decimal mark.
    """
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _quoted(before) + digits + _quoted(after) + "".join(f"_{sign}" for sign in room)


def safe_format(text: str) -> str:
    """``text`` where it is a format as ``number_format`` writes them, otherwise the spreadsheet's own choice."""
    return text if _PLAIN_FORMAT.fullmatch(text) else "General"


def _quoted(text: str) -> str:
    return f'"{text}"' if text else ""
