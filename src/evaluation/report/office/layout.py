"""How a table fits on paper: widths of its columns, size of its type, upright or turned page."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from evaluation.report.office.elements import rows_of, span_of
from evaluation.report.office.stood_up import stood_up
from evaluation.report.office.tree import Element

POINT = 25.4 / 72  # millimetres
LETTER = 0.54  # mean width of a letter, in sizes of type
PADDING = 2.6  # millimetres beside the text of a cell, both sides together
UPRIGHT, TURNED = 174.0, 261.0  # millimetres between the margins of an A4 page
LONGEST_WORD = 13  # letters; longer words are hyphenated
LONGEST_CODE = 26  # letters of what is not: identifiers, addresses
TEXT_COLUMN = 14  # letters that a column of sentences wants at least
BOLD = 1.12  # a bold letter's width in plain ones: heads are bold
LINES_TOO_MANY = 9  # in a row: more asks for the turned page
LINES_OF_A_SMALL_TABLE = 30  # of all rows together, which stay upright even so

_PARTS = re.compile(r"[ \t\r\n\f]+|(?<=[-–—/])")


@dataclass(frozen=True)
class Setting:
    """A way to set a table: size of type in points, page upright or turned."""

    size: float
    is_turned: bool

    @property
    def room(self) -> float:
        return TURNED if self.is_turned else UPRIGHT

    def letters(self, columns: int) -> float:
        """Letters that fit on a line of all columns together."""
        return max(columns * 2.0, (self.room - columns * PADDING) / (self.size * POINT * LETTER))


SETTINGS = (
    Setting(9, False), Setting(8, False), Setting(7, False), Setting(8, True), Setting(7, True), Setting(6, True),
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """Lengths in letters: the longest piece that is not broken, the longest cell, the cells' root mean square."""

    word: float
    longest: float
    typical: float

    @property
    def wanted(self) -> float:
        return max(self.word, min(self.longest, TEXT_COLUMN))


def lay_out(table: Element) -> None:
    """Gives a table the widths of its columns (``colgroup``), ``data-size`` and, on a turned page, ``data-turned``.

    Taken is the first of ``SETTINGS`` in which every column has room for its longest word, sentences for some more
    letters, and no row of a large table grows over nine lines; if none has, the last one. A table of one or two rows
    that would need a turned page is stood up instead (``stood_up``). In place.
    """
    if "tiles" in table.classes:
        return
    found = _measured(table)
    other = stood_up(table) if found is not None and found[0].is_turned else None
    again = _measured(other) if other is not None else None
    if other is not None and again is not None and not again[0].is_turned:
        table.children, found = other.children, again
    if found is None:
        return
    setting, columns = found
    shares = _shares(setting, columns)
    group = Element("colgroup", {}, [Element("col", {"style": f"width: {share:.2%}"}) for share in shares])
    tags = [child.tag if isinstance(child, Element) else "" for child in table.children]
    place = tags.index("caption") + 1 if "caption" in tags else 0
    table.children.insert(place, group)
    table.attributes["data-size"] = f"{setting.size:g}"
    if setting.is_turned:
        table.attributes["data-turned"] = "yes"


def _measured(table: Element) -> tuple[Setting, list[Column]] | None:
    """The setting that the table needs, and its columns; None for a table without cells."""
    head, body = rows_of(table)
    rows = [[_measure(cell) for cell in row] for row in (*head, *body)]
    count = max((sum(cell.span for cell in row) for row in rows), default=0)
    if not count:
        return None
    columns = _columns(rows, count)
    texts = [[cell.length for cell in row] for row in rows if len(row) == count]
    return next((each for each in SETTINGS if _fits(each, columns, texts)), SETTINGS[-1]), columns


class _Cell(NamedTuple):
    """Columns that a cell spans, its letters, its longest piece that is not broken, and how wide its letters are."""

    span: int
    length: int
    word: float
    width: float


def _measure(cell: Element) -> _Cell:
    text = cell.plain()
    return _Cell(span_of(cell, "colspan"), len(text), _longest_word(text), BOLD if cell.tag == "th" else 1.0)


def _columns(rows: list[list[_Cell]], count: int) -> list[Column]:
    words = [1.0] * count
    lengths: list[list[float]] = [[] for _ in range(count)]
    for row in rows:
        place = 0
        for cell in row:
            if cell.span == 1 and place < count:
                words[place] = max(words[place], cell.width * cell.word)
                lengths[place].append(cell.width * cell.length)
            place += cell.span
    return [
        Column(word, max(found, default=1.0), math.sqrt(sum(each**2 for each in found) / max(1, len(found))))
        for word, found in zip(words, lengths, strict=True)
    ]


@lru_cache(maxsize=20_000)  # cells repeat
def _longest_word(text: str) -> float:
    pieces = [piece for piece in _PARTS.split(text) if piece]
    return max((_unbroken(piece) for piece in pieces), default=1.0)


def _unbroken(piece: str) -> float:
    letters = piece.strip("().,;:«»\"'")
    return float(min(len(piece), LONGEST_WORD if letters.isalpha() else LONGEST_CODE))


def _fits(setting: Setting, columns: list[Column], texts: list[list[int]]) -> bool:
    room = setting.letters(len(columns))
    if sum(column.wanted for column in columns) > room:
        return False
    widths = _letters(setting, columns)
    lines = [math.ceil(max(n / w for n, w in zip(row, widths, strict=True))) for row in texts]
    return setting.is_turned or max(lines, default=0) <= LINES_TOO_MANY or sum(lines) <= LINES_OF_A_SMALL_TABLE


def _letters(setting: Setting, columns: list[Column]) -> list[float]:
    """Letters a line of each column: its longest word, and of what is left in proportion to what it lacks."""
    room = setting.letters(len(columns))
    least = [column.word for column in columns]
    lacking = [max(0.0, column.longest - column.word) for column in columns]
    left = room - sum(least)
    if left <= 0:
        return [room * each / sum(least) for each in least]
    # in proportion to what the cells hold, for then they grow equally high
    weights = [max(0.1, column.typical - column.word) if more else 0.0
               for column, more in zip(columns, lacking, strict=True)]  # fmt: skip
    given = min(left, sum(lacking))
    return [word + more for word, more in zip(least, _poured(given, weights, lacking), strict=True)]


def _poured(amount: float, weights: list[float], most: list[float]) -> list[float]:
    """``amount`` shared out by ``weights``, none getting more than its ``most``."""
    got = [0.0] * len(weights)
    open_places = [place for place, weight in enumerate(weights) if weight > 0]
    while amount > 1e-9 and open_places:
        total = sum(weights[place] for place in open_places)
        shares = {place: min(amount * weights[place] / total, most[place] - got[place]) for place in open_places}
        for place, share in shares.items():
            got[place] += share
        amount -= sum(shares.values())
        open_places = [place for place in open_places if most[place] - got[place] > 1e-9]
    return got


def _shares(setting: Setting, columns: list[Column]) -> list[float]:
    """Widths as shares of the room between the margins; together at most 1."""
    letter = setting.size * POINT * LETTER
    widths = [each * letter + PADDING for each in _letters(setting, columns)]
    scale = min(1.0, setting.room / sum(widths))
    return [width * scale / setting.room for width in widths]


def turned_together(body: Element) -> None:
    """Puts turned tables that follow one another, with their notes, into one ``div`` of class ``turned``. In place.

    Upright tables between two turned ones go with them: a page turned back for each would stand half empty.
    """
    made: list[Element | str] = []
    waiting: list[Element | str] = []  # since the last turned table, notes and tables alone
    box: Element | None = None
    for child in body.children:
        is_table = isinstance(child, Element) and child.tag == "table"
        if is_table and isinstance(child, Element) and child.get("data-turned"):
            if box is None:
                box = Element("div", {"class": "turned"})
                made.append(box)
            box.children += [*waiting, child]
            waiting = []
        elif box is not None and not waiting and (isinstance(child, str) or child.classes == ["note"]):
            box.children.append(child)
        elif box is not None and (is_table or isinstance(child, str) or child.classes == ["note"]):
            waiting.append(child)
        else:
            made += [*waiting, child]
            waiting, box = [], None
    body.children = [*made, *waiting]
