"""What questionnaires say, item by item, always with the number of those asked and of those who answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

RATING_COLUMNS = [
    "instrument",
    "item",
    "asked",
    "answered",
    "dont_know",
    "refused",
    "no_answer",
    "mean",
    "top_two_share",
]
TOP_TWO = 4


@dataclass(frozen=True)
class Gain:
    """Mean change between two tests of the same people, in points and in standard deviations of the first test.

    ``n`` pairs; ``unpaired`` people with one of the two. ``low`` and ``high`` are the 95 % t interval of ``in_sd``.
    """

    points: float
    in_sd: float
    low: float
    high: float
    n: int
    unpaired: int


def rating_items(items: pd.DataFrame, choices: pd.DataFrame) -> list[str]:
    """Items with one answer from a list whose answers carry the values 1 to 5."""
    values = pd.to_numeric(choices["value"]).groupby(choices["list_name"]).agg(["min", "max"])
    five = values.index[(values["min"] == 1) & (values["max"] == 5)]
    return items.loc[(items["kind"] == "one") & items["list_name"].isin(five), "name"].tolist()


def rating_table(
    answers: pd.DataFrame, responses: pd.DataFrame, waves: pd.DataFrame, rated: dict[str, list[str]]
) -> pd.DataFrame:
    """RATING_COLUMNS, one row an item of ``rated`` (items by instrument).

    Responses with an ``excluded_reason`` do not enter. ``asked`` are the others of the wave to whom the question was
    put, ``answered`` those with a value; don't know, refused and no answer enter no mean. ``top_two_share`` is the
    share of the two highest of five answers among those who answered. As printed, an item with reversed wording is not
    turned round.
    """
    if "excluded_reason" in responses:
        responses = responses[responses["excluded_reason"].isna()]
    instrument = responses["wave_id"].map(waves.set_index("wave_id")["instrument"])
    known = answers.merge(pd.DataFrame({"response_id": responses["response_id"], "instrument": instrument}))
    rows = []
    for name, items in rated.items():
        everybody = int((instrument == name).sum())
        for item in items:
            given = known[(known["instrument"] == name) & (known["item"] == item)]
            values = given["value"].dropna()
            why = given["missing"].value_counts()
            asked = everybody - int(why.get("not_asked", 0))
            dont_know, refused = int(why.get("dont_know", 0)), int(why.get("refused", 0))
            rows.append(
                {
                    "instrument": name,
                    "item": item,
                    "asked": asked,
                    "answered": len(values),
                    "dont_know": dont_know,
                    "refused": refused,
                    "no_answer": asked - len(values) - dont_know - refused,
                    "mean": values.mean(),
                    "top_two_share": (values >= TOP_TWO).mean() if len(values) else np.nan,
                }
            )
    counts = dict.fromkeys(["asked", "answered", "dont_know", "refused", "no_answer"], "Int64")
    return pd.DataFrame(rows, columns=RATING_COLUMNS).astype(counts)


def learning_gain(answers: pd.DataFrame, before: str = "test_before", after: str = "test_after") -> Gain:
    """Change between a test before and one after, on pairs alone: mean(after - before) / SD(before).

    All numbers are missing with fewer than three pairs or where the first test does not vary.
    """
    tests = answers[answers["item"].isin([before, after])].pivot(index="response_id", columns="item", values="value")
    tests = tests.reindex(columns=[before, after])
    pairs = tests.dropna()
    unpaired = int(tests.notna().any(axis=1).sum()) - len(pairs)
    change = pairs[after] - pairs[before]
    spread = pairs[before].std()
    if len(pairs) < 3 or not spread > 0:
        return Gain(np.nan, np.nan, np.nan, np.nan, len(pairs), unpaired)
    half = special.stdtrit(len(pairs) - 1, 0.975) * change.std() / np.sqrt(len(pairs))
    mean = float(change.mean())
    return Gain(mean, mean / spread, (mean - half) / spread, (mean + half) / spread, len(pairs), unpaired)
