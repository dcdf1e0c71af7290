"""Traps in the cells and sheets of lists of participants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nasty.model import MISSING, TRUTH, Kind, Outcome, Spot, remarked, repaired, set_aside
from nasty.text_traps import LATIN

SOURCE = "attendance"
MARKS: dict[str, tuple[Any, ...]] = {
    "present": ("1", 1, "v", "V", "да", "ДА", "✓", "✔", "√", "☑", "онлайн", "Присутствовал", "х", " + ", "+\u00a0"),
    "absent": ("-", "–", "—", "−", "0", 0, "Н", "нет", "б", "не был", "н."),
    "partial": ("0,5", 0.5, "½", "+/-", "±", "частично"),
    "unknown": ("?", "уточнить"),
}


def mark(value: Any, status: str, name: str, done: str, *outcomes: Outcome) -> Kind:
    def sow(spot: Spot) -> str:
        spot.line.cells["status"] = value
        spot.truth["status"] = status
        return "status"

    return Kind(name, SOURCE, done, outcomes, sow)


def cell(name: str, done: str, variable: str, write: Callable[[str], Any], *outcomes: Outcome, **more: Any) -> Kind:
    def sow(spot: Spot) -> str | None:
        spot.line.cells[variable] = write(str(spot.line.cells[variable]))
        return None

    return Kind(name, SOURCE, done, outcomes, sow, **more)


def unit(name: str, done: str, write: Callable[[str, dict[str, Any]], str], *outcomes: Outcome, **more: Any) -> Kind:
    """``write`` makes the cell from the position's words and the unit."""

    def sow(spot: Spot) -> str:
        position = str(spot.line.cells["position"]).partition(", ")[0]
        spot.line.cells["position"] = write(position, dict(spot.world.named(spot.truth["unit_id"])))
        return "unit_id"

    return Kind(name, SOURCE, done, outcomes, sow, **more)


def _reordered(name: str) -> str:
    surname, *given = name.split()
    return " ".join([*given, surname])


def _initials(name: str) -> str:
    surname, given, father = name.split()
    return f"{surname} {given[0]}. {father[0]}."


def _initials_only(spot: Spot) -> None:
    spot.line.cells["person_name"] = _initials(str(spot.line.cells["person_name"]))
    spot.line.cells["phone"] = None


def _phone_only(spot: Spot) -> None:
    spot.line.cells |= {"person_name": None, "email": None}


def _nobody(spot: Spot) -> None:
    spot.line.cells |= {"person_name": None, "phone": None, "email": None}
    spot.line.person = None


def _surname(spot: Spot) -> None:
    surname = str(spot.line.cells["person_name"]).split()[0]
    spot.line.cells |= {"person_name": surname, "phone": None, "email": None}
    spot.line.person = None


def _no_contacts(spot: Spot) -> None:
    spot.line.cells |= {"phone": None, "email": None}


def _no_contacts_no_unit(spot: Spot) -> None:
    spot.line.cells |= {"phone": None, "email": None, "position": "гость"}
    spot.line.person = None


def _format(name: str) -> Callable[[Spot], None]:
    def sow(spot: Spot) -> None:
        setattr(spot.line, name, True)

    return sow


MATCHED = Outcome(frozenset({"name_matched"}), TRUTH, anywhere=True)
QUIET = repaired()
NO_UNIT = Outcome(frozenset({"unit_unknown"}), MISSING, anywhere=True)
GONE = set_aside("person_unnamed")

KINDS: tuple[Kind, ...] = (
    *(
        mark(value, status, f"mark_{status}_{place}", f"«{value}» for {status}", QUIET)
        for status, values in MARKS.items()
        for place, value in enumerate(values)
    ),
    mark("??!", "unknown", "mark_unreadable", "a mark nobody declared", repaired("attendance_mark_unknown")),
    mark("см. журнал", "unknown", "mark_words", "words for a mark", repaired("attendance_mark_unknown")),
    mark("#Н/Д", "registered", "mark_error", "an Excel error for a mark", remarked("excel_error")),
    mark(None, "registered", "mark_blank", "no mark", repaired("attendance_mark_blank")),
    cell("name_capitals_list", "capital letters", "person_name", str.upper, QUIET),
    cell(
        "name_spaces",
        "doubled and no-break spaces",
        "person_name",
        lambda t: f" {t.replace(' ', chr(160) + ' ')}",
        QUIET,
    ),
    cell("name_latin", "Latin look-alike letters", "person_name", lambda t: t.translate(LATIN), QUIET),
    cell("name_without_yo", "ё as е", "person_name", lambda t: t.replace("ё", "е"), QUIET),
    cell("name_order", "surname last", "person_name", _reordered, QUIET),
    cell("name_initials", "initials beside contacts", "person_name", _initials, QUIET),
    cell("name_line_break_list", "line break inside", "person_name", lambda t: t.replace(" ", "\n", 1), QUIET),
    cell("phone_eight", "8 (…) with brackets", "phone", lambda t: f"8({t[3:6]}){t[7:]}", QUIET),
    cell("phone_glued", "digits alone", "phone", lambda t: "8" + "".join(c for c in t[2:] if c.isdigit()), QUIET),
    cell("phone_two", "two phones", "phone", lambda t: f"{t}, 8 391 222-33-44", QUIET),
    cell("phone_broken", "half a phone beside an e-mail", "phone", lambda t: t[:8], QUIET),
    cell("email_capitals", "capital letters in the address", "email", str.upper, QUIET),
    cell("email_words", "words around the address", "email", lambda t: f"почта: {t} (раб.)", QUIET),
    Kind("initials_without_phone", SOURCE, "initials and e-mail, no phone", (QUIET,), _initials_only),
    Kind("phone_without_name", SOURCE, "a phone without name", (QUIET,), _phone_only),
    Kind("no_contacts", SOURCE, "name and unit without contacts", (QUIET,), _no_contacts),
    Kind("nobody", SOURCE, "neither name nor contact", (GONE,), _nobody),
    Kind("surname_alone", SOURCE, "a surname and no contact", (GONE,), _surname),
    Kind(
        "no_contacts_no_unit",
        SOURCE,
        "a name without contact and unit",
        (GONE,),
        _no_contacts_no_unit,
        also=frozenset({"unit_unknown"}),
    ),
    unit("unit_in_brackets", "the unit in brackets", lambda p, u: f"{p} ({u['short']})", MATCHED, QUIET),
    unit("unit_first", "the unit before the position", lambda p, u: f"{u['short']}, {p}", MATCHED, QUIET),
    unit("unit_official", "the unit's official name", lambda p, u: f"{p}, {u['name']}", MATCHED, QUIET),
    unit("unit_new_line", "the unit on a line of its own", lambda p, u: f"{p},\n{u['short']}", MATCHED, QUIET),
    unit("unit_typo", "a letter doubled", lambda p, u: f"{p}, {u['short'][:3]}{u['short'][2:]}", MATCHED),
    unit(
        "unit_lookalikes",
        "Latin look-alike letters",
        lambda p, u: f"{p}, {u['short'].translate(LATIN)}",
        MATCHED,
        QUIET,
    ),
    unit("unit_none", "no unit", lambda p, u: p, NO_UNIT),
    unit("unit_unknown_list", "a place of no unit", lambda p, u: f"{p}, Заречье-Южное", NO_UNIT),
    unit("unit_two", "two units", lambda p, u: f"{p}, {u['short']} и Красноярск", NO_UNIT),
    unit("unit_namesakes", "one of two namesakes", lambda p, u: f"{p}, Михайловка", NO_UNIT),
    Kind(
        "list_hidden_row",
        SOURCE,
        "a hidden row",
        (Outcome(frozenset({"hidden_row"}), anywhere=True),),
        _format("hidden"),
    ),
    Kind(
        "list_struck_row",
        SOURCE,
        "a row struck through",
        (Outcome(frozenset({"formatting_strike"}), anywhere=True),),
        _format("struck"),
    ),
)
# what else the rows of a sheet that is set aside whole may be remarked for
ASIDE = frozenset(
    {
        "formatting_strike",
        "hidden_row",
        "unit_unknown",
        "shared_contact",
        "attendance_mark_unknown",
        "excel_error",
        "unit_not_in_force",
        "person_unnamed",
    }
)
SHEET_KINDS: dict[str, Kind] = {
    "event_in_sheet_name": Kind(
        "event_in_sheet_name", SOURCE, "the event's number in the sheet's name alone", (QUIET,)
    ),
    "sheet_name_with_words": Kind("sheet_name_with_words", SOURCE, "«№ 4 список» as the sheet's name", (QUIET,)),
    "event_unknown": Kind(
        "event_unknown",
        SOURCE,
        "a list of an event that the schedule lacks",
        (set_aside("reference_unknown"),),
        also=ASIDE,
    ),
    "event_title_against_sheet": Kind(
        "event_title_against_sheet",
        SOURCE,
        "title and sheet name give different events",
        (set_aside("reference_unknown"),),
        also=ASIDE,
    ),
}
