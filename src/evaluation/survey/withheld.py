"""What is left of ratings, claims and changes where nobody was drawn by chance: values and certain bounds, no margins.

An interval and a p-value speak of what another draw would have brought (AAPOR 2013, Report of the Task Force on
Non-Probability Sampling). Where people came of their own accord there was no draw; what remains are the values of those
who answered and what is certain whoever was silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd

from evaluation.survey.design import NOT_PROBABILITY, Drawn
from evaluation.survey.kirkpatrick import Measure

NOTE = "not_probability"


def is_by_chance(wave: Mapping[str, object]) -> bool:
    """Whether the wave's row of survey_waves names a census or a probability sample."""
    drawn = wave.get("design")
    return drawn in get_args(Drawn) and drawn not in NOT_PROBABILITY


def without_margins(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with its columns se, low, high, p and p_adjusted empty, and its notes saying why."""
    errors = [name for name in ("se", "low", "high", "p", "p_adjusted") if name in frame]
    return frame.assign(**dict.fromkeys(errors, np.nan), note=frame["note"].map(_noted))


def ratings_without_margins(ratings: pd.DataFrame, claims: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings by event and claims on them (``survey.claims.rate_events``), judged by what is certain alone.

    The verdict of an event and of a claim becomes the one that holds whatever the silent would have answered.
    """
    ratings = without_margins(ratings).assign(verdict=ratings["verdict_any_silence"])
    certain = {"holds": claims["holds_any_silence"], "fails": claims["fails_any_silence"]}
    claims = claims.assign(
        **certain,
        cannot_tell=claims["events"] - certain["holds"] - certain["fails"],
        fails_either=certain["fails"],
        verdict=claims["verdict_any_silence"],
        # that few ratings could show nothing is a remark on a test which is not made
        note=claims["note"].map(lambda note: _noted("; ".join(one for one in _codes(note) if one != "low_power"))),
    )
    return ratings, claims


def measure_without_margins(measure: Measure) -> Measure:
    """A measure of one of the four levels without its interval; the worst-case bounds stay."""
    return replace(measure, low=float("nan"), high=float("nan"), notes=(*measure.notes, NOTE))


def _noted(note: object) -> str:
    return "; ".join(dict.fromkeys([*_codes(note), NOTE]))


def _codes(note: object) -> list[str]:
    return [] if not isinstance(note, str) else [part.strip() for part in note.split(";") if part.strip()]
