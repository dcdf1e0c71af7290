"""Findings about the territory: unevenness, local clusters, and the way to the nearest event."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evaluation.report.findings import Finding

INDICATOR = "projects_per_10000"
UNEVENNESS = {
    "gini_projects": ("gini", "all"),
    "theil_projects": ("theil_t", "all"),
    "theil_between_types": ("theil_t_between", "type"),
    "gini_projects_by_chance": ("gini_by_chance", "all"),
    "dispersion_projects": ("dispersion", "all"),
    "moran_projects": ("moran_i_of_rates", "all"),
}


def unevenness_findings(unevenness: pd.DataFrame, clusters: pd.DataFrame, funnel: Any) -> list[Finding]:
    """Findings of the projects' rate by residents: UNEVENNESS, each p as ``<name>_p``, clusters and funnel counts.

    ``unevenness`` and ``clusters`` as their contracts; ``funnel`` has ``points`` with unit_id and flag. A measure that
    could not be computed is a finding without value whose note says why.
    """
    rows = unevenness[unevenness["indicator"] == INDICATOR].set_index(["measure", "group"])
    findings = []
    for name, key in UNEVENNESS.items():
        if key not in rows.index:
            continue
        row = rows.loc[key]
        findings.append(Finding(name, row["value"], "number", row["n"], row["low"], row["high"], row["note"]))
        if not pd.isna(row["p"]):
            findings.append(Finding(f"{name}_p", row["p"], "p", row["n"]))
    own = clusters[clusters["indicator"] == INDICATOR]
    flags = funnel.points["flag"]
    return [
        *findings,
        Finding("local_clusters", int(own["is_cluster"].fillna(False).astype(bool).sum()), "units", len(own)),
        Finding("funnel_above", int(flags.str.startswith("above").sum()), "units", len(flags)),
        Finding("funnel_below", int(flags.str.startswith("below").sum()), "units", len(flags)),
        Finding("funnel_far", int(flags.str.endswith("998").sum()), "units", len(flags)),
    ]


def access_findings(access: Any, proposal: Any) -> list[Finding]:
    """Findings of the way to the nearest event of any stream (great circle), and of the proposal beside the present.

    ``access`` has summary and within, ``proposal`` gains and request (``territory.access``, ``territory.proposal``).
    """
    chosen = "stream == 'all' and basis == 'great_circle'"
    findings = []
    for row in access.summary.query(chosen).itertuples():
        findings += [
            Finding("event_distance_mean", row.mean, "km", row.units_measured),
            Finding("event_distance_median", row.median, "km", row.units_measured),
            Finding("event_distance_farthest", row.farthest, "km", row.units_measured),
            Finding("residents_without_distance", row.residents_unmeasured, "persons", row.units_unmeasured),
            Finding("units_without_population", row.units_without_population, "units", row.units),
        ]
    for row in access.within.query(chosen).itertuples():
        name = f"residents_within_{row.threshold:g}".replace(".", "_")
        findings.append(Finding(name, row.share, "share", row.units_within))
    gains = proposal.gains.set_index("plan")
    findings.append(Finding("proposal_venues", int(gains.loc["proposed", "venues"]), "events"))
    for plan in ("now", "proposed"):
        if plan in gains.index:
            row = gains.loc[plan]
            findings += [
                Finding(f"{plan}_way_mean", row["mean"], proposal.measure),
                Finding(f"{plan}_share_within_reach", row["share"], "share"),
            ]
    return [*findings, Finding("proposal_reach", proposal.request.reach, proposal.measure)]


def reach_findings(reach: pd.DataFrame, contact: pd.DataFrame, year: int) -> list[Finding]:
    """Share of territories that each stream reached in ``year`` (``reach_<stream>``), and how many were never reached.

    ``reach`` as contract ``stream_coverage``, ``contact`` as ``last_contact``.
    """
    rows = reach[(reach["unit_id"] == "all") & (reach["year"] == year) & reach["stream"].notna()]
    shares = rows[rows["indicator"].isin(["units_reached_share", "repeat_reach_share"])]
    prefix = {"units_reached_share": "reach", "repeat_reach_share": "reach_again"}
    findings = [
        Finding(f"{prefix[row.indicator]}_{row.stream}", row.value, row.unit, row.n, row.low, row.high)
        for row in shares.itertuples()
    ]
    told = contact[contact["state"] != "not_known"]
    for stream, part in told.groupby("stream", sort=False):
        findings.append(Finding(f"never_{stream}", int((part["state"] == "never").sum()), "units", len(part)))
    return findings
