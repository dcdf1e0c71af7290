"""Traps in the lines of delimited files: quotes that do not close, records that are too short or too long."""

from __future__ import annotations

import random

from nasty.model import CSV, Book, Kind, Line, Page, Sown, classed, remarked, repaired, set_aside
from nasty.writing import as_text

UNCLOSED = Kind(
    "unclosed_quote", "projects", "a quote that never closes", (repaired("unclosed_quote", anywhere=True),), formats=CSV
)
SHORT = Kind(
    "too_few_cells",
    "projects",
    "the last cells of a line are not there",
    (remarked("too_few_cells", anywhere=True), set_aside("too_few_cells")),
    formats=CSV,
    also=frozenset({"required_empty"}),
)
LONG = Kind(
    "too_many_cells",
    "projects",
    "an unquoted separator inside a cell",
    (
        remarked("too_many_cells", anywhere=True),
        set_aside("too_many_cells", "category_unknown", "not_a_date", "not_a_number"),
    ),
    formats=CSV,
    also_header=frozenset({"unmapped_column"}),
    also=frozenset(
        {
            "oktmo_unreadable",
            "oktmo_name_conflict",
            "name_not_found",
            "unit_unknown",
            "required_empty",
            "not_a_date",
            "category_unknown",
            "not_a_number",
            "name_unmatched_code_used",
            "sum_of_sources",
            "participations_over_population",
            "beneficiaries_over_population",
            "not_integer",
            "negative",
            "out_of_range",
            "range_in_number",
        }
    ),
)
QUOTED = Kind("quotes_doubled", "projects", "quotes inside a quoted cell", (repaired(),), formats=CSV)
SEPARATORS = Kind("line_of_separators", "projects", "a line of separators alone", (classed("blank"),), formats=CSV)
ENDS = Kind("blank_lines_at_end", "projects", "empty lines at the end", (classed("blank"),), formats=CSV)
KINDS = (UNCLOSED, SHORT, LONG, QUOTED, SEPARATORS, ENDS)


def _cells(page: Page, line: Line) -> list[str]:
    return [as_text(line.cells.get(column.variable)) for column in page.columns]


def add_csv_traps(book: Book, page: Page, rng: random.Random) -> None:
    """One trap of each kind; needs the final columns and separator."""
    places = [line for line in page.lines if line.row_class == "data" and not line.trapped]
    plain = [line for line in places if not any(mark in text for text in _cells(page, line) for mark in '"\n')]
    unclosed, short, long, quoted = rng.sample(plain, 4)
    names = [column.variable for column in page.columns]
    title = names.index("title")
    cells = _cells(page, unclosed)
    unclosed.verbatim = _joined(page, book, cells).replace(cells[title], f'"{cells[title]}')
    cells = _cells(page, short)
    short.verbatim = _joined(page, book, cells[:-2])
    cells = _cells(page, long)
    long.verbatim = _joined(page, book, cells).replace(cells[title], cells[title].replace(" ", book.separator, 1))
    assert quoted.truth is not None
    quoted.truth["title"] = quoted.cells["title"] = f'Сквер "Мечта", {quoted.truth["title"]}'
    for kind, line in ((UNCLOSED, unclosed), (SHORT, short), (LONG, long), (QUOTED, quoted)):
        line.trapped = True
        book.sown.append(Sown(kind, page.name, line, None))
    for kind, text, place in (
        (SEPARATORS, book.separator * (len(names) - 1), rng.randint(5, 20)),
        (ENDS, "", len(page.lines)),
    ):
        line = Line("blank", verbatim=text, trapped=True)
        page.lines.insert(place, line)
        book.sown.append(Sown(kind, page.name, line, None))


def _joined(page: Page, book: Book, cells: list[str]) -> str:
    """The line as text; cells that hold the separator are quoted."""
    quoted = [f'"{text}"' if book.separator in text else text for text in cells]
    return book.separator.join([""] * (page.first_column - 1) + quoted)
