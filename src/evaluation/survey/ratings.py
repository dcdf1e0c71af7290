"""How each event was rated, by how many of those who came, and what the silent could change.

Those who came and gave no rating (no questionnaire, no answer, don't know) are never taken to be like the others: the
bounds give all of them the lowest and then the highest answer. Within the bounds nothing is assumed; the interval
beside them takes the ratings given as drawn from all that such an event would get.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.cleaning.survey.asked import attended_by_event
from evaluation.indicators.intervals import wilson_bounds
from evaluation.settings import InputProblem

RATING_COLUMNS = [
    "event_id", "item", "invited", "attended", "attended_basis", "responses", "rated", "dont_know", "response_rate",
    "mean", "mean_lowest", "mean_highest", "top_share", "low", "high", "top_lowest", "top_highest", "ceiling_share",
    "note",
]  # fmt: skip
PEOPLE_COLUMNS = ["event_id", "invited", "attended", "attended_basis"]
NOTES = ("nobody_answered", "more_answers_than_people", "people_unknown", "few_ratings", "ceiling", "low_response")
CEILING = 0.5
LOW_RESPONSE = 0.5
FEW = 5


def people_at_events(support_events: pd.DataFrame, attendance: pd.DataFrame) -> pd.DataFrame:
    """PEOPLE_COLUMNS, one row a training event: invited as reported, attended by the lists of names.

    ``attended_basis``: list (people marked present), reported (the organisers' number, where there is no list), or
    unknown.
    """
    events = support_events[support_events["stream"] == "training"].sort_values("event_id")
    people = attended_by_event(events, attendance)
    return pd.DataFrame(
        {
            "event_id": events["event_id"].astype("str"),
            "invited": events["invited"].astype("Int64"),
            "attended": people["attended"].array,
            "attended_basis": people["basis"].array,
        },
        columns=PEOPLE_COLUMNS,
    ).reset_index(drop=True)


def event_ratings(
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    people: pd.DataFrame,
    items: Sequence[str],
    limits: tuple[float, float] = (1, 5),
    top: float = 4,
    reversed_items: Sequence[str] = (),
) -> pd.DataFrame:
    """RATING_COLUMNS, one row an event of ``people`` (PEOPLE_COLUMNS) and item, events without answers included.

    ``responses`` are those of one wave (response_id, event_id); events that only they name are added with people
    unknown. ``top_share`` is the share of ratings of at least ``top`` among those who rated, ``low`` and ``high`` its
    Wilson interval at 95 %; ``ceiling_share`` the share of the highest answer. ``*_lowest`` and ``*_highest`` give
    all others who came the lowest or highest answer. Items in ``reversed_items`` are turned round first.

    Raises InputProblem where one response stands twice or a rating lies beyond ``limits``.
    """
    if responses["response_id"].duplicated().any():
        raise InputProblem(
            "Анкеты мероприятий: одна и та же анкета стоит в таблице дважды. Оставьте одну волну, по строке на анкету.",
            "Ratings of events: one response stands twice in the table. Keep one wave, and a row a response.",
        )
    events = _all_events(people, responses)
    linked = responses.loc[responses["event_id"].notna(), ["response_id", "event_id"]]
    given = answers.loc[answers["item"].isin(items), ["response_id", "item", "value", "missing"]].merge(linked)
    low, high = limits
    beyond = given["value"].notna() & ~given["value"].between(low, high)
    if beyond.any():
        named = ", ".join(sorted(given.loc[beyond, "item"].unique()))
        raise InputProblem(
            f"Оценки мероприятий: у вопросов {named} есть ответы вне пределов {low:g}–{high:g}. Проверьте список "
            "ответов или назовите вопросы с этой шкалой.",
            f"Ratings of events: items {named} have answers beyond {low:g} to {high:g}. Check the list of answers, or "
            "name items of this range.",
        )
    turned = given["item"].isin(reversed_items)
    value = given["value"].mask(turned, low + high - given["value"])
    given = given.assign(
        value=value, is_top=(value >= top) & value.notna(), is_highest=value == high,
        is_dont_know=given["missing"] == "dont_know",
    )  # fmt: skip
    sums = given.groupby(["event_id", "item"]).agg(
        rated=("value", "count"), total=("value", "sum"), best=("is_top", "sum"), highest=("is_highest", "sum"),
        dont_know=("is_dont_know", "sum"),
    )  # fmt: skip
    index = pd.MultiIndex.from_product([events["event_id"], list(items)], names=["event_id", "item"])
    table = sums.reindex(index, fill_value=0).reset_index().merge(events, on="event_id", how="left")
    table["responses"] = table["event_id"].map(linked["event_id"].value_counts()).fillna(0)
    return _finished(table, low, high)


def _all_events(people: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    named = responses["event_id"].dropna().astype("str").unique()
    extra = sorted(set(named) - set(people["event_id"]))
    unknown = pd.DataFrame({"event_id": extra, "attended_basis": "unknown"}, columns=PEOPLE_COLUMNS)
    unknown = unknown.astype({"invited": "Int64", "attended": "Int64", "event_id": "str"})
    return pd.concat([people[PEOPLE_COLUMNS], unknown], ignore_index=True) if extra else people[PEOPLE_COLUMNS]


def _finished(table: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """Means, shares, intervals and bounds from the sums of each event and item."""
    rated, total, best = (table[name].to_numpy(dtype=float) for name in ("rated", "total", "best"))
    came = table["attended"].to_numpy(dtype=float, na_value=np.nan)
    some = np.where(rated > 0, rated, np.nan)
    too_many = table["responses"].to_numpy(dtype=float) > came
    # with more questionnaires than people nobody knows how many were silent
    known = np.where(too_many | (came <= 0), np.nan, came)
    silent = known - rated
    share = best / some
    wilson_low, wilson_high = wilson_bounds(best, rated)
    rate = rated / known
    ceiling = table["highest"].to_numpy(dtype=float) / some
    said = {
        "nobody_answered": rated == 0,
        "more_answers_than_people": too_many,
        "people_unknown": np.isnan(came),
        "few_ratings": (rated > 0) & (rated < FEW),
        "ceiling": ceiling > CEILING,
        "low_response": rate < LOW_RESPONSE,
    }
    notes = ["; ".join(name for name, applies in said.items() if applies[row]) for row in range(len(table))]
    made = table.assign(
        response_rate=rate, mean=total / some, mean_lowest=(total + silent * low) / known,
        mean_highest=(total + silent * high) / known, top_share=share, low=wilson_low, high=wilson_high,
        top_lowest=best / known, top_highest=(best + silent) / known, ceiling_share=ceiling, note=notes,
    )  # fmt: skip
    counts = dict.fromkeys(("invited", "attended", "responses", "rated", "dont_know"), "Int64")
    return made[RATING_COLUMNS].astype(counts)
