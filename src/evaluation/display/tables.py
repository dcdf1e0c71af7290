"""Tables for people from frames: labels, units and names of codes come from the codebook.

Hidden counts are removed from the table's frame, not only from view.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.cell_texts import guard
from evaluation.display.exhibit import Exhibit, Format, Labels
from evaluation.display.placenames import transliterate
from evaluation.display.wording import code_label, label_of, words
from evaluation.settings import LANGUAGES, Language, Text
from evaluation.tables import TABLES

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

__all__ = ["Exhibit", "Format", "exhibit", "guard"]

INTERVAL = Text(ru="от {} до {}", en="{} to {}")
_NUMBER_KINDS = ("integer", "number", "money")
_NAMES = ("name", "short_name")


def exhibit(
    frame: pd.DataFrame,
    codebook: Codebook | None,
    table: str,
    title_ru: str,
    title_en: str,
    note_ru: str = "",
    note_en: str = "",
    *,
    name: str = "",
    columns: Sequence[str] | None = None,
    labels: Mapping[str, Text] | None = None,
    units: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
    variables_in: Mapping[str, str] | None = None,
    names: Mapping[str, Mapping[str, Any]] | None = None,
    signed: Sequence[str] = (),
    hidden: pd.DataFrame | None = None,
    threshold: int = 5,
    simulated: bool = False,
    currency: str = "RUB",
    language: Language = "ru",
) -> Exhibit:
    """A table for people from a frame; labels, units and labels of codes come from the codebook's ``table``.

    ``columns`` selects and orders the columns; ``labels``, ``units`` and ``decimals`` replace the codebook's for
    single columns. ``variables_in`` says for a column of variables' names (such as ``indicator``) in which tables of
    the codebook they stand, e.g. ``{"indicator": "indicators"}``; ``names`` gives names by code (or by language and
    code) for a column such as ``unit_id``. A column ``unit`` holds each row's unit; ``signed`` columns are changes
    and get their sign. ``hidden`` has columns and index of ``frame``. Raises KeyError when ``columns`` names a column
    that the frame lacks.
    """
    chosen = list(columns) if columns is not None else [str(each) for each in frame.columns]
    unit_column = "unit" if "unit" in frame.columns else None
    if unit_column and unit_column not in chosen:
        chosen.append(unit_column)
    shown = frame[chosen].copy()
    mask = None
    if hidden is not None:
        mask = hidden.reindex(index=frame.index, columns=[each for each in chosen if each in hidden.columns])
        for column in mask.columns:
            marked = mask[column].map(lambda value: bool(value) and not pd.isna(value)).astype(bool)
            shown[column] = shown[column].mask(marked)
        mask = mask.reset_index(drop=True)
    if unit_column:
        shown[unit_column] = [_in_currency(str(unit), currency) for unit in shown[unit_column].fillna("")]
    kinds = {column.name: column.kind for column in TABLES[table].columns} if table in TABLES else {}
    given = units or {}
    formats: dict[str, Format] = {}
    choices: dict[str, Labels] = {}
    for column in chosen:
        is_number = pd.api.types.is_numeric_dtype(shown[column]) and not pd.api.types.is_bool_dtype(shown[column])
        is_number = is_number or kinds.get(column) in _NUMBER_KINDS
        unit = given.get(column, _declared_unit(codebook, table, column, currency))
        if not unit and kinds.get(column) == "money":
            unit = currency
        if column == "year" or column.endswith("_year"):
            unit = "year"
        elif unit_column and not unit and pd.api.types.is_integer_dtype(shown[column]):
            unit = "count"  # the row's unit is that of its value; how many it rests on is a bare count
        digits = (decimals or {}).get(column)
        formats[column] = Format(_in_currency(unit, currency), digits, is_number, column in signed)
        found = _choices_of(shown[column], codebook, table, column, variables_in, names)
        if found:
            choices[column] = found
    if {"low", "high"} <= formats.keys():
        formats["low"] = replace(formats["low"], beside="high", pattern=INTERVAL)
    own = labels or {}
    texts: Labels = {
        each: {
            column: own[column].in_language(each) if column in own else label_of(codebook, (table,), column, each)
            for column in chosen
        }
        for each in LANGUAGES
    }
    title, note = Text(ru=title_ru, en=title_en), Text(ru=note_ru, en=note_en)
    return Exhibit(
        name or table, shown.reset_index(drop=True), texts, title, note, formats, choices, mask, threshold,
        unit_column, simulated, language,
    )  # fmt: skip


def _declared_unit(codebook: Codebook | None, table: str, column: str, currency: str) -> str:
    """The codebook's unit; money is the programme's own whatever currency the codebook was written for."""
    unit = "" if codebook is None else codebook.unit(table, column)
    return currency if re.fullmatch("[A-Z]{3}", unit) else unit


def _in_currency(unit: str, currency: str) -> str:
    return re.sub(r"\b(currency)\b|(?<=_)currency|^currency(?=_)", currency, unit)


def _choices_of(
    values: pd.Series,
    codebook: Codebook | None,
    table: str,
    column: str,
    variables_in: Mapping[str, str] | None,
    names: Mapping[str, Mapping[str, Any]] | None,
) -> Labels:
    """Labels by language and code of a column; empty where its values are no codes."""
    if names and column in names:
        given = names[column]
        by_language = {each: given[each] if set(given) <= set(LANGUAGES) else given for each in LANGUAGES}
        return {each: {"all": words("all_units", each), **by_language[each]} for each in LANGUAGES}
    if pd.api.types.is_bool_dtype(values):
        return {}
    codes = [str(value) for value in values.dropna().unique()] if values.dtype.kind not in "fiub" else []
    if variables_in and column in variables_in:
        tables = (variables_in[column], "panel", "project_table", "trial_households", "*")
        return {each: {code: label_of(codebook, tables, code, each) for code in codes} for each in LANGUAGES}
    list_name = codebook.list_of(table, column) if codebook is not None else ""
    if list_name and codebook is not None:
        return {each: codebook.choice_labels(list_name, each) for each in LANGUAGES}
    if column in _NAMES:
        return {"ru": dict(zip(codes, codes, strict=True)), "en": {code: transliterate(code) for code in codes}}
    if any(code_label(column, code, "ru") != code for code in codes):
        return {each: {code: code_label(column, code, each) for code in codes} for each in LANGUAGES}
    return {}
