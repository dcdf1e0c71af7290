"""Codes of settlements: eleven digits where the registry's units have OKTMO codes, otherwise as written."""

from __future__ import annotations

import re
from typing import Any

from evaluation.cleaning.context import Context
from evaluation.cleaning.values import Parsed, Parser, parse_text

DIGITS = 11


def place_code(context: Context) -> Parser:
    """Code of a settlement as text. Ten digits get their zero back only in regions whose codes begin with one."""
    is_oktmo = bool(context.registry["unit_id"].astype("str").str.fullmatch(r"\d{8}").all())
    has_zero = (context.region_code or "").startswith("0")

    def parse(raw: Any) -> Parsed:
        parsed = parse_text(raw)
        if parsed.value is None or not is_oktmo:
            return parsed
        digits = re.sub(r"[\s-]", "", str(parsed.value))
        if re.fullmatch(rf"\d{{{DIGITS}}}", digits):
            return Parsed(digits, None if digits == raw else "oktmo_spaces")
        if has_zero and re.fullmatch(rf"\d{{{DIGITS - 1}}}", digits):
            return Parsed(f"0{digits}", "oktmo_lost_zero")
        return Parsed(None, "oktmo_unreadable")

    return parse
