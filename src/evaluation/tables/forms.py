"""Empty forms for received files: their columns in order, and the sheets that hold no records."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.tables.declaration import PROVENANCE, YEAR, Column, count, money, number
from evaluation.tables.declared import REGISTERS, TABLES


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
        if column in (*PROVENANCE, YEAR):
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
            (_unit("name", required=True), count("population"), count("population_18plus")),
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
                number("score", low=0),
                *_choices("status", required=True),
                *(
                    money(name)
                    for stage, total in (("planned", "cost_planned"), ("paid", "cost_actual"))
                    for name in (total, *(f"{stage}_{source}" for source in _MONEY_SOURCES))
                ),
                *(count(f"participations_{channel}") for channel in ("meeting", "questionnaire", "online", "vote")),
                count("beneficiaries"),
                *_days("planned_end", "finished_on"),
            ),
            ("unit_name",),
        ),
        Form(
            "scores",
            (
                *_codes("project_number", required=True),
                *(number(f"points_{criterion}", 0, 100) for criterion in _CRITERIA),
                number("total_points", low=0),
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
                number("hours", low=0),
                *_choices("mode"),
                _unit("host_unit_name"),
                _unit("recipient_unit_name"),
                *_choices("cohort"),
                count("invited"),
                count("reported_participants"),
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
                number("hours_present", low=0),
                number("test_before", 0, 100),
                number("test_after", 0, 100),
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
                count("reported_participants"),
                _unit("unit_name"),
                *_choices("role"),
                count("invited"),
                count("persons"),
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
                number("minutes", 0, 600),
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
