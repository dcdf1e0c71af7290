"""Findings of the services of a congress: what the report may say of each of them."""

from __future__ import annotations

import pandas as pd

from evaluation.report.findings import Finding

# finding -> service, indicator, grouping, member
NAMED: dict[str, tuple[str, str, str, str]] = {
    "service_units": ("registry", "units_in_force", "all", "all"),
    "service_requests": ("requests", "requests", "all", "all"),
    "service_requests_rate": ("requests", "requests_per_10000", "all", "all"),
    "service_unanswered": ("requests", "unanswered_share", "all", "all"),
    "service_answer_median": ("requests", "answer_days_median", "all", "all"),
    "service_answer_90": ("requests", "answer_days_90", "all", "all"),
    "service_silent": ("requests", "silent_units_share", "all", "all"),
    "education_reached": ("education", "reached_share", "all", "all"),
    "education_new": ("education", "newly_reached", "all", "all"),
    "education_ever": ("education", "reached_ever_share", "all", "all"),
    "award_entries": ("award", "entries", "all", "all"),
    "office_applications": ("project_office", "applications", "all", "all"),
    "office_success": ("project_office", "success_share", "all", "all"),
    "office_helped": ("project_office", "success_share", "helped", "yes"),
    "office_alone": ("project_office", "success_share", "helped", "no"),
    "office_difference": ("project_office", "success_difference", "all", "all"),
    "office_pending": ("project_office", "pending_share", "all", "all"),
    "office_decision_days": ("project_office", "decision_days_median", "all", "all"),
    "media_items": ("media", "items", "all", "all"),
    "media_mentioned": ("media", "mentioned_share", "all", "all"),
    "media_gini": ("media", "mentions_gini", "all", "all"),
    "partnerships_known": ("partnerships", "partnerships", "all", "all"),
    "partnerships_active": ("partnerships", "active_partnerships", "all", "all"),
    "partnerships_talks": ("partnerships", "partnerships", "status", "talks"),
    "partnerships_partners": ("partnerships", "partners_stated", "all", "all"),
    "partnerships_talks_partners": ("partnerships", "partners_stated", "status", "talks"),
    "partnerships_events": ("partnerships", "partnership_events", "all", "all"),
}


def service_findings(
    indicators: pd.DataFrame, ranking: pd.DataFrame, agreement: pd.DataFrame, year: int, busiest: tuple[int | None, int]
) -> list[Finding]:
    """NAMED of ``year``, the busiest month and the agreement of the award's jury.

    ``indicators``, ``ranking``, ``agreement``: contracts ``service_indicators``, ``award_ranking``,
    ``award_agreement``; ``busiest``: a month and its requests (``field.services.requests.busiest_month``).
    """
    rows = indicators[indicators["year"].eq(year)].set_index(["service", "indicator", "grouping", "member"])
    findings = []
    for name, key in NAMED.items():
        if key not in rows.index:
            continue
        row = rows.loc[key]
        note = None if pd.isna(row["note"]) else str(row["note"])
        findings.append(Finding(name, row["value"], row["unit"], row["n"], row["low"], row["high"], note))
        if name == "office_difference" and not pd.isna(row["clusters"]):
            findings.append(Finding("office_difference_units", int(row["clusters"]), "units", row["n"]))
    month, most = busiest
    if month is not None:
        findings += [Finding("service_busiest_month", month, "number", most), Finding("service_busiest", most, "count")]
    return [*findings, *_award(ranking, agreement)]


def _award(ranking: pd.DataFrame, agreement: pd.DataFrame) -> list[Finding]:
    """Range of the agreement over nominations, and in how many of them leaving one juror out changes who wins."""
    if ranking.empty:
        return []
    findings = [Finding("award_nominations", int(ranking["nomination"].nunique()), "count", len(ranking))]
    alpha = agreement[agreement["measure"].eq("alpha") & agreement["value"].notna()]
    if len(alpha):
        findings += [
            Finding("award_alpha_least", float(alpha["value"].min()), "ratio", int(alpha["n"].sum())),
            Finding("award_alpha_most", float(alpha["value"].max()), "ratio", int(alpha["n"].sum())),
        ]
    kept = agreement[agreement["measure"].eq("winners_kept") & agreement["value"].notna()]
    if len(kept):
        findings.append(Finding("award_unsettled", int(kept["value"].lt(1).sum()), "count", len(kept)))
    judged = ranking.dropna(subset=["place", "rank"])
    differs = int(judged["place"].ne(judged["rank"]).sum())
    findings.append(Finding("award_places_differ", differs, "count", len(judged)))
    return findings
