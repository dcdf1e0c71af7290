"""Ticking one column: runs of the same answer, share of the commonest answer, and spread of a person's answers.

Answers count as printed, before items of reversed wording are turned round: who agrees to both wordings contradicts
himself. Sources of the measures: Johnson (2005), Journal of Research in Personality 39 (longest string); Dunn et al.
(2018), Journal of Business and Psychology 33 (intra-individual response variability).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.survey.answer_matrix import AnswerMatrix

LINE_COLUMNS = ["scale_id", "items", "answered", "longstring", "identical_share", "irv", "is_mixed"]


def longest_run(codes: NDArray[np.int32]) -> NDArray[np.int64]:
    """(n,) longest run of one and the same answer along the columns; a missing answer (-1) breaks it."""
    run = np.zeros(len(codes), dtype=np.int64)
    longest = run.copy()
    before: NDArray[np.int32] | None = None
    for now in codes.T:
        same = np.zeros(len(codes), dtype=bool) if before is None else now == before
        run = np.where(now < 0, 0, np.where(same, run + 1, 1))
        np.maximum(longest, run, out=longest)
        before = now
    return longest


def commonest_share(codes: NDArray[np.int32]) -> NDArray[np.float64]:
    """(n,) share of the commonest answer among the answers given; NaN without answers."""
    given = (codes >= 0).sum(axis=1)
    most = np.zeros(len(codes), dtype=np.int64)
    for code in np.unique(codes[codes >= 0]):
        np.maximum(most, (codes == code).sum(axis=1), out=most)
    out = np.full(len(codes), np.nan)
    np.divide(most, given, out=out, where=given > 0)
    return out


def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) standard deviation (n - 1) of a person's values; NaN with fewer than two."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    filled = np.where(known, values, 0.0)
    mean = np.zeros(len(values))
    np.divide(filled.sum(axis=1), count, out=mean, where=count > 0)
    squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    out = np.full(len(values), np.nan)
    np.divide(squares, count - 1, out=out, where=count > 1)
    return np.asarray(np.sqrt(out))


def straight_lining(matrix: AnswerMatrix, items: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By scale a frame of LINE_COLUMNS, one row a response, for scales of two or more items that were asked.

    ``items`` has name, kind, scale_id and reversed in the order printed. ``is_mixed`` tells that the scale has items
    of both wordings, so that one column of ticks contradicts itself. Multiple choices take no part.
    """
    found = {}
    single = items[(items["kind"] != "several") & (items["scale_id"].fillna("") != "")]
    for scale, rows in single.groupby("scale_id", sort=True):
        names = [name for name in rows["name"] if len(matrix.places(str(name)))]
        if len(names) < 2:
            continue
        places = [int(matrix.places(str(name))[0]) for name in names]
        codes = matrix.codes[:, places]
        turned = rows.set_index("name").loc[names, "reversed"].astype(bool)
        found[str(scale)] = pd.DataFrame(
            {
                "scale_id": str(scale),
                "items": len(names),
                "answered": (codes >= 0).sum(axis=1),
                "longstring": longest_run(codes),
                "identical_share": commonest_share(codes),
                "irv": spread(matrix.numbers[:, places]),
                "is_mixed": bool(turned.any() and not turned.all()),
            },
            index=matrix.response_ids,
            columns=LINE_COLUMNS,
        )
    return found
