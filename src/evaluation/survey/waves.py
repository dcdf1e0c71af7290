"""From a wave's own row and its responses to design, weights and margins: what a notebook calls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.survey.design import Design, SinglePSU, make_design
from evaluation.survey.weights import Weighting, plain_weighting, rake_weighting

BASE_WEIGHT = "w_base"


def wave_design(
    wave: Mapping[str, object],
    responses: pd.DataFrame,
    *,
    single: SinglePSU = "refuse",
    fpc: str | float | Mapping[str, float] | None = None,
) -> Design:
    """The design of one wave: its word for it (``design``) and the columns stratum, psu, w_base of its responses.

    Columns that are absent or wholly empty are not used. Simple random samples of a known ``frame_n`` are corrected
    for the share drawn; a census says in its notes whether everybody invited (``invited_n``, else ``frame_n``) came.
    Raises InputProblem as ``make_design`` does.
    """
    drawn = wave.get("design")
    frame_n, invited_n = _whole(wave.get("frame_n")), _whole(wave.get("invited_n"))
    if fpc is None and drawn == "srs" and frame_n is not None:
        fpc = float(max(frame_n, len(responses)))
    return make_design(
        responses,
        str(drawn) if isinstance(drawn, str) else None,
        weights=_column(responses, BASE_WEIGHT),
        stratum=_column(responses, "stratum"),
        psu=_column(responses, "psu"),
        fpc=fpc,
        single=single,
        asked=invited_n if invited_n is not None else frame_n,
    )


def wave_weighting(
    responses: pd.DataFrame,
    margins: pd.DataFrame | None,
    scheme: str,
    bounds: tuple[float, float] | None = (0.2, 5.0),
) -> Weighting:
    """Weights of a wave's responses: base weights fitted to ``margins``, or the base weights alone without them.

    ``responses`` has response_id and the margins' variables; without a column w_base everybody begins with 1.
    """
    column = _column(responses, BASE_WEIGHT)
    base = np.ones(len(responses)) if column is None else responses[column].to_numpy(dtype=float, na_value=np.nan)
    if margins is None or margins.empty:
        return plain_weighting(responses, base, scheme)
    return rake_weighting(responses, base, margins, scheme, bounds)


def _column(responses: pd.DataFrame, name: str) -> str | None:
    return name if name in responses and responses[name].notna().any() else None


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, (int, float, np.integer)) and value == value else None
