"""Findings about the support system of teams: who was supported, composition, conditions, lines of the programme."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evaluation.report.counted_rows import CountedRows
from evaluation.report.findings import Finding

COMPOSITION = {
    "rosters": "team_rosters", "members": "team_size", "share_authorities": "team_share_authorities",
    "share_residents": "team_share_residents", "share_business": "team_share_business", "mixed": "team_mixed",
    "continuity": "team_continuity",
}  # fmt: skip
STREAMS = ("training", "methodical", "consulting", "information", "exchange")


def team_findings(tables: Mapping[str, pd.DataFrame], reached: pd.DataFrame, year: int) -> list[Finding]:
    """Findings of ``year`` from the tables of the step, by their contracts' names.

    ``reached`` has stream, known_of (any, team), value, low, high, n: shares of the year's teams
    (``field.teams.reach.teams_reached``).
    """
    cards = tables["team_cards"]
    own = f"year == {year}"
    now = cards[cards["year"] == year]
    contents = tables["support_contents"]
    told = contents[contents["year"] == year]
    recorded = told["known_of"] != "not_recorded"
    findings = [
        Finding("team_count", len(now), "count", rows=CountedRows("team_cards", own, "rows")),
        Finding("team_units", now["unit_id"].nunique(), "units",
                rows=CountedRows("team_cards", own, "distinct unit_id")),
        Finding("team_applied", int(now["has_applied"].fillna(False).sum()), "count", len(now)),
        Finding("team_won", int(now["has_won"].fillna(False).sum()), "count", int(now["has_won"].notna().sum())),
        Finding("support_contents", len(told), "count"),
        Finding("support_contents_recorded", int(recorded.sum()), "count", len(told)),
    ]  # fmt: skip
    for row in reached.itertuples():
        name = f"team_reach_{row.stream}" if row.known_of == "any" else f"team_reach_{row.stream}_own"
        findings.append(Finding(name, row.value, "share", row.n, row.low, row.high))
    composition = tables["team_composition"]
    for row in composition[composition["year"] == year].itertuples():
        findings.append(Finding(COMPOSITION[row.indicator], row.value, row.unit, row.n, row.low, row.high))
        if row.indicator in ("rosters", "continuity"):
            missing = {"rosters": "team_rosters_missing", "continuity": "team_continuity_missing"}[row.indicator]
            left = row.missing if row.indicator == "continuity" else round(row.n * (1 - row.value))
            findings.append(Finding(missing, left, "count"))
    return [*findings, *_index(tables), *_combinations(tables), *_lines(tables, year)]


def _index(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    scales = tables["team_index_scales"].set_index("scale")
    if "all_conditions" not in scales.index:
        return []
    row = scales.loc["all_conditions"]
    return [
        Finding("team_index", row["mean"], "number", row["n"]),
        Finding("team_index_alpha", row["alpha"], "number", row["n"], row["alpha_low"], row["alpha_high"]),
        Finding("team_index_items", row["items"], "count"),
        Finding("team_index_items_used", row["items_used"], "count"),
    ]


def _combinations(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    rows = tables["stream_combinations"]
    shown = rows[(rows["known_of"] == "any") & (rows["combination"] != "others")]
    return [Finding("team_combinations", len(shown), "count", int(shown["team_years"].sum()))] if len(shown) else []


def _lines(tables: Mapping[str, pd.DataFrame], year: int) -> list[Finding]:
    lines, overlap = tables["programme_line_years"], tables["programme_line_overlap"]
    lines, overlap = lines[lines["year"] == year], overlap[overlap["year"] == year]
    if lines.empty:
        return []
    findings = [Finding("line_count", len(lines), "count")]
    for row in lines.itertuples():
        findings += [
            Finding(f"line_{row.line}_applications", row.applications, "applications"),
            Finding(f"line_{row.line}_success", row.success_rate, "share", row.applications_compared, row.low,
                    row.high),
            Finding(f"line_{row.line}_cost", row.cost, "currency"),
            Finding(f"line_{row.line}_coverage", row.coverage, "share", row.units_in_force, row.coverage_low,
                    row.coverage_high),
        ]  # fmt: skip
        both = pd.notna(row.register_supported) and pd.notna(row.supported)
        if both and row.line == "local_initiatives":
            findings.append(Finding("line_own_difference", row.supported - row.register_supported, "count"))
    several = overlap.loc[overlap["lines_number"] >= 2, "units"].sum()
    none = overlap.loc[overlap["lines_number"] == 0, "units"].sum()
    n = int(overlap["n"].iloc[0])
    return [
        *findings,
        Finding("line_units_several", int(several), "units", n),
        Finding("line_units_none", int(none), "units", n),
    ]
