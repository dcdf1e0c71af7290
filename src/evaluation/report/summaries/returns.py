"""Findings about the returns of municipalities: how many came, how far they stand for all, what was revised."""

from __future__ import annotations

import pandas as pd

from evaluation.report.counted_rows import CountedRows
from evaluation.report.findings import Finding

SET_ASIDE = ("wrong_year", "no_unit", "empty", "broken", "not_recognised")
_SENT = CountedRows("returns", "value is not None", "distinct unit_id")
_IN_REGISTER = CountedRows("return_register", "returned")


def return_findings(
    completeness: pd.DataFrame,
    totals: pd.DataFrame,
    indicators: pd.DataFrame,
    revised: pd.DataFrame,
    checks: pd.DataFrame,
    weights: pd.DataFrame,
    files: pd.DataFrame,
    year: int,
) -> list[Finding]:
    """Findings of ``year`` from the tables of step 05e (as their contracts) and the year's ``return_files``.

    Totals are ``return_total_<question>`` and ``return_mean_<question>``, with n the answers and their interval. The
    rows behind a total make the sum received, which its weights go beyond.
    """
    whole = completeness[completeness["grouping"] == "country"].set_index("year")
    now = whole.loc[year]
    units, returned = int(now["units"]), int(now["returned"])
    findings = [
        Finding("return_units", units, "units", rows=CountedRows("return_register", "", "rows")),
        Finding("returns_received", returned, "units", units, rows=_SENT),
        Finding("return_share", now["share"], "share", units, now["low"], now["high"], rows=_IN_REGISTER),
        Finding("return_population_share", _known(now["population_share"]), "share", units, rows=_IN_REGISTER),
        Finding("return_complete", _known(now["complete"]), "share", returned, rows=_IN_REGISTER),
        Finding("return_files", len(files), "files", rows=CountedRows("return_files", "", "rows")),
        Finding(
            "return_files_set_aside",
            int(files["fate"].isin(SET_ASIDE).sum()),
            "files",
            len(files),
            rows=CountedRows("return_files", f"fate in {SET_ASIDE!r}", "rows"),
        ),
        Finding(
            "return_files_superseded",
            int((files["fate"] == "superseded").sum()),
            "files",
            len(files),
            rows=CountedRows("return_files", "fate == 'superseded'", "rows"),
        ),
    ]
    first = int(whole.index.min())
    if first != year:
        findings.append(
            Finding("return_units_change", units - int(whole.loc[first, "units"]), "units", note=str(first))
        )
    return [
        *findings,
        *_regions(completeness, year),
        *_representativity(indicators, year),
        *_weights(weights),
        *_changes(revised, checks, year),
        *_totals(totals, year),
    ]


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _regions(completeness: pd.DataFrame, year: int) -> list[Finding]:
    regions = completeness[(completeness["grouping"] == "region") & (completeness["year"] == year)]
    if regions.empty:
        return []
    return [
        Finding("return_regions", len(regions), "count"),
        Finding("return_region_lowest", float(regions["share"].min()), "share", len(regions)),
        Finding("return_regions_below_half", int((regions["share"] < 0.5).sum()), "count", len(regions)),
    ]


def _representativity(indicators: pd.DataFrame, year: int) -> list[Finding]:
    own = indicators[indicators["year"] == year]
    findings = []
    for name in ("r_adjusted", "max_bias"):
        for row in own[own["indicator"] == name].itertuples():
            low, high = _known(row.low), _known(row.high)
            findings.append(Finding(f"return_{name}", _known(row.value), "ratio", int(row.units), low, high))
    partial = own[(own["indicator"] == "partial_unconditional") & own["category"].isna()]
    findings += [
        Finding(f"return_partial_{row.variable}", _known(row.value), "ratio", int(row.units))
        for row in partial.itertuples()
    ]
    return findings


def _weights(weights: pd.DataFrame) -> list[Finding]:
    if weights.empty:
        return []
    joined = weights.loc[weights["is_joined"].astype(bool), "weight"].sum() / weights["weight"].sum()
    return [
        Finding("return_cells", int(weights["cell"].nunique()), "count"),
        Finding("return_weight_largest", float(weights["weight"].max()), "ratio", len(weights)),
        Finding("return_weight_smallest", float(weights["weight"].min()), "ratio", len(weights)),
        Finding("return_joined_share", float(joined), "share", len(weights)),
    ]


def _changes(revised: pd.DataFrame, checks: pd.DataFrame, year: int) -> list[Finding]:
    own = revised[revised["year"] == year]
    counts = {kind: int(own[f"n_{kind}"].sum()) for kind in ("revised", "newly_returned", "withdrawn")}
    findings = [
        Finding(
            f"return_values_{kind}",
            count,
            "count",
            int(own["values"].sum()),
            rows=CountedRows("return_revisions", f"kind == '{kind}'", "rows"),
        )
        for kind, count in counts.items()
    ]
    outliers = int(checks["outlier"].astype(bool).sum())
    far = CountedRows("return_checks", "outlier", "rows")
    return [*findings, Finding("return_outliers", outliers, "units", len(checks), rows=far)]


def _totals(totals: pd.DataFrame, year: int) -> list[Finding]:
    chosen = totals[(totals["year"] == year) & (totals["grouping"] == "country") & (totals["method"] == "weights")]
    findings = []
    for row in chosen.itertuples():
        name, unit, n = f"return_{row.statistic}_{row.variable}", str(row.unit or "number"), int(row.n)
        answered = f"variable == '{row.variable}' and value is not None"
        rows = CountedRows("returns", answered, "sum value" if row.statistic == "total" else "")
        if pd.isna(row.value):
            findings.append(Finding(name, None, unit, n, note="no answers", rows=rows))
        else:
            findings.append(Finding(name, float(row.value), unit, n, _known(row.low), _known(row.high), rows=rows))
    return findings
