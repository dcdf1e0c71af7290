"""Several returns of one municipality: the latest edition by its stated date stands, the earlier ones are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

REVISION_COLUMNS = ["unit_id", "year", "variable", "edition_before", "edition", "kind", "before", "after", "difference"]


@dataclass(frozen=True, eq=False)
class Editions:
    """Of R records with a municipality: ``edition`` (R,) from 1, ``stands`` (R,), the record ``before`` (R,) of the
    same municipality (-1: none), and ``tied`` (R,) records that share municipality and date with the one that stands.
    """

    edition: np.ndarray
    stands: np.ndarray
    before: np.ndarray
    tied: np.ndarray


def order_editions(unit: np.ndarray, stated_on: pd.Series) -> Editions:
    """Editions of records in the order of their files; ``stated_on`` (R,) is NaT where a file states no date.

    A record without a date counts as earlier than any with one. Of records with one date the last file's stands.
    """
    count = len(unit)
    days = stated_on.fillna(pd.Timestamp("1900-01-01")).to_numpy(dtype="datetime64[D]").astype("int64")
    codes = pd.factorize(unit)[0]
    order = np.lexsort((np.arange(count), days, codes))
    edition, before = np.ones(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    stands, tied = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    sorted_codes, sorted_days = codes[order], days[order]
    if count:
        first = np.concatenate([[True], sorted_codes[1:] != sorted_codes[:-1]])
        last = np.concatenate([first[1:], [True]])
        starts = np.maximum.accumulate(np.where(first, np.arange(count), 0))
        edition[order] = np.arange(count) - starts + 1
        stands[order] = last
        before[order[1:]] = np.where(first[1:], -1, order[:-1])
        same = np.concatenate([~first[1:] & (sorted_days[1:] == sorted_days[:-1]), [False]])
        tied[order] = same
    return Editions(edition, stands, before, tied)


def revisions(
    editions: Editions, unit: np.ndarray, year: int, values: dict[str, np.ndarray], late: np.ndarray
) -> pd.DataFrame:
    """What each later edition changed, a row a municipality, question and edition (REVISION_COLUMNS).

    ``values`` (R,) by question, NaN where missing; ``late`` (R,) marks first returns that came after the first edition
    of their region. Kinds: revised, newly_returned (a value where there was none), withdrawn (none where there was).
    """
    frames = []
    later = np.flatnonzero(editions.before >= 0)
    first = np.flatnonzero((editions.before < 0) & late)
    for variable, value in values.items():
        now = np.concatenate([value[later], value[first]])
        then = np.concatenate([value[editions.before[later]], np.full(len(first), np.nan)])
        rows = np.concatenate([later, first])
        has_now, had = ~np.isnan(now), ~np.isnan(then)
        changed = (has_now != had) | (has_now & had & (now != then))
        kind = np.where(~had, "newly_returned", np.where(~has_now, "withdrawn", "revised"))
        places = rows[changed]
        frames.append(
            pd.DataFrame(
                {
                    "unit_id": unit[places],
                    "year": year,
                    "variable": variable,
                    "edition_before": np.where(had, editions.edition[rows] - 1, 0)[changed],
                    "edition": editions.edition[places],
                    "kind": kind[changed],
                    "before": then[changed],
                    "after": now[changed],
                    "difference": np.nan_to_num(now[changed]) - np.nan_to_num(then[changed]),
                }
            )
        )
    made = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=REVISION_COLUMNS)
    return made.sort_values(["unit_id", "variable", "edition"], kind="stable").reset_index(drop=True)[REVISION_COLUMNS]


def revised_totals(revised: pd.DataFrame, returns: pd.DataFrame) -> pd.DataFrame:
    """How the sum of the answers received changed from the first edition to the one that stands.

    One row a year and question: ``first`` + ``revised`` + ``newly_returned`` + ``withdrawn`` = ``last``, with the
    number of values behind each (``n_...``) and the largest single change. ``revised`` as REVISION_COLUMNS,
    ``returns`` with year, variable, value.
    """
    last = returns.groupby(["year", "variable"], sort=True, observed=True)["value"].sum().rename("last")
    if revised.empty:
        moved = pd.DataFrame(index=last.index)
    else:
        groups = revised.groupby(["year", "variable", "kind"], observed=True)["difference"]
        moved = groups.sum().unstack("kind").join(groups.size().unstack("kind").add_prefix("n_"))
        largest = revised["difference"].abs().groupby([revised["year"], revised["variable"]]).max()
        moved["largest"] = largest
    kinds = ["revised", "newly_returned", "withdrawn"]
    columns = [*kinds, *(f"n_{kind}" for kind in kinds), "largest"]
    made = pd.DataFrame(last).join(moved.reindex(columns=columns)).fillna(0.0)
    made["first"] = made["last"] - made[kinds].sum(axis=1)
    made["values"] = returns.dropna(subset=["value"]).groupby(["year", "variable"], observed=True)["value"].size()
    made[["values", *columns[3:6]]] = made[["values", *columns[3:6]]].fillna(0).astype("int64")
    return made.reset_index()
