"""Small counts of people who did not know, refused or left a question blank: one rule for every table and figure.

Answered, don't know, refused and no answer add up to those asked. A hidden reason must not follow from the others, so
the rule of ``privacy.disclosure`` is applied to the reasons of each item, whose total is asked less answered.
"""

from __future__ import annotations

import pandas as pd

from evaluation.privacy.disclosure import open_totals, suppress_counts

GAPS = ("dont_know", "refused", "no_answer")
PRIMARY, COMPLEMENTARY, RESTS = "primary", "complementary", "hidden"


def hidden_answers(
    frame: pd.DataFrame, threshold: int, answered: str = "n", rests: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Marks of the cells to hide, index as ``frame``; columns ``answered``, asked, GAPS and ``rests``.

    ``frame`` has a row an item (or an item's answer or group). Hidden are counts from 1 to below ``threshold``
    (``primary``); of the reasons so many more that the hidden ones are two and add up to the threshold; where they
    cannot, all reasons and with them ``asked``; ``asked`` too beside a hidden ``answered`` (``complementary``). With a
    hidden ``answered`` go its ``rests`` (means, shares; ``hidden``). Of groups of an item all counts are hidden where
    one of any is: the groups add up to the whole. What stays known is how many gave no answer, never why.
    """
    rows = frame.reset_index(drop=True)
    gaps = suppress_counts(rows, GAPS, threshold, column_totals=False, row_totals=True).hidden[list(GAPS)]
    each = rows[list(GAPS)].assign(row=range(len(rows))).melt("row", value_name="count")
    over = gaps.assign(row=range(len(rows))).melt("row", value_name="count")
    known = open_totals(each, over, ["count"], threshold, ["row"])["count"] if len(rows) else pd.Series(dtype=bool)
    numbers = rows[[answered, *GAPS]].astype("Float64").astype("float64")
    small = (numbers > 0) & (numbers < threshold)
    marks = pd.DataFrame("", index=rows.index, columns=[answered, "asked", *GAPS, *rests], dtype=object)
    for name in GAPS:
        marks.loc[gaps[name], name] = COMPLEMENTARY
    for name in numbers:
        marks.loc[small[name], name] = PRIMARY
    marks.loc[~known.to_numpy(dtype=bool) | small[answered].to_numpy(), "asked"] = COMPLEMENTARY
    for name in rests:
        marks.loc[small[answered], name] = RESTS
    if "group" in rows:
        _hide_groups(rows, marks, answered)
    return marks.set_axis(frame.index)


def _hide_groups(rows: pd.DataFrame, marks: pd.DataFrame, answered: str) -> None:
    """Where a cell of an item's groups (``variable=level``) is hidden, all counts of these groups are."""
    parts = [answered, "asked", *GAPS]
    is_group = rows["group"].fillna("").ne("")
    by = [name for name in ("wave_id", "item") if name in rows]
    touched = (marks[parts] != "").any(axis=1)
    hidden = touched.groupby([rows[name] for name in by]).transform("any") if by else touched | touched.any()
    for name in parts:
        marks.loc[is_group & hidden & marks[name].eq(""), name] = COMPLEMENTARY


def without_small_gaps(estimates: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """``estimates`` for a figure: where a reason is hidden, all reasons are told as no answer; asked is then empty
    where even their sum gives the reason away (columns n, asked, GAPS)."""
    marks = hidden_answers(estimates, threshold)
    merged = (marks[list(GAPS)] != "").any(axis=1)
    made = estimates.copy()
    made["no_answer"] = made["no_answer"].mask(merged, estimates[list(GAPS)].sum(axis=1))
    for name in ("dont_know", "refused"):
        made[name] = made[name].mask(merged, 0)
    secret = merged & (marks["asked"] != "")
    for name in ("asked", "no_answer"):
        made[name] = made[name].mask(secret)
    return made
