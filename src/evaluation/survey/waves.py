"""From a wave's own row and its responses to design, weights and margins: what a notebook calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.survey.design import Design, SinglePSU, make_design
from evaluation.survey.estimates import as_frame
from evaluation.survey.item_estimates import NOT_STATED, item_estimates
from evaluation.survey.weights import SCHEME_COLUMNS, WEIGHT_COLUMNS, Weighting, plain_weighting, rake_weighting

BASE_WEIGHT = "w_base"
BASE_SCHEME = "base"


@dataclass(frozen=True, eq=False)
class WaveEstimates:
    """The tables ``survey_estimates``, ``survey_weights`` and ``survey_schemes`` of one wave."""

    estimates: pd.DataFrame
    weights: pd.DataFrame
    schemes: pd.DataFrame


def estimate_wave(
    wave: Mapping[str, object],
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    rated: Sequence[str] = (),
    one_of: Sequence[str] = (),
    multiple: Sequence[str] = (),
    promoters: Sequence[str] = (),
    top: Mapping[str, float] | None = None,
    margins: pd.DataFrame | None = None,
    bounds: tuple[float, float] | None = (0.2, 5.0),
    groups: Sequence[str] = (),
    single: SinglePSU = "refuse",
) -> WaveEstimates:
    """Weighted estimates of one wave's items with errors that suit its design.

    ``wave`` is its row of survey_waves; of ``responses`` those of the wave without an ``excluded_reason`` enter.
    ``margins`` are those of its population (rows of one margins_id); a margin's or a group's variable that is no
    column of ``responses`` is the code of the item of that name. Those who left a margin's variable blank keep their
    share of the base weights (``with_unstated_level``). Each of ``groups`` is tabulated by itself, named
    ``variable=level``. Raises InputProblem as ``make_design`` and ``rake`` do.
    """
    ours = responses[responses["wave_id"] == wave["wave_id"]]
    if "excluded_reason" in ours:
        ours = ours[ours["excluded_reason"].isna()]
    ours = ours.reset_index(drop=True)
    if ours.empty:
        return WaveEstimates(
            as_frame([]).assign(wave_id="", scheme=""),
            pd.DataFrame(columns=WEIGHT_COLUMNS),
            pd.DataFrame(columns=[*SCHEME_COLUMNS, "wave_id"]),
        )
    used = [] if margins is None else margins["variable"].unique().tolist()
    ours = _with_items(ours, answers, [*used, *groups])
    scheme = BASE_SCHEME
    fitted = margins
    if margins is not None and len(margins):
        scheme = str(margins["margins_id"].iloc[0])
        sample, fitted = with_unstated_level(ours, margins)
        weighting = wave_weighting(sample, fitted, scheme, bounds)
    else:
        weighting = wave_weighting(ours, None, scheme)
    design = weighting.on(wave_design(wave, ours, single=single))

    def tabulated(labels: pd.Series | None) -> pd.DataFrame:
        return item_estimates(
            answers, ours, design, means=rated, shares=one_of, multiple=multiple, promoters=promoters,
            top=dict(top or {}), groups=labels,
        )  # fmt: skip

    made = [tabulated(None)]
    for name in groups:
        labels = name + "=" + ours[name].astype("object").where(ours[name].notna(), NOT_STATED).astype(str)
        made.append(tabulated(labels).query("group != ''"))
    estimates = pd.concat(made, ignore_index=True)
    wave_id = str(wave["wave_id"])
    return WaveEstimates(
        estimates.assign(wave_id=wave_id, scheme=scheme),
        weighting.weights,
        weighting.scheme.assign(wave_id=wave_id),
    )


def with_unstated_level(sample: pd.DataFrame, margins: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``sample`` and ``margins`` where a blank margin variable is a level ``not_stated`` of its own.

    It keeps its share of the base weights; the counts of the known levels are lowered alike to make room for it, so
    that those who did not say are neither moved nor counted as anybody else.
    """
    column = _column(sample, BASE_WEIGHT)
    base = pd.Series(1.0, index=sample.index) if column is None else sample[column].astype(float)
    sample, parts = sample.copy(), []
    for variable, rows in margins.groupby("variable", sort=False):
        blank = sample[variable].isna() if variable in sample else pd.Series(False, index=sample.index)
        if not blank.any():
            parts.append(rows)
            continue
        share = float(base[blank].sum() / base.sum())
        sample[variable] = sample[variable].astype("object").where(~blank, NOT_STATED)
        numbers = [name for name in ("count", "share") if name in rows]
        own = rows.iloc[:1].assign(level=NOT_STATED, **{name: rows[name].sum() * share for name in numbers})
        parts += [rows.assign(**{name: rows[name] * (1 - share) for name in numbers}), own]
    return sample, pd.concat(parts, ignore_index=True)


def _with_items(responses: pd.DataFrame, answers: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """``responses`` with a column for each of ``names`` that they lack: the code of the answer to that item."""
    for name in dict.fromkeys(names):
        if name not in responses and (answers["item"] == name).any():
            given = answers[(answers["item"] == name) & answers["missing"].isna()]
            responses = responses.assign(**{name: responses["response_id"].map(given.set_index("response_id")["code"])})
    return responses


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
