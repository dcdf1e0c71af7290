"""What the programme says of itself, beside what the data at hand can say to it.

``config/claims.csv`` holds each claim with the test that answers it (a declared model's estimate, a finding, or the
verdict on a claim that the plan declares), or the reason why nothing at hand can.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluation.territory.listing import read_listing, refuse

COLUMNS = (
    "claim", "text_ru", "text_en", "kind", "test", "exposure", "side", "design_ru", "design_en", "limits_ru",
    "limits_en",
)  # fmt: skip
KINDS = ("model", "finding", "verdict", "none")
SIDES = ("above", "below")
"""On which side of zero the claim is: a claim that teams last says that their hazard of ending is below it."""
Verdict = Literal["agrees", "unclear", "disagrees", "described", "not_made", "not_testable"]
RESULT_COLUMNS = [
    *COLUMNS, "verdict", "outcome", "design", "estimand", "estimate", "low", "high", "p", "unit", "n", "clusters",
    "treated_clusters",
]  # fmt: skip
SIGNIFICANT = 0.05
_TAKEN: dict[int, Verdict] = {1: "agrees", 0: "unclear", -1: "disagrees"}


def read_claims(path: Path | None) -> pd.DataFrame:
    """Claims (COLUMNS); no rows without a file.

    Raises InputProblem with the line for an unknown kind, a claim that stands twice, and a test that is not named.
    """
    if path is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})
    frame = read_listing(path, COLUMNS)
    seen: set[str] = set()
    for line, row in zip(frame.index, frame.to_dict("records"), strict=True):
        if row["kind"] not in KINDS:
            raise refuse(path, line, "kind", row["kind"], ", ".join(KINDS), ", ".join(KINDS))
        if not row["claim"] or row["claim"] in seen:
            raise refuse(path, line, "claim", row["claim"], "имя, которого ещё не было", "a name of its own")
        if (row["kind"] == "none") == bool(row["test"]):
            raise refuse(path, line, "test", row["test"], "имя; пусто для none", "a name; empty for none")
        if row["kind"] == "model" and not row["exposure"]:
            raise refuse(path, line, "exposure", row["exposure"], "воздействие модели", "the model's exposure")
        if (row["side"] not in SIDES) != (row["kind"] == "none"):
            expected = ("above или below; пусто для none", "above or below; empty for none")
            raise refuse(path, line, "side", row["side"], *expected)
        seen.add(row["claim"])
    return frame.reset_index(drop=True)


def judge_claims(claims: pd.DataFrame, estimates: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Claims with their test's numbers and verdict (RESULT_COLUMNS).

    agrees or disagrees: the interval leaves out zero on the claim's side or the other, and p (corrected where it is)
    is below 0.05. A finding that is itself a verdict (kind verdict: 1 holds, -1 fails, 0 cannot be told) is taken as
    it is; its n is what was judged. described: a finding without an interval, which tests nothing. not_made: the test
    is named but this year has no such estimate or finding; not_testable: the claim names none.
    """
    rows = [row | _result(row, estimates, findings) for row in claims.to_dict("records")]
    frame = pd.DataFrame(rows, columns=RESULT_COLUMNS)
    return frame.astype(dict.fromkeys(("estimate", "low", "high", "p", "n", "clusters"), "float64"))


def _result(claim: Mapping[str, Any], estimates: pd.DataFrame, findings: pd.DataFrame) -> dict[str, Any]:
    if claim["kind"] == "none":
        return {"verdict": "not_testable"}
    if claim["kind"] == "model":
        found = estimates[(estimates["model"] == claim["test"]) & (estimates["exposure"] == claim["exposure"])]
        if found.empty or pd.isna(found.iloc[0]["estimate"]):
            return {"verdict": "not_made"}
        row = found.iloc[0].to_dict()
        corrected = row.get("p_adjusted")
        p = row["p"] if corrected is None or pd.isna(corrected) else corrected
        kept = ("outcome", "design", "estimand", "estimate", "low", "high", "n", "clusters", "treated_clusters")
        verdict = _verdict(row["low"], row["high"], p, claim["side"])
        return {name: row[name] for name in kept} | {"p": p, "verdict": verdict}
    found = findings[findings["name"] == claim["test"]]
    if found.empty or pd.isna(found.iloc[0]["value"]):
        return {"verdict": "not_made"}
    row = found.iloc[0].to_dict()
    if claim["kind"] == "verdict":
        return {"n": row["n"], "verdict": _TAKEN[int(np.sign(row["value"]))]}
    numbers = {"estimate": row["value"], "low": row["low"], "high": row["high"], "unit": row["unit"], "n": row["n"]}
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return numbers | {"verdict": "described"}
    return numbers | {"verdict": _verdict(row["low"], row["high"], math.nan, claim["side"])}


def _verdict(low: Any, high: Any, p: Any, side: Any) -> Verdict:
    if pd.isna(low) or pd.isna(high) or low <= 0 <= high or (not pd.isna(p) and p >= SIGNIFICANT):
        return "unclear"
    return "agrees" if (low > 0) == (side == "above") else "disagrees"
