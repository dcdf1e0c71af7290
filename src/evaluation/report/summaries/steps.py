"""Findings from the tables of a step: the few named numbers that the report's text may quote."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from evaluation.report.counted_rows import CountedRows
from evaluation.report.findings import Finding
from evaluation.report.indicator_rows import ATTENDED, INDICATOR_ROWS


class Gain(Protocol):
    """A mean change in standard deviations with its interval and the number of pairs."""

    in_sd: float
    low: float
    high: float
    n: int


def data_findings(row_ledger: pd.DataFrame, issues: pd.DataFrame, prefix: str = "") -> list[Finding]:
    """Counts of received rows by class and fate and of remarks by severity; ``prefix`` tells sources apart."""
    fates = row_ledger["fate"].value_counts()
    ledger, remarks = f"{prefix}row_ledger", f"{prefix}issues"
    found = [
        ("files_received", row_ledger["source"].nunique(), "files", CountedRows(ledger, "", "distinct source")),
        ("rows_received", len(row_ledger), "rows", CountedRows(ledger, "", "rows")),
        (
            "rows_data", int((row_ledger["row_class"] == "data").sum()), "rows",
            CountedRows(ledger, "row_class == 'data'", "rows"),
        ),
        *(
            (f"rows_{fate}", int(fates.get(fate, 0)), "rows", CountedRows(ledger, f"fate == '{fate}'", "rows"))
            for fate in ("kept", "merged", "quarantined")
        ),
        *(
            (
                f"issues_{code}", int((issues[column] == code).sum()), "issues",
                CountedRows(remarks, f"{column} == '{code}'", "rows"),
            )
            for column, code in (("severity", "error"), ("severity", "warning"), ("action", "repaired"))
        ),
    ]  # fmt: skip
    return [Finding(prefix + name, value, unit, rows=rows) for name, value, unit, rows in found]


def panel_findings(panel: pd.DataFrame) -> list[Finding]:
    """Units and unit-years by geography, and the rows that belong to no known unit."""
    findings = []
    for geography, rows in panel.groupby("geography", sort=False):
        known = rows[rows["unit_id"] != "unassigned"]
        here = f"geography == '{geography}' and unit_id"
        counted = f"{here} != 'unassigned'"
        findings += [
            Finding(
                f"panel_units_{geography}", known["unit_id"].nunique(), "units",
                rows=CountedRows("panel", counted, "distinct unit_id"),
            ),
            Finding(
                f"panel_rows_{geography}", len(known), "rows", rows=CountedRows("panel", counted, "rows")
            ),
            Finding(
                f"panel_unassigned_applications_{geography}",
                int(rows.loc[rows["unit_id"] == "unassigned", "applications"].sum()),
                "applications",
                rows=CountedRows("panel", f"{here} == 'unassigned'", "sum applications"),
            ),
        ]  # fmt: skip
    return findings


def left_out_findings(left_out: Mapping[str, int]) -> list[Finding]:
    """Received rows that a table of the plan could not use, by reason: one finding each, ``left_out`` by its name."""
    return [Finding(name, count, "rows") for name, count in left_out.items()]


def indicator_findings(indicators: pd.DataFrame, year: int) -> list[Finding]:
    """One finding an indicator of the whole programme in ``year``, under the indicator's name."""
    rows = indicators[(indicators["unit_id"] == "all") & (indicators["year"] == year)]
    return [
        Finding(
            row.indicator, row.value, row.unit, row.n, row.low, row.high, rows=INDICATOR_ROWS.get(str(row.indicator))
        )
        for row in rows.itertuples()
    ]  # fmt: skip


def estimate_findings(estimates: pd.DataFrame, names: Mapping[tuple[str, str], str]) -> list[Finding]:
    """Findings of chosen estimates: ``names`` maps (model, exposure) to the finding's name.

    An estimate on the log scale also gives ``<name>_percent``, the per cent change it stands for: 100 (exp(b) - 1).
    """
    findings = []
    for row in estimates.itertuples():
        name = names.get((row.model, row.exposure))
        if name is None:
            continue
        is_log = row.estimand == "log_rate_ratio"
        unit = "log_points" if is_log else "number"
        findings.append(
            Finding(
                name, row.estimate, unit, row.n, row.low, row.high, row.warning,
                _one_estimate("estimates", row.model, row.exposure),
            )
        )  # fmt: skip
        if is_log:
            value, low, high = (100 * math.expm1(number) for number in (row.estimate, row.low, row.high))
            made_of = CountedRows("estimates", _one_estimate("estimates", row.model, row.exposure).where)
            findings.append(Finding(f"{name}_percent", value, "percent", row.n, low, high, rows=made_of))
    return findings


def _one_estimate(table: str, model: object, exposure: object, column: str = "estimate") -> CountedRows:
    """The one row of a table of estimates that a finding repeats."""
    return CountedRows(table, f"model == {str(model)!r} and exposure == {str(exposure)!r}", f"sum {column}")


def corrected_findings(estimates: pd.DataFrame, names: Mapping[tuple[str, str], str]) -> list[Finding]:
    """``<name>_p_adjusted``: p corrected within its family of hypotheses, for the chosen estimates that have one."""
    chosen = estimates[estimates["p_adjusted"].notna()]
    return [
        Finding(
            f"{names[row.model, row.exposure]}_p_adjusted", row.p_adjusted, "p", row.n,
            rows=_one_estimate("estimates", row.model, row.exposure, "p_adjusted"),
        )
        for row in chosen.itertuples()
        if (row.model, row.exposure) in names
    ]  # fmt: skip


def plan_findings(days: int | None, departures: int | None, basis: str) -> list[Finding]:
    """Days from the plan to the first outcome (negative: the plan came later) and the number of departures from it.

    ``departures`` is None where the plan as first recorded is not known. ``basis`` (commit or declared) stands in the
    note: what the plan's day was taken from.
    """
    return [
        Finding("plan_days_before_outcomes", days, "days", note=basis),
        Finding("plan_departures", departures, "count"),
    ]


def curve_findings(summary: pd.DataFrame) -> list[Finding]:
    """By exposure: the number of specifications and the share with the main model's sign and p below 0.05.

    ``summary`` has the columns of ``effects.robustness.specification_curve.summarise_curve``.
    """
    findings = []
    for row in summary.itertuples():
        findings += [
            Finding(f"curve_specifications_{row.exposure}", row.specifications, "count"),
            Finding(f"curve_same_sign_{row.exposure}", row.same_sign, "share", row.specifications),
            Finding(f"curve_clear_{row.exposure}", row.same_sign_clear, "share", row.specifications),
        ]
    return findings


def survey_findings(ratings: pd.DataFrame, gain: Gain, against: pd.Series | None = None) -> list[Finding]:
    """Numbers of questionnaires, the share of the two best answers over all ratings of participants, the gain.

    ``ratings`` has the columns of ``survey.tabulate.rating_table``; ``gain`` of ``survey.tabulate.learning_gain``.
    ``against`` marks the rows whose wording is reversed: they enter no share of the best answers.
    """
    asked = ratings.groupby("instrument")["asked"].max()
    findings = [Finding(f"responses_{name}", int(count), "responses") for name, count in asked.items()]
    rated = ratings[(ratings["instrument"] == "participants") & (ratings["answered"] > 0)]
    rated = rated if against is None else rated[~against.reindex(rated.index)]
    answered = int(rated["answered"].sum())
    if answered:
        best = float((rated["top_two_share"] * rated["answered"].astype("float64")).sum())
        findings.append(Finding("ratings_positive_share", best / answered, "share", answered))
    if gain.n:
        findings.append(Finding("learning_gain", gain.in_sd, "sd", gain.n, gain.low, gain.high))
    return findings


def support_findings(summary: pd.DataFrame, year: int, ties: pd.DataFrame) -> list[Finding]:
    """Events, hours and people of the year's streams of support, and the ties of exchange.

    ``summary`` satisfies the contract ``support_summary``, ``ties`` that of ``exchange_ties``.
    """
    now = summary[summary["year"] == year].set_index("stream")
    of_training = "stream == 'training'"
    numbers = {
        "training_events": ("training", "events", "events", CountedRows("support_events", of_training, "rows")),
        "training_hours": ("training", "hours", "hours", CountedRows("support_events", of_training, "sum hours")),
        "training_participants": ("training", "participants", "persons", CountedRows("attendance", ATTENDED, "rows")),
        "training_unique": (
            "training", "unique_participants", "persons", CountedRows("attendance", ATTENDED, "distinct person_key")
        ),
        "consultations": ("consulting", "events", "consultations", CountedRows("consultations")),
        "exchange_events": ("exchange", "events", "events", CountedRows("exchange_events", "", "rows")),
    }  # fmt: skip
    findings = [
        Finding(name, now.loc[stream, column], unit, rows=rows)
        for name, (stream, column, unit, rows) in numbers.items()
        if stream in now.index
    ]
    return [*findings, Finding("exchange_ties", int((ties["year"] == year).sum()), "ties")]


def main_model_findings(estimates: pd.DataFrame, dropped: int) -> list[Finding]:
    """What the main model rests on: clusters, those with training, and rows that did not enter."""
    main = estimates[estimates["is_main"].fillna(False)]
    if main.empty:
        return []
    first = main.iloc[0]
    return [
        Finding("main_clusters", first["clusters"], "clusters"),
        Finding("main_treated_clusters", first["treated_clusters"], "clusters"),
        Finding("dropped_rows", dropped, "rows"),
    ]


def robustness_findings(robustness: pd.DataFrame, main: str) -> list[Finding]:
    """Extremes of leaving units out, the placebos, and p of the bootstrap and of what was dealt anew, by exposure."""
    findings = []
    for row in robustness.itertuples():
        check = row.model.removeprefix(f"{main}__")
        if check in ("leave_out_low", "leave_out_high"):
            made_of = _one_estimate("robustness", row.model, row.exposure)
            findings.append(
                Finding(f"{check}_{row.exposure}", row.estimate, "log_points", row.n, row.low, row.high, rows=made_of)
            )
        elif check in ("wild_bootstrap", "permutation", "placebo_networks"):
            kind = check.removeprefix("wild_")
            made_of = _one_estimate("robustness", row.model, row.exposure, "p")
            findings.append(Finding(f"{kind}_p_{row.exposure}", row.p, "p", row.n, rows=made_of))
        elif check == "placebo_lead_1" and row.exposure.startswith("trained"):
            made_of = _one_estimate("robustness", row.model, row.exposure)
            findings.append(
                Finding("placebo_trained", row.estimate, "log_points", row.n, row.low, row.high, rows=made_of)
            )
    return findings + placebo_findings(robustness, main)


def placebo_findings(robustness: pd.DataFrame, main: str) -> list[Finding]:
    """Imagined dates and outcomes that the programme cannot touch: how many were tried, how many differ from zero.

    ``placebo_dates`` counts the rows ``<main>__placebo_from_*`` that have a number, ``placebo_outcomes`` the rows
    ``<main>__negative_control_*``; ``<name>_clear`` those whose interval leaves out zero or, without interval, whose p
    is below 0.05.
    """
    findings = []
    for name, start in (("placebo_dates", "placebo_from_"), ("placebo_outcomes", "negative_control_")):
        rows = robustness[robustness["model"].str.startswith(f"{main}__{start}") & robustness["estimate"].notna()]
        if start == "placebo_from_":
            rows = rows[rows["exposure"].str.startswith("trained_")]
        if rows.empty:
            continue
        outside = (rows["low"] > 0) | (rows["high"] < 0)
        clear = outside.where(rows["low"].notna() & rows["high"].notna(), rows["p"] < 0.05)
        findings += [Finding(name, len(rows), "count"), Finding(f"{name}_clear", int(clear.sum()), "count")]
    return findings


def comparison_findings(comparison: pd.DataFrame, names: Mapping[str, str]) -> list[Finding]:
    """Changes of chosen indicators against the year before: ``names`` maps an indicator to the finding's name.

    Across a break of the series there is no change; ``changes_refused`` counts the indicators for which it is so.
    """
    rows = comparison[comparison["indicator"].isin(list(names)) & comparison["change"].notna()]
    found = [
        Finding(
            names[row.indicator], row.change, row.unit, row.n,
            rows=CountedRows("year_comparison", f"indicator == {str(row.indicator)!r}", "sum change"),
        )
        for row in rows.itertuples()
    ]  # fmt: skip
    refused = int((comparison["break_note"].notna() & comparison["previous"].notna()).sum())
    return [*found, Finding("changes_refused", refused, "count")] if refused else found
