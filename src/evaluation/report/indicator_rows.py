"""Which received rows the programme's indicators count, by the indicator's code.

The tables of a year hold that year alone, so that no condition names a year. Measures are given where the rows alone
make the value; where they may come out otherwise (rows of no territory in force, several sources of one amount), the
function that computes the indicator is what counts.
"""

from __future__ import annotations

from evaluation.report.counted_rows import CountedRows

IN_FORCE = "unit_id in territories()"
CAME = "status in ('present', 'partial')"
ATTENDED = f"{CAME} and event_id in support_events(stream == 'training')"
ADMISSIBLE = "status not in ('rejected_formally', 'withdrawn')"

INDICATOR_ROWS: dict[str, CountedRows] = {
    "units_in_force": CountedRows("territories", "", "rows"),
    "units_applied": CountedRows("projects", IN_FORCE, "distinct unit_id"),
    "units_applied_share": CountedRows("projects", IN_FORCE),
    "units_funded_share": CountedRows("projects", f"is_funded and {IN_FORCE}"),
    "units_trained_share": CountedRows("attendance", f"{ATTENDED} and {IN_FORCE}"),
    "units_exchange_share": CountedRows("exchange_participation", f"not persons == 0 and {IN_FORCE}"),
    "repeat_share": CountedRows("projects", IN_FORCE),
    "applications": CountedRows("projects", "", "rows"),
    "funded": CountedRows("projects", "is_funded", "rows"),
    "success_rate": CountedRows("projects", ADMISSIBLE, "share is_funded"),
    "projects_per_10000": CountedRows("projects", "is_funded"),
    "cost_total": CountedRows("projects", "is_funded", "sum cost_actual, cost_planned"),
    "cofinancing_share": CountedRows("project_funding"),
    "cofinancing_share_without_local": CountedRows("project_funding"),
    "participations": CountedRows("project_participation", "", "sum participations"),
    "participation_per_1000": CountedRows("project_participation"),
    "cost_per_participation": CountedRows("projects", "is_funded"),
    "training_persons": CountedRows("attendance", ATTENDED, "distinct person_key"),
    "training_persons_per_1000": CountedRows("attendance", ATTENDED),
    "exchange_attendances": CountedRows("exchange_participation", "not persons == 0"),
}
