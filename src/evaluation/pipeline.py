"""START HERE: the steps of a programme year, what each reads and makes, and the settings it depends on.

A step is a notebook of the same name. Steps 01 and 02 run for every year up to the chosen one, the others for
the chosen year alone. Tables are declared in ``tables/``; settings in ``settings/`` (``programme.*`` from
``config/programme.yml``, ``year.*`` from ``config/years/<year>.yml``, ``plan.*`` from ``config/plan/<year>.yml``).
A step sees only what it declares here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evaluation.settings import Part
from evaluation.tables import PROGRAMME_TABLES
from evaluation.tables.groups import (
    CONTROL_TABLES,
    FINDINGS,
    HISTORY,
    PROGRAMME_SOURCES,
    RETURN_SOURCES,
    SURVEY_CONTROL_TABLES,
    SURVEY_QUALITY_TABLES,
    SURVEY_SOURCES,
    SURVEY_TABLES,
)

Scope = Literal["each_year", "chosen_year"]


@dataclass(frozen=True)
class Step:
    """One notebook of the pipeline.

    ``needs`` are tables without which the step does not apply; ``uses`` are read where they exist.
    ``history`` names those of them that are read for all years up to the chosen one.
    ``sources`` are received files, by the names the year's settings give them. A step that ``assembles`` reads the
    tables and figures of all others. A step of a ``part`` runs where the programme switched that part on.
    """

    name: str
    question: str
    folder: str
    scope: Scope = "chosen_year"
    sources: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    assembles: bool = False
    settings: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    needs_plan: bool = False
    part: Part | None = None


HANDED_IN: dict[str, tuple[str, ...]] = {
    "report": ("pdf", "docx"),
    "brief": ("html", "pdf", "docx"),
    "slides": ("html", "pptx"),
}

# fmt: off
STEPS: tuple[Step, ...] = (
    Step(
        "01_clean_programme", "What did we receive, what does each cell mean, and what happened to every row?",
        folder="", scope="each_year",
        sources=PROGRAMME_SOURCES,
        makes=(*PROGRAMME_TABLES, *CONTROL_TABLES, "findings_data"),
        exhibits=("row_accounts", "issues_by_rule"),
        settings=("year.year", "year.territory_date", "year.sources", "year.starts_on", "year.ends_on",
                  "year.application_deadline", "year.rules", "programme.region_code", "programme.simulated"),
        territory=("registry", "aliases", "decisions", "personal_decisions", "rules"),
    ),
    Step(
        "01a_take_in_returns", "Which municipalities sent the year's form, and what do its answers say?",
        folder="", scope="each_year",
        sources=RETURN_SOURCES,
        makes=("returns", "return_files", "return_rows", "return_issues", "return_register", "return_revisions"),
        exhibits=("return_files", "return_remarks"),
        settings=("year.year", "year.territory_date", "year.sources", "programme.simulated"),
        territory=("registry", "return_form"), part="returns",
    ),
    Step(
        "02_clean_survey", "Who answered, what did they say, and what could not be read?",
        folder="", scope="each_year",
        sources=SURVEY_SOURCES,
        uses=("territories", "support_events", "attendance"),
        makes=(*SURVEY_TABLES, *SURVEY_QUALITY_TABLES, *SURVEY_CONTROL_TABLES, "findings_survey"),
        figures=("survey_flow",),
        exhibits=("survey_row_accounts", "survey_waves", "survey_rates", "survey_quality", "survey_exclusions"),
        settings=("year.year", "year.territory_date", "year.sources", "year.surveys", "programme.region_code",
                  "programme.simulated"),
        territory=("registry", "aliases", "decisions", "personal_decisions"),
    ),
    Step(
        "02a_weigh_answers", "What do the answers say, of whom, and how surely?",
        folder="results",
        needs=("survey_waves", "survey_responses", "survey_answers"),
        uses=("support_events", "attendance"),
        makes=("survey_estimates", "survey_weights", "survey_schemes", "survey_scales", "survey_scale_items",
               "event_ratings", "rating_claims", "rating_odds", "survey_pair_flow", "survey_changes",
               "kirkpatrick", "findings_voices"),
        figures=("participant_ratings", "resident_ratings", "resident_channels", "learning_change"),
        exhibits=("survey_ratings", "survey_estimates", "survey_schemes", "survey_scales", "event_ratings",
                  "rating_claims", "survey_changes", "kirkpatrick"),
        settings=("year.year", "year.surveys", "programme.simulated", "programme.disclosure", "plan.rating_claims",
                  "plan.declared_on"),
        territory=("margins",),
    ),
    Step(
        "03_build_panel", "What had every unit received before each deadline, and what did it achieve?",
        folder="panel",
        needs=("territories", "projects"),
        uses=HISTORY[2:], history=HISTORY,
        makes=("panel", "project_table", "exchange_ties", "practice_years", "team_spells", "scored_applications",
               "reconciliation", "findings_panel"),
        exhibits=("panel_by_year", "reconciliation", "crosswalk_open"),
        settings=("years.application_deadline", "years.territory_date", "programme.exposure",
                  "programme.reference_totals", "programme.simulated", "programme.currency"),
        territory=("registry", "crosswalk"),
    ),
    Step(
        "04_map_coverage", "Whom does the programme reach, and where are the gaps?",
        folder="results",
        needs=("territories", "projects"),
        uses=("project_funding", "project_participation", "support_events", "attendance",
              "exchange_participation", "panel"),
        makes=("indicators", "data_completeness", "findings_coverage"),
        figures=("coverage_map", "training_map", "applications_by_year"),
        exhibits=("coverage", "completeness", "white_spots"),
        files=("coverage_map.ru.html", "coverage_map.en.html"),
        settings=("year.year", "year.territory_date", "programme.registry", "programme.map", "programme.simulated",
                  "programme.currency", "programme.disclosure"),
        territory=("registry", "crosswalk", "boundaries"),
    ),
    Step(
        "04a_measure_unevenness", "Is the programme uneven over the territory, and by more than chance?",
        folder="results",
        needs=("territories", "indicators"),
        makes=("unevenness", "clusters", "findings_unevenness"),
        figures=("lorenz", "unevenness_parts", "funnel", "cluster_map"),
        exhibits=("unevenness",),
        settings=("year.year", "year.territory_date", "programme.registry", "programme.map", "programme.simulated"),
        territory=("registry", "crosswalk", "boundaries"),
    ),
    Step(
        "04b_plan_access", "How far is the nearest event, and where should the next ones be held?",
        folder="results",
        needs=("territories", "projects", "panel", "support_events"),
        uses=("exchange_events", "exchange_participation", "attendance", "teams"),
        makes=("access", "proposal", "findings_access"),
        figures=("access",),
        exhibits=("access", "coverage_gaps", "proposal", "proposal_gains", "proposal_frontier"),
        settings=("year.year", "programme.access", "programme.simulated"),
        territory=("travel",),
    ),
    Step(
        "05_describe_support", "What support was given, to whom, and how does exchange connect the units?",
        folder="results",
        uses=("territories", "projects", "project_funding", "support_events", "attendance", "participants",
              "exchange_events", "exchange_participation", "consultations", "exchange_ties"),
        history=("territories", "support_events", "attendance", "exchange_events", "exchange_participation",
                 "consultations"),
        makes=("support_summary", "findings_support"),
        figures=("theory_of_change", "support_by_year", "exchange_network"),
        exhibits=("support_by_year", "projects_by_topic"),
        settings=("year.year", "programme.simulated", "programme.currency", "programme.disclosure",
                  "programme.report.theory", "plan.models"),
    ),
    Step(
        "05a_follow_reach", "Which stream reached whom, again and how long ago?",
        folder="results",
        needs=("territories", "projects", "panel"),
        uses=("project_funding", "project_participation", "support_events", "attendance", "exchange_events",
              "exchange_participation", "consultations", "teams"),
        history=("territories", "projects", "project_funding", "project_participation", "support_events", "attendance",
                 "exchange_events", "exchange_participation", "consultations", "teams"),
        makes=("stream_coverage", "last_contact", "findings_reach"),
        figures=("reach_by_year",),
        exhibits=("coverage_by_stream", "last_contact"),
        settings=("years.application_deadline", "years.territory_date", "programme.exposure", "programme.simulated"),
        territory=("registry", "crosswalk", "breaks"),
    ),
    Step(
        "05b_follow_teams", "What support did the teams have, who are they, and which lines help their territories?",
        folder="results",
        needs=("territories", "projects", "teams"),
        uses=("team_members", "support_events", "attendance", "exchange_events", "exchange_participation",
              "consultations", "document_reviews", "publications", "programme_lines"),
        history=("territories", "projects", "teams", "team_members", "support_events", "attendance", "exchange_events",
                 "exchange_participation", "consultations", "document_reviews", "publications", "programme_lines"),
        makes=("support_contents", "team_support", "team_cards", "team_composition", "team_conditions",
               "team_index_scales", "team_index_items", "stream_combinations", "programme_line_years",
               "programme_line_overlap", "findings_teams"),
        figures=("team_composition", "programme_lines"),
        exhibits=("support_contents", "team_cards", "team_composition", "team_conditions", "team_index_items",
                  "stream_combinations", "programme_lines", "programme_line_overlap"),
        settings=("years.application_deadline", "years.territory_date", "programme.exposure", "programme.simulated",
                  "programme.disclosure", "programme.currency"),
        territory=("registry", "crosswalk"), part="teams",
    ),
    Step(
        "05c_follow_practices", "What do base municipalities show, and how far have practices gone?",
        folder="results",
        needs=("territories", "projects", "panel"),
        uses=("partnership_units", "practice_cards", "practices", "practice_adoptions", "support_events", "attendance",
              "event_ratings", "exchange_ties", "practice_years"),
        history=("territories", "projects", "partnership_units", "practices", "practice_adoptions", "support_events",
                 "attendance"),
        makes=("partnership_years", "training_ledger", "partnership_estimates", "partnership_balance",
               "partnership_matches", "synthetic_paths", "practice_diffusion", "practice_sources",
               "findings_partnership"),
        figures=("base_doubles", "practice_curves"),
        exhibits=("partnership_roles", "training_ledger", "training_totals", "partnership_estimates",
                  "partnership_balance", "practice_diffusion", "practice_sources"),
        settings=("year.year", "years.application_deadline", "years.territory_date", "programme.exposure",
                  "programme.simulated", "programme.disclosure", "plan.models"),
        territory=("registry", "crosswalk"), part="partnership",
    ),
    Step(
        "05d_follow_measures", "What was decided, and what became of it?",
        folder="results",
        uses=("measures", "selfgovernment", "selfgovernment_grants", "territories", "recommendations",
              "recommendation_status", "resolutions", "problems", "achievements", "exchange_events",
              "support_events"),
        history=("measures", "selfgovernment", "selfgovernment_grants", "territories", "recommendations",
                 "recommendation_status", "resolutions", "problems", "achievements", "exchange_events",
                 "support_events"),
        makes=("measure_progress", "selfgovernment_coverage", "recommendation_progress", "problem_themes",
               "findings_measures"),
        figures=("status_matrix", "measure_progress", "recommendations_not_done"),
        exhibits=("status_matrix", "measure_progress", "measures_lacking", "measure_tasks", "measures_by_year",
                  "selfgovernment_coverage", "selfgovernment_support", "recommendations", "problem_themes",
                  "achievements", "event_records"),
        settings=("years.ends_on", "programme.disclosure", "programme.currency", "programme.simulated"),
        part="measures",
    ),
    Step(
        "05e_total_returns", "What do the returns add up to, and how well do they stand for all municipalities?",
        folder="results",
        needs=("returns", "return_register"),
        uses=("return_revisions", "return_files", "return_issues"),
        history=("returns", "return_register", "return_revisions"),
        makes=("return_completeness", "return_weights", "return_totals", "representativity", "return_checks",
               "return_revised", "findings_returns"),
        figures=("returns_by_year",),
        exhibits=("return_completeness", "return_totals", "representativity", "return_revised", "return_checks"),
        settings=("year.year", "programme.returns", "programme.simulated", "programme.currency",
                  "programme.disclosure"),
        territory=("registry", "return_form"), part="returns",
    ),
    Step(
        "05f_describe_services", "What did the services of the congress do, for whom, and how soon?",
        folder="results",
        needs=("territories",),
        uses=("requests", "award_entries", "award_scores", "federal_applications", "media_items", "partnerships",
              "partnership_events", "support_events", "attendance"),
        history=("support_events", "attendance"),
        makes=("service_indicators", "award_ranking", "award_agreement", "findings_services"),
        figures=("request_waiting", "education_reach"),
        exhibits=("services_overview", "request_topics", "federal_programmes", "award_ranking", "award_agreement",
                  "services_by_group", "education_reach", "request_months", "request_territories", "media_channels",
                  "partnership_status", "partnership_visits"),
        settings=("year.year", "year.ends_on", "year.territory_date", "years.territory_date", "programme.award",
                  "programme.currency", "programme.disclosure", "programme.simulated"),
        territory=("registry", "crosswalk"), part="services",
    ),
    Step(
        "06_estimate_outcomes", "How do training and exchange relate to what the units achieve?",
        folder="results",
        needs=("panel",), uses=("project_table", "practice_years", "team_spells", "scored_applications"),
        makes=("estimates", "findings_outcomes"),
        figures=("main_estimates", "event_study", "team_survival"),
        exhibits=("plan_record", "plan_deviations", "estimates", "readings", "evidence", "regression_table"),
        settings=("plan.models", "plan.hypothesis_families", "plan.declared_on", "plan.deviations", "plan.history",
                  "plan.regression_tables", "year.arrivals", "programme.simulated"),
        territory=("evidence",), needs_plan=True,
    ),
    Step(
        "07_check_robustness", "What would change the conclusion?",
        folder="results",
        needs=("panel", "estimates"),
        uses=("project_table", "findings_voices", "findings_measures", "territories", "support_events", "attendance",
              "exchange_events", "exchange_participation"),
        history=("territories", "support_events", "attendance", "exchange_events", "exchange_participation"),
        makes=("robustness", "findings_robustness"),
        figures=("robustness", "specification_curve", "power"),
        exhibits=("robustness", "bounds", "specification_curve", "claims", "breakdown", "trends", "bunching"),
        settings=("plan.models", "plan.robustness", "years.application_deadline", "years.territory_date",
                  "programme.exposure", "programme.simulated"),
        territory=("claims", "registry", "crosswalk"), needs_plan=True,
    ),
    Step(
        "08_compare_years", "What changed against last year, and what only seems to have changed?",
        folder="results",
        needs=("panel",), uses=("indicators", "reconciliation"),
        makes=("year_comparison", "findings_years"),
        figures=("indicators_by_year",),
        exhibits=("year_comparison",),
        settings=("year.year", "programme.simulated", "programme.currency"),
        territory=("registry", "crosswalk", "breaks"),
    ),
    Step(
        "09_write_report", "What can be said, to whom, and on what grounds?",
        folder="",
        uses=("territories", "source_files", "row_ledger", "issues", "reconciliation", "estimates", "robustness",
              "survey_waves", "survey_schemes", *FINDINGS),
        files=("report.ru.html", "report.en.html", "tables.ru.xlsx", "tables.en.xlsx", "tables.ru.zip",
               "tables.en.zip"), assembles=True,
        settings=("programme.title", "programme.institute", "programme.simulated", "programme.disclosure",
                  "programme.currency", "programme.report_text", "programme.report", "programme.first_year",
                  "programme.reference_totals", "programme.steps", "plan.declared_on", "plan.questions", "plan.models",
                  "year.year", "year.territory_date", "year.reported_on", "year.recommendations", "year.surveys"),
    ),
    Step(
        "10_hand_in", "What is handed in, to whom, and in what form?",
        folder="",
        uses=("estimates", "robustness", *FINDINGS),
        files=tuple(f"{name}.{language}.{ending}" for language in ("ru", "en") for name, endings in HANDED_IN.items()
                    for ending in endings),
        assembles=True,
        settings=("programme.title", "programme.institute", "programme.simulated", "programme.disclosure",
                  "programme.currency", "programme.report_text", "programme.report_reference", "programme.first_year",
                  "programme.steps", "plan.questions", "plan.models", "year.year", "year.territory_date",
                  "year.reported_on", "year.recommendations"),
        territory=("report_reference",),
    ),
    Step(
        "10a_write_cards", "What did every territory receive, achieve and miss?",
        folder="",
        needs=("territories", "panel", "indicators", "stream_coverage", "last_contact"), uses=("access", *FINDINGS),
        history=("territories",),
        files=tuple(f"cards.{language}.{ending}" for language in ("ru", "en") for ending in ("html", "pdf", "zip")),
        assembles=True,
        settings=("programme.title", "programme.institute", "programme.simulated", "programme.disclosure",
                  "programme.currency", "programme.report_text", "programme.access", "programme.first_year",
                  "programme.exposure", "year.year", "year.territory_date", "year.reported_on",
                  "years.application_deadline", "years.territory_date"),
        territory=("registry", "crosswalk"),
    ),
)
# fmt: on

STEP_NAMES: tuple[str, ...] = tuple(step.name for step in STEPS)


def step_named(name: str) -> Step:
    """The step called ``name`` (a notebook's name without its ending). Raises KeyError listing the steps there are."""
    for step in STEPS:
        if step.name == name:
            return step
    raise KeyError(f"{name}: no such step; the steps are {', '.join(STEP_NAMES)}")


def maker_of(table: str) -> Step:
    """The one step that makes ``table``."""
    for step in STEPS:
        if table in step.makes:
            return step
    raise KeyError(f"{table}: no step makes this table")
