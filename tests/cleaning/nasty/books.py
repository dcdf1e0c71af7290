"""Nasty registers: a clean register, traps in cells and rows, and a nasty file around it; everything from a seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence

from nasty import csv_traps, date_traps, number_traps, row_traps, unit_traps
from nasty.file_traps import FILE_TRAPS, SECOND_HEADER, SECOND_ROW, chosen, writable
from nasty.model import Book, Kind, Line, Page, Sown, Spot, World
from nasty.register import columns, lines
from nasty.text_traps import KINDS as TEXT_KINDS
from nasty.writing import as_text

ROWS = 165
EARLY = ("encoding", "separator", "container")
FORMATS = ("xlsx", "csv", "xlsx", "ods", "xlsx", "csv", "csv", "parquet", "xlsx", "csv")
CELL_KINDS: tuple[Kind, ...] = (
    *number_traps.KINDS,
    *date_traps.KINDS,
    *TEXT_KINDS,
    *unit_traps.KINDS,
    *row_traps.KINDS,
)
REGISTER_KINDS: tuple[Kind, ...] = (
    *CELL_KINDS,
    *row_traps.STRUCTURE,
    *csv_traps.KINDS,
    *(trap.kind for trap in FILE_TRAPS),
    SECOND_HEADER,
    SECOND_ROW,
)


def share_of(kinds: Sequence[Kind], seed: int, file_format: str, shares: int = 3) -> list[Kind]:
    """A third of the kinds that fit the format: three seeds share them out, so that each kind comes up often.

    Kinds of one format alone come up in all its files.
    """
    order = list(kinds)
    random.Random(f"kinds {seed // shares}").shuffle(order)
    mine = [kind for place, kind in enumerate(order) if len(kind.formats) == 1 or (place + seed) % shares == 0]
    return [kind for kind in mine if file_format in kind.formats]


def turn_of(seed: int) -> int:
    """How many earlier seeds have a register of the same format."""
    return sum(FORMATS[earlier % len(FORMATS)] == FORMATS[seed % len(FORMATS)] for earlier in range(seed))


def register_book(seed: int, world: World, file_format: str | None = None, nasty: bool = True) -> Book:
    """The register of one seed; without ``nasty`` as a careful clerk would keep it."""
    rng = random.Random(f"register {seed}")
    form = file_format or FORMATS[seed % len(FORMATS)]
    scale = 1 if not nasty else rng.choice((1, 1000))
    book = Book("projects", world.year, form, f"Реестр {seed}", scale=scale)
    levels = 1 if form in ("csv", "parquet") else 2
    page = Page("Реестр", columns(levels, "руб." if scale == 1 else "тыс. руб."), lines(ROWS, world, scale, rng))
    page.breaks_rows = form == "csv"
    book.pages.append(page)
    if not nasty:
        return book
    traps = chosen(book, seed, turn_of(seed))
    # cells depend on the epoch and must be writable in the file's encoding
    for trap in [trap for trap in traps if trap.group in EARLY]:
        trap.apply(book, rng)
    sow_cells(book, page, world, share_of(CELL_KINDS, seed, form), rng)
    row_traps.add_structure(book, page, world, rng)
    for trap in [trap for trap in traps if trap.group not in EARLY]:
        trap.apply(book, rng)
    row_traps.finish(book)
    if form == "csv":
        csv_traps.add_csv_traps(book, page, rng)
    return book


def sow_cells(book: Book, page: Page, world: World, kinds: list[Kind], rng: random.Random) -> None:
    """One trap in each of as many records, at random places."""
    places: list[Line] = rng.sample([line for line in page.lines if line.row_class == "data"], len(kinds))
    for kind, line in zip(kinds, places, strict=True):
        spot = Spot(line, rng, book, world)
        assert kind.sow is not None
        before = copy.deepcopy((line.cells, line.truth))
        variable = kind.sow(spot)
        if book.file_format == "csv" and not _writable(line, book.encoding):
            line.cells, line.truth = before
            continue
        line.trapped = True
        book.sown.append(Sown(kind, page.name, line, variable, spot.hint))


def _writable(line: Line, encoding: str) -> bool:
    return writable("".join(as_text(value) for value in line.cells.values()), encoding)
