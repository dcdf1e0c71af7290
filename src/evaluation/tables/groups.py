"""Names that several steps share: sources of received files, and groups of tables."""

from __future__ import annotations

from evaluation.tables.declared import SOURCE_TABLES

PROGRAMME_SOURCES = tuple(SOURCE_TABLES)
CONTROL_TABLES = ("source_files", "row_ledger", "issues")
RETURN_SOURCES = ("returns",)
SURVEY_SOURCES = ("participants_survey", "followup_survey", "residents_survey")
SURVEY_TABLES = ("survey_waves", "survey_responses", "survey_answers")
SURVEY_QUALITY_TABLES = (
    "survey_dispositions", "survey_rates", "survey_quality", "survey_item_nonresponse", "survey_exclusions",
    "survey_flow",
)  # fmt: skip
SURVEY_CONTROL_TABLES = ("survey_source_files", "survey_row_ledger", "survey_issues")
HISTORY = (
    "territories",
    "projects",
    "project_funding",
    "project_participation",
    "support_events",
    "attendance",
    "exchange_events",
    "exchange_participation",
    "consultations",
    "reconciling_items",
    "scores",
    "teams",
    "team_members",
    "practices",
    "practice_adoptions",
)
FINDINGS = (
    "findings_data", "findings_survey", "findings_voices", "findings_panel", "findings_coverage", "findings_unevenness",
    "findings_access", "findings_support", "findings_reach", "findings_outcomes", "findings_robustness",
    "findings_years", "findings_returns", "findings_measures", "findings_partnership", "findings_teams",
    "findings_services",
)  # fmt: skip
