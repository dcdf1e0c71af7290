"""Quality of single responses as numbers and marks; what is done about them is decided elsewhere (``exclusions``).

A mark says what was seen, not that an answer is untrue: a quick reader and somebody who is content with everything
look like careless people.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.cleaning.questionnaire.xlsform import condition
from evaluation.settings import SurveyQuality
from evaluation.survey.answer_matrix import ANSWERED, BLANK, DONT_KNOW, INVALID, NOT_ASKED, REFUSED, AnswerMatrix
from evaluation.survey.duplicates import duplicate_answers, duplicate_people, near_identical
from evaluation.survey.speed import durations, fast_pages, log_deviation, of_median
from evaluation.survey.straight_lining import spread, straight_lining

# mark or number by response; the same names stand in the table survey_responses
MARKS = ("q_duplicate_person", "q_duplicate_answers", "q_speeder", "q_straight_lining", "q_outside_field")
NUMBERS = (
    "q_near_identical", "q_speed", "q_speed_log", "q_longstring", "q_identical_share", "q_irv", "item_nonresponse",
    "q_dont_know", "q_skip_violations", "q_required_missing",
)  # fmt: skip
FLAG_COLUMNS = ["response_id", *MARKS, *NUMBERS]
SUMMARY_COLUMNS = ["wave_id", "flag", "responses", "measured", "flagged", "share", "median", "p95", "note"]
ITEM_COLUMNS = [
    "wave_id", "item", "responses", "asked", "answered", "dont_know", "refused", "no_answer", "invalid", "not_asked",
    "nonresponse_share", "dont_know_share",
]  # fmt: skip
COUNTED = ("q_skip_violations", "q_required_missing")


def quality_flags(
    matrix: AnswerMatrix,
    responses: pd.DataFrame,
    items: pd.DataFrame,
    wave: pd.Series,
    rules: SurveyQuality,
    page_times: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """FLAG_COLUMNS, one row a response of one wave, in the order of ``responses`` (index as there).

    ``matrix`` holds the answers of the same responses; ``items`` are those of the questionnaire (name, kind,
    scale_id, reversed, relevant, required); ``wave`` is the row of survey_waves (field_from, field_to). With
    ``page_times`` (response_id, page, seconds) a column q_fast_pages stands at the end. What cannot be known is empty.
    """
    seconds = durations(responses)
    share, deviation = of_median(seconds), log_deviation(seconds)
    states = _of_questionnaire(matrix, items)
    flags: dict[str, object] = {
        "response_id": responses["response_id"].to_numpy(),
        "q_duplicate_person": duplicate_people(responses).array,
        "q_duplicate_answers": duplicate_answers(matrix, responses).array,
        "q_speeder": _speeder(share, deviation, rules),
        "q_outside_field": outside_field(responses, wave).array,
        "q_near_identical": near_identical(matrix, responses, rules.near_identical_items),
        "q_speed": share,
        "q_speed_log": deviation,
        "item_nonresponse": _share_of_asked(states, (BLANK, REFUSED)),
        "q_dont_know": _share_of_asked(states, (DONT_KNOW,)),
        "q_skip_violations": pd.array(skip_violations(matrix, items), dtype="Int64"),
        "q_required_missing": pd.array(required_missing(matrix, items), dtype="Int64"),
        **_lines(matrix, items, rules.straight_items),
    }
    out = pd.DataFrame(flags, index=responses.index, columns=FLAG_COLUMNS)
    if page_times is not None:
        ids = pd.Index(responses["response_id"])
        out["q_fast_pages"] = fast_pages(page_times, ids, rules.speeder_fraction)
    return out


def _speeder(share: NDArray[np.float64], deviation: NDArray[np.float64], rules: SurveyQuality) -> object:
    measured, limit = (
        (share, rules.speeder_fraction) if rules.speeder == "median" else (deviation, -rules.speeder_deviations)
    )
    known = np.isfinite(measured)
    return pd.arrays.BooleanArray(np.less(measured, limit, where=known, out=np.zeros(len(known), bool)), ~known)


def _lines(matrix: AnswerMatrix, items: pd.DataFrame, straight_items: int) -> dict[str, object]:
    """Over the scales: the longest run, the largest share of one answer, the spread of all scale answers."""
    scales = straight_lining(matrix, items)
    n = len(matrix.response_ids)
    long, identical = np.full(n, np.nan), np.full(n, np.nan)
    straight, measured = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for frame in scales.values():
        answered = frame["answered"].to_numpy()
        enough = answered >= min(straight_items, 2)
        long = np.where(enough, np.fmax(long, frame["longstring"].to_numpy()), long)
        identical = np.where(enough, np.fmax(identical, frame["identical_share"].to_numpy()), identical)
        tested = answered >= straight_items
        measured |= tested
        straight |= tested & (frame["identical_share"].to_numpy() == 1)
    names = items.loc[(items["kind"] != "several") & (items["scale_id"].fillna("") != ""), "name"]
    places = [int(matrix.places(str(name))[0]) for name in names if len(matrix.places(str(name)))]
    return {
        "q_longstring": long,
        "q_identical_share": identical,
        "q_irv": spread(matrix.numbers[:, places]) if places else np.full(n, np.nan),
        "q_straight_lining": pd.arrays.BooleanArray(straight, ~measured),
    }


def _of_questionnaire(matrix: AnswerMatrix, items: pd.DataFrame) -> NDArray[np.int8]:
    """States of the questionnaire's closed items; one that no response has was not asked of anybody."""
    chosen = set(items.loc[items["kind"] != "open", "name"].astype(str))
    return matrix.item_states[:, [place for place, name in enumerate(matrix.items) if name in chosen]]


def _share_of_asked(states: NDArray[np.int8], wanted: Sequence[int]) -> NDArray[np.float64]:
    asked = (states != NOT_ASKED).sum(axis=1)
    out = np.full(len(states), np.nan)
    np.divide(np.isin(states, wanted).sum(axis=1), asked, out=out, where=asked > 0)
    return out


def outside_field(responses: pd.DataFrame, wave: pd.Series) -> pd.Series:
    """Whether a response came before the first or after the last day of the field; unknown without days."""
    out = pd.Series(pd.NA, index=responses.index, dtype="boolean")
    first, last = pd.Timestamp(wave.get("field_from")), pd.Timestamp(wave.get("field_to"))
    if "submitted_at" not in responses.columns or (pd.isna(first) and pd.isna(last)):
        return out
    known = responses["submitted_at"].notna()
    day = responses["submitted_at"].dt.normalize()
    out[known] = ((day < first) | (day > last))[known]
    return out


def skip_violations(matrix: AnswerMatrix, items: pd.DataFrame) -> NDArray[np.int64]:
    """(n,) items answered although the answer before them said that they do not apply (``relevant`` was false).

    Where the deciding answer itself is blank or could not be read, nothing is held against the response.
    """
    out = np.zeros(len(matrix.response_ids), dtype=np.int64)
    place = {name: position for position, name in enumerate(matrix.items)}
    for name, relevant in zip(items["name"], items["relevant"].fillna(""), strict=True):
        needed = condition(str(relevant))
        if needed is None or name not in place or needed[0] not in place:
            continue
        decided = ~np.isin(matrix.item_states[:, place[needed[0]]], (BLANK, INVALID))
        answered = np.isin(matrix.item_states[:, place[name]], (ANSWERED, DONT_KNOW))
        out += decided & ~matrix.holds(*needed) & answered
    return out


def required_missing(matrix: AnswerMatrix, items: pd.DataFrame) -> NDArray[np.int64]:
    """(n,) required items that were asked and left blank."""
    needed = set(items.loc[items["required"].astype(bool), "name"].astype(str)) if "required" in items else set()
    places = [place for place, name in enumerate(matrix.items) if name in needed]
    return np.asarray((matrix.item_states[:, places] == BLANK).sum(axis=1), dtype=np.int64)


def quality_summary(flags: pd.DataFrame, wave_id: str) -> pd.DataFrame:
    """SUMMARY_COLUMNS, one row a mark or number: how many responses it is known of, how many carry it.

    For marks ``flagged`` and ``share`` (of the known) are given, for numbers the median and the 95th percentile; for
    counts of violations both. ``note`` is not_measured where no response has it.
    """
    rows = []
    for name in [*MARKS, *NUMBERS]:
        known = flags[name].dropna().astype("float64")
        is_share = name in MARKS or name in COUNTED
        flagged = int((known > 0).sum()) if is_share else None
        rows.append(
            {
                "wave_id": wave_id,
                "flag": name,
                "responses": len(flags),
                "measured": len(known),
                "flagged": flagged,
                "share": flagged / len(known) if flagged is not None and len(known) else np.nan,
                "median": known.median() if name in NUMBERS and len(known) else np.nan,
                "p95": known.quantile(0.95) if name in NUMBERS and len(known) else np.nan,
                "note": None if len(known) else "not_measured",
            }
        )
    counts = dict.fromkeys(["responses", "measured", "flagged"], "Int64")
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS).astype(counts)


def item_nonresponse(matrix: AnswerMatrix, items: pd.DataFrame, wave_id: str) -> pd.DataFrame:
    """ITEM_COLUMNS, one row a closed item: asked = answered + don't know + refused + no answer + invalid.

    ``nonresponse_share`` is refused and no answer by asked; ``dont_know_share`` don't know by asked; both empty for an
    item that was asked of nobody.
    """
    place = {name: position for position, name in enumerate(matrix.items)}
    n = len(matrix.response_ids)
    rows = []
    for name in items.loc[items["kind"] != "open", "name"].astype(str):
        states = matrix.item_states[:, place[name]] if name in place else np.full(n, NOT_ASKED, dtype=np.int8)
        count = np.bincount(states, minlength=NOT_ASKED + 1)
        asked = n - int(count[NOT_ASKED])
        rows.append(
            {
                "wave_id": wave_id,
                "item": name,
                "responses": n,
                "asked": asked,
                "answered": count[ANSWERED],
                "dont_know": count[DONT_KNOW],
                "refused": count[REFUSED],
                "no_answer": count[BLANK],
                "invalid": count[INVALID],
                "not_asked": count[NOT_ASKED],
                "nonresponse_share": (count[REFUSED] + count[BLANK]) / asked if asked else np.nan,
                "dont_know_share": count[DONT_KNOW] / asked if asked else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=ITEM_COLUMNS).astype(dict.fromkeys(ITEM_COLUMNS[2:10], "Int64"))
