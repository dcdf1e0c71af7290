"""Traps in files of inter-municipal exchange events: periods, roles, guests and their numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from nasty.model import (
    Kind,
    Outcome,
    Spot,
    World,
    refused,
    remarked,
    repaired,
    set_aside,
)

SOURCE = "exchange_events"
FORMS = {"study_visit": "визит", "seminar": "семинар", "rally": "слёт", "internship": "стажировка"}
ROLES = {"host": "принимает", "guest": "гости", "expert": "эксперт"}
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
Members = dict[tuple[str, str], int | None]


def composed(members: Members, world: World, change: Callable[[str, int | None], str] | None = None) -> str:
    """The cell of host and guests; ``change`` writes one unit with its number of people."""
    write = change or (lambda name, count: f"{name} ({count})")
    parts = []
    for role, word in ROLES.items():
        units = [(unit, count) for (unit, r), count in members.items() if r == role]
        if units:
            names = ", ".join(write(world.named(unit)["short"], count) for unit, count in units)
            parts.append(f"{word}: {names}")
    return "; ".join(parts)


def period(name: str, done: str, write: Callable[[dt.date], tuple[str, int]], *outcomes: Outcome, **more: Any) -> Kind:
    """``write`` gives the cell and how many days after the first the event ends."""

    def sow(spot: Spot) -> None:
        first = spot.truth["starts_on"]
        text, days = write(first)
        spot.line.cells["period"] = text
        spot.truth["ends_on"] = first + dt.timedelta(days=days)

    return Kind(name, SOURCE, done, outcomes, sow, **more)


def members(name: str, done: str, write: Callable[[Spot, Members], str], *outcomes: Outcome, **more: Any) -> Kind:
    """``write`` makes the cell of units and may change the true members."""

    def sow(spot: Spot) -> str:
        spot.line.cells["composition"] = write(spot, spot.truth["members"])
        return "members"

    return Kind(name, SOURCE, done, outcomes, sow, **more)


def styled(change: Callable[[str, int | None], str]) -> Callable[[Spot, Members], str]:
    return lambda spot, mine: composed(mine, spot.world, change)


def _guest_code(mine: Members) -> tuple[str, str]:
    return next(key for key in mine if key[1] == "guest")


def _replaced(spot: Spot, mine: Members, text: str, keep: bool = False) -> str:
    """The first guest's name replaced; the true members lose the guest unless ``keep``."""
    guest = _guest_code(mine)
    whole = composed(mine, spot.world)
    if not keep:
        del mine[guest]
    return whole.replace(spot.world.named(guest[0])["short"], text, 1)


def _without_count(spot: Spot, mine: Members) -> str:
    guest = _guest_code(mine)
    count, mine[guest] = mine[guest], None
    return composed({**mine, guest: count}, spot.world).replace(
        f"{spot.world.named(guest[0])['short']} ({count})", spot.world.named(guest[0])["short"]
    )


def _inexact(text: str) -> Callable[[Spot, Members], str]:
    def write(spot: Spot, mine: Members) -> str:
        guest = _guest_code(mine)
        count, mine[guest] = mine[guest], None
        name = spot.world.named(guest[0])["short"]
        return composed({**mine, guest: count}, spot.world).replace(f"{name} ({count})", f"{name} ({text})")

    return write


def _host_as_guest(spot: Spot, mine: Members) -> str:
    host = next(unit for unit, role in mine if role == "host")
    mine[host, "guest"] = 2
    spot.truth["reported_participants"] += 2
    spot.line.cells["reported_participants"] = spot.truth["reported_participants"]
    return composed(mine, spot.world)


def _no_host(spot: Spot, mine: Members) -> str:
    host = next(key for key in mine if key[1] == "host")
    spot.truth["reported_participants"] -= mine.pop(host)
    spot.line.cells["reported_participants"] = spot.truth["reported_participants"]
    return composed(mine, spot.world)


def _twice(spot: Spot, mine: Members) -> str:
    guest = _guest_code(mine)
    mine[guest] = (mine[guest] or 0) + 3
    spot.truth["reported_participants"] += 3
    spot.line.cells["reported_participants"] = spot.truth["reported_participants"]
    name = spot.world.named(guest[0])["short"]
    before = {**mine, guest: mine[guest] - 3}
    return composed(before, spot.world).replace("гости: ", f"гости: {name} (3), ")


def _unknown_role(spot: Spot, mine: Members) -> str:
    expert = next(key for key in mine if key[1] == "expert")
    text = composed(mine, spot.world).replace("эксперт:", "буфетчик:")
    del mine[expert]
    return text


def _wrong_sum(spot: Spot) -> str:
    spot.truth["reported_participants"] += 11
    spot.line.cells["reported_participants"] = spot.truth["reported_participants"]
    return "reported_participants"


def _cell(
    variable: str, write: Callable[[Any], Any], true: Callable[[Any], Any] | None = None
) -> Callable[[Spot], str]:
    def sow(spot: Spot) -> str:
        spot.line.cells[variable] = write(spot.line.cells[variable])
        if true is not None:
            spot.truth[variable] = true(spot.truth[variable])
        return variable

    return sow


def _publication(spot: Spot) -> None:
    spot.line.cells |= {"form": "публикация", "composition": None, "reported_participants": None}
    spot.truth.update(form="publication", members={}, reported_participants=None)


def _months(spot: Spot) -> None:
    year = spot.world.year
    spot.line.cells["period"] = "январь-март"
    spot.truth.update(starts_on=dt.date(year, 1, 1), ends_on=dt.date(year, 3, 31))


def _other_year(spot: Spot) -> None:
    for name in ("starts_on", "ends_on"):
        spot.truth[name] = spot.truth[name].replace(year=spot.world.year - 3)
    spot.line.cells["period"] = f"{spot.truth['starts_on']:%d.%m.%Y}"


NAMED = repaired("name_matched", anywhere=True)
QUIET = repaired()
DIFFERS = frozenset({"reported_participants_differ", "rule_X2"})
NOWHERE = set_aside("impossible_date", "not_a_date", "required_empty", "dates_reversed")
LOST = {"also": DIFFERS}
KINDS: tuple[Kind, ...] = (
    period(
        "days_of_month",
        "«22-25 апреля»",
        lambda d: (f"{d.day}-{d.day + 3} {MONTHS[d.month - 1]}", 3),
        repaired("date_range"),
    ),
    period(
        "days_long_dash",
        "«22 – 25 апреля 2024 г.»",
        lambda d: (f"{d.day} – {d.day + 3} {MONTHS[d.month - 1]} {d.year} г.", 3),
        repaired("date_range"),
    ),
    period(
        "days_from_to",
        "«с 22 по 25 апреля»",
        lambda d: (f"с {d.day} по {d.day + 3} {MONTHS[d.month - 1]}", 3),
        repaired("date_range"),
    ),
    period(
        "days_numbers", "«22-25.04.2024»", lambda d: (f"{d:%d}-{d.day + 2:02d}.{d:%m.%Y}", 2), repaired("date_range")
    ),
    period(
        "days_full",
        "«22.04.2024 - 25.04.2024»",
        lambda d: (f"{d:%d.%m.%Y} - {d + dt.timedelta(days=2):%d.%m.%Y}", 2),
        repaired("date_range"),
    ),
    period("day_without_year", "«22 апреля»", lambda d: (f"{d.day} {MONTHS[d.month - 1]}", 0), repaired("year_filled")),
    period(
        "day_in_words",
        "«22 апреля 2024 года»",
        lambda d: (f"{d.day} {MONTHS[d.month - 1]} {d.year} года", 0),
        repaired("date_as_text"),
    ),
    period(
        "date_impossible_event", "«31 апреля»", lambda d: ("31 апреля", 0), NOWHERE, also=frozenset({"required_empty"})
    ),
    period(
        "dates_reversed",
        "the end before the beginning",
        lambda d: (f"{d:%d.%m.%Y} - 01.01.{d.year - 1}", 0),
        NOWHERE,
        also=frozenset({"required_empty"}),
    ),
    period(
        "date_soon", "«по согласованию»", lambda d: ("по согласованию", 0), NOWHERE, also=frozenset({"required_empty"})
    ),
    period("date_empty", "no date", lambda d: (None, 0), NOWHERE),  # type: ignore[arg-type,return-value]  # an empty cell
    Kind("months_range", SOURCE, "«январь-март»", (repaired("months_range"),), _months),
    Kind("event_of_other_year", SOURCE, "a date three years ago", (repaired("date_outside_year"),), _other_year),
    members("count_people", "«(3 чел.)»", styled(lambda n, c: f"{n} ({c} чел.)"), QUIET),
    members("count_dash", "«— 3»", styled(lambda n, c: f"{n} — {c}"), QUIET),
    members("count_brackets", "«[3]»", styled(lambda n, c: f"{n} [{c}]"), QUIET),
    members("count_glued", "no space before the bracket", styled(lambda n, c: f"{n}({c})"), QUIET),
    members(
        "count_missing", "a guest without number", _without_count, repaired("persons_missing", anywhere=True), **LOST
    ),
    members("count_about", "«(около 5)»", _inexact("около 5"), repaired("persons_missing", anywhere=True), **LOST),
    members("count_range", "«(3-4)»", _inexact("3-4"), repaired("persons_missing", anywhere=True), **LOST),
    members("guest_twice", "a guest named twice", _twice, repaired("duplicate_row", anywhere=True)),
    members("host_as_guest", "the host among the guests", _host_as_guest, repaired("rule_X1", anywhere=True)),
    members("no_host", "nobody receives", _no_host, repaired("no_host", anywhere=True), also=frozenset({"rule_X1"})),
    members("role_unknown", "a role nobody declared", _unknown_role, repaired("role_unknown", anywhere=True), **LOST),
    members(
        "roles_capitals",
        "capital letters and a space before the colon",
        lambda s, m: composed(m, s.world).replace("принимает:", "ПРИНИМАЕТ :"),
        QUIET,
    ),
    members("roles_lines", "a line for each role", lambda s, m: composed(m, s.world).replace("; ", "\n"), QUIET),
    members(
        "guest_unknown",
        "a guest that is no unit",
        lambda s, m: _replaced(s, m, "Заречье-Южное"),
        repaired("name_not_found", anywhere=True),
        **LOST,
    ),
    members(
        "guest_namesake",
        "a guest's name that two units have",
        lambda s, m: _replaced(s, m, "Михайловка"),
        repaired("name_ambiguous", anywhere=True),
        **LOST,
    ),
    members(
        "guests_and",
        "two guests joined by «и»",
        lambda s, m: _replaced(s, m, f"{s.world.units[0]['short']} и Красноярск"),
        remarked("several_municipalities", "name_not_found", "name_ambiguous", anywhere=True),
        **LOST,
    ),
    members("guest_capitals", "capital letters", styled(lambda n, c: f"{n.upper()} ({c})"), QUIET, NAMED),
    members("guest_nbsp", "no-break spaces", styled(lambda n, c: f"{n.replace(' ', chr(160))}{chr(160)}({c})"), QUIET),
    members(
        "guest_code", "a code for a name", lambda s, m: _replaced(s, m, _guest_code(m)[0], keep=True), QUIET, NAMED
    ),
    members(
        "separator_points",
        "full stops between the roles",
        lambda s, m: composed(m, s.world).replace("; ", ". "),
        QUIET,
        remarked("role_unknown", "name_not_found", "several_municipalities", "no_host", anywhere=True),
        also=frozenset({"reported_participants_differ", "rule_X1", "rule_X2"}),
    ),
    Kind(
        "sum_differs",
        SOURCE,
        "the printed number differs",
        (repaired("reported_participants_differ", anywhere=True),),
        _wrong_sum,
        also=DIFFERS,
    ),
    Kind(
        "people_in_cell",
        SOURCE,
        "«12 чел.»",
        (repaired("unit_in_cell"),),
        _cell("reported_participants", lambda n: f"{n} чел."),
    ),
    Kind(
        "people_about",
        SOURCE,
        "«около 12»",
        (refused("inexact_number"),),
        _cell("reported_participants", lambda n: f"около {n}"),
    ),
    Kind(
        "form_unknown",
        SOURCE,
        "a form nobody declared",
        (refused("category_unknown"),),
        _cell("form", lambda f: "парад"),
    ),
    Kind("form_capitals", SOURCE, "capital letters", (repaired("category_normalised"),), _cell("form", str.upper)),
    Kind(
        "form_several",
        SOURCE,
        "two forms in the cell",
        (refused("category_unknown"), repaired("first_of_several")),
        _cell("form", lambda f: f"{f}, выставка"),
    ),
    Kind("publication", SOURCE, "a publication without a host", (QUIET,), _publication),
    Kind("number_missing", SOURCE, "no number", (set_aside("key_missing"),), _cell("exchange_number", lambda n: None)),
    Kind(
        "title_phone",
        SOURCE,
        "a phone in the title",
        (remarked("personal_data_masked"),),
        _cell("title", lambda t: f"{t}, справки 8 913 555-44-33", lambda t: None),
    ),
)
