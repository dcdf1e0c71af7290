"""The report's sections, what stands in them and in the annex, and the numbers that open the report.

What figures are called and show stands in ``figure_words``.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.settings import Text


@dataclass(frozen=True)
class Section:
    """A section: the step it rests on (it does not apply where the step does not), its tables and figures.

    What the section's text does not place itself follows the text in this order, figures first, until the section
    holds ``most`` of both together; the rest stands folded in the annex.
    """

    name: str
    step: str | None = None
    exhibits: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    most: int = 3


SECTIONS: tuple[Section, ...] = (
    Section("summary"),
    Section("questions"),
    Section("theory", figures=("theory_of_change",)),
    Section("matrix"),
    Section(
        "data",
        exhibits=(
            "row_accounts", "reconciliation", "completeness", "issues_by_rule", "panel_by_year", "crosswalk_open",
        ),
        figures=("survey_flow",),
    ),
    Section(
        "coverage",
        "04_map_coverage",
        ("coverage", "white_spots"),
        ("coverage_map", "training_map", "applications_by_year"),
    ),
    Section(
        "unevenness",
        "04a_measure_unevenness",
        ("unevenness",),
        ("lorenz", "funnel", "cluster_map", "unevenness_parts"),
    ),
    Section(
        "access",
        "04b_plan_access",
        ("proposal", "coverage_gaps", "access", "proposal_gains", "proposal_frontier"),
        ("access",),
    ),
    Section(
        "support",
        "05_describe_support",
        ("support_by_year", "projects_by_topic", "coverage_by_stream", "last_contact"),
        ("reach_by_year", "exchange_network", "support_by_year"),
    ),
    Section(
        "teams",
        "05b_follow_teams",
        (
            "team_composition", "stream_combinations", "programme_lines", "support_contents", "team_conditions",
            "team_index_items", "programme_line_overlap", "team_cards",
        ),
        ("programme_lines", "team_composition"),
    ),
    Section(
        "partnership",
        "05c_follow_practices",
        (
            "training_ledger", "partnership_estimates", "practice_diffusion", "partnership_roles",
            "training_totals", "partnership_balance", "practice_sources",
        ),
        ("practice_curves", "base_doubles"),
    ),
    Section(
        "measures",
        "05d_follow_measures",
        (
            "selfgovernment_support", "recommendations", "problem_themes", "achievements", "status_matrix",
            "measure_progress", "measures_lacking", "measure_tasks", "measures_by_year", "selfgovernment_coverage",
            "event_records",
        ),
        ("status_matrix", "recommendations_not_done", "measure_progress"),
    ),
    Section(
        "services",
        "05f_describe_services",
        (
            "services_overview", "request_topics", "federal_programmes", "award_ranking", "award_agreement",
            "services_by_group", "education_reach", "request_months", "request_territories", "media_channels",
            "partnership_status", "partnership_visits",
        ),
        ("request_waiting", "education_reach"),
    ),
    Section(
        "returns",
        "05e_total_returns",
        (
            "return_totals", "return_completeness", "representativity", "return_revised", "return_checks",
            "return_files", "return_remarks",
        ),
        ("returns_by_year",),
    ),
    Section(
        "voices",
        "02a_weigh_answers",
        (
            "kirkpatrick", "rating_claims", "survey_changes", "survey_scales", "survey_ratings", "survey_estimates",
            "event_ratings",
        ),
        ("participant_ratings", "resident_ratings", "learning_change", "resident_channels"),
    ),
    Section(
        "outcomes",
        "06_estimate_outcomes",
        ("readings", "regression_table", "estimates", "evidence"),
        ("main_estimates", "event_study", "team_survival"),
    ),
    Section(
        "robustness",
        "07_check_robustness",
        ("claims", "robustness", "breakdown", "trends", "bunching", "bounds", "specification_curve"),
        ("robustness", "specification_curve", "power"),
    ),
    Section("years", "08_compare_years", ("year_comparison",), ("indicators_by_year",)),
    Section("answers"),
    Section("limits"),
    Section("recommendations"),
    Section("rerun"),
    Section("annex"),
)  # fmt: skip


@dataclass(frozen=True)
class AnnexGroup:
    """A folded group of the annex: tables of the steps, and tables that the report makes itself (``own``)."""

    name: str
    title: Text
    exhibits: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


ANNEX_GROUPS: tuple[AnnexGroup, ...] = (
    AnnexGroup(
        "surveys",
        Text(ru="Как проведены опросы", en="How the surveys were done"),
        (
            "survey_waves", "survey_rates", "survey_exclusions", "survey_quality", "survey_schemes",
            "survey_row_accounts",
        ),
        ("survey_method",),
    ),
    AnnexGroup("instruments", Text(ru="Анкеты", en="Questionnaires"), own=("instruments",)),
    AnnexGroup("fact_check", Text(ru="Проверка утверждений", en="Fact check"), own=("fact_check",)),
    AnnexGroup(
        "plan",
        Text(ru="План анализа, модели и отступления", en="Analysis plan, models and departures"),
        ("plan_record", "plan_deviations"),
        ("model_variables",),
    ),
    AnnexGroup(
        "reproducibility",
        Text(ru="Отпечатки полученных файлов", en="Fingerprints of the received files"),
        own=("received_files",),
    ),
)  # fmt: skip
OTHER_GROUP = Text(ru="Прочее", en="Other")

# sections that tell of the findings of steps which no section rests on
STEP_SECTIONS = {"01a_take_in_returns": "returns", "05a_follow_reach": "support", "02_clean_survey": "voices"}
# what the sections are called that rest on one step, where no text says it
TITLES: dict[str, Text] = {
    "coverage": Text(ru="Кого охватывает программа", en="Whom the programme reaches"),
    "unevenness": Text(ru="Неравномерность и случай", en="Unevenness and chance"),
    "access": Text(ru="Далеко ли до мероприятий", en="How far the events are"),
    "support": Text(ru="Какую поддержку получили территории", en="What support the territories received"),
    "teams": Text(ru="Команды, их поддержка и линии программы", en="Teams, their support and the programme's lines"),
    "partnership": Text(ru="Базовые муниципалитеты и практики", en="Base municipalities and practices"),
    "measures": Text(ru="Меры, ТОС и решения мероприятий", en="Measures, self-government and what events adopted"),
    "services": Text(ru="Что сделали службы конгресса", en="What the services of the congress did"),
    "returns": Text(ru="Что говорят отчёты муниципалитетов", en="What the returns of the municipalities say"),
    "voices": Text(ru="Что говорят участники и жители", en="What participants and residents say"),
    "outcomes": Text(ru="Как поддержка связана с результатами", en="How support relates to outcomes"),
    "robustness": Text(ru="Насколько прочны выводы", en="How firm the conclusions are"),
    "years": Text(ru="Что изменилось за год", en="What changed over the year"),
}

# the numbers that open the report, of which the first six that exist are shown
TILES: tuple[tuple[str, Text], ...] = (
    ("units_applied_share", Text(ru="территорий подали заявки", en="of territories applied")),
    ("applications", Text(ru="подано", en="submitted")),
    ("funded", Text(ru="поддержано", en="supported")),
    ("cost_total", Text(ru="стоимость проектов", en="cost of the projects")),
    ("units_trained_share", Text(ru="территорий прошли обучение", en="of territories were trained")),
    ("participations", Text(ru="жители в обсуждениях", en="residents taking part")),
    ("own_session", Text(ru="связь с собственным занятием", en="association with the own session")),
    ("peers_association", Text(ru="связь с участием соседей", en="association with peers' take-up")),
    ("peers_instrumented", Text(ru="то же через инструмент", en="the same, instrumented")),
    ("rows_kept", Text(ru="принято из полученных", en="kept of those received")),
)
