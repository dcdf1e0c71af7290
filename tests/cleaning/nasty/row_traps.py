"""Traps in whole rows of the register: comparisons within a row, repeats, formatting, and rows that are no records."""

from __future__ import annotations

import copy
import random
from typing import Any

from nasty.model import (
    SHEETS,
    TRUTH,
    WITH_TYPES,
    XLSX,
    Book,
    Kind,
    Line,
    Outcome,
    Page,
    Sown,
    Spot,
    World,
    classed,
    merged,
    refused,
    remarked,
    repaired,
    set_aside,
)
from nasty.register import SUMMED, renewed

SOURCE = "projects"


def _thousands(variable: str) -> Any:
    def sow(spot: Spot) -> str:
        spot.line.cells[variable] = spot.truth[variable] / spot.book.scale / 1000
        if variable == "cost_planned":
            spot.truth[variable] = spot.truth[variable] / 1000
        return variable

    return sow


def _more_cost(spot: Spot) -> str:
    spot.truth["cost_planned"] += 5000
    spot.line.cells["cost_planned"] = spot.truth["cost_planned"] / spot.book.scale
    return "cost_planned"


def _no_source(spot: Spot) -> str:
    spot.line.cells["planned_residents"] = None
    return "planned_residents"


def _count(variable: str) -> Any:
    def sow(spot: Spot) -> str:
        spot.truth[variable] = spot.line.cells[variable] = 2_000_000
        return variable

    return sow


def _struck(status: str | None, code: str) -> Any:
    def sow(spot: Spot) -> None:
        spot.line.struck = True
        if status is not None or code == "withdrawn":
            spot.line.cells["status"] = status
            spot.truth["status"] = code

    return sow


def _struck_cell(spot: Spot) -> str:
    spot.line.struck_cells.add("cost_planned")
    return "cost_planned"


def _hidden(spot: Spot) -> None:
    spot.line.hidden = True


def _no_number(spot: Spot) -> str:
    spot.line.cells["project_number"] = None
    return "project_number"


def _number_alone(spot: Spot) -> None:
    spot.line.cells = {k: v for k, v in spot.line.cells.items() if k in ("row_number", "project_number")}


def _shifted(spot: Spot) -> None:
    """All cells from the name of the unit on stand one column too far to the right."""
    names = list(spot.line.cells)
    order = [column.variable for column in spot.book.pages[0].columns if column.variable in names]
    start = order.index("unit_name")
    values = [spot.line.cells[name] for name in order]
    for place in range(start, len(order)):
        spot.line.cells[order[place]] = None if place == start else values[place - 1]


KEPT = Outcome(frozenset({"formatting_strike"}), TRUTH, anywhere=True)
NEXT_TO_SUM = frozenset({"sum_of_sources"})

KINDS: tuple[Kind, ...] = (
    Kind(
        "source_in_thousands",
        SOURCE,
        "one source a thousand times too small",
        (refused("sum_of_sources"),),
        _thousands("planned_regional"),
        why="taken as it stands it would swamp every sum",
    ),
    Kind(
        "cost_in_thousands",
        SOURCE,
        "the cost a thousand times too small",
        (remarked("sum_of_sources"),),
        _thousands("cost_planned"),
        also=frozenset({"rule_P9"}),
    ),
    Kind(
        "sum_broken",
        SOURCE,
        "sources do not add up to the cost",
        (repaired("sum_of_sources"),),
        _more_cost,
        why="both stand as received; people decide",
    ),
    Kind(
        "source_missing",
        SOURCE,
        "a source left empty though the cost holds it",
        (remarked("sum_of_sources", "implied_value", anywhere=True),),
        _no_source,
    ),
    Kind(
        "beneficiaries_over_population",
        SOURCE,
        "more beneficiaries than residents",
        (repaired("beneficiaries_over_population"),),
        _count("beneficiaries"),
    ),
    Kind(
        "participations_over_population",
        SOURCE,
        "more participants than residents",
        (repaired("participations_over_population"),),
        _count("participations_meeting"),
    ),
    Kind(
        "struck_undecided",
        SOURCE,
        "struck through, status «Подана»",
        (remarked("status_from_strike"),),
        _struck("Подана", "withdrawn"),
        formats=XLSX,
        also=frozenset({"formatting_strike"}),
    ),
    Kind("struck_decided", SOURCE, "struck through although decided", (KEPT,), _struck(None, ""), formats=XLSX),
    Kind("struck_cell", SOURCE, "one amount struck through", (repaired("cell_struck"),), _struck_cell, formats=XLSX),
    Kind(
        "hidden_row",
        SOURCE,
        "a hidden row",
        (Outcome(frozenset({"hidden_row"}), TRUTH, anywhere=True),),
        _hidden,
        formats=WITH_TYPES,
    ),
    Kind("no_number", SOURCE, "an application without number", (set_aside("key_missing"),), _no_number),
    Kind(
        "number_alone",
        SOURCE,
        "a number and nothing else",
        (set_aside("unit_unknown", "required_empty"),),
        _number_alone,
    ),
    Kind(
        "shifted_row",
        SOURCE,
        "cells one column too far right",
        (
            set_aside(
                "oktmo_name_conflict", "name_unmatched_code_used", "category_unknown", "required_empty", "unit_unknown"
            ),
        ),
        _shifted,
        also=frozenset(
            {
                "unit_unknown",
                "required_empty",
                "category_unknown",
                "not_a_number",
                "not_a_date",
                "negative",
                "name_unmatched_code_used",
                "sum_of_sources",
                "not_integer",
                "out_of_range",
                "participations_over_population",
                "beneficiaries_over_population",
            }
        ),
    ),
)
# traps that need other lines
DUPLICATE = Kind("duplicate_row", SOURCE, "a row repeated to the letter", (merged("duplicate_row"),))
SAME_NUMBER = Kind("same_number", SOURCE, "the number of another project", (set_aside("duplicate_key"),))
PROBABLE = Kind(
    "same_project",
    SOURCE,
    "the same project under another number",
    (Outcome(frozenset({"probable_duplicate"}), TRUTH, anywhere=True),),
)
MERGED_DOWN = Kind(
    "merged_downwards",
    SOURCE,
    "code and name of the unit merged over two rows",
    (Outcome(frozenset({"filled_from_merged"}), TRUTH, anywhere=True),),
    formats=WITH_TYPES,
)
BLANK = Kind("blank_row", SOURCE, "an empty row", (classed("blank"),), formats=SHEETS)
SPACES = Kind("row_of_spaces", SOURCE, "a row of spaces", (classed("blank"),), formats=SHEETS)
SECTION = Kind("section_row", SOURCE, "a heading of a section", (classed("section"),), formats=SHEETS)
SUBTOTAL = Kind("subtotal", SOURCE, "a subtotal that adds up", (classed("subtotal"),), formats=SHEETS)
TOTAL = Kind("total", SOURCE, "a total that adds up", (classed("total"),), formats=SHEETS)
WRONG_TOTAL = Kind(
    "wrong_total", SOURCE, "a total that does not add up", (classed("total", "total_mismatch"),), formats=SHEETS
)
REPEATED_HEADER = Kind(
    "repeated_header", SOURCE, "the header again, as on every printed page", (classed("header"),), formats=SHEETS
)
NUMBERING = Kind("numbering_row", SOURCE, "numbers of the columns", (classed("numbering"),), formats=SHEETS)
NUMBERING_AGAIN = Kind(
    "numbering_again",
    SOURCE,
    "numbers of the columns again among the records",
    (classed("numbering"), classed("header")),
    formats=SHEETS,
)
FOOTNOTE = Kind("footnote", SOURCE, "a footnote", (classed("footnote"),), formats=SHEETS)
SIGNATURE = Kind("signature", SOURCE, "a signature with name and phone", (classed("footnote"),), formats=SHEETS)
STRUCTURE = (
    DUPLICATE,
    SAME_NUMBER,
    PROBABLE,
    MERGED_DOWN,
    BLANK,
    SPACES,
    SECTION,
    SUBTOTAL,
    TOTAL,
    WRONG_TOTAL,
    REPEATED_HEADER,
    NUMBERING,
    NUMBERING_AGAIN,
    FOOTNOTE,
    SIGNATURE,
)


def add_structure(book: Book, page: Page, world: World, rng: random.Random) -> None:
    """Repeats among the lines of ``page``, and rows that are no records among and around them."""
    _repeats(book, page, world, rng)
    if book.file_format in ("parquet",):
        return
    numbered = rng.random() < 0.5
    if numbered:
        _insert(book, page, 0, Line("numbering"), NUMBERING)
    _sections(book, page, rng)
    data = [place for place, line in enumerate(page.lines) if line.row_class == "data"]
    for kind, cells in (
        (BLANK, {}),
        (SPACES, {1: " ", 3: "\u00a0"}),
        (REPEATED_HEADER, {}),
        *([(NUMBERING_AGAIN, {})] if numbered else []),
    ):
        place = rng.choice([k for k in data[1:] if _free(page, k)])
        _insert(book, page, place, Line(kind.outcomes[0].row_class, dict(cells)), kind)
        data = [k for k, line in enumerate(page.lines) if line.row_class == "data"]
    _tail(book, page, rng)


def finish(book: Book) -> None:
    """Write the rows that repeat the header or number the columns, once the columns are final."""
    for one in book.sown:
        if one.line is None or one.kind not in (NUMBERING, NUMBERING_AGAIN, REPEATED_HEADER):
            continue
        columns = next(page.columns for page in book.pages if page.name == one.page)
        again = one.kind is REPEATED_HEADER
        cells = {place: column.levels[-1] if again else place for place, column in enumerate(columns, 1)}
        one.line.cells.update({place: value for place, value in cells.items() if value != ""})


def _free(page: Page, place: int) -> bool:
    """May a row stand before this line? Not within merged cells."""
    return not any(page.lines[place] is last for _, last, _ in page.merges)


def _insert(book: Book, page: Page, place: int, line: Line, kind: Kind) -> None:
    line.trapped = True
    page.lines.insert(place, line)
    book.sown.append(Sown(kind, page.name, line, None))


def _clean_places(page: Page) -> list[int]:
    return [k for k, line in enumerate(page.lines) if line.row_class == "data" and not line.trapped]


def _repeats(book: Book, page: Page, world: World, rng: random.Random) -> None:
    for kind in (DUPLICATE, SAME_NUMBER, PROBABLE):
        place = rng.choice(_clean_places(page))
        line = page.lines[place]
        line.trapped = True  # the original stays clean; nothing else may be done to it
        again = copy.deepcopy(line)
        assert again.truth is not None
        if kind is SAME_NUMBER:
            again.cells["title"] = again.truth["title"] = f"Новый {again.truth['title'].casefold()}"
        if kind is PROBABLE:
            number = 900 + place
            again.cells["project_number"] = f"{world.year % 100}-{number}"
            again.truth["project_id"] = f"{world.year}-{number}"
        later = rng.randint(place + 1, len(page.lines))
        page.lines.insert(later, again)
        book.sown.append(Sown(kind, page.name, again, None))
    if book.file_format in WITH_TYPES:
        pairs = [k for k in _clean_places(page) if k + 1 in _clean_places(page)]
        first = page.lines[rng.choice(pairs)]
        second = page.lines[page.lines.index(first) + 1]
        assert first.truth is not None
        renewed(second, {"unit_id": first.truth["unit_id"]}, world, book.scale)
        first.trapped = second.trapped = True
        for name in ("unit_code", "unit_name"):
            second.cells[name] = None
            page.merges.append((first, second, name))
        book.sown.append(Sown(MERGED_DOWN, page.name, second, "unit_id"))


def _sums(lines: list[Line], book: Book, page: Page) -> dict[Any, Any]:
    """Printed sums of the records' true values by column."""
    gone = {id(one.line) for one in book.sown if one.kind is DUPLICATE}
    counted = [line for line in lines if line.truth is not None and id(line) not in gone]
    out: dict[Any, Any] = {}
    for name in SUMMED:
        total = sum(line.truth[name] or 0 for line in counted if line.truth and "title" in line.cells)
        out[name] = total / book.scale if "planned" in name else total
    return out


def _sections(book: Book, page: Page, rng: random.Random) -> None:
    """The records in three sections, each with its heading and subtotal."""
    records = [line for line in page.lines if line.row_class == "data"]
    before = [line for line in page.lines if line.row_class != "data"]
    cuts = [0, len(records) // 3, 2 * len(records) // 3, len(records)]
    cuts[1:3] = [cut + 1 if any(records[cut] is last for _, last, _ in page.merges) else cut for cut in cuts[1:3]]
    page.lines = before
    for number, name in enumerate(("Западная группа", "Центральная группа", "Южная группа")):
        part = records[cuts[number] : cuts[number + 1]]
        _insert(book, page, len(page.lines), Line("section", {1: f"Раздел {number + 1}. {name}"}), SECTION)
        page.lines += part
        cells = {"row_number": f"Итого по разделу {number + 1}", **_sums(part, book, page)}
        _insert(book, page, len(page.lines), Line("subtotal", cells), SUBTOTAL)


def _tail(book: Book, page: Page, rng: random.Random) -> None:
    cells = {"row_number": "ИТОГО", **_sums(page.lines, book, page)}
    kind = TOTAL if rng.random() < 0.5 else WRONG_TOTAL
    if kind is WRONG_TOTAL:
        cells["beneficiaries"] += 10_000
    _insert(book, page, len(page.lines), Line("total", cells), kind)
    _insert(book, page, len(page.lines), Line("blank"), BLANK)
    note = "* Суммы указаны по заявкам, без учёта изменений."
    _insert(book, page, len(page.lines), Line("footnote", {1: note}), FOOTNOTE)
    secret = "Журавлёва"
    book.secrets |= {secret, "212-85-06"}
    cells = {1: "Исполнитель:", 4: f"{secret} Н. И., тел. 8 (391) 212-85-06"}
    _insert(book, page, len(page.lines), Line("footnote", cells), SIGNATURE)
