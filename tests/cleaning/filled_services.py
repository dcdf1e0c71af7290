"""Rows of the forms of a congress's services that agree with one another, for ``filled_forms.a_year``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Filled = Callable[..., pd.DataFrame]


def services(filled: Filled, rng: np.random.Generator, codes: list[str], year: int) -> dict[str, pd.DataFrame]:
    """A few rows of every register of the part ``services``; ``filled`` is that of ``filled_forms``."""
    some = [str(code) for code in rng.choice(codes, 4)]

    def at(month: int) -> pd.Timestamp:
        return pd.Timestamp(year, month, 5)

    return {
        "requests": filled(
            "requests", rng, 4, request_id=[f"{year}-S{k}" for k in range(4)], unit_name=some,
            received_on=[at(2)] * 4, answered_on=[at(3), None, None, at(2)], answered=[True, False, None, True],
        ),
        "award_entries": filled(
            "award_entries", rng, 2, entry_id=[f"{year}-N1", f"{year}-N2"], unit_name=some[:2],
            title=["Родник у школы", "Тропа к озеру"], place=[1, 2],
        ),
        "award_scores": filled(
            "award_scores", rng, 4, entry_id=[f"{year}-N1", f"{year}-N1", f"{year}-N2", f"{year}-N2"],
            criterion=["result", "quality", "result", "quality"], person_key=["0123456789abcdef"] * 4,
            person_name=[None] * 4, phone=[None] * 4, email=[None] * 4,
        ),
        "federal_applications": filled(
            "federal_applications", rng, 3, application_id=[f"{year}-F{k}" for k in range(3)], unit_name=some[:3],
            applied_on=[at(2)] * 3, decided_on=[at(6), at(6), None], status=["approved", "rejected", "submitted"],
            amount_asked=[1000.0, 2000.0, 500.0], amount_granted=[900.5, None, None],
        ),
        "media_items": filled(
            "media_items", rng, 3, item_id=[f"{year}-I{k}" for k in range(3)], unit_name=[*some[:2], None],
            views=[10, None, 0],
        ),
        "partnerships": filled(
            "partnerships", rng, 3, partnership_id=["МП-01", "МП-02", "МП-03"], unit_name=[some[0], None, some[1]],
            partner=["город Первый", "города за проливом", "город Третий"], partner_country=["Монголия", None, "Китай"],
            partners=[1, None, 2], status=["agreement", "talks", "ended"], since_year=[2012, None, 2015],
            until_year=[None, None, 2021],
        ),
        "partnership_events": filled(
            "partnership_events", rng, 2, partnership_id=["МП-01", "МП-03"], held_on=[at(4), at(5)],
            kind=["visit", "online"],
        ),
    }  # fmt: skip
