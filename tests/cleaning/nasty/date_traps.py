"""Traps in cells with dates of the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from nasty.model import WITH_TYPES, XLSX, Kind, Outcome, Spot, excel_serial, refused, repaired

MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def dated(name: str, done: str, write: Callable[[dt.date], Any], *outcomes: Outcome, **more: Any) -> Kind:
    def sow(spot: Spot) -> str:
        variable = spot.rng.choice(("applied_on", "planned_end"))
        spot.line.cells[variable] = write(spot.truth[variable])
        return variable

    return Kind(name, "projects", done, outcomes, sow, **more)


def _early_day(spot: Spot) -> dt.date:
    """The day of application moved to one that slashes leave open."""
    day = spot.truth["applied_on"]
    day = day.replace(day=day.month + 1 if day.month < 12 else 11)
    spot.truth["applied_on"] = day
    return day


def _ambiguous(spot: Spot) -> str:
    spot.line.cells["applied_on"] = f"{_early_day(spot):%d/%m/%Y}"
    return "applied_on"


def _clear_slashes(spot: Spot) -> str:
    day = spot.truth["applied_on"].replace(day=spot.rng.randint(13, 28))
    spot.truth["applied_on"] = day
    spot.line.cells["applied_on"] = f"{day:%d/%m/%Y}"
    return "applied_on"


def _serial_number(spot: Spot) -> str:
    spot.line.cells["applied_on"] = excel_serial(spot.truth["applied_on"], spot.book.is_1904)
    return "applied_on"


def _serial_text(spot: Spot) -> str:
    spot.line.cells["applied_on"] = str(excel_serial(spot.truth["applied_on"], spot.book.is_1904))
    return "applied_on"


def _finished_early(spot: Spot) -> str:
    spot.truth["finished_on"] = spot.truth["applied_on"] - dt.timedelta(days=9)
    spot.line.cells["finished_on"] = dt.datetime.combine(spot.truth["finished_on"], dt.time())
    return "finished_on"


def _other_year(spot: Spot) -> str:
    spot.truth["applied_on"] = spot.truth["applied_on"].replace(year=spot.book.year - 8)
    spot.line.cells["applied_on"] = f"{spot.truth['applied_on']:%d.%m.%Y}"
    return "applied_on"


def _marker(spot: Spot) -> str:
    spot.truth["planned_end"] = None
    spot.line.cells["planned_end"] = "-"
    return "planned_end"


NO_DATE = refused("not_a_date", "partial_date", "impossible_date", "date_range")
AS_TEXT = repaired("date_as_text")

KINDS: tuple[Kind, ...] = (
    Kind(
        "date_serial",
        "projects",
        "an Excel serial number in a plain cell",
        (repaired("excel_serial"),),
        _serial_number,
        formats=WITH_TYPES,
    ),
    Kind("date_serial_text", "projects", "an Excel serial number as text", (repaired("excel_serial"),), _serial_text),
    dated("date_text", "dd.mm.yyyy as text", lambda d: f"{d:%d.%m.%Y}", repaired()),
    dated("date_short", "d.m.yyyy", lambda d: f"{d.day}.{d.month}.{d.year}", repaired()),
    dated("date_words", "«5 февраля 2024 г.»", lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year} г.", AS_TEXT),
    dated("date_quoted", "«05» февраля 2024", lambda d: f"«{d:%d}» {MONTHS[d.month - 1]} {d.year} года", AS_TEXT),
    dated("date_month_short", "«5 фев. 2024»", lambda d: f"{d.day} {MONTHS[d.month - 1][:3]}. {d.year}", AS_TEXT),
    dated("date_capitals", "«5 ФЕВРАЛЯ 2024»", lambda d: f"{d.day} {MONTHS[d.month - 1].upper()} {d.year}", AS_TEXT),
    dated("date_english", "«5 Feb 2024»", lambda d: f"{d.day} {ENGLISH[d.month - 1]} {d.year}", AS_TEXT),
    dated("date_two_digits", "two-digit year", lambda d: f"{d:%d.%m.%y}", AS_TEXT),
    dated("date_iso", "ISO date as text", lambda d: d.isoformat(), repaired()),
    dated("date_with_time", "date with time of day as text", lambda d: f"{d:%d.%m.%Y} 14:30", repaired()),
    dated("date_with_time_words", "«… в 9:30»", lambda d: f"{d:%d.%m.%Y} в 9:30", repaired()),
    dated(
        "date_time_cell",
        "date cell with time of day",
        lambda d: dt.datetime.combine(d, dt.time(14, 30)),
        repaired(),
        formats=XLSX,
    ),
    dated("date_year_word", "«…2024г.»", lambda d: f"{d:%d.%m.%Y}г.", repaired()),
    dated("date_padded", "no-break space behind", lambda d: f"{d:%d.%m.%Y}\u00a0", repaired()),
    dated("date_commas", "05,02,2024", lambda d: f"{d:%d,%m,%Y}", AS_TEXT, NO_DATE),
    dated("date_spaces", "05 02 2024", lambda d: f"{d:%d %m %Y}", AS_TEXT, NO_DATE),
    dated("date_double_point", "05..02.2024", lambda d: f"{d:%d..%m.%Y}", AS_TEXT, NO_DATE),
    dated("date_letters", "О for 0", lambda d: f"{d:%d.%m.%Y}".replace("0", "О"), refused("not_a_date")),
    dated("date_impossible", "31 февраля", lambda d: f"31.02.{d.year}", refused("impossible_date")),
    dated("date_thirteenth_month", "05.13.2024", lambda d: f"05.13.{d.year}", refused("impossible_date")),
    dated("date_zero", "00.00.0000", lambda d: "00.00.0000", NO_DATE),
    dated("date_far_year", "year 2204", lambda d: f"{d:%d.%m.}2204", refused("impossible_date", "not_a_date")),
    dated("date_month_only", "«март 2024»", lambda d: f"март {d.year}", refused("partial_date")),
    dated("date_year_only", "«2024 год»", lambda d: f"{d.year} год", refused("partial_date")),
    dated("date_day_month", "«05.02»", lambda d: f"{d:%d.%m}", refused("partial_date")),
    dated("date_quarter", "«II квартал 2024 г.»", lambda d: f"II квартал {d.year} г.", NO_DATE),
    dated("date_season", "«весна»", lambda d: "весна", NO_DATE),
    dated("date_range_in_date", "«05-07.02.2024»", lambda d: f"05-07.{d:%m.%Y}", NO_DATE),
    dated("date_until", "«до 1 сентября»", lambda d: f"до 01.09.{d.year}", NO_DATE),
    dated("date_two", "two dates", lambda d: f"{d:%d.%m.%Y}, 01.12.{d.year}", NO_DATE),
    dated("date_error", "«#ЗНАЧ!»", lambda d: "#ЗНАЧ!", refused("excel_error")),
    dated("date_zero_number", "0 formatted as a date", lambda d: 0, NO_DATE, formats=XLSX),
    Kind("date_marker", "projects", "«-» for no date", (refused("missing_marker"),), _marker),
    Kind(
        "date_slashes",
        "projects",
        "03/04/2024",
        (refused("ambiguous_date"), repaired("date_order_of_column")),
        _ambiguous,
        why="other dates of the column may tell which number is the month",
    ),
    Kind("date_slashes_clear", "projects", "25/03/2024", (AS_TEXT,), _clear_slashes),
    Kind(
        "finished_before_applied",
        "projects",
        "finished before applied",
        (repaired("finished_before_applied"),),
        _finished_early,
        also=frozenset({"date_outside_year", "cells_to_change"}),
        why="both dates stand; people decide which is wrong",
    ),
    Kind(
        "date_other_year",
        "projects",
        "applied eight years earlier",
        (repaired("date_outside_year"),),
        _other_year,
        why="the date is kept and remarked",
    ),
)
