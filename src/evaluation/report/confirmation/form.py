"""The workbook in which a person confirms what was read from a document: value, phrase, paragraph, yellow cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook

from evaluation.report.answer_sheets import (
    finish_sheet,
    guide_sheet,
    key_sheet,
    letter_of,
    put_columns,
    put_heading,
    put_line,
)
from evaluation.report.forms import (
    BOX,
    ERROR_FILL,
    ON_ONE_LINE,
    WARNING_FILL,
    drop_down,
    new_book,
    protect,
    put_answer,
    put_header,
    put_text,
    workbook_bytes,
)
from evaluation.settings import Language, Text

MARK = "evaluation-document"
KEY_SHEET = "_document"
HEADER_ROW = 5
ROLE_ROW = 3
ROLE_COLUMN = 3
COLUMNS: dict[str, tuple[Text, float]] = {
    "line": (Text(ru="№", en="No."), 6),
    "field": (Text(ru="Что искали", en="What was looked for"), 34),
    "entry": (Text(ru="Запись", en="Entry"), 8),
    "value": (Text(ru="Прочитано", en="What was read"), 44),
    "told": (Text(ru="Единица, период, чьё", en="Unit, period, whose"), 20),
    "phrase": (Text(ru="Фраза документа", en="Phrase of the document"), 60),
    "paragraph": (Text(ru="Абзац", en="Paragraph"), 8),
    "remark": (Text(ru="На что обратить внимание", en="What to look at"), 36),
    "confirmed": (Text(ru="ВЕРНО?", en="RIGHT?"), 14),
    "answer": (Text(ru="Верное значение", en="Right value"), 34),
}
ANSWERS = ("confirmed", "answer")
YES, NO, CORRECT = "yes", "no", "correct"
CHOICES: Mapping[str, Text] = {
    YES: Text(ru="да", en="yes"),
    NO: Text(ru="нет", en="no"),
    CORRECT: Text(ru="исправить", en="correct to"),
}
WORDS: dict[str, Text] = {
    "title": Text(ru="Проверка прочитанного: {kind}, {document}", en="Check of what was read: {kind}, {document}"),
    "sheet": Text(ru="Проверка", en="Check"),
    "checks": Text(ru="Сверки", en="Sums"),
    "guide": Text(ru="Как заполнять", en="How to fill in"),
    "hint": Text(
        ru="Заполняйте только жёлтые ячейки. Без ответа строка никуда не попадёт.",
        en="Fill in the yellow cells only. A line without an answer goes nowhere.",
    ),
    "role": Text(ru="Кто проверил (роль, без имени):", en="Checked by (role, no name):"),
    "missing": Text(ru="— не найдено —", en="— not found —"),
    "looked_for": Text(ru="искали: {}", en="looked for: {}"),
    "wrong": Text(ru="Выберите ответ из списка", en="Choose an answer from the list"),
    "name": Text(ru="Сверка", en="Check"),
    "expression": Text(ru="Числа", en="Numbers"),
    "outcome": Text(ru="Сходится", en="Holds"),
    "holds": Text(ru="да", en="yes"),
    "fails": Text(ru="НЕТ", en="NO"),
    "unknown": Text(ru="не проверить: чего-то нет", en="cannot be checked: something is missing"),
}
GUIDE: dict[Language, tuple[str, ...]] = {
    "ru": (
        "1. Правила нашли в документе значения; каждое стоит рядом с фразой, из которой оно взято, и номером абзаца.",
        "2. «да» — значение верно (у ненайденного: в документе его действительно нет).",
        "«нет» — значение неверно, а верного в документе нет: оно будет считаться отсутствующим.",
        "«исправить» — впишите верное значение в соседней ячейке: числа цифрами, даты как 27.01.2021.",
        "3. Впишите вверху роль того, кто проверил. Имён и телефонов не пишите.",
        "4. Сохраните книгу и выполните: evaluation read-document --confirmed КНИГА --out ПАПКА. В таблицы попадёт "
        "только подтверждённое.",
    ),
    "en": (
        "1. Rules found values in the document; beside each stand the phrase it came from and the paragraph's number.",
        "2. 'yes': the value is right (of one not found: the document really does not have it).",
        "'no': the value is wrong, and the document has no right one; it will count as missing.",
        "'correct to': write the right value in the cell beside, numbers in figures, dates as 27.01.2021.",
        "3. Name the role of whoever checked at the top. Write no names or phones.",
        "4. Save the workbook and run: evaluation read-document --confirmed WORKBOOK --out FOLDER. Only what is "
        "confirmed goes into the tables.",
    ),
}


@dataclass(frozen=True)
class FormLine:
    """One line of the form.

    ``field``, ``place`` and ``stored`` (empty: missing) are what it stands for, kept in the key. ``about`` is the unit,
    the period and the owner of a number, each empty where unknown; ``doubtful`` lines are coloured.
    """

    field: str
    place: int
    stored: str
    label: str
    shown: str
    about: tuple[str, str, str]
    phrase: str
    paragraph: int | None
    remark: str
    doubtful: bool = False


@dataclass(frozen=True)
class CheckLine:
    """A check of sums: its name, the numbers, whether it holds (None: cannot be told)."""

    label: str
    expression: str
    holds: bool | None


@dataclass(frozen=True)
class Origin:
    """What document the form is of: its kind and its words, the file's name and SHA-256."""

    kind: str
    kind_label: str
    document: str
    sha256: str


def confirmation_form(
    lines: Sequence[FormLine], checks: Sequence[CheckLine], origin: Origin, language: Language
) -> bytes:
    """The workbook as bytes; the same arguments give the same bytes, and no cell can become a formula."""
    title = WORDS["title"].in_language(language).format(kind=origin.kind_label, document=origin.document)
    book = new_book(title)
    guide_sheet(book, WORDS["guide"].in_language(language), (title, "", *GUIDE[language]), width=110)
    _lines(book, lines, title, language)
    _checks(book, checks, language)
    _key(book, lines, origin)
    book.active = 1
    return workbook_bytes(book)


def _lines(book: Workbook, lines: Sequence[FormLine], title: str, language: Language) -> None:
    sheet = book.create_sheet(WORDS["sheet"].in_language(language))
    put_heading(sheet, title, WORDS["hint"].in_language(language))
    put_text(sheet, ROLE_ROW, 1, WORDS["role"].in_language(language)).alignment = ON_ONE_LINE
    put_answer(sheet, ROLE_ROW, ROLE_COLUMN)
    sheet.merge_cells(start_row=ROLE_ROW, end_row=ROLE_ROW, start_column=ROLE_COLUMN, end_column=ROLE_COLUMN + 1)
    put_columns(sheet, HEADER_ROW, COLUMNS, language)
    for number, line in enumerate(lines, start=1):
        texts = {
            "line": number,
            "field": line.label,
            "entry": line.place or "",
            "value": line.shown or WORDS["missing"].in_language(language),
            "told": ", ".join(part for part in line.about if part),
            "phrase": line.phrase,
            "paragraph": line.paragraph,
            "remark": line.remark,
        }
        cells = put_line(sheet, HEADER_ROW + number, COLUMNS, ANSWERS, texts)
        if not line.shown:
            cells["value"].fill = ERROR_FILL
        elif line.doubtful:
            cells["value"].fill = WARNING_FILL
        if line.doubtful:
            cells["remark"].fill = WARNING_FILL
    if lines:
        where = letter_of(COLUMNS, "confirmed")
        drop_down(
            sheet,
            [word.in_language(language) for word in CHOICES.values()],
            [f"{where}{HEADER_ROW + 1}:{where}{HEADER_ROW + len(lines)}"],
            WORDS["sheet"].in_language(language),
            WORDS["wrong"].in_language(language),
        )
    finish_sheet(sheet, HEADER_ROW, scrolled_from=3)


def _checks(book: Workbook, checks: Sequence[CheckLine], language: Language) -> None:
    sheet = book.create_sheet(WORDS["checks"].in_language(language))
    names = [WORDS[name].in_language(language) for name in ("name", "expression", "outcome")]
    put_header(sheet, 1, names, [50, 60, 30])
    for row, check in enumerate(checks, start=2):
        outcome = WORDS[{True: "holds", False: "fails", None: "unknown"}[check.holds]].in_language(language)
        for column, text in enumerate((check.label, check.expression, outcome), start=1):
            cell = put_text(sheet, row, column, text)
            cell.border = BOX
            if check.holds is False:
                cell.fill = ERROR_FILL
    protect(sheet)


def _key(book: Workbook, lines: Sequence[FormLine], origin: Origin) -> None:
    """The hidden sheet: what document, and what every line stands for."""
    rows = [
        (number, line.field, line.place, line.stored, *line.about, line.phrase, line.paragraph or "")
        for number, line in enumerate(lines, start=1)
    ]
    key_sheet(book, KEY_SHEET, (MARK, origin.kind, origin.document, origin.sha256), rows)
