"""Responses that may be one response twice: the same person, the same answers and time, nearly the same answers.

Nothing is left out here. Of two responses that are alike the later one carries the mark.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.survey.answer_matrix import AnswerMatrix, row_groups

Floats = NDArray[np.float64]
ALL_PAIRS_UP_TO = 3000
WINDOW = 50


def in_order_of_time(responses: pd.DataFrame) -> NDArray[np.intp]:
    """Positions of the responses by time of submission; those without a time last, ties as they stand."""
    if "submitted_at" not in responses.columns:
        return np.arange(len(responses))
    times = responses["submitted_at"].to_numpy(dtype="datetime64[us]")
    return np.lexsort((np.arange(len(times)), times, np.isnat(times)))


def _later(groups: NDArray[np.intp], order: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether a row has an earlier one of its group."""
    out = np.zeros(len(groups), dtype=bool)
    out[order] = pd.Series(groups[order]).duplicated().to_numpy()
    return out


def duplicate_people(responses: pd.DataFrame) -> pd.Series:
    """Whether the same person answered the same wave about the same event before; unknown without a key of a person.

    ``responses`` has wave_id, person_key and optionally event_id and submitted_at.
    """
    out = pd.Series(pd.NA, index=responses.index, dtype="boolean")
    if "person_key" not in responses.columns:
        return out
    known = responses["person_key"].notna().to_numpy()
    keys = [responses[name] for name in ("wave_id", "person_key", "event_id") if name in responses.columns]
    later = _later(row_groups(*keys), in_order_of_time(responses))
    out[known] = later[known]
    return out


def duplicate_answers(matrix: AnswerMatrix, responses: pd.DataFrame) -> pd.Series:
    """Whether an earlier response has the same answers to every item, unit and time stamps.

    Unknown without a time of day: people of one view who answer on the same day are no duplicates.
    """
    out = pd.Series(pd.NA, index=responses.index, dtype="boolean")
    stamps = [responses[name] for name in ("started_at", "submitted_at") if name in responses.columns]
    timed = np.zeros(len(responses), dtype=bool)
    for stamp in stamps:
        timed |= (stamp.notna() & (stamp != stamp.dt.normalize())).to_numpy()
    if not timed.any():
        return out
    places = [responses[name] for name in ("unit_id", "event_id") if name in responses.columns]
    # an answer by its number, and why there is none by a negative one
    given = np.where(matrix.codes >= 0, matrix.codes, -1 - matrix.states.astype(np.int32))
    later = _later(row_groups(*given.T, *stamps, *places), in_order_of_time(responses))
    out[timed] = (later & (matrix.codes >= 0).any(axis=1))[timed]
    return out


def near_identical(
    matrix: AnswerMatrix,
    responses: pd.DataFrame,
    least_items: int,
    all_pairs_up_to: int = ALL_PAIRS_UP_TO,
    window: int = WINDOW,
) -> Floats:
    """Largest share of answers (0-1) in which a response agrees with an earlier one.

    An item weighs one, also a multiple choice (the share of its options marked alike); compared are items that both
    answered, and only pairs with ``least_items`` of them or more. Up to ``all_pairs_up_to`` responses every pair is
    compared, beyond that each with the ``window`` submitted before it, so that the work grows with the number of
    responses. NaN where there was nothing to compare with. Source of the measure: Kuriakose and Robbins (2016),
    Statistical Journal of the IAOS 32; many satisfied people agree without having been copied, so that a limit
    belongs to the questionnaire.
    """
    n = len(matrix.response_ids)
    order = in_order_of_time(responses)
    share = np.full(n, np.nan)
    sizes = matrix.columns.groupby("item")["item"].transform("size").to_numpy(dtype="int64")
    small = matrix.codes.astype(np.int16) if len(matrix.code_names) < np.iinfo(np.int16).max else matrix.codes
    by_size = {int(size): np.ascontiguousarray(small[order][:, sizes == size].T) for size in np.unique(sizes)}
    reach = min(n - 1, n if n <= all_pairs_up_to else window)
    for lag in range(1, reach + 1):
        alike, both = np.zeros(n - lag), np.zeros(n - lag)
        for size, columns in by_size.items():
            same = np.zeros(n - lag, dtype=np.uint16)
            known = np.zeros(n - lag, dtype=np.uint16)
            for column in columns:
                now, before = column[lag:], column[:-lag]
                answered = (now >= 0) & (before >= 0)
                known += answered
                same += answered & (now == before)
            alike += same / size
            both += known / size
        fit = both >= least_items - 1e-9  # sums of fractions of one item
        found = np.full(n - lag, np.nan)
        np.divide(alike, both, out=found, where=fit)
        share[lag:] = np.fmax(share[lag:], found)
    out = np.full(n, np.nan)
    out[order] = share
    return out
