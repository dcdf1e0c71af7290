"""Empty forms for the files that a programme receives, made from the declared columns and the codebook.

A form has one sheet for records (drop-downs, checks of numbers and dates, codes as text), one with instructions in
both languages, and a hidden one with the lists. What is filled in by its rules is read back without a remark.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.codebook import Codebook
from evaluation.display.wording import SOURCES
from evaluation.report.forms import HEADER_FILL, HEADER_FONT, TEXT_FORMAT, new_book, put_text, workbook_bytes
from evaluation.report.instructions import write_instructions
from evaluation.settings import LANGUAGES, Language, Text
from evaluation.tables import FORM_MARK, FORMS, LIST_SHEET, Column, Form

LAST_ROW = 1_048_576  # of a sheet
DATE_FORMAT = "DD.MM.YYYY"
FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2100, 12, 31)
YES_NO = "yes_no"
UNITS = "units"
REQUIRED_FILL = PatternFill("solid", fgColor="A33B20")
# units that stand in a header; the labels of others say what is counted
HEADER_UNITS: dict[str, Text] = {
    "persons": Text(ru="чел.", en="persons"),
    "hours": Text(ru="часов", en="hours"),
    "minutes": Text(ru="мин.", en="minutes"),
    "points": Text(ru="баллов", en="points"),
}
_EXAMPLES = {
    "person_name": "Фамилия Имя Отчество",
    "person_key": "",
    "phone": "+7 000 000-00-00",
    "email": "name@example.org",
    "place_code": "00000000000",
}
_WORDS: dict[str, Text] = {
    "wrong": Text(ru="Не подходит", en="Does not fit"),
    "choose": Text(ru="Выберите значение из списка.", en="Choose a value from the list."),
    "number": Text(ru="Впишите число{range}.", en="Enter a number{range}."),
    "whole": Text(ru="Впишите целое число{range}.", en="Enter a whole number{range}."),
    "date": Text(ru="Впишите дату, например 15.03.2024.", en="Enter a date, such as 15.03.2024."),
    "text": Text(ru="Впишите текст.", en="Enter text."),
    "code": Text(ru="Впишите номер или код; нули впереди сохраняются.", en="Enter a number or code; zeros stay."),
    "required": Text(ru="Обязательно.", en="Required."),
}


@dataclass(frozen=True)
class Item:
    """A column of one form as it stands on the sheet: its variable, header, list and explanations by language."""

    column: Column
    variable: str
    header: str
    list_name: str
    explained: Mapping[Language, str] = field(default_factory=dict)

    @property
    def is_unit(self) -> bool:
        return self.list_name == UNITS


@dataclass(frozen=True)
class Lists:
    """Values of the drop-downs: labels by code for every list in the form's language, and both languages of each."""

    labels: Mapping[str, Mapping[str, str]]
    both: Mapping[str, tuple[str, ...]]


def template(
    source: str,
    codebook: Codebook,
    units: pd.DataFrame,
    language: Language,
    currency: Text,
    rows: pd.DataFrame | None = None,
) -> bytes:
    """The form of ``source`` as a workbook; the same arguments give the same bytes.

    ``units`` (unit_id, name, short_name) are the territorial units in force. ``rows`` has columns of
    ``FORMS[source]`` and fills the form: codes of categories, ``unit_id`` for units, True and False for flags.
    Raises KeyError for a source without a form or a value that is in none of its lists.
    """
    form = FORMS[source]
    named = units_by_name(units)
    lists = _lists(form, codebook, units, named, language)
    items = [_item(form, column, codebook, named, language, currency) for column in form.columns]
    title = sheet_title(source, language)
    book = new_book(title)
    _data_sheet(book.create_sheet(title), items, lists, language, rows)
    write_instructions(book, title, [(i.header, i.column.required, i.explained, _allowed(i, lists), _example(i, lists))
                                     for i in items], units)  # fmt: skip
    _list_sheet(book, lists)
    return workbook_bytes(book)


def sheet_title(source: str, language: Language) -> str:
    """Name of a form in one language, which also names its sheet and file."""
    return SOURCES[source][0 if language == "ru" else 1][:31]


def units_by_name(units: pd.DataFrame) -> bool:
    """Do names tell the units apart, so that a form may ask for them instead of codes?"""
    spelled = pd.concat(
        [units[["unit_id", column]].rename(columns={column: "spelling"}) for column in ("name", "short_name")]
    )
    spelled["spelling"] = spelled["spelling"].str.casefold()
    owners = spelled.drop_duplicates().groupby("spelling")["unit_id"].nunique()
    return bool((owners.reindex(units["name"].str.casefold()) == 1).all())


def _item(form: Form, column: Column, codebook: Codebook, named: bool, language: Language, currency: Text) -> Item:
    variable, list_name = column.name, ""
    if column.name in form.units:
        list_name = UNITS
        if not named:
            stem = column.name.removesuffix("_name")
            variable = "unit_id" if stem == "name" else f"{stem}_id"
    elif column.kind == "flag":
        list_name = YES_NO
    elif column.kind == "category":
        list_name = codebook.list_of(form.source, column.name)
    explained = {each: _explained(form.source, variable, column, list_name, codebook, each) for each in LANGUAGES}
    header = _header(form.source, variable, column, codebook, language, currency)
    return Item(column, variable, header, list_name, explained)


def _header(source: str, variable: str, column: Column, codebook: Codebook, language: Language, currency: Text) -> str:
    """«Стоимость по плану, руб.», with a star where the column is required."""
    unit = codebook.unit(source, variable)
    words = currency if column.kind == "money" else HEADER_UNITS.get(unit)
    label = codebook.label(source, variable, language)
    unit_words = "" if words is None else words.in_language(language)
    # «Балл» and «Часы» name their unit themselves
    text = f"{label}, {unit_words}" if unit_words and unit_words[:3] not in label.casefold() else label
    return f"{text} *" if column.required else text


def _explained(
    source: str, variable: str, column: Column, list_name: str, codebook: Codebook, language: Language
) -> str:
    """What to enter, in one or two sentences: kind, range, whether required, the codebook's note."""
    if list_name:
        words = "choose"
    else:
        words = {"integer": "whole", "number": "number", "money": "number"}.get(column.kind, column.kind)
    sentences = [_WORDS[words].in_language(language).format(range=_range(column, language))]
    if column.required:
        sentences.append(_WORDS["required"].in_language(language))
    note = codebook.note(source, variable, language)
    if note:
        sentences.append(f"{note[0].upper()}{note[1:]}.")
    return " ".join(sentences)


def _range(column: Column, language: Language) -> str:
    low, high = column.low, column.high
    if low is None and high is None:
        return ""
    if high is None:
        return f" не меньше {low:g}" if language == "ru" else f" of at least {low:g}"
    if low is None:
        return f" не больше {high:g}" if language == "ru" else f" of at most {high:g}"
    return f" от {low:g} до {high:g}" if language == "ru" else f" from {low:g} to {high:g}"


# ---- lists --------------------------------------------------------------------------------------------------


def _lists(form: Form, codebook: Codebook, units: pd.DataFrame, named: bool, language: Language) -> Lists:
    labels: dict[str, dict[str, str]] = {}
    both: dict[str, tuple[str, ...]] = {}
    names = [codebook.list_of(form.source, column.name) for column in form.columns if column.kind == "category"]
    if any(column.kind == "flag" for column in form.columns):
        names.append(YES_NO)
    for name in dict.fromkeys(names):
        labels[name] = codebook.choice_labels(name, language)
        russian, english = (codebook.choice_labels(name, each) for each in ("ru", "en"))
        both[name] = tuple(f"{russian[code]} / {english[code]}" for code in russian)
    if form.units:
        shown = units["name"] if named else units["unit_id"]
        labels[UNITS] = dict(zip(units["unit_id"].astype(str), shown.astype(str), strict=True))
    return Lists(labels, both)


def _list_sheet(book: Workbook, lists: Lists) -> None:
    sheet = book.create_sheet(LIST_SHEET)
    put_text(sheet, 1, 1, FORM_MARK)
    for position, (name, labels) in enumerate(lists.labels.items()):
        column = 2 + 2 * position
        put_text(sheet, 1, column, name)
        for row, (code, label) in enumerate(labels.items(), start=2):
            put_text(sheet, row, column, label)
            put_text(sheet, row, column + 1, code)
    sheet.sheet_state = "hidden"


def _place(name: str, lists: Lists) -> str:
    """Range of a list's labels on the hidden sheet."""
    letter = get_column_letter(2 + 2 * list(lists.labels).index(name))
    return f"{LIST_SHEET}!${letter}$2:${letter}${1 + len(lists.labels[name])}"


def _allowed(item: Item, lists: Lists) -> str:
    if item.is_unit:
        return "территории внизу листа / the units below"
    return "; ".join(lists.both.get(item.list_name, ()))


def _example(item: Item, lists: Lists) -> str:
    """A valid value as one would type it."""
    column = item.column
    if item.list_name:
        return next(iter(lists.labels[item.list_name].values()), "")
    if column.name in _EXAMPLES:
        return _EXAMPLES[column.name]
    low = column.low or 0
    numbers = {"integer": f"{low + 12:g}", "number": f"{low + 7.5:g}", "money": "1250000,50", "date": "15.03.2024"}
    if column.high is not None and low + 12 > column.high:
        numbers |= {"integer": f"{column.high:g}", "number": f"{(low + column.high) / 2:g}"}
    return numbers.get(column.kind, "017" if column.kind == "code" else "Текст")


# ---- the sheet for records ----------------------------------------------------------------------------------


def _data_sheet(
    sheet: Worksheet, items: list[Item], lists: Lists, language: Language, rows: pd.DataFrame | None
) -> None:
    for position, item in enumerate(items, start=1):
        letter = get_column_letter(position)
        cell = put_text(sheet, 1, position, item.header)
        cell.font = HEADER_FONT
        cell.fill = REQUIRED_FILL if item.column.required else HEADER_FILL
        dimension = sheet.column_dimensions[letter]
        dimension.width = min(42.0, max(14.0, 0.9 * len(item.header) + 4))
        dimension.number_format = _number_format(item)
        dimension.font = Font()
        sheet.add_data_validation(_validation(item, lists, language, f"{letter}2:{letter}{LAST_ROW}"))
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 45
    for offset, row in enumerate([] if rows is None else rows.to_dict("records")):
        for position, item in enumerate(items, start=1):
            _put(sheet, offset + 2, position, item, row.get(item.column.name), lists)


def _number_format(item: Item) -> str:
    kind = "category" if item.list_name else item.column.kind
    formats = {"date": DATE_FORMAT, "integer": "0", "number": "General", "money": "#,##0.00"}
    return formats.get(kind, TEXT_FORMAT)


def _put(sheet: Worksheet, row: int, column: int, item: Item, value: Any, lists: Lists) -> None:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return
    if item.list_name:
        code = ("yes" if value else "no") if item.column.kind == "flag" else str(value)
        put_text(sheet, row, column, lists.labels[item.list_name][code])
    elif item.column.kind in ("text", "code"):
        put_text(sheet, row, column, value)
    else:
        cell = sheet.cell(row=row, column=column)
        is_day = item.column.kind == "date"
        cell.value = pd.Timestamp(value).to_pydatetime() if is_day else _number(value, item.column)
        cell.number_format = _number_format(item)


def _number(value: Any, column: Column) -> int | float:
    return int(value) if column.kind == "integer" else float(value)


def _validation(item: Item, lists: Lists, language: Language, cells: str) -> DataValidation:
    """What the sheet itself accepts in a column, and what it says."""
    kind, column = item.column.kind, item.column
    if item.list_name:
        check = DataValidation(type="list", formula1=_place(item.list_name, lists))
    elif kind == "date":
        check = DataValidation(type="date", operator="between", formula1=_serial(FIRST_DAY), formula2=_serial(LAST_DAY))
    elif kind in ("integer", "number", "money"):
        low, high = column.low, column.high
        limits = (low if low is not None else -1e15, high if high is not None else 1e15)
        check = DataValidation(
            type="whole" if kind == "integer" else "decimal",
            operator="between",
            formula1=f"{limits[0]:.15g}",
            formula2=f"{limits[1]:.15g}",
        )
    else:
        check = DataValidation()
    check.allow_blank = True
    check.showErrorMessage = check.showInputMessage = True
    check.promptTitle = item.header[:32]
    check.prompt = check.error = item.explained[language][:255]
    check.errorTitle = _WORDS["wrong"].in_language(language)
    check.add(cells)
    return check


def _serial(day: dt.date) -> str:
    """A day as Excel counts it."""
    return str((day - dt.date(1899, 12, 30)).days)
