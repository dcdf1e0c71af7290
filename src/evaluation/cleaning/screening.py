"""Free text for storage: personal data in it are masked, and no remark repeats what was masked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from evaluation.cleaning.plain_texts import harmless
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.values import Parsed, parse_text
from evaluation.privacy.personal import mask_personal


def screened(raw: Any) -> Parsed:
    """Text for storage with personal data masked (contacts and numbers of documents; a title may name a person)."""
    return _screened(raw, names=False)


def screened_with_names(raw: Any) -> Parsed:
    """As ``screened``, full names masked as well: for minutes, recommendations, evidence."""
    return _screened(raw, names=True)


def _screened(raw: Any, names: bool) -> Parsed:
    parsed = parse_text(raw)
    if parsed.value is None:
        return parsed
    masked, kinds = mask_personal(parsed.value, names=names)
    return Parsed(masked, "personal_data_masked", ", ".join(kinds)) if kinds else parsed


def read_screened(reading: Reading, variable: str, names: bool = False) -> pd.Series:
    """Read a column of free text; its remarks on masked data hold neither the received text nor the masked one."""
    start = len(reading.issues)
    values = reading.read(variable, screened_with_names) if names else reading.read(variable, screened, harmless)
    reading.issues[start:] = [
        replace(issue, raw=None, value=None) if issue.rule == "personal_data_masked" else issue
        for issue in reading.issues[start:]
    ]
    return values
