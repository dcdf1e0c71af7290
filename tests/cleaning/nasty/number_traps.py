"""Traps in cells with amounts and counts of the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from nasty.model import (
    MISSING,
    WITH_TYPES,
    XLSX,
    Cached,
    Kind,
    Outcome,
    Spot,
    refused,
    remarked,
    repaired,
)

MONEY = ("cost_planned", "planned_regional", "planned_local", "planned_residents")
COUNTS = ("beneficiaries", "participations_meeting", "participations_questionnaire")
NBSP, THIN, NARROW = "\u00a0", "\u2009", "\u202f"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def grouped(value: float, space: str, decimals: int = 2, point: str = ",") -> str:
    return f"{value:,.{decimals}f}".replace(",", "_").replace(".", point).replace("_", space)


def money(
    name: str, done: str, write: Callable[[float], Any], *outcomes: Outcome, own_unit: bool = False, **more: Any
) -> Kind:
    """``write`` makes the cell of an amount in the column's unit, or in roubles where it states its own unit."""

    def sow(spot: Spot) -> str:
        variable = spot.rng.choice(MONEY)
        value = spot.truth[variable]
        spot.line.cells[variable] = write(value if own_unit else value / spot.book.scale)
        return variable

    if any(outcome.value is MISSING for outcome in outcomes):
        # the other amounts of the row may imply the refused one
        outcomes = (*outcomes, repaired("implied_value"))
    return Kind(name, "projects", done, outcomes, sow, **more)


def count(name: str, done: str, write: Callable[[int], Any], *outcomes: Outcome, **more: Any) -> Kind:
    def sow(spot: Spot) -> str:
        variable = spot.rng.choice(COUNTS)
        spot.line.cells[variable] = write(spot.truth[variable])
        spot.hint = str(spot.truth[variable])
        return variable

    return Kind(name, "projects", done, outcomes, sow, **more)


def _marker(text: str) -> Callable[[Spot], str]:
    def sow(spot: Spot) -> str:
        variable = spot.rng.choice(COUNTS)
        spot.line.cells[variable] = text
        spot.truth[variable] = None
        return variable

    return sow


def _lookalike(value: int) -> str:
    """The number with letters for all but its first digit where they have a letter that looks like them."""
    text = str(value)
    return text[0] + text[1:].replace("0", "О").replace("1", "l").replace("3", "З")


def _lookalike_sow(spot: Spot) -> str:
    variable = spot.rng.choice(COUNTS)
    value = spot.truth[variable] // 10 * 10 or 10
    spot.truth[variable] = value
    spot.line.cells[variable] = _lookalike(value)
    spot.hint = str(value)
    return variable


def _fraction(spot: Spot) -> str:
    variable = spot.rng.choice(COUNTS)
    value = spot.truth[variable] + 0.5
    spot.line.cells[variable] = value if spot.book.file_format in WITH_TYPES else str(value).replace(".", ",")
    return variable


def _negative_money(spot: Spot) -> str:
    variable = spot.rng.choice(MONEY)
    spot.line.cells[variable] = -spot.truth[variable] / spot.book.scale
    return variable


READ = ("number_as_text",)
WITH_UNIT = ("unit_in_cell", "rounded_number")
NO_NUMBER = refused("not_a_number")

KINDS: tuple[Kind, ...] = (
    money("number_nbsp", "no-break spaces and decimal comma", lambda v: grouped(v, NBSP), repaired(*READ)),
    money("number_thin_space", "thin spaces between thousands", lambda v: grouped(v, THIN), repaired(*READ)),
    money("number_narrow_space", "narrow no-break spaces", lambda v: grouped(v, NARROW), repaired(*READ)),
    money("number_decimal_comma", "text with a decimal comma", lambda v: f"{v:.2f}".replace(".", ","), repaired(*READ)),
    money("number_line_break", "line break inside", lambda v: grouped(v, "\n"), repaired(*READ)),
    money("number_apostrophes", "1'234'567", lambda v: grouped(v, "'", 3, "."), repaired()),
    money("number_english", "1,234,567.89", lambda v: f"{v:,.2f}" if v >= 1000 else f"{v:.2f}", repaired()),
    money("number_points", "1.234.567,89", lambda v: grouped(v, "."), repaired(*READ)),
    money("number_plain_text", "a plain number typed as text", lambda v: f"{v:.2f}", repaired()),
    money("number_padded", "spaces and tab around", lambda v: f"  {v:.2f}\t", repaired()),
    money("number_zero_width", "zero-width space inside", lambda v: f"{v:.2f}".replace(".", "\u200b."), repaired()),
    money(
        "number_full_width",
        "full-width digits",
        lambda v: f"{v:.2f}".translate(FULL_WIDTH),
        repaired(*READ),
        refused("not_a_number"),
    ),
    money(
        "unit_roubles", "«руб.» in the cell", lambda v: f"{grouped(v, ' ')} руб.", repaired(*WITH_UNIT), own_unit=True
    ),
    money(
        "unit_rouble_sign", "₽ in the cell", lambda v: f"{grouped(v, ' ', 0)} ₽", repaired(*WITH_UNIT), own_unit=True
    ),
    money(
        "unit_thousands",
        "«тыс. руб.» in the cell",
        lambda v: f"{grouped(v / 1000, ' ', 3)} тыс. руб.",
        repaired(*WITH_UNIT),
        own_unit=True,
    ),
    money(
        "unit_millions",
        "«млн» with all digits",
        lambda v: f"{v / 1e6:.6f} млн руб.".replace(".", ",", 1),
        repaired(*WITH_UNIT),
        own_unit=True,
    ),
    money(
        "unit_millions_rounded",
        "«млн» with one digit",
        lambda v: f"{v / 1e6:.1f} млн".replace(".", ","),
        remarked("rounded_number"),
        own_unit=True,
        also=frozenset({"sum_of_sources", "total_mismatch"}),
    ),
    money(
        "percent_for_money",
        "a percentage among amounts",
        lambda v: "15 %",
        refused("not_a_number", "unit_unexpected"),
        also=frozenset({"sum_of_sources"}),
        why="a share is no amount, whatever the number before the sign",
    ),
    money("excel_error_text", "«#ДЕЛ/0!» as text", lambda v: "#ДЕЛ/0!", refused("excel_error")),
    money("excel_error_cell", "an error cell", lambda v: "#REF!", refused("excel_error"), formats=XLSX),
    money(
        "formula_without_value",
        "a formula that was never calculated",
        lambda v: f"={v:.2f}*1",
        refused("formula_without_value"),
        formats=XLSX,
    ),
    money(
        "formula_with_value",
        "a formula with its saved value",
        lambda v: Cached(f"{v:.2f}*1", v),
        repaired(),
        formats=XLSX,
    ),
    money("amount_in_words", "«сто тысяч рублей»", lambda v: "сто тысяч рублей", NO_NUMBER),
    money("amount_is_true", "a logical value", lambda v: True, NO_NUMBER, formats=XLSX),
    money("two_amounts", "«… в т.ч. …» in one cell", lambda v: f"{v:.0f} в т.ч. 100", NO_NUMBER),
    money("wrong_groups", "digits grouped by two", lambda v: "12 34 56", refused("ambiguous_number", "not_a_number")),
    money("three_separators", "1.23.456,7", lambda v: "1.23.456,7", NO_NUMBER),
    Kind("negative_amount", "projects", "minus before an amount", (refused("negative"),), _negative_money),
    count(
        "parentheses", "(50) as accountants write a negative", lambda n: f"({n})", refused("negative", "not_a_number")
    ),
    count("unit_people", "«чел.» in the cell", lambda n: f"{n} чел.", repaired("unit_in_cell")),
    count("people_float_text", "«50,0»", lambda n: f"{n},0", repaired()),
    count("range", "«50-60»", lambda n: f"{n}-{n + 10}", refused("range_in_number")),
    count(
        "range_words", "«от 50 до 60»", lambda n: f"от {n} до {n + 10}", refused("inexact_number", "range_in_number")
    ),
    count("about", "«около 50»", lambda n: f"около {n}", refused("inexact_number")),
    count("more_than", "«более 50»", lambda n: f"более {n}", refused("inexact_number")),
    count("greater_sign", "«>50»", lambda n: f">{n}", refused("inexact_number")),
    count("dash_as_minus", "a dash glued to the number", lambda n: f"-{n}", refused("negative", hint=True)),
    count("unicode_minus", "a minus sign of typography", lambda n: f"\u2212{n}", refused("negative", hint=True)),
    count("footnote_star", "50*", lambda n: f"{n}*", NO_NUMBER, repaired("number_as_text")),
    count("households", "«12 семей» instead of people", lambda n: f"{n} семей", NO_NUMBER),
    count("number_in_words", "«пятьдесят»", lambda n: "пятьдесят", NO_NUMBER),
    count("two_counts", "«50; 60»", lambda n: f"{n}; 60", NO_NUMBER),
    count("slash_counts", "«50/60»", lambda n: f"{n}/60", refused("not_a_number", "range_in_number")),
    count(
        "date_for_count",
        "Excel turned the number into a date",
        lambda n: dt.datetime(2024, 3, 5),
        NO_NUMBER,
        formats=XLSX,
    ),
    count(
        "people_in_percent",
        "«90 %» of the residents",
        lambda n: "90 %",
        refused("not_a_number", "unit_unexpected"),
        why="a share is no number of people",
    ),
    Kind(
        "digits_as_letters", "projects", "О, З, l among digits", (refused("not_a_number", hint=True),), _lookalike_sow
    ),
    Kind("half_a_person", "projects", "33.5 people", (refused("not_integer"),), _fraction),
    *(
        Kind(
            f"marker_{name}",
            "projects",
            f"«{text}» for no data",
            (Outcome(frozenset({"missing_marker"}), MISSING),),
            _marker(text),
        )
        for name, text in (("dash", "—"), ("nd", "н/д"), ("no_data", "нет данных"), ("x", "х"), ("ellipsis", "…"))
    ),
    Kind(
        "no_for_number",
        "projects",
        "«нет» for a number",
        (refused("not_a_number", "missing_marker"),),
        _marker("нет"),
        why="nobody can tell whether none or unknown is meant",
    ),
)
