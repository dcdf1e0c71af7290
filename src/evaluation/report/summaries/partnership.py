"""Findings of the partnership: roles, trainings, comparisons by role, and how practices travel."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from evaluation.report.findings import Finding

OUTCOMES = {
    "applications_per_10000": ("applications", "per_10000"),
    "participations_per_1000": ("participations", "per_1000"),
}
EXPOSURES = {
    "adopters_exchange": "exchange", "adopters_neighbours": "neighbours", "adopters_common_trainer": "common_trainer",
}  # fmt: skip


def partnership_findings(
    roles: pd.DataFrame, ledger: pd.DataFrame, estimates: pd.DataFrame, year: int, threshold: int
) -> list[Finding]:
    """Units by role, the year's trainings with their ratings, and the comparisons of base municipalities.

    ``roles``: contract ``partnership_years`` of one geography; ``ledger``: ``training_ledger`` of all years;
    ``estimates``: ``partnership_estimates``. Sums of people from 1 to below ``threshold`` are given without value.
    """
    now = roles[roles["year"] == year]
    findings = [
        Finding(f"partnership_{role}", int((now["role"] == role).sum()), "units", len(now))
        for role in ("base", "participant", "outside")
    ]
    held = ledger[ledger["year"] == year]
    at_base = held[held["host_role"] == "base"]
    people = int(held["participants"].sum())
    shown = people == 0 or people >= threshold
    note = None if shown else "hidden"
    rated = held[held["rated"].fillna(0) > 0]
    findings += [
        Finding("partnership_trainings", len(held), "events", len(held)),
        Finding("partnership_trainings_at_base", len(at_base), "events", len(held)),
        Finding("partnership_training_days", int(held["training_days"].sum()), "days", len(held)),
        Finding("partnership_participations", people if shown else None, "participations", len(held), note=note),
        Finding("partnership_person_days", float(held["person_days"].sum()) if shown else None, "number", len(held),
                note=note),
        Finding("partnership_trainings_rated", len(rated), "events", len(held)),
    ]  # fmt: skip
    findings += [
        Finding(f"partnership_ratings_{verdict}", int((held["verdict"] == verdict).sum()), "events", len(rated))
        for verdict in ("holds", "fails", "cannot_tell")
    ]
    for row in estimates.itertuples():
        word, unit = OUTCOMES[str(row.outcome)]
        name = f"{row.model}_{word}"
        told = "not_estimated" if pd.isna(row.estimate) else None
        findings += [
            Finding(name, row.estimate, unit, row.n, row.low, row.high, told),
            Finding(f"{name}_p", row.p, "p", row.n),
        ]
    return findings


def practice_findings(
    curves: pd.DataFrame, sources: pd.DataFrame, hazard: pd.DataFrame, cards: Mapping[str, int], year: int
) -> list[Finding]:
    """How far practices have gone by ``year``, from whom they can have come, and the hazard ratios.

    ``curves``: contract ``practice_diffusion``; ``sources``: ``practice_sources``; ``hazard``: exposure, ratio, low,
    high, p, n; ``cards``: numbers of cards by name (practices, described, in_code).
    """
    now = curves[(curves["year"] == year) & (curves["practice_id"] == "all")]
    findings = [Finding(f"practices_{name}", count, "number") for name, count in cards.items()]
    for row in now.itertuples():
        findings += [
            Finding("practices_adopted_share", row.value, "share", row.eligible),
            Finding("practice_adoptions", row.adopted, "number", row.eligible),
            Finding("practice_adoptions_new", row.new, "number", row.eligible),
        ]
    findings += [
        Finding(f"adoptions_from_{state}", int((sources["state"] == state).sum()), "number", len(sources))
        for state in ("one_candidate", "several_candidates", "not_known")
    ]
    for row in hazard.itertuples():
        name = f"practice_hazard_{EXPOSURES.get(str(row.exposure), str(row.exposure))}"
        findings += [
            Finding(name, row.ratio, "ratio", row.n, row.low, row.high),
            Finding(f"{name}_log", _log(row.ratio), "number", row.n, _log(row.low), _log(row.high)),
            Finding(f"{name}_p", row.p, "p", row.n),
        ]
    return findings


def _log(ratio: float) -> float:
    """Natural logarithm; missing where the ratio is."""
    return math.log(ratio) if ratio > 0 else math.nan
