"""Findings, estimates, tables and files of a comparison as short frames for people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.tables import TABLES
from evaluation.year.compare import Comparison, read_table
from evaluation.year.differences import SHOWN_BETWEEN, key_text

FINDINGS = "findings_"
ESTIMATES = ("estimates", "robustness")
INTERVAL = ("low", "high")
HIDDEN = "…"


def findings_told(comparison: Comparison) -> pd.DataFrame:
    """Findings that differ: name, unit, was, was_low, was_high, now, now_low, now_high, change, verb, why, cause.

    ``change`` is empty for a finding that is only on one side and for one that stands across a break (``verb``
    refused).
    """
    frame = _side_by_side(comparison, [name for name in _compared(comparison) if name.startswith(FINDINGS)], "value")
    frame["change"] = (frame["now"] - frame["was"]).where(frame["verb"].eq("changed"))
    return frame


def estimates_told(comparison: Comparison) -> pd.DataFrame:
    """Estimates that differ: as findings, with se and verdict of both sides.

    ``verdict`` is positive or negative where the interval leaves out zero, unclear where it does not, none without one.
    """
    frame = _side_by_side(comparison, [name for name in _compared(comparison) if name in ESTIMATES], "estimate")
    frame["change"] = (frame["now"] - frame["was"]).where(frame["verb"].eq("changed"))
    for side in ("was", "now"):
        frame[f"{side}_verdict"] = verdicts(frame[f"{side}_low"], frame[f"{side}_high"])
    frame["verdict_changed"] = frame["was_verdict"].ne(frame["now_verdict"]) & frame["verb"].eq("changed")
    return frame


def verdicts(low: pd.Series, high: pd.Series) -> pd.Series:
    """What an interval says of the sign."""
    said = np.select([low > 0, high < 0, low.isna() | high.isna()], ["positive", "negative", "none"], "unclear")
    return pd.Series(said, index=low.index, dtype="str")


def _compared(comparison: Comparison) -> list[str]:
    return [table.table for table in comparison.tables]


def _side_by_side(comparison: Comparison, names: Sequence[str], value: str) -> pd.DataFrame:
    numbers = (value, *INTERVAL, *(("se",) if value == "estimate" else ()))
    columns = ["table", "name", "unit"]
    columns += [f"{side}{'' if name == value else f'_{name}'}" for side in ("was", "now") for name in numbers]
    parts = []
    for name in names:
        rows = comparison.differences[comparison.differences["table"].eq(name)]
        if rows.empty:
            continue
        key = TABLES[name].key
        sides = []
        for side in (comparison.before, comparison.after):
            frame = read_table(side.files[f"table:{name}"])
            texts = key_text(frame, key).str.replace("\x1f", SHOWN_BETWEEN, regex=False)
            sides.append(frame.set_index(pd.Index(texts.to_numpy(), name="name")))
        said = rows.groupby("key", sort=True).agg(
            verb=("verb", lambda verbs: "refused" if "refused" in set(verbs) else verbs.iloc[0]),
            why_ru=("break_ru", "max"),
            why_en=("break_en", "max"),
            cause=("cause", lambda causes: "+".join(dict.fromkeys("+".join(causes).split("+")))),
            how=("how", "first"),
        )
        both = pd.DataFrame(index=said.index)
        for word, frame in zip(("was", "now"), sides, strict=True):
            own = frame[~frame.index.duplicated()].reindex(said.index)
            for column in numbers:
                place = word if column == value else f"{word}_{column}"
                both[place] = own[column].astype("float64") if column in own.columns else np.nan
            if "unit" in own.columns:
                both["unit"] = own["unit"].where(own["unit"].notna(), both.get("unit"))
        parts.append(both.join(said).assign(table=name).reset_index(names="name"))
    if not parts:
        return pd.DataFrame(columns=[*columns, "verb", "why_ru", "why_en", "cause", "how"])
    found = pd.concat(parts, ignore_index=True)
    return found.assign(unit=found["unit"].fillna("") if "unit" in found.columns else "")


def tables_told(comparison: Comparison) -> pd.DataFrame:
    """Tables that differ: table, rows_before, rows_after, added, removed, changed_rows, cells, refused, cause."""
    rows = []
    for table in comparison.tables:
        if table.same:
            continue
        own = comparison.differences[comparison.differences["table"].eq(table.table)]
        causes = dict.fromkeys("+".join(own["cause"]).split("+")) if len(own) else {}
        rows.append(
            {
                "table": table.table, "rows_before": table.rows_before, "rows_after": table.rows_after,
                "added": table.count("added"), "removed": table.count("removed"), "changed_rows": table.changed_rows,
                "cells": int(own["verb"].eq("changed").sum()), "refused": int(own["verb"].eq("refused").sum()),
                "columns": ", ".join([f"+{name}" for name in table.columns_added]
                                     + [f"-{name}" for name in table.columns_removed]),
                "cause": "+".join(causes),
            }
        )  # fmt: skip
    columns = ["table", "rows_before", "rows_after", "added", "removed", "changed_rows", "cells", "refused", "columns"]
    return pd.DataFrame(rows, columns=[*columns, "cause"])


def files_told(comparison: Comparison) -> pd.DataFrame:
    """Figures, tables for people and reports that differ: name, verb, basis, cause."""
    frame = comparison.differences
    return frame.loc[frame["basis"].ne(""), ["table", "verb", "basis", "cause"]].rename(columns={"table": "name"})


def shown_cells(comparison: Comparison, most: int) -> pd.DataFrame:
    """The first ``most`` differences of every table, without what people wrote and without who they are.

    Of a table of pseudonyms keys and values are hidden; of one that is not open, texts are.
    """
    frame = comparison.differences
    frame = frame[frame["basis"].eq("")]
    parts = []
    for name, rows in frame.groupby("table", sort=False):
        table = TABLES.get(str(name))
        first = rows.head(most).copy()
        open_columns = set() if table is None else {one.name for one in table.columns if one.kind != "text"}
        if table is None or table.sensitivity == "pseudonymous":
            first[["key", "was", "is", "place"]] = HIDDEN
            first[["was_number", "is_number"]] = np.nan
        elif table.sensitivity != "open":
            first.loc[~first["column"].isin([*open_columns, ""]), ["was", "is"]] = HIDDEN
            if any(column.kind == "text" and column.name in table.key for column in table.columns):
                first["key"] = HIDDEN
        parts.append(first)
    return pd.concat(parts, ignore_index=True) if parts else frame
