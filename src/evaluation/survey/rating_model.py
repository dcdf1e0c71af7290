"""Which features of a training event go with higher ratings: an ordered logit of people's ratings.

People of one event share its room and its teacher, so that errors count events, not people. Features of events are
chosen with the event, so that the odds ratios are associations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.settings import DataProblem, InputProblem
from evaluation.survey.design import make_design
from evaluation.survey.regression import survey_ordered_logit

MODEL_COLUMNS = [
    "item", "feature", "log_odds", "se", "low", "high", "p", "odds_ratio", "ratings", "events", "dropped", "note",
]  # fmt: skip
FEW_EVENTS = 10
EVENTS_A_FEATURE = 5
LARGEST_INDEX = 30.0  # log odds between two events that no data show: the maximum is at infinity


def rating_odds(
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    events: pd.DataFrame,
    features: Sequence[str],
    item: str,
    reversed_item: bool = False,
) -> pd.DataFrame:
    """MODEL_COLUMNS, a row a feature: how it goes with the odds of every higher rating of ``item``.

    ``responses`` are of one wave (response_id, event_id), ``events`` has event_id and ``features`` (numbers, or texts
    that become indicators of all levels but the first). ``low`` and ``high`` are of ``log_odds``, at 95 % with the
    events' degrees of freedom; few_events: fewer than ten events, whose errors are too small. ``dropped`` ratings are
    of responses without event or features. A model that the data cannot carry is one row with an empty estimate and a
    note (too_few_events, cannot_be_estimated). Raises InputProblem for features that ``events`` lacks.
    """
    lacking = [name for name in features if name not in events]
    if lacking or not features:
        named = ", ".join(lacking) or "—"
        raise InputProblem(
            f"Модель оценок: в таблице мероприятий нет признаков: {named}. Назовите столбцы таблицы мероприятий.",
            f"Model of ratings: the table of events lacks the features: {named}. Name columns of the table of events.",
        )
    given = answers.loc[(answers["item"] == item) & answers["value"].notna(), ["response_id", "value"]]
    linked = given.merge(responses[["response_id", "event_id"]], on="response_id")
    frame = linked.merge(events[["event_id", *features]], on="event_id", how="left")
    usable = frame[["event_id", *features]].notna().all(axis=1)
    rows = frame[usable].assign(value=lambda table: table["value"] * (-1 if reversed_item else 1))
    count = rows["event_id"].nunique()
    base = {"item": item, "ratings": len(rows), "events": count, "dropped": int((~usable).sum())}
    if count < EVENTS_A_FEATURE * len(features):
        return _frame([{**base, "feature": "", "note": "too_few_events"}])
    impossible = _frame([{**base, "feature": "", "note": "cannot_be_estimated"}])
    if rows["value"].nunique() < 2:
        return impossible
    design = make_design(rows, "cluster", psu="event_id")
    try:
        found = survey_ordered_logit(design, rows, "value", list(features))
    except DataProblem:  # one feature tells the ratings apart without error
        return impossible
    note = "few_events" if count < FEW_EVENTS else ""
    terms = found.table[~found.table["term"].str.startswith("cut_")]
    if (terms["estimate"].abs() * _ranges(rows, terms["term"])).gt(LARGEST_INDEX).any():
        return impossible
    made = [
        {
            **base, "feature": row["term"], "log_odds": row["estimate"], "se": row["se"], "low": row["low"],
            "high": row["high"], "p": row["p"], "odds_ratio": float(np.exp(row["estimate"])),
            "note": "; ".join(filter(None, [note, found.note])),
        }
        for row in terms.to_dict("records")
    ]  # fmt: skip
    return _frame(made)


def _ranges(rows: pd.DataFrame, terms: pd.Series) -> np.ndarray:
    """Largest less smallest value of each term; 1 for the indicator of a level."""
    return np.array([1.0 if "=" in term else float(rows[term].max()) - float(rows[term].min()) for term in terms])


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    counts = dict.fromkeys(("ratings", "events", "dropped"), "Int64")
    numbers = dict.fromkeys(("log_odds", "se", "low", "high", "p", "odds_ratio"), "float64")
    return pd.DataFrame(rows, columns=MODEL_COLUMNS).astype({**counts, **numbers})
