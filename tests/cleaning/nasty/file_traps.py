"""Traps in the header, the columns, the sheets and the file of the register."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from nasty.model import (
    CSV,
    SHEETS,
    WITH_TYPES,
    XLSX,
    Book,
    Column,
    Kind,
    Line,
    Page,
    Sown,
    classed,
    remarked,
    repaired,
    set_aside,
)
from nasty.register import HEADERS
from nasty.text_traps import LATIN

SOURCE = "projects"
Apply = Callable[[Book, random.Random], None]


@dataclass(frozen=True)
class FileTrap:
    """A kind of trap for the whole file; of those of one ``group`` a file has at most one."""

    kind: Kind
    apply: Apply
    group: str


def _sow(book: Book, kind: Kind, page: str = "") -> None:
    book.sown.append(Sown(kind, page or book.pages[0].name, None, None))


def writable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def header(group: str, name: str, done: str, write: Callable[[str], str]) -> FileTrap:
    kind = Kind(name, SOURCE, done, (repaired(),))

    def apply(book: Book, rng: random.Random) -> None:
        page = book.pages[0]
        texts = [one.levels[-1] for one in page.columns]
        plain = [k for k, text in enumerate(texts) if " " in text and len(text) > 9 and text in UNTOUCHED]
        column = page.columns[rng.choice(plain)]
        if book.file_format == "csv" and not writable(write(column.levels[-1]), book.encoding):
            return
        column.levels = (*column.levels[:-1], write(column.levels[-1]))
        _sow(book, kind)

    return FileTrap(kind, apply, group)


def _hyphenated(text: str) -> str:
    place = next(k for k in (6, 4, 5, 3, 2, 7, 8, 9) if text[k - 1 : k + 1].isalpha() and len(text) > k)
    return f"{text[:place]}-\n{text[place:]}"


# headers as a clean file has them; each bears one trap at most
UNTOUCHED = frozenset(
    text.replace("{unit}", unit)
    for path, flat in HEADERS.values()
    for text in (path[-1], flat)
    for unit in ("руб.", "тыс. руб.")
)
RENAMED = {
    "beneficiaries": "Количество благополучателей",
    "title": "Название инициативы",
    "unit_name": "Муниципалитет",
    "applied_on": "Дата регистрации заявки",
    "status": "Решение комиссии",
    "topic": "Тип проекта",
}


def _rename(book: Book, rng: random.Random) -> None:
    plain = {column.variable: column for column in book.pages[0].columns if column.levels[-1] in UNTOUCHED}
    variable = rng.choice([name for name in RENAMED if name in plain])
    column, text = plain[variable], RENAMED[variable]
    column.levels = (text,)
    _sow(book, RENAME)


def _unknown(book: Book, rng: random.Random) -> None:
    column = next(one for one in book.pages[0].columns if one.variable == "planned_end")
    column.levels = ("Когда сдаём объект людям",)
    book.exempt.add("planned_end")
    book.sown = [one for one in book.sown if one.variable != "planned_end"]
    _sow(book, UNKNOWN)


def _extra(book: Book, rng: random.Random) -> None:
    page = book.pages[0]
    page.columns.insert(rng.randint(3, len(page.columns)), Column("extra", ("Шифр папки в архиве",)))
    for line in page.lines:
        if line.truth is not None:
            line.cells["extra"] = f"П-{rng.randint(1, 99)}"
    _sow(book, EXTRA)


def _without(book: Book, rng: random.Random) -> None:
    page = book.pages[0]
    page.columns = [column for column in page.columns if column.variable != "finished_on"]
    book.exempt.add("finished_on")
    book.sown = [one for one in book.sown if one.variable != "finished_on"]
    for line in page.lines:
        line.cells.pop("finished_on", None)
    _sow(book, WITHOUT)


def _swapped(book: Book, rng: random.Random) -> None:
    """Groups of columns under one parent in another order; the number stays in front."""
    page = book.pages[0]
    groups: dict[str, list[Column]] = {}
    for column in page.columns:
        groups.setdefault(column.levels[0], []).append(column)
    first, *rest = groups.values()
    rng.shuffle(rest)
    page.columns = [column for group in (first, *rest) for column in group]
    _sow(book, SWAPPED)


def _repeated(book: Book, rng: random.Random) -> None:
    page = book.pages[0]
    page.columns.append(Column("again", ("Балл",)))
    for line in page.lines:
        if line.truth is not None:
            line.cells["again"] = rng.randint(1, 9)
    _sow(book, REPEATED)


def _personal(book: Book, rng: random.Random) -> None:
    page = book.pages[0]
    page.columns.append(Column("contact", ("Контактное лицо",)))
    for number, line in enumerate(page.lines):
        if line.truth is not None:
            line.cells["contact"] = f"Снегирёв Пётр, 8 902 444-{number // 100:02d}-{number % 100:02d}"
    book.secrets |= {"Снегирёв", "902 444"}
    _sow(book, PERSONAL)


def _nameless(book: Book, rng: random.Random) -> None:
    page = book.pages[0]
    page.columns.insert(rng.randint(2, 6), Column("nothing", ("",)))
    _sow(book, NAMELESS)


def _hidden_column(book: Book, rng: random.Random) -> None:
    column = next(one for one in book.pages[0].columns if one.variable == "place_name")
    column.hidden = True
    _sow(book, HIDDEN_COLUMN)


def _titles(book: Book, rng: random.Random) -> None:
    page = book.pages[0]
    for text in ("Министерство развития территорий", f"Реестр заявок на {book.year} год", ""):
        page.titles.append(Line("title" if text else "blank", {1: text or None}))
    _sow(book, TITLES)


def _offset(book: Book, rng: random.Random) -> None:
    book.pages[0].first_column = 3
    book.pages[0].titles.insert(0, Line("title", {1: "Сводный реестр"}))
    _sow(book, OFFSET)


def _third_level(book: Book, rng: random.Random) -> None:
    for column in book.pages[0].columns:
        if len(column.levels) == 2:
            column.levels = ("Показатели заявки", *column.levels)
    _sow(book, THREE)


def _title_unit(book: Book, rng: random.Random) -> None:
    """The unit stands in the title alone; to be applied to a book in thousands."""
    page = book.pages[0]
    for column in page.columns:
        column.levels = tuple(level.replace(", тыс. руб.", "") for level in column.levels)
    page.titles.append(Line("title", {1: "Реестр заявок (суммы в тыс. руб.)"}))
    _sow(book, TITLE_UNIT)


def sheet(kind: Kind, name: str, rows: list[list[object]], state: str = "visible") -> FileTrap:
    def apply(book: Book, rng: random.Random) -> None:
        lines = [Line("data", dict(enumerate(cells, 1))) for cells in rows]
        page = Page(name, [], lines, state)
        book.pages.insert(rng.randint(1, len(book.pages)), page)
        if kind.outcomes[0].rules:
            _sow(book, kind, name)
        else:
            _sow(book, kind)

    return FileTrap(kind, apply, kind.name)


def _far(book: Book, rng: random.Random) -> None:
    book.pages[0].far_cell = True
    _sow(book, FAR)


def _second_table(book: Book, rng: random.Random) -> None:
    page = book.pages[0]
    rows = [["№", "Показатель", "Значение"], [1, "Подано заявок, всего", 118], [2, "Поддержано", 61]]
    for kind, cells in zip((SECOND_HEADER, SECOND_ROW, SECOND_ROW), rows, strict=True):
        line = Line("data", dict(enumerate(cells, 1)), trapped=True)
        page.lines.append(line)
        book.sown.append(Sown(kind, page.name, line, None))
    _sow(book, SECOND_TABLE)


def text_file(name: str, done: str, **changes: str) -> FileTrap:
    kind = Kind(name, SOURCE, done, (repaired(),), formats=CSV)

    def apply(book: Book, rng: random.Random) -> None:
        for field, value in changes.items():
            setattr(book, field, value)
        _sow(book, kind)

    return FileTrap(
        kind, apply, "separator" if "separator" in changes else "encoding" if "encoding" in changes else name
    )


def flag(name: str, done: str, field: str) -> FileTrap:
    kind = Kind(name, SOURCE, done, (repaired(),), formats=XLSX)

    def apply(book: Book, rng: random.Random) -> None:
        setattr(book, field, True)
        _sow(book, kind)

    return FileTrap(kind, apply, "container")


def _separator_line(book: Book, rng: random.Random) -> None:
    book.pages[0].titles.insert(0, Line("title", {}, verbatim=f"sep={book.separator}"))
    _sow(book, SEPARATOR_LINE)


RENAME = Kind("header_renamed", SOURCE, "another usual wording of a header", (repaired(),))
UNKNOWN = Kind("header_unknown", SOURCE, "a wording nobody declared", (remarked("unmapped_column"),))
EXTRA = Kind("column_extra", SOURCE, "a column that means nothing to us", (remarked("unmapped_column"),))
WITHOUT = Kind("column_missing", SOURCE, "an optional column is not there", (remarked("column_missing"),))
SWAPPED = Kind("columns_swapped", SOURCE, "columns in another order", (repaired(),))
REPEATED = Kind("column_repeated", SOURCE, "a second column of the same header", (remarked("repeated_column"),))
PERSONAL = Kind("column_personal", SOURCE, "a column of names and phones", (remarked("personal_column"),))
NAMELESS = Kind("column_nameless", SOURCE, "an empty column between", (repaired(),))
HIDDEN_COLUMN = Kind("column_hidden", SOURCE, "a hidden column", (remarked("hidden_column"),), formats=XLSX)
TITLES = Kind("title_rows", SOURCE, "titles and an empty row above", (repaired(),), formats=SHEETS)
OFFSET = Kind("table_offset", SOURCE, "the table begins in column C under a title", (repaired(),), formats=SHEETS)
THREE = Kind("header_three_levels", SOURCE, "a header of three merged rows", (repaired(),), formats=WITH_TYPES)
TITLE_UNIT = Kind(
    "unit_in_title", SOURCE, "«тыс. руб.» in the title alone", (remarked("unit_from_title"),), formats=SHEETS
)
FAR = Kind("far_cell", SOURCE, "a stray cell in the last row of the sheet", (remarked("far_cell"),), formats=XLSX)
ROW_BY_ROW = ("key_missing", "unit_unknown", "required_empty", "category_unknown")
TOLD = frozenset(
    {
        *ROW_BY_ROW,
        "second_table",
        "not_a_number",
        "not_a_date",
        "oktmo_unreadable",
        "name_not_found",
        "name_unmatched_code_used",
    }
)
SECOND_TABLE = Kind(
    "second_table",
    SOURCE,
    "another table under the first",
    (remarked("second_table", *ROW_BY_ROW),),
    formats=SHEETS,
    why="told once on its header, or row by row where the cells fit the columns; none is taken for an application",
)
SECOND_HEADER = Kind(
    "second_header",
    SOURCE,
    "the header of that table",
    (classed("header"), set_aside(*ROW_BY_ROW)),
    formats=SHEETS,
    also=TOLD,
)
SECOND_ROW = Kind("second_table_row", SOURCE, "a row of that table", (set_aside(),), formats=SHEETS, also=TOLD)
SEPARATOR_LINE = Kind("separator_line", SOURCE, "a first line «sep=;» for Excel", (repaired(),), formats=CSV)
INFORMATION = Kind(
    "sheet_informational", SOURCE, "a sheet of winners' numbers", (remarked("informational_sheet"),), formats=WITH_TYPES
)
HIDDEN = Kind("sheet_hidden", SOURCE, "a hidden sheet", (remarked("hidden_sheet"),), formats=XLSX)
VERY_HIDDEN = Kind(
    "sheet_very_hidden", SOURCE, "a sheet hidden from the menus", (remarked("hidden_sheet"),), formats=XLSX
)
EMPTY = Kind("sheet_empty", SOURCE, "an empty sheet", (repaired(),), formats=WITH_TYPES)

FILE_TRAPS: tuple[FileTrap, ...] = (
    header("first header", "header_line_breaks", "line breaks in a header", lambda t: t.replace(" ", "\n", 1)),
    header("first header", "header_capitals", "capital letters", str.upper),
    header("first header", "header_lookalikes", "Latin look-alike letters", lambda t: t.translate(LATIN)),
    header(
        "second header",
        "header_spaces",
        "no-break, doubled and trailing spaces, colon",
        lambda t: f" {t.replace(' ', chr(160) * 2)}: ",
    ),
    header("second header", "header_soft_hyphen", "soft hyphen", lambda t: t[:3] + "\u00ad" + t[3:]),
    header("second header", "header_zero_width", "zero-width sign", lambda t: t[:3] + "\u200b" + t[3:]),
    header("third header", "header_star", "footnote sign", lambda t: f"{t}*"),
    header("third header", "header_hyphenated", "hyphenated at a line break", _hyphenated),
    FileTrap(RENAME, _rename, "third header"),
    FileTrap(UNKNOWN, _unknown, "third header"),
    FileTrap(EXTRA, _extra, "column"),
    FileTrap(WITHOUT, _without, "column"),
    FileTrap(REPEATED, _repeated, "column"),
    FileTrap(NAMELESS, _nameless, "column"),
    FileTrap(PERSONAL, _personal, "personal"),
    FileTrap(SWAPPED, _swapped, "order"),
    FileTrap(HIDDEN_COLUMN, _hidden_column, "hidden column"),
    FileTrap(TITLES, _titles, "title"),
    FileTrap(OFFSET, _offset, "title"),
    FileTrap(THREE, _third_level, "levels"),
    FileTrap(TITLE_UNIT, _title_unit, "unit"),
    sheet(INFORMATION, "Победители", [["№ заявки", "Решение"], ["24-001", "поддержать"], ["24-002", "поддержать"]]),
    sheet(HIDDEN, "Списки", [["Благоустройство"], ["Дороги"]], "hidden"),
    sheet(VERY_HIDDEN, "Служебный", [["24-001", 5]], "veryHidden"),
    sheet(EMPTY, "Лист3", []),
    FileTrap(FAR, _far, "container"),
    FileTrap(SECOND_TABLE, _second_table, "second table"),
    flag("epoch_1904", "dates counted from 1904", "is_1904"),
    flag("shared_strings", "texts in a shared list instead of the cells", "shared_strings"),
    flag("strict_format", "the strict variety of the format", "strict"),
    text_file("encoding_cp1251", "cp1251", encoding="cp1251"),
    text_file("encoding_cp866", "cp866", encoding="cp866"),
    text_file("encoding_utf8", "UTF-8 without mark", encoding="utf-8"),
    text_file("encoding_utf16", "UTF-16", encoding="utf-16"),
    text_file("separator_tab", "tabs between", separator="\t"),
    text_file("separator_comma", "commas between", separator=","),
    text_file("line_ends", "line ends of Unix", line_end="\n"),
    FileTrap(SEPARATOR_LINE, _separator_line, "separator line"),
)


def chosen(book: Book, seed: int, turn: int) -> list[FileTrap]:
    """Traps that fit the file's format and unit: of each group the one whose turn it is, and two groups in three."""
    groups: dict[str, list[FileTrap]] = {}
    for trap in FILE_TRAPS:
        if book.file_format in trap.kind.formats and (trap.group != "unit" or book.scale > 1):
            groups.setdefault(trap.group, []).append(trap)
    order = list(groups)
    random.Random(f"file {seed}").shuffle(order)
    some = set(order[: 2 * len(order) // 3])
    return [traps[turn % len(traps)] for group, traps in groups.items() if group in some or len(traps) > 1]
