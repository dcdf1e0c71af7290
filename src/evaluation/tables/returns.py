"""Tables of the part ``returns``: returns of municipalities, totals from them and how well they stand for all."""

from __future__ import annotations

from evaluation.tables.declaration import (
    ISSUES,
    PROVENANCE,
    ROW_LEDGER,
    UNIT,
    YEAR,
    Column,
    Table,
    count,
    findings_table,
    number,
    share,
)

# received registers that are read by their declaration alone, each into the table of its name
REGISTERS: tuple[str, ...] = ()

VARIABLE = Column("variable", "code")
STATED_ON = Column("stated_on", "date", required=False)
_BOUNDS = (number("value"), number("se", 0), number("low"), number("high"))

RECEIVED: tuple[Table, ...] = (
    Table(
        "returns",
        "municipality, year and question of the form",
        ("unit_id", "year", "variable"),
        (
            UNIT,
            YEAR,
            VARIABLE,
            number("value"),
            Column("missing", "category", required=False),
            count("edition", required=True),
            STATED_ON,
            *PROVENANCE,
        ),
        references={"unit_id": ("return_register", "unit_id")},
    ),
    Table(
        "return_files",
        "received file of returns",
        ("file",),
        (
            Column("file", "text"),
            Column("sha256", "code"),
            count("bytes", required=True),
            Column("layout", "category", required=False),
            Column("fate", "category"),
            Column("region", "code", required=False),
            Column("stated_year", "integer", required=False, low=1900, high=2200),
            STATED_ON,
            *(count(name, required=True) for name in ("rows", "kept", "merged", "quarantined")),
        ),
    ),
    Table("return_rows", "row of a received sheet of returns", ("source", "sheet", "row"), ROW_LEDGER),
    Table("return_issues", "remark on a received return", ("issue_id",), ISSUES),
    Table(
        "return_register",
        "municipality in force and year",
        ("unit_id", "year"),
        (
            UNIT,
            YEAR,
            Column("region", "code"),
            Column("type", "category"),
            Column("returned", "flag"),
            count("required", required=True),
            count("answered", required=True),
            share("complete_share"),
            count("edition"),
            STATED_ON,
            count("population"),
        ),
    ),
    Table(
        "return_revisions",
        "municipality, question and edition that changed an answer",
        ("unit_id", "year", "variable", "edition"),
        (
            UNIT,
            YEAR,
            VARIABLE,
            count("edition_before", required=True),
            count("edition", required=True),
            Column("kind", "category"),
            number("before"),
            number("after"),
            number("difference", required=True),
        ),
    ),
)

MADE: tuple[Table, ...] = (
    Table(
        "return_completeness",
        "year and group of municipalities: how many returned the form",
        ("year", "grouping", "group"),
        (
            YEAR,
            Column("grouping", "category"),
            Column("group", "code"),
            count("units", required=True),
            count("returned", required=True),
            share("share"),
            share("low"),
            share("high"),
            share("complete"),
            share("population_share"),
        ),
    ),
    Table(
        "return_weights",
        "municipality that returned the form: how many it stands for",
        ("unit_id", "year"),
        (
            UNIT,
            YEAR,
            count("cell", required=True),
            count("cell_units", required=True),
            count("cell_returned", required=True),
            Column("is_joined", "flag"),
            number("change", required=True),
            number("weight", required=True),
        ),
    ),
    Table(
        "return_totals",
        "year, question, group of municipalities, statistic and method",
        ("year", "variable", "grouping", "group", "statistic", "method"),
        (
            YEAR,
            VARIABLE,
            Column("grouping", "category"),
            Column("group", "code"),
            Column("statistic", "category"),
            Column("method", "category"),
            *_BOUNDS,
            count("n", required=True),
            count("units", required=True),
            count("cells", required=True),
            number("received"),
            share("joined_share"),
            share("carried_share"),
            Column("calibrated", "flag"),
            Column("unit", "code", required=False),
        ),
    ),
    Table(
        "representativity",
        "year and indicator of how far those who returned are like all",
        ("year", "indicator", "variable", "category"),
        (
            YEAR,
            Column("indicator", "category"),
            Column("variable", "code", required=False),
            Column("category", "code", required=False),
            *_BOUNDS,
            count("units", required=True),
            count("answered", required=True),
        ),
    ),
    Table(
        "return_checks",
        "municipality and answer that the registry knows too",
        ("unit_id", "year", "variable"),
        (
            UNIT,
            YEAR,
            VARIABLE,
            Column("region", "code"),
            Column("type", "category"),
            number("value", required=True),
            number("registered", required=True),
            number("ratio", required=True),
            Column("outlier", "flag"),
        ),
    ),
    Table(
        "return_revised",
        "year and question: how later editions moved the sum of the answers",
        ("year", "variable"),
        (
            YEAR,
            VARIABLE,
            *(number(name, required=True) for name in ("first", "revised", "newly_returned", "withdrawn", "last")),
            *(count(name, required=True) for name in ("n_revised", "n_newly_returned", "n_withdrawn")),
            number("largest", required=True),
            count("values", required=True),
        ),
    ),
    findings_table("returns"),
)

DECLARED: tuple[Table, ...] = (*RECEIVED, *MADE)
