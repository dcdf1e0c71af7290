"""Small waves of responses whose quality is known by construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.survey.answer_matrix import AnswerMatrix, answer_matrix

Given = str | None


def long_answers(rows: Mapping[str, Mapping[str, Given]]) -> pd.DataFrame:
    """The long table from response -> item -> code; «!refused» is a reason for a missing answer, None a blank."""
    out = []
    for response, given in rows.items():
        for item, code in given.items():
            name, _, choice = item.partition("/")
            reason = "blank" if code is None else code[1:] if code.startswith("!") else None
            known = None if reason else code
            value = float(known) if known is not None and known.isdigit() else np.nan
            out.append((response, name, choice, known, value, reason))
    return pd.DataFrame(out, columns=["response_id", "item", "choice", "code", "value", "missing"])


def matrix_of(rows: Mapping[str, Mapping[str, Given]]) -> AnswerMatrix:
    return answer_matrix(long_answers(rows), pd.Index(list(rows)))


def questionnaire(
    names: Sequence[str],
    scale: Sequence[str] = (),
    turned: Sequence[str] = (),
    relevant: Mapping[str, str] | None = None,
    required: Sequence[str] = (),
    several: Sequence[str] = (),
) -> pd.DataFrame:
    """Items as the questionnaire's reader gives them."""
    conditions = relevant or {}
    return pd.DataFrame(
        {
            "name": list(names),
            "kind": ["several" if name in several else "one" for name in names],
            "scale_id": ["s" if name in scale else "" for name in names],
            "reversed": [name in turned for name in names],
            "relevant": [conditions.get(name, "") for name in names],
            "required": [name in required for name in names],
        }
    )


def responses_of(ids: Sequence[str], **columns: Sequence[object]) -> pd.DataFrame:
    frame = pd.DataFrame({"response_id": list(ids), "wave_id": "w", **columns})
    for name in ("started_at", "submitted_at"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name], format="ISO8601").astype("datetime64[us]")
    return frame


WAVE = pd.Series(
    {
        "wave_id": "w", "design": "srs", "frame_n": 1000, "invited_n": 100,
        "field_from": pd.Timestamp("2025-10-05"), "field_to": pd.Timestamp("2025-10-30"),
    }
)  # fmt: skip
