"""Findings of measures, of territorial self-government, and of what exchange events adopted and named."""

from __future__ import annotations

import math
from typing import Any, Protocol

import pandas as pd

from evaluation.report.findings import Finding

HALF = 0.5


class FollowedRecommendations(Protocol):
    """``progress`` as contract ``recommendation_progress``; ``done``: share done of those due, with value, low, high,
    n and clusters; ``median``: days after which half are done (infinite: never so far)."""

    @property
    def progress(self) -> pd.DataFrame: ...

    @property
    def done(self) -> Any: ...

    @property
    def median(self) -> float: ...


class FollowedProblems(Protocol):
    """``named``: the problems; ``themes`` as contract ``problem_themes``; ``agreement`` of two coders, with alike,
    kappa, low, high and n."""

    @property
    def named(self) -> pd.DataFrame: ...

    @property
    def themes(self) -> pd.DataFrame: ...

    @property
    def agreement(self) -> Any: ...


def measure_findings(progress: pd.DataFrame, tasks: pd.DataFrame, year: int) -> list[Finding]:
    """Counts of the year's measures and the median of their way to the target.

    ``progress`` as contract ``measure_progress``; ``tasks`` has task_number and measures (0: absent). No findings
    where the year has no register. A register is counted whole: the counts have no interval.
    """
    rows = progress[progress["year"] == year]
    if rows.empty:
        return []
    n = len(rows)
    counts = {
        "measures_done": rows["status"] == "done",
        "measures_in_progress": rows["status"] == "in_progress",
        "measures_cancelled": rows["status"] == "cancelled",
        "measures_overdue": rows["is_overdue"].fillna(False).astype(bool),
        "measures_without_indicator": ~rows["has_indicator"].astype(bool),
        "measures_without_owner": ~rows["has_owner"].astype(bool),
        "measures_without_due_date": ~rows["has_due_date"].astype(bool),
        "measures_target_changed": rows["target_changed"].fillna(False).astype(bool),
    }
    done = rows[rows["status"] == "done"]
    way = rows["progress"].dropna()
    return [
        Finding("measures", n, "count", n),
        Finding("measure_projects", int(rows["project"].nunique()), "projects", n),
        *(Finding(name, int(chosen.sum()), "count", n) for name, chosen in counts.items()),
        Finding("measures_progress_median", float(way.median()) if len(way) else None, "share", len(way)),
        Finding("measures_evidence_share", _part(done["has_evidence"]), "share", len(done)),
        Finding("tasks_named", int((tasks["measures"] > 0).sum()), "count", len(tasks)),
        Finding("tasks_absent", int((tasks["measures"] == 0).sum()), "count", len(tasks)),
    ]


def _part(flags: pd.Series) -> float | None:
    return float(flags.astype(bool).mean()) if len(flags) else None


def selfgovernment_findings(coverage: pd.DataFrame, support: pd.DataFrame, year: int) -> list[Finding]:
    """Coverage of all territories by self-government and the support of its bodies in ``year``.

    ``coverage`` as contract ``selfgovernment_coverage``; ``support`` as ``support_by_stage``.
    """
    findings: list[Finding] = []
    whole = coverage[(coverage["unit_id"] == "all") & (coverage["year"] == year)]
    for row in whole.itertuples():
        counted = int(row.units)
        findings += [
            Finding("selfgovernment_bodies", int(row.bodies), "count", counted),
            Finding("selfgovernment_units_share", row.units_share, "share", counted, row.low, row.high),
            Finding("selfgovernment_residents_share", row.residents_share, "share", counted, note=row.gap),
        ]
    one = coverage[(coverage["unit_id"] != "all") & (coverage["year"] == year)]
    if len(whole):
        doubled = int((one["gap"] == "residents_over_population").sum())
        findings.append(Finding("selfgovernment_units_doubled", doubled, "units", len(one)))
    given = support[(support["support_stage"] == "all") & (support["year"] == year)]
    for row in given.itertuples():
        decided = int(row.applications - row.undecided)
        findings += [
            Finding("selfgovernment_applications", int(row.applications), "count", int(row.bodies)),
            Finding("selfgovernment_granted_share", row.granted_share, "share", decided, row.low, row.high),
            Finding("selfgovernment_amount", row.amount, "currency", int(row.granted)),
        ]
    return findings


def resolution_findings(
    recommendations: FollowedRecommendations, problems: FollowedProblems, year: int
) -> list[Finding]:  # fmt: skip
    """Recommendations of all years and their fate, problems and their themes up to ``year``.

    ``recommendations_done_over_half`` is the share done of those due less one half: what a claim that they are
    carried out is judged by.
    """
    findings: list[Finding] = []
    progress, done, median = recommendations.progress, recommendations.done, recommendations.median
    named, themes, agreement = problems.named, problems.themes, problems.agreement
    if len(progress):
        n = len(progress)
        open_ended = math.isinf(median) or math.isnan(median)
        findings += [
            Finding("recommendations", n, "count", n),
            Finding("recommendations_of_year", int((progress["year"] == year).sum()), "count", n),
            Finding("recommendations_no_addressee", 1 - _share(progress["has_addressee"]), "share", n),
            Finding("recommendations_never_checked", int((progress["outcome"] == "never_checked").sum()), "count", n),
            Finding("recommendations_refused", int((progress["outcome"] == "refused").sum()), "count", n),
            Finding("recommendations_irrelevant", int((progress["outcome"] == "irrelevant").sum()), "count", n),
            Finding("recommendations_due", done.n, "count", done.clusters),
            Finding("recommendations_done_share", done.value, "share", done.n, done.low, done.high),
            Finding("recommendations_due_events", done.clusters, "events", done.n),
            Finding("recommendations_median_days", None if open_ended else median, "days", n),
        ]
        if done.value is not None and done.low is not None and done.high is not None:
            low, high = done.low - HALF, done.high - HALF
            findings.append(
                Finding("recommendations_done_over_half", done.value - HALF, "share_points", done.n, low, high)
            )
        else:
            findings.append(Finding("recommendations_done_over_half", None, "share_points", done.n))
    if len(named):
        recurring = themes.loc[themes["is_recurring"].astype(bool), "theme"].nunique()
        findings += [
            Finding("problems_named", len(named), "count", len(named)),
            Finding("problems_uncoded", int(named["theme"].isna().sum()), "count", len(named)),
            Finding("problem_themes_recurring", int(recurring), "count", int(themes["theme"].nunique())),
            Finding("coder_kappa", agreement.kappa, "number", agreement.n, agreement.low, agreement.high),
            Finding("coders_alike", agreement.alike, "share", agreement.n),
        ]
    return findings


def _share(flags: pd.Series) -> float:
    return float(flags.astype(bool).mean())
