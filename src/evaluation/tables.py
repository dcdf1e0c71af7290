"""Every processed table: its unit of observation, key, columns and sensitivity, declared once.

The file dictionary, the written Parquet types and the checks of ``contracts.py`` come from these declarations.
Labels, units and allowed values of categories are data and live in ``config/codebook.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "code", "category", "integer", "number", "money", "date", "flag"]
Sensitivity = Literal["open", "internal", "pseudonymous"]

DTYPES: dict[Kind, str] = {
    "text": "str",
    "code": "str",
    "category": "str",
    "integer": "Int64",
    "number": "float64",
    "money": "float64",
    "date": "datetime64[us]",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Column:
    """One column: its kind, whether it may be empty, and the range of its values."""

    name: str
    kind: Kind
    required: bool = True
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Table:
    """One table: what a row is, what identifies it, what it holds and who may see it."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sensitivity: Sensitivity = "internal"
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def empty(self) -> pd.DataFrame:
        """A conforming table without rows."""
        return _empty(self.columns).copy()


@cache
def _empty(columns: tuple[Column, ...]) -> pd.DataFrame:
    # half of the time that a command takes to start is pandas, and most commands only ask what a table is called
    import pandas as pd

    return pd.DataFrame({column.name: pd.Series(dtype=DTYPES[column.kind]) for column in columns})


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text", required=False) for name in names)


def _count(name: str, required: bool = False) -> Column:
    return Column(name, "integer", required, low=0)


def _money(name: str, required: bool = False) -> Column:
    return Column(name, "money", required, low=0)


def _number(name: str, low: float | None = None, high: float | None = None, required: bool = False) -> Column:
    return Column(name, "number", required, low=low, high=high)


def _partial_date(name: str) -> tuple[Column, Column]:
    """A day, and beside it what is known of it where only its month or year is: ``2024-03`` or ``2024``."""
    return Column(name, "date", required=False), Column(f"{name}_partial", "text", required=False)


def _share(name: str) -> Column:
    return Column(name, "number", required=False, low=0, high=1)


_PROVENANCE = (Column("source", "text"), Column("source_sheet", "text"), Column("source_row", "integer", low=1))
_YEAR = Column("year", "integer", low=1900, high=2200)
_UNIT = Column("unit_id", "code")

# what was seen in a response; what is done about it stands in excluded_reason
_SURVEY_FLAGS = (
    *(
        Column(name, "flag", required=False)
        for name in (
            "q_duplicate_person", "q_duplicate_answers", "q_speeder", "q_straight_lining", "q_outside_field",
        )
    ),
    _share("q_near_identical"),
    _number("q_speed", low=0),
    _number("q_speed_log"),
    _number("q_longstring", low=0),
    _share("q_identical_share"),
    _number("q_irv", low=0),
    _share("q_dont_know"),
    _count("q_skip_violations"),
    _count("q_required_missing"),
)  # fmt: skip
_SOURCE_FILES = (
    Column("source", "text"),
    Column("file_name", "text"),
    Column("sha256", "code"),
    _count("bytes", required=True),
    Column("file_format", "text"),
    *_text("encoding", "sheets", "hidden_sheets"),
)
_ROW_LEDGER = (
    Column("source", "text"),
    Column("sheet", "text"),
    Column("row", "integer", low=1),
    Column("row_class", "category"),
    Column("fate", "category", required=False),
    *_text("record_key"),
)
_ISSUES = (
    Column("issue_id", "code"),
    Column("source", "text"),
    *_text("file_name", "sheet", "cell"),
    Column("row", "integer", required=False, low=1),
    *_text("field", "raw"),
    Column("rule", "category"),
    Column("severity", "category"),
    Column("action", "category"),
    *_text("value", "suggestion"),
    *_text("table", "record_key"),
    Column("raw_hash", "code", required=False),
    Column("decision", "category", required=False),
    *_text("decided_by", "decided_on"),
)
_ESTIMATES = (
    Column("model", "code"),
    Column("outcome", "code"),
    Column("exposure", "code"),
    Column("estimand", "code"),
    Column("design", "code"),
    *_text("assumption"),
    _number("estimate"),
    _number("se", low=0),
    _number("low"),
    _number("high"),
    _number("p", low=0, high=1),
    _number("p_adjusted", low=0, high=1),
    _count("n", required=True),
    _count("clusters"),
    _count("treated_clusters"),
    Column("inference", "code"),
    Column("is_main", "flag"),
    *_text("warning"),
)
_FINDINGS = (
    Column("name", "code"),
    _number("value"),
    Column("unit", "code"),
    _count("n"),
    _number("low"),
    _number("high"),
    *_text("note"),
    Column("step", "code"),
    # which rows the finding counts (report.counted_rows); empty where it counts none by itself
    Column("source_table", "code", required=False),
    *_text("source_rows", "source_measure"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        # ---- 01_clean_programme -------------------------------------------------------------------------
        Table(
            "territories",
            "territorial unit in force in the programme year",
            ("unit_id",),
            (
                _UNIT,
                _YEAR,
                Column("name", "text"),
                Column("short_name", "text"),
                Column("type", "category"),
                Column("is_north", "flag"),
                Column("is_closed", "flag"),
                _number("longitude", -180, 180),
                _number("latitude", -90, 90),
                Column("valid_from", "date"),
                Column("valid_to", "date", required=False),
                _count("population"),
                _count("population_18plus"),
            ),
            "open",
        ),
        Table(
            "population",
            "unit, year, age group (they may overlap) and sex",
            ("unit_id", "year", "age_group", "sex"),
            (
                _UNIT,
                _YEAR,
                Column("age_group", "code"),
                Column("sex", "category"),
                _count("persons"),
                *_PROVENANCE,
            ),
            "open",
        ),
        Table(
            "projects",
            "application to the contest, funded or not",
            ("project_id",),
            (
                Column("project_id", "code"),
                _YEAR,
                _UNIT,
                *_text("place_name"),
                Column("place_code", "code", required=False),
                *_text("title"),
                Column("topic", "category", required=False),
                Column("applicant_type", "category", required=False),
                *_partial_date("applied_on"),
                *_partial_date("decided_on"),
                *_partial_date("started_on"),
                _number("score", low=0),
                Column("status", "category"),
                Column("is_funded", "flag"),
                _money("cost_planned"),
                _money("cost_actual"),
                _money("contest_budget"),
                _count("beneficiaries"),
                *_partial_date("planned_end"),
                *_partial_date("finished_on"),
                *_PROVENANCE,
            ),
        ),
        Table(
            "project_funding",
            "project, source of money and stage",
            ("project_id", "funding_source", "stage"),
            (
                Column("project_id", "code"),
                Column("funding_source", "category"),
                Column("stage", "category"),
                _money("amount", required=True),
                *_PROVENANCE,
            ),
            references={"project_id": ("projects", "project_id")},
        ),
        Table(
            "project_participation",
            "project and channel through which residents took part",
            ("project_id", "channel"),
            (
                Column("project_id", "code"),
                Column("channel", "category"),
                _count("participations", required=True),
                Column("counted_as", "category"),
                *_PROVENANCE,
            ),
            references={"project_id": ("projects", "project_id")},
        ),
        Table(
            "reconciling_items",
            "row or cell of the register that a published total may have counted otherwise",
            ("source", "source_sheet", "source_row", "measure", "rule", "treatment"),
            (
                _YEAR,
                Column("measure", "category"),
                Column("rule", "category"),
                Column("treatment", "category"),
                _number("amount", required=True),
                *_PROVENANCE,
            ),
        ),
        Table(
            "scores",
            "project and scoring criterion",
            ("project_id", "criterion"),
            (Column("project_id", "code"), Column("criterion", "category"), _number("points", low=0), *_PROVENANCE),
            references={"project_id": ("projects", "project_id")},
        ),
        Table(
            "support_events",
            "training or other support event",
            ("event_id",),
            (
                Column("event_id", "code"),
                _YEAR,
                *_text("title"),
                Column("stream", "category"),
                Column("form", "category", required=False),
                Column("starts_on", "date"),
                Column("ends_on", "date"),
                _number("hours", low=0),
                Column("mode", "category", required=False),
                Column("host_unit_id", "code", required=False),
                Column("recipient_unit_id", "code", required=False),
                Column("cohort", "category", required=False),
                _count("invited"),
                _count("reported_participants"),
                *_PROVENANCE,
            ),
        ),
        Table(
            "attendance",
            "person at an event or, where the list says so, at one of its sessions",
            ("event_id", "person_key", "session"),
            (
                Column("event_id", "code"),
                Column("person_key", "code"),
                Column("unit_id", "code", required=False),
                Column("sector", "category", required=False),
                Column("session", "code", required=False),
                Column("status", "category"),
                _number("hours_present", low=0),
                _number("test_before", 0, 100),
                _number("test_after", 0, 100),
                Column("certificate", "flag", required=False),
                *_PROVENANCE,
            ),
            "pseudonymous",
            references={"event_id": ("support_events", "event_id")},
        ),
        Table(
            "participants",
            "person, under a keyed pseudonym",
            ("person_key",),
            (
                Column("person_key", "code"),
                Column("unit_id", "code", required=False),
                Column("sector", "category", required=False),
                Column("key_basis", "category"),
                Column("key_quality", "category"),
            ),
            "pseudonymous",
        ),
        Table(
            "exchange_events",
            "inter-municipal exchange event",
            ("exchange_id",),
            (
                Column("exchange_id", "code"),
                _YEAR,
                *_text("title"),
                Column("form", "category", required=False),
                *_text("topic"),
                Column("starts_on", "date"),
                Column("ends_on", "date"),
                _count("reported_participants"),
                *_PROVENANCE,
            ),
        ),
        Table(
            "exchange_participation",
            "territorial unit in a role at an exchange event",
            ("exchange_id", "unit_id", "role"),
            (
                Column("exchange_id", "code"),
                _UNIT,
                Column("role", "category"),
                _count("invited"),
                _count("persons"),
                *_PROVENANCE,
            ),
            references={"exchange_id": ("exchange_events", "exchange_id")},
        ),
        Table(
            "consultations",
            "consultation",
            ("consultation_id",),
            (
                Column("consultation_id", "code"),
                _YEAR,
                Column("consulted_on", "date"),
                Column("unit_id", "code", required=False),
                Column("person_key", "code", required=False),
                Column("project_id", "code", required=False),
                Column("channel", "category", required=False),
                Column("topic", "category", required=False),
                _number("minutes", low=0),
                *_PROVENANCE,
            ),
            "pseudonymous",
        ),
        Table(
            "project_results",
            "project and indicator of its result",
            ("project_id", "indicator"),
            (
                Column("project_id", "code"),
                Column("indicator", "text"),
                _number("planned"),
                _number("actual"),
                *_text("unit_of_measure", "evidence"),
                Column("checked_on", "date", required=False),
                *_PROVENANCE,
            ),
            references={"project_id": ("projects", "project_id")},
        ),
        Table(
            "teams",
            "project team of a territorial unit in the programme year",
            ("team_id", "year"),
            (
                Column("team_id", "code"),
                _YEAR,
                _UNIT,
                Column("project_id", "code", required=False),
                Column("formed_on", "date", required=False),
                Column("ended_on", "date", required=False),
                *_PROVENANCE,
            ),
            references={"project_id": ("projects", "project_id")},
        ),
        Table(
            "team_members",
            "person in a project team of the programme year, under a keyed pseudonym",
            ("team_id", "year", "person_key"),
            (
                Column("team_id", "code"),
                _YEAR,
                Column("person_key", "code"),
                Column("sector", "category", required=False),
                Column("role", "category", required=False),
                Column("from_on", "date", required=False),
                Column("to_on", "date", required=False),
                *_PROVENANCE,
            ),
            "pseudonymous",
            references={"team_id": ("teams", "team_id")},
        ),
        Table(
            "document_reviews",
            "review of a document of a municipality or project",
            ("review_id",),
            (
                Column("review_id", "code"),
                _YEAR,
                _UNIT,
                Column("project_id", "code", required=False),
                Column("document_kind", "category"),
                Column("reviewed_on", "date"),
                Column("round", "integer", required=False, low=1),
                _count("remarks"),
                _number("points", low=0),
                *_PROVENANCE,
            ),
            references={"project_id": ("projects", "project_id")},
        ),
        Table(
            "publications",
            "publication about the programme or its practices",
            ("publication_id",),
            (
                Column("publication_id", "code"),
                _YEAR,
                Column("published_on", "date"),
                Column("channel", "category"),
                *_text("topic"),
                Column("unit_id", "code", required=False),
                _count("views"),
                *_PROVENANCE,
            ),
        ),
        Table(
            "recommendations",
            "recommendation that an event adopted",
            ("recommendation_id",),
            (
                Column("recommendation_id", "code"),
                _YEAR,
                Column("event_id", "code", required=False),
                Column("exchange_id", "code", required=False),
                Column("text", "text"),
                Column("addressee", "category", required=False),
                Column("addressee_unit_id", "code", required=False),
                *_text("topic"),
                _count("votes_for"),
                _count("votes_against"),
                _count("abstained"),
                *_PROVENANCE,
            ),
            references={
                "event_id": ("support_events", "event_id"),
                "exchange_id": ("exchange_events", "exchange_id"),
            },
        ),
        Table(
            "recommendation_status",
            "recommendation and the day on which its progress was checked",
            ("recommendation_id", "checked_on"),
            (
                Column("recommendation_id", "code"),
                Column("checked_on", "date"),
                Column("status", "category"),
                *_text("evidence"),
                _count("days_to_done"),
                *_PROVENANCE,
            ),
            references={"recommendation_id": ("recommendations", "recommendation_id")},
        ),
        Table(
            "practices",
            "practice of working with residents known in the programme year",
            ("practice_id", "year"),
            (
                Column("practice_id", "code"),
                _YEAR,
                Column("title", "text"),
                Column("kind", "category", required=False),
                Column("origin_unit_id", "code", required=False),
                Column("first_year", "integer", low=1900, high=2200),
                *_text("evidence"),
                *_PROVENANCE,
            ),
        ),
        Table(
            "practice_adoptions",
            "territorial unit that adopted a practice in the programme year",
            ("practice_id", "unit_id", "year"),
            (
                Column("practice_id", "code"),
                _YEAR,
                _UNIT,
                Column("adopted_on", "date", required=False),
                Column("learned_through", "category", required=False),
                *_text("evidence"),
                *_PROVENANCE,
            ),
            references={"practice_id": ("practices", "practice_id")},
        ),
        Table(
            "trial_households",
            "household in a trial of training",
            ("household_id",),
            (
                Column("household_id", "code"),
                _UNIT,
                Column("village", "code"),
                Column("took_up", "flag"),
                Column("intensive_session", "flag"),
                Column("default_enrolment", "flag"),
                _share("peers_earlier_take_up"),
                Column("is_male", "flag", required=False),
                _number("age", low=0),
                _number("household_size", low=0),
                _number("rice_area", low=0),
                _number("disaster_probability", low=0, high=100),
                _share("risk_aversion"),
                Column("is_literate", "flag", required=False),
                *_PROVENANCE,
            ),
        ),
        Table("source_files", "received file", ("source",), _SOURCE_FILES),
        Table("row_ledger", "row of a received sheet", ("source", "sheet", "row"), _ROW_LEDGER),
        Table("issues", "remark on a received cell or row", ("issue_id",), _ISSUES),
        # ---- 02_clean_survey ----------------------------------------------------------------------------
        Table(
            "survey_waves",
            "survey wave",
            ("wave_id",),
            (
                Column("wave_id", "code"),
                Column("instrument", "code"),
                _YEAR,
                Column("design", "category"),
                *_text("population"),
                _count("frame_n"),
                _count("invited_n"),
                Column("invited_basis", "category", required=False),
                _count("answered_n", required=True),
                Column("field_from", "date", required=False),
                Column("field_to", "date", required=False),
                *_text("mode"),
                Column("margins_id", "code", required=False),
            ),
        ),
        Table(
            "survey_responses",
            "filled questionnaire",
            ("response_id",),
            (
                Column("response_id", "code"),
                Column("wave_id", "code"),
                Column("person_key", "code", required=False),
                Column("unit_id", "code", required=False),
                Column("event_id", "code", required=False),
                Column("started_at", "date", required=False),
                Column("submitted_at", "date", required=False),
                _number("duration_s"),
                Column("language", "code", required=False),
                Column("stratum", "code", required=False),
                Column("psu", "code", required=False),
                _number("w_base", low=0),
                Column("disposition", "category"),
                _share("item_nonresponse"),
                *_SURVEY_FLAGS,
                Column("excluded_reason", "category", required=False),
                *_PROVENANCE,
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_answers",
            "answer to an item (one row per offered option for multiple choice)",
            ("response_id", "item", "choice"),
            (
                Column("response_id", "code"),
                Column("item", "code"),
                Column("choice", "code"),
                Column("code", "code", required=False),
                _number("value"),
                Column("missing", "category", required=False),
            ),
            references={"response_id": ("survey_responses", "response_id")},
        ),
        Table(
            "survey_dispositions",
            "disposition of those asked in a wave",
            ("wave_id", "disposition"),
            (
                Column("wave_id", "code"),
                Column("disposition", "category"),
                _count("n", required=True),
                _share("share"),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_rates",
            "outcome rate of a wave",
            ("wave_id", "rate"),
            (
                Column("wave_id", "code"),
                Column("rate", "category"),
                _share("value"),
                _number("numerator", low=0),
                _number("denominator", low=0),
                _share("e"),
                Column("note", "category", required=False),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_quality",
            "mark or number of the quality of a wave's responses",
            ("wave_id", "flag"),
            (
                Column("wave_id", "code"),
                Column("flag", "category"),
                _count("responses", required=True),
                _count("measured", required=True),
                _count("flagged"),
                _share("share"),
                _number("median"),
                _number("p95"),
                Column("note", "category", required=False),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_item_nonresponse",
            "item of a wave",
            ("wave_id", "item"),
            (
                Column("wave_id", "code"),
                Column("item", "code"),
                *(
                    _count(name, required=True)
                    for name in (
                        "responses",
                        "asked",
                        "answered",
                        "dont_know",
                        "refused",
                        "no_answer",
                        "invalid",
                        "not_asked",
                    )
                ),
                _share("nonresponse_share"),
                _share("dont_know_share"),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_exclusions",
            "exclusion rule of a wave, in the order applied",
            ("wave_id", "step"),
            (
                Column("wave_id", "code"),
                Column("step", "integer", low=1),
                Column("rule", "category"),
                _number("limit", low=0),
                _count("matched", required=True),
                _count("excluded", required=True),
                _count("remaining", required=True),
                Column("note", "category", required=False),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_flow",
            "stage on the way of a wave's responses from received to analysed",
            ("wave_id", "step"),
            (
                Column("wave_id", "code"),
                Column("step", "integer", low=1),
                Column("stage", "category"),
                _count("n", required=True),
                _count("lost", required=True),
                Column("reason", "category", required=False),
                Column("item", "code", required=False),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_scales",
            "scale of a questionnaire",
            ("instrument", "scale"),
            (
                Column("instrument", "code"),
                Column("scale", "code"),
                *(_count(name, required=True) for name in ("items", "items_used", "asked", "n_complete", "n_scored")),
                _number("mean"),
                _number("sd", low=0),
                *(
                    _number(name, high=1)
                    for name in (
                        "alpha",
                        "low",
                        "high",
                        "alpha_boot_low",
                        "alpha_boot_high",
                        "alpha_ordinal",
                        "omega",
                        "omega_ordinal",
                        "spearman_brown",
                    )
                ),
                _number("eigenvalue_first"),
                _number("eigenvalue_second"),
                Column("is_shown", "flag"),
                *_text("note"),
            ),
        ),
        Table(
            "survey_scale_items",
            "item of a scale",
            ("instrument", "scale", "item"),
            (
                Column("instrument", "code"),
                Column("scale", "code"),
                Column("item", "code"),
                Column("is_reversed", "flag"),
                _count("n", required=True),
                _number("mean"),
                _number("sd", low=0),
                _number("item_rest", -1, 1),
                _number("alpha_dropped", high=1),
                _number("loading", -1, 1),
                _number("loading_ordinal", -1, 1),
                *_text("note"),
            ),
        ),
        Table(
            "event_ratings",
            "item of the questionnaire as rated at a training event",
            ("event_id", "item"),
            (
                Column("event_id", "code"),
                Column("item", "code"),
                _count("invited"),
                _count("attended"),
                Column("attended_basis", "category"),
                *(_count(name, required=True) for name in ("responses", "rated", "dont_know")),
                _share("response_rate"),
                *(_number(name) for name in ("mean", "mean_lowest", "mean_highest")),
                *(_share(name) for name in ("top_share", "low", "high", "top_lowest", "top_highest", "ceiling_share")),
                *_text("note"),
                Column("claim", "code", required=False),
                *(_share(name) for name in ("threshold", "p", "p_adjusted")),
                Column("verdict", "category", required=False),
                Column("verdict_any_silence", "category", required=False),
            ),
        ),
        Table(
            "rating_claims",
            "claim of the plan on the ratings of all events",
            ("claim",),
            (
                *(Column(name, "code") for name in ("claim", "instrument", "item")),
                _number("top", required=True),
                *(_number(name, 0, 1, required=True) for name in ("threshold", "level")),
                *(
                    _count(name, required=True)
                    for name in (
                        "events",
                        "events_rated",
                        "holds",
                        "fails",
                        "cannot_tell",
                        "holds_any_silence",
                        "fails_any_silence",
                        "fails_either",
                    )
                ),
                _share("share_above"),
                Column("verdict", "category"),
                Column("verdict_any_silence", "category"),
                *_text("note"),
            ),
        ),
        Table(
            "rating_odds",
            "feature of training events in the model of their ratings",
            ("item", "feature"),
            (
                Column("item", "code"),
                Column("feature", "code", required=False),
                *(_number(name) for name in ("log_odds", "se", "low", "high")),
                _share("p"),
                _number("odds_ratio", low=0),
                *(_count(name, required=True) for name in ("ratings", "events", "dropped")),
                *_text("note"),
            ),
        ),
        Table(
            "survey_pair_flow",
            "stage between two measurements of the same people",
            ("measure", "stage"),
            (Column("measure", "code"), Column("stage", "category"), _count("n", required=True)),
        ),
        Table(
            "survey_changes",
            "statistic of the change between two measurements",
            ("measure", "statistic"),
            (
                Column("measure", "code"),
                Column("statistic", "category"),
                *(_number(name) for name in ("value", "se", "low", "high")),
                _share("p"),
                _count("n", required=True),
                *_text("note"),
            ),
        ),
        Table(
            "kirkpatrick",
            "measure of a level of training's results",
            ("level", "instrument", "measure"),
            (
                Column("level", "category"),
                *(Column(name, "code", required=False) for name in ("measure", "instrument", "items", "unit")),
                *(_number(name) for name in ("value", "low", "high", "lowest", "highest")),
                _count("n"),
                _count("asked"),
                _share("response_rate"),
                Column("is_measured", "flag"),
                Column("says", "category"),
                Column("cannot_say", "category"),
                *_text("note"),
            ),
        ),
        Table(
            "survey_estimates",
            "estimate from the answers to an item",
            ("wave_id", "scheme", "item", "choice", "group", "statistic"),
            (
                Column("wave_id", "code"),
                Column("scheme", "code"),
                Column("item", "code"),
                Column("choice", "code"),
                Column("group", "code"),
                Column("statistic", "category"),
                *(_number(name) for name in ("value", "se", "low", "high")),
                _count("n", required=True),
                *(_number(name, low=0) for name in ("n_weighted", "n_eff", "deff")),
                *(_count(name) for name in ("df", "asked", "dont_know", "refused", "no_answer")),
                *_text("note"),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table(
            "survey_weights",
            "weight of a response",
            ("response_id", "scheme"),
            (Column("response_id", "code"), Column("scheme", "code"), _number("w", low=0, required=True)),
            references={"response_id": ("survey_responses", "response_id")},
        ),
        Table(
            "survey_schemes",
            "scheme of weights of a wave",
            ("wave_id", "scheme"),
            (
                Column("wave_id", "code"),
                Column("scheme", "code"),
                *_text("variables"),
                *(_number(name, low=0) for name in ("bound_low", "bound_high")),
                _count("iterations"),
                *(_number(name, low=0) for name in ("max_gap", "kish_deff")),
                _count("n", required=True),
                *(_number(name, low=0) for name in ("n_eff", "wmin", "wmax", "population")),
            ),
            references={"wave_id": ("survey_waves", "wave_id")},
        ),
        Table("survey_source_files", "received file of answers", ("source",), _SOURCE_FILES),
        Table("survey_row_ledger", "row of a received sheet of answers", ("source", "sheet", "row"), _ROW_LEDGER),
        Table("survey_issues", "remark on a received answer", ("issue_id",), _ISSUES),
        # ---- 03_build_panel -----------------------------------------------------------------------------
        Table(
            "panel",
            "territorial unit and programme year, in one geography",
            ("geography", "unit_id", "year"),
            (
                Column("geography", "category"),
                _UNIT,
                _YEAR,
                Column("name", "text"),
                Column("type", "category", required=False),
                Column("is_north", "flag", required=False),
                _number("longitude", -180, 180),
                _number("latitude", -90, 90),
                _count("population"),
                _count("population_18plus"),
                _count("applications", required=True),
                _count("funded", required=True),
                _money("cost", required=True),
                _money("cost_regional", required=True),
                _money("cost_local", required=True),
                _money("cost_residents", required=True),
                _money("cost_business", required=True),
                _money("cost_other", required=True),
                _count("participations", required=True),
                _count("beneficiaries", required=True),
                Column("first_trained_year", "integer", required=False),
                Column("trained", "flag"),
                _count("training_events_before_deadline", required=True),
                _number("training_hours_before_deadline", low=0, required=True),
                _count("training_persons_before_deadline", required=True),
                _count("training_persons_in_year", required=True),
                _count("consultations_before_deadline", required=True),
                _number("training_dose_cumulative", low=0, required=True),
                _number("training_dose_decayed", low=0, required=True),
                _count("exchange_events_invited", required=True),
                _count("exchange_events_attended", required=True),
                _count("exchange_events_hosted", required=True),
                _number("exposure", low=0, required=True),
                _number("exposure_wins", low=0, required=True),
                _number("exposure_expected", low=0, required=True),
                _number("exposure_wins_expected", low=0, required=True),
                _number("exposure_neighbours", low=0, required=True),
                _number("exposure_common_trainer", low=0, required=True),
            ),
        ),
        Table(
            "project_table",
            "application, with what its territorial unit had received before the deadline",
            ("project_id",),
            (
                Column("project_id", "code"),
                _YEAR,
                _UNIT,
                Column("stable_unit_id", "code"),
                Column("topic", "category", required=False),
                Column("applicant_type", "category", required=False),
                Column("is_funded", "flag"),
                _number("score", low=0),
                _money("cost"),
                _share("share_regional"),
                _share("share_local"),
                _share("share_residents"),
                _share("share_business"),
                _count("participations"),
                _count("population"),
                Column("trained", "flag", required=False),
                _number("training_hours_before_deadline", low=0),
                _count("consultations_before_deadline"),
                _number("exposure", low=0),
            ),
        ),
        Table(
            "exchange_ties",
            "directed tie of knowledge between two units in a year (from who teaches to who learns)",
            ("year", "from_unit", "to_unit"),
            (
                _YEAR,
                Column("from_unit", "code"),
                Column("to_unit", "code"),
                _count("events", required=True),
                _count("persons"),
            ),
        ),
        Table(
            "practice_years",
            "practice, territorial unit and year in which the unit could adopt it, in one geography",
            ("geography", "practice_id", "unit_id", "year"),
            (
                Column("geography", "category"),
                Column("practice_id", "code"),
                _UNIT,
                _YEAR,
                Column("adopted", "flag"),
                _count("adopters_exchange", required=True),
                _count("adopters_neighbours", required=True),
                _count("adopters_common_trainer", required=True),
            ),
        ),
        Table(
            "team_spells",
            "project team and year of its life",
            ("team_id", "spell", "year"),
            (
                Column("team_id", "code"),
                Column("spell", "integer", low=1),
                _YEAR,
                _UNIT,
                Column("stable_unit_id", "code"),
                Column("first_year", "integer", low=1900, high=2200),
                Column("period", "integer", low=1),
                _number("start", low=0, required=True),
                _number("stop", low=0, required=True),
                Column("fell_silent", "flag"),
                Column("reason", "category", required=False),
                Column("began_before_data", "flag"),
                _count("members"),
                Column("has_authorities", "flag", required=False),
                Column("has_residents", "flag", required=False),
                Column("has_business", "flag", required=False),
                Column("is_mixed", "flag", required=False),
                Column("trained_jointly", "flag", required=False),
            ),
        ),
        Table(
            "scored_applications",
            "admitted application with a score, beside its year's line",
            ("project_id",),
            (
                Column("project_id", "code"),
                _YEAR,
                _UNIT,
                Column("stable_unit_id", "code"),
                _number("score", low=0, required=True),
                _number("line", low=0),
                _number("distance"),
                Column("above", "flag", required=False),
                Column("tied", "flag"),
                Column("won", "flag", required=False),
                _number("applies_again", low=0, high=1),
                _number("applications_next_year", low=0),
                _number("team_applies_again", low=0, high=1),
                Column("topic", "category", required=False),
                Column("applicant_type", "category", required=False),
                _share("share_local"),
                _share("share_residents"),
                _share("share_business"),
                _count("population"),
                Column("trained", "flag", required=False),
                _number("training_hours_before_deadline", low=0),
                _count("consultations_before_deadline"),
                _number("exposure", low=0),
                _count("members"),
                Column("has_authorities", "flag", required=False),
                Column("has_residents", "flag", required=False),
                Column("has_business", "flag", required=False),
                Column("is_mixed", "flag", required=False),
            ),
        ),
        Table(
            "reconciliation",
            "published reference total beside the register's",
            ("name",),
            (
                Column("name", "code"),
                *_text("label_ru", "label_en"),
                _number("published"),
                _number("register"),
                _number("difference"),
                Column("unit", "code"),
                *_text("period", "reference", "explanation_ru", "explanation_en"),
                _number("remainder"),
                *_text("causes_ru", "causes_en"),
            ),
            "open",
        ),
        # ---- 04 to 08 -----------------------------------------------------------------------------------
        Table(
            "indicators",
            "indicator of a territorial unit (or of all units) in a year",
            ("indicator", "unit_id", "year"),
            (
                Column("indicator", "code"),
                _UNIT,
                _YEAR,
                _number("value"),
                _number("numerator"),
                _number("denominator"),
                _count("n"),
                _number("low"),
                _number("high"),
                Column("unit", "code"),
            ),
        ),
        Table(
            "access",
            "territorial unit, stream of support and basis of the way to the stream's nearest event",
            ("unit_id", "year", "stream", "basis"),
            (
                _UNIT,
                _YEAR,
                Column("stream", "code"),
                Column("venue_unit", "code", required=False),
                _number("distance_km", low=0),
                _number("minutes", low=0),
                Column("basis", "category"),
                Column("gap", "category", required=False),
            ),
            "open",
        ),
        Table(
            "proposal",
            "venue proposed for the next events",
            ("year", "method", "demand", "measure", "order"),
            (
                _YEAR,
                Column("method", "category"),
                Column("demand", "category"),
                Column("measure", "category"),
                Column("order", "integer", low=1),
                _UNIT,
                Column("is_fixed", "flag"),
                _count("assigned_units", required=True),
                _count("assigned_residents"),
                Column("residents_gained", "integer", required=False),
                _number("mean_way", low=0),
            ),
            "open",
        ),
        Table(
            "unevenness",
            "measure of the unevenness of an indicator between territorial units in a year",
            ("indicator", "measure", "group", "year"),
            (
                Column("indicator", "code"),
                Column("measure", "category"),
                Column("group", "code"),
                _YEAR,
                _number("value"),
                _number("low"),
                _number("high"),
                _number("p", low=0, high=1),
                _count("n", required=True),
                _count("missing", required=True),
                Column("note", "category", required=False),
                Column("unit", "code"),
            ),
            "open",
        ),
        Table(
            "clusters",
            "territorial unit and indicator in a year: likeness to its neighbours",
            ("unit_id", "indicator", "year"),
            (
                _UNIT,
                Column("indicator", "code"),
                _YEAR,
                _number("local_i"),
                Column("quadrant", "category"),
                _number("p", low=0, high=1),
                _number("p_adjusted", low=0, high=1),
                Column("is_cluster", "flag"),
            ),
        ),
        Table(
            "support_summary",
            "stream of support and year",
            ("stream", "year"),
            (
                Column("stream", "category"),
                _YEAR,
                _count("events", required=True),
                _number("hours", low=0),
                _count("participants"),
                _count("unique_participants"),
                _count("units_reached"),
                _count("units_in_force", required=True),
            ),
        ),
        Table(
            "stream_coverage",
            "indicator of coverage by stream of support (or channel of participation), territorial unit and year",
            ("indicator", "stream", "channel", "unit_id", "year"),
            (
                Column("stream", "category"),
                Column("channel", "category", required=False),
                _UNIT,
                _YEAR,
                Column("indicator", "code"),
                _number("value"),
                _number("numerator"),
                _number("denominator"),
                _count("n"),
                _number("low"),
                _number("high"),
                Column("unit", "code"),
            ),
        ),
        Table(
            "last_contact",
            "stream of support and territorial unit: when support last reached it",
            ("stream", "unit_id", "year"),
            (
                Column("stream", "category"),
                _UNIT,
                _YEAR,
                Column("state", "category"),
                Column("last_year", "integer", required=False, low=1900, high=2200),
                _count("years_since"),
                Column("since_year", "integer", required=False, low=1900, high=2200),
            ),
        ),
        Table(
            "data_completeness",
            "field of a received table, territorial unit (or all units) and year",
            ("table", "field", "unit_id", "year"),
            (
                Column("table", "code"),
                Column("field", "code"),
                Column("expected_of", "category"),
                _UNIT,
                _YEAR,
                _share("value"),
                _count("numerator", required=True),
                _count("denominator", required=True),
                _count("n", required=True),
                _share("low"),
                _share("high"),
                Column("unit", "code"),
            ),
        ),
        Table("estimates", "estimate of one model", ("model", "outcome", "exposure"), _ESTIMATES, "open"),
        Table("robustness", "estimate of one check", ("model", "outcome", "exposure"), _ESTIMATES, "open"),
        Table(
            "year_comparison",
            "indicator in two neighbouring years",
            ("indicator", "year"),
            (
                Column("indicator", "code"),
                _YEAR,
                _number("value"),
                _number("previous"),
                _number("change"),
                _count("n"),
                _count("n_previous"),
                Column("unit", "code"),
                *_text("break_note"),
            ),
            "open",
        ),
        *(
            Table(f"findings_{part}", "finding that a report may quote", ("name",), _FINDINGS, "open")
            for part in (
                "data",
                "survey",
                "voices",
                "panel",
                "coverage",
                "unevenness",
                "access",
                "support",
                "reach",
                "outcomes",
                "robustness",
                "years",
            )
        ),
    )
}

# tables that each received file of the programme gives
SOURCE_TABLES: dict[str, tuple[str, ...]] = {
    "territories": ("territories",),
    "population": ("population",),
    "projects": ("projects", "project_funding", "project_participation", "reconciling_items"),
    "scores": ("scores",),
    "support_events": ("support_events",),
    "attendance": ("attendance", "participants"),
    "exchange_events": ("exchange_events", "exchange_participation"),
    "consultations": ("consultations",),
    "project_results": ("project_results",),
    "teams": ("teams",),
    "team_members": ("team_members",),
    "document_reviews": ("document_reviews",),
    "publications": ("publications",),
    "recommendations": ("recommendations",),
    "recommendation_status": ("recommendation_status",),
    "practices": ("practices",),
    "practice_adoptions": ("practice_adoptions",),
    "trial_households": ("trial_households",),
}
PROGRAMME_TABLES: tuple[str, ...] = tuple(table for tables in SOURCE_TABLES.values() for table in tables)
# sources with one table each that cleaning/registers.py reads by the declaration of that table alone
REGISTERS: tuple[str, ...] = (
    "project_results", "teams", "team_members", "document_reviews", "publications", "recommendations",
    "recommendation_status", "practices", "practice_adoptions",
)  # fmt: skip
# sources with people in them, whose cleaning needs the pseudonym key
PSEUDONYM_SOURCES: tuple[str, ...] = tuple(
    source
    for source, tables in SOURCE_TABLES.items()
    if any(TABLES[table].sensitivity == "pseudonymous" for table in tables)
)


@dataclass(frozen=True)
class Form:
    """Columns of an empty form for a received file, in order; a required one must be filled in every row.

    Columns named in ``units`` hold names of territorial units (their codes where the registry's names repeat).
    """

    source: str
    columns: tuple[Column, ...]
    units: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _filled(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, "text", required) for name in names)


def _codes(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, "code", required) for name in names)


def _choices(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, "category", required) for name in names)


def _days(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, "date", required) for name in names)


_MONEY_SOURCES = ("regional", "local", "residents", "business", "other")
_CRITERIA = (
    "participation", "residents_contribution", "business_contribution", "local_contribution", "significance",
    "information",
)  # fmt: skip
_PERIOD = _days("starts_on", "ends_on", required=True)
_CONTACTS = _filled("phone", "email")


def _unit(name: str, required: bool = False) -> Column:
    return Column(name, "text", required)


def _of_table(name: str) -> Form:
    """The form of a register that is read by its table's declaration: units by name, people by name and contacts."""
    columns: list[Column] = []
    units: list[str] = []
    for column in TABLES[name].columns:
        if column in (*_PROVENANCE, _YEAR):
            continue
        if column.name == "person_key":
            columns += [Column("person_key", "code", required=False), *_filled("person_name"), *_CONTACTS]
        elif column.name == "unit_id" or column.name.endswith("_unit_id"):
            units.append(f"{column.name.removesuffix('_id')}_name")
            columns.append(_unit(units[-1], column.required))
        elif column.name == "project_id":
            columns += _codes("project_number", required=column.required)
        else:
            columns.append(column)
    return Form(name, tuple(columns), tuple(units))


FORMS: dict[str, Form] = {
    form.source: form
    for form in (
        Form(
            "territories",
            (_unit("name", required=True), _count("population"), _count("population_18plus")),
            ("name",),
        ),
        Form(
            "projects",
            (
                *_codes("project_number", required=True),
                _unit("unit_name", required=True),
                *_filled("place_name"),
                *_codes("place_code"),
                *_filled("title"),
                *_choices("topic", "applicant_type"),
                *_days("applied_on", "decided_on", "started_on"),
                _number("score", low=0),
                *_choices("status", required=True),
                *(
                    _money(name)
                    for stage, total in (("planned", "cost_planned"), ("paid", "cost_actual"))
                    for name in (total, *(f"{stage}_{source}" for source in _MONEY_SOURCES))
                ),
                *(_count(f"participations_{channel}") for channel in ("meeting", "questionnaire", "online", "vote")),
                _count("beneficiaries"),
                *_days("planned_end", "finished_on"),
            ),
            ("unit_name",),
        ),
        Form(
            "scores",
            (
                *_codes("project_number", required=True),
                *(_number(f"points_{criterion}", 0, 100) for criterion in _CRITERIA),
                _number("total_points", low=0),
            ),
        ),
        Form(
            "support_events",
            (
                *_codes("event_number", required=True),
                *_filled("title"),
                *_choices("stream", required=True),
                *_choices("form"),
                *_PERIOD,
                _number("hours", low=0),
                *_choices("mode"),
                _unit("host_unit_name"),
                _unit("recipient_unit_name"),
                *_choices("cohort"),
                _count("invited"),
                _count("reported_participants"),
            ),
            ("host_unit_name", "recipient_unit_name"),
        ),
        Form(
            "attendance",
            (
                *_codes("event_id", required=True),
                *_codes("session", "person_key"),
                *_filled("person_name"),
                _unit("unit_name", required=True),
                *_choices("sector"),
                *_CONTACTS,
                *_choices("status", required=True),
                _number("hours_present", low=0),
                _number("test_before", 0, 100),
                _number("test_after", 0, 100),
                Column("certificate", "flag", required=False),
            ),
            ("unit_name",),
        ),
        Form(
            "exchange_events",
            (
                *_codes("exchange_number", required=True),
                *_filled("title"),
                *_choices("form"),
                *_filled("topic"),
                *_PERIOD,
                _count("reported_participants"),
                _unit("unit_name"),
                *_choices("role"),
                _count("invited"),
                _count("persons"),
            ),
            ("unit_name",),
        ),
        Form(
            "consultations",
            (
                *_codes("consultation_number", required=True),
                *_days("consulted_on", required=True),
                _unit("unit_name", required=True),
                *_codes("project_number"),
                *_choices("channel", "topic"),
                _number("minutes", 0, 600),
            ),
            ("unit_name",),
        ),
        *(_of_table(name) for name in (*REGISTERS, "trial_households")),
    )
}

# sheets of our own forms that hold no records; cleaning knows them by name and by the mark in their first cell
LIST_SHEET = "evaluation_lists"
INSTRUCTION_SHEET = "Как заполнить - How to fill in"
FORM_MARK = "evaluation form"
