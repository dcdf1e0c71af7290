"""Tables of the part ``teams``: support by stream, composition and continuity of teams, programme lines."""

from __future__ import annotations

from evaluation.tables.declaration import (
    PROVENANCE,
    UNIT,
    YEAR,
    Column,
    Table,
    count,
    findings_table,
    money,
    number,
    share,
)

STREAMS = ("training", "methodical", "consulting", "information", "exchange")
_TEAM = Column("team_id", "code")
_INTERVAL = (number("value"), number("low"), number("high"))
_COSTS = tuple(money(f"cost_{source}") for source in ("regional", "local", "residents", "business", "other"))
_CONDITIONS = tuple(
    share(f"condition_{name}") for name in ("joint_training", "platforms", "accompaniment", "mechanisms")
)

# received registers that are read by their declaration alone, each into the table of its name
REGISTERS: tuple[str, ...] = ("programme_lines",)
DECLARED: tuple[Table, ...] = (
    Table(
        "programme_lines",
        "line of the state programme and territorial unit in the programme year",
        ("line", "unit_id", "year"),
        (
            Column("line", "category"),
            YEAR,
            UNIT,
            count("applications"),
            count("supported"),
            *_COSTS,
            count("participants"),
            Column("counted_as", "category", required=False),
            *PROVENANCE,
        ),
    ),
    Table(
        "support_contents",
        "kind of help within a stream of support in the programme year, as the support system describes it",
        ("content", "year"),
        (
            Column("stream", "category"),
            Column("content", "category"),
            YEAR,
            Column("known_of", "category"),
            count("acts"),
            count("units_reached"),
            count("teams_reached"),
        ),
    ),
    Table(
        "team_support",
        "project team, programme year and stream of support: acts between two deadlines, by what they are known of",
        ("team_id", "year", "stream", "basis"),
        (
            _TEAM,
            YEAR,
            UNIT,
            Column("stream", "category"),
            Column("basis", "category"),
            count("acts", required=True),
            number("hours", low=0),
            count("members_reached"),
            count("taught"),
        ),
    ),
    Table(
        "team_cards",
        "project team in the programme year: people, support, applications, life so far",
        ("team_id", "year"),
        (
            _TEAM,
            YEAR,
            UNIT,
            *(count(name) for name in ("members", "authorities", "residents", "business", "elsewhere", "unstated")),
            *(count(f"{stream}_{basis}") for stream in STREAMS for basis in ("team", "unit")),
            number("training_hours", low=0),
            Column("has_applied", "flag"),
            Column("has_won", "flag", required=False),
            count("applications_so_far", required=True),
            count("wins_so_far", required=True),
            count("unit_applications", required=True),
            count("unit_wins", required=True),
            Column("first_year", "integer", required=False, low=1900, high=2200),
            Column("spell", "integer", required=False, low=1),
            count("year_of_spell"),
            share("continuity"),
        ),
    ),
    Table(
        "team_composition",
        "indicator of composition and continuity of the teams in a year",
        ("indicator", "year"),
        (
            Column("indicator", "code"),
            YEAR,
            *_INTERVAL,
            count("n", required=True),
            count("clusters"),
            count("missing", required=True),
            count("people"),
            Column("unit", "code"),
        ),
    ),
    Table(
        "team_conditions",
        "project team in the programme year: declared indicators of the conditions for sustained teams",
        ("team_id", "year"),
        (
            _TEAM,
            YEAR,
            UNIT,
            *(
                count(name)
                for name in (
                    "joint_events", "trained_members", "joint_across_sectors", "exchange_meetings", "exchange_taught",
                    "exchange_partners", "consultations", "sessions", "document_reviews", "wins_before",
                    "unit_wins_before", "other_lines_before",
                )
            ),
            *_CONDITIONS,
            share("conditions_index"),
        ),
    ),
    Table(
        "team_index_scales",
        "condition for sustained teams, or all together, in a year: how its indicators hold together",
        ("scale", "year"),
        (
            Column("scale", "category"),
            YEAR,
            count("items", required=True),
            count("items_used", required=True),
            count("n", required=True),
            count("clusters", required=True),
            *(number(name) for name in ("mean", "sd")),
            *(number(f"{name}{end}") for name in ("alpha", "omega") for end in ("", "_low", "_high")),
            Column("note", "text", required=False),
        ),
    ),
    Table(
        "team_index_items",
        "declared indicator of a condition for sustained teams in a year",
        ("indicator", "year"),
        (
            Column("scale", "category"),
            Column("indicator", "code"),
            YEAR,
            Column("known_of", "category"),
            count("n", required=True),
            share("share_none"),
            share("share_some"),
            share("share_more"),
            *(number(name) for name in ("item_rest", "item_total", "alpha_dropped")),
            Column("note", "text", required=False),
        ),
    ),
    Table(
        "stream_combinations",
        "combination of streams of support that teams had before the deadline, all years so far",
        ("known_of", "combination", "year"),
        (
            Column("known_of", "category"),
            Column("combination", "code"),
            YEAR,
            count("teams", required=True),
            count("clusters", required=True),
            count("team_years", required=True),
            count("applications", required=True),
            count("wins", required=True),
            share("success_rate"),
            share("low"),
            share("high"),
        ),
    ),
    Table(
        "programme_line_years",
        "line of the state programme in a year",
        ("line", "year"),
        (
            Column("line", "category"),
            YEAR,
            count("applications"),
            count("supported"),
            count("applications_compared", required=True),
            share("success_rate"),
            share("low"),
            share("high"),
            *_COSTS,
            money("cost"),
            count("participants"),
            Column("counted_as", "category", required=False),
            count("units_listed", required=True),
            count("units_supported", required=True),
            count("units_in_force", required=True),
            share("coverage"),
            share("coverage_low"),
            share("coverage_high"),
            count("register_applications"),
            count("register_supported"),
        ),
    ),
    Table(
        "programme_line_overlap",
        "set of lines of the state programme in which territorial units were supported in a year",
        ("lines", "year"),
        (
            Column("lines", "code"),
            YEAR,
            count("lines_number", required=True),
            count("units", required=True),
            share("share"),
            share("low"),
            share("high"),
            count("n", required=True),
        ),
    ),
    findings_table("teams"),
)  # fmt: skip
