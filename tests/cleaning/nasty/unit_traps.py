"""Traps in codes and names of municipalities of the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nasty.model import WITH_TYPES, XLSX, Kind, Outcome, Spot, repaired, set_aside
from nasty.text_traps import LATIN, spoiled

Unit = Mapping[str, Any]
WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8), (3, 4, 5, 6, 7, 8, 9, 10))


def control(code: str) -> int:
    """Control digit of an eight-digit code, worked out by the published rule (weights from 1, then from 3, then 0)."""
    for weights in WEIGHTS:
        rest = sum(weight * int(digit) for weight, digit in zip(weights, code, strict=True)) % 11
        if rest != 10:
            return rest
    return 0


def unit_of(spot: Spot) -> Unit:
    return spot.world.named(spot.truth["unit_id"])


def written(
    name: str,
    done: str,
    write: Callable[[Unit], tuple[Any, Any]],
    *outcomes: Outcome,
    only: Callable[[Unit], bool] = lambda unit: True,
    **more: Any,
) -> Kind:
    """``write`` gives the cells of code and name; ``only`` says of which units."""

    def sow(spot: Spot) -> str:
        unit = unit_of(spot)
        if not only(unit):
            unit = spot.rng.choice([one for one in spot.world.units if only(one)])
            spot.truth["unit_id"] = unit["unit_id"]
        spot.line.cells["unit_code"], spot.line.cells["unit_name"] = write(unit)
        return "unit_id"

    return Kind(name, "projects", done, outcomes, sow, **more)


def _conflict(spot: Spot) -> str:
    mine = unit_of(spot)
    other = spot.rng.choice([unit for unit in spot.world.units if unit["core"][:4] != mine["core"][:4]])
    spot.line.cells["unit_code"], spot.line.cells["unit_name"] = mine["unit_id"], other["name"]
    return "unit_id"


def _other_regime(with_code: bool) -> Callable[[Spot], str]:
    def sow(spot: Spot) -> str:
        unit = spot.rng.choice(spot.world.others)
        spot.truth["unit_id"] = unit["unit_id"]
        spot.line.cells["unit_code"] = unit["unit_id"] if with_code else None
        spot.line.cells["unit_name"] = unit["name"]
        return "unit_id"

    return sow


def _adjective(core: str) -> str:
    return core.removesuffix("ий") + "ого"


def is_plain_adjective(unit: Unit) -> bool:
    return unit["core"].endswith("ский") and " " not in unit["core"] and "-" not in unit["core"]


def is_city(unit: Unit) -> bool:
    return str(unit["name"]).startswith("городской округ город")


def _zeros(spot: Spot) -> str:
    spot.line.cells["unit_code"] = int(spot.truth["unit_id"])
    spot.line.formats["unit_code"] = "00000000"
    return "unit_id"


FILLED = repaired("code_from_name", "name_matched", anywhere=True)
BY_NAME = repaired("oktmo_not_in_registry", "oktmo_unreadable", "code_from_name", anywhere=True)
CONFLICT = set_aside("oktmo_name_conflict")
LATE = Outcome(frozenset({"unit_not_in_force"}), anywhere=True)

KINDS: tuple[Kind, ...] = (
    written(
        "code_lost_zero",
        "leading zero lost in a text",
        lambda u: (u["unit_id"].lstrip("0"), u["name"]),
        repaired("oktmo_lost_zero", anywhere=True),
    ),
    written(
        "code_number",
        "the code as a number",
        lambda u: (int(u["unit_id"]), u["name"]),
        repaired("oktmo_lost_zero", anywhere=True),
        formats=WITH_TYPES,
    ),
    Kind("code_zero_format", "projects", "a number shown as 00000000", (repaired(),), _zeros, formats=XLSX),
    written(
        "code_scientific",
        "4,601E+06",
        lambda u: (f"{int(u['unit_id']) / 1e6:.3f}E+06".replace(".", ","), u["name"]),
        repaired("oktmo_scientific", "oktmo_scientific_lossy", anywhere=True),
        why="three digits may have been lost: the name must confirm the code",
    ),
    written(
        "code_scientific_lossy",
        "4,6E+06: digits lost",
        lambda u: (f"{int(u['unit_id']) / 1e6:.1f}E+06".replace(".", ","), u["name"]),
        repaired(
            "oktmo_scientific", "oktmo_scientific_lossy", "oktmo_not_in_registry", "code_from_name", anywhere=True
        ),
        also=frozenset({"oktmo_not_in_registry"}),
    ),
    written(
        "code_spaces",
        "04 601 000",
        lambda u: (f"{u['unit_id'][:2]} {u['unit_id'][2:5]} {u['unit_id'][5:]}", u["name"]),
        repaired("oktmo_spaces", anywhere=True),
    ),
    written(
        "code_dashes",
        "04-601-000",
        lambda u: (f"{u['unit_id'][:2]}-{u['unit_id'][2:5]}-{u['unit_id'][5:]}", u["name"]),
        repaired("oktmo_spaces", anywhere=True),
    ),
    written(
        "code_quote",
        "an apostrophe before the code",
        lambda u: (f"'{u['unit_id']}", u["name"]),
        repaired("oktmo_spaces", anywhere=True),
        repaired(),
    ),
    written(
        "code_nbsp",
        "no-break space behind",
        lambda u: (f"{u['unit_id']}\u00a0", u["name"]),
        repaired("oktmo_spaces", anywhere=True),
        repaired(),
    ),
    written(
        "code_float",
        "«4601000.0»",
        lambda u: (f"{int(u['unit_id'])}.0", u["name"]),
        repaired("oktmo_lost_zero", anywhere=True),
    ),
    written(
        "code_eleven",
        "eleven digits of the unit",
        lambda u: (f"{u['unit_id']}000", u["name"]),
        repaired("oktmo_11_to_8", anywhere=True),
    ),
    written(
        "code_settlement",
        "eleven digits of a settlement in the unit",
        lambda u: (f"{u['unit_id'][:5]}402101", u["name"]),
        repaired("oktmo_11_to_8", anywhere=True),
    ),
    written(
        "code_control",
        "control digit behind the code",
        lambda u: (f"{u['unit_id']}{control(u['unit_id'])}", u["name"]),
        repaired("oktmo_control_digit", anywhere=True),
    ),
    written(
        "code_control_wrong",
        "a control digit that does not agree",
        lambda u: (f"{u['unit_id']}{(control(u['unit_id']) + 4) % 10}", u["name"]),
        repaired("oktmo_control_digit_wrong", anywhere=True),
    ),
    written("code_letter", "О for 0", lambda u: (f"О{u['unit_id'][1:]}", u["name"]), BY_NAME),
    written("code_not_in_registry", "a code of no unit", lambda u: ("04999000", u["name"]), BY_NAME),
    written("code_region", "the region's code", lambda u: ("04000000", u["name"]), BY_NAME),
    written("code_short", "five digits", lambda u: (u["unit_id"][:5], u["name"]), BY_NAME),
    written("code_empty", "no code", lambda u: (None, u["name"]), FILLED),
    written(
        "code_marker", "«-» for the code", lambda u: ("-", u["name"]), FILLED, repaired("missing_marker", anywhere=True)
    ),
    written("name_empty", "no name", lambda u: (u["unit_id"], None), repaired()),
    written("both_empty", "neither code nor name", lambda u: (None, None), set_aside("unit_unknown")),
    Kind(
        "code_of_another",
        "projects",
        "the code of one unit, the name of another",
        (CONFLICT,),
        _conflict,
        also=frozenset({"unit_unknown"}),
    ),
    Kind(
        "unit_of_other_years",
        "projects",
        "code and name of a unit not in force that year",
        (LATE,),
        _other_regime(True),
        also=frozenset({"oktmo_not_in_registry", "name_matched", "rule_K2"}),
        why="the unit is known, its regime is of other years: kept and remarked, people decide",
    ),
    written("name_capitals", "capital letters", lambda u: (None, str(u["name"]).upper()), FILLED),
    written(
        "name_district_short",
        "«Абанский р-н»",
        lambda u: (None, f"{u['core']} {u['letters']}"),
        FILLED,
        only=is_plain_adjective,
    ),
    written(
        "name_administration",
        "«Администрация Абанского района»",
        lambda u: (None, f"Администрация {_adjective(u['core'])} {u['genitive']}"),
        FILLED,
        only=is_plain_adjective,
    ),
    written("name_quotes", "in quotes with МО before", lambda u: (None, f"МО «{u['short']}»"), FILLED),
    written("name_city_point", "«г.Ачинск»", lambda u: (None, f"г.{u['core']}"), FILLED, only=is_city),
    written("name_lookalikes", "Latin look-alike letters", lambda u: (None, str(u["name"]).translate(LATIN)), FILLED),
    written("name_line_break", "line break inside", lambda u: (None, str(u["name"]).replace(" ", "\n", 1)), FILLED),
    written(
        "name_yo", "ё as е", lambda u: (None, str(u["name"]).replace("ё", "е")), FILLED, only=lambda u: "ё" in u["name"]
    ),
    written("name_place", "a place in brackets behind", lambda u: (None, f"{u['short']} (с. Ключи)"), FILLED),
    written("name_typo", "a letter doubled", lambda u: (None, u["short"][:3] + u["short"][2:]), FILLED),
    written(
        "name_typo_code",
        "a letter doubled beside the right code",
        lambda u: (u["unit_id"], u["short"][:3] + u["short"][2:]),
        repaired(),
    ),
    written(
        "name_unknown_code",
        "a name of no unit beside the right code",
        lambda u: (u["unit_id"], "Заречье-Южное"),
        repaired("name_unmatched_code_used", anywhere=True),
    ),
    written(
        "name_unknown",
        "a name of no unit, no code",
        lambda u: (None, "Заречье-Южное"),
        set_aside("name_not_found"),
        also=frozenset({"unit_unknown"}),
    ),
    written(
        "name_homonym",
        "one of two namesakes, no code",
        lambda u: (None, "Михайловка"),
        set_aside("name_ambiguous"),
        also=frozenset({"unit_unknown"}),
    ),
    written(
        "name_mojibake",
        "UTF-8 read as cp1251, no code",
        lambda u: (None, spoiled(u["name"])),
        set_aside("name_not_found", "mojibake"),
        also=frozenset({"unit_unknown"}),
    ),
    written(
        "name_two_units",
        "two municipalities in the cell, no code",
        lambda u: (None, f"{u['short']}, Норильск"),
        set_aside("several_municipalities", "name_ambiguous"),
        only=lambda u: u["short"] != "Норильск",
        also=frozenset({"unit_unknown"}),
    ),
    written(
        "name_with_code",
        "the code in the cell of the name",
        lambda u: (None, f"{u['unit_id']} {u['name']}"),
        FILLED,
        set_aside("name_not_found"),
        also=frozenset({"unit_unknown"}),
    ),
)
