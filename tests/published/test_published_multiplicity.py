"""Many hypotheses: the fifteen p values of Benjamini and Hochberg (1995, section 4.1)."""

from __future__ import annotations

import pytest
from reference import Reference, agree, rows

from evaluation.effects.inference.multiplicity import Method, adjust

REFERENCES = ("bh1995",)
P_VALUES = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0000)  # fmt: skip
METHODS: dict[str, Method] = {
    "bonferroni rejections": "bonferroni",
    "simes-hochberg rejections": "hochberg",
    "fdr_bh rejections": "benjamini_hochberg",
}


@pytest.mark.parametrize("row", rows(*REFERENCES))
def test_rejections(row: Reference) -> None:
    agree(row, int((adjust(P_VALUES, METHODS[row.quantity]) <= 0.05).sum()))
