"""SPSS data files (sav, zsav) as sheets: variable names over their labels, values by their value labels.

Each header cell holds the variable's name and, on a second line, its label; for a variable of a multiple response set
«question [option]». A value with a label is shown by the label. A user-missing value without one is shown as
«99 [user-missing]», so that it can be no number; a system-missing one is an empty cell.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.files import refuse
from evaluation.cleaning.workbook import MAX_CELLS, Sheet
from evaluation.settings import InputProblem

USER_MISSING = "{} [user-missing]"


def read_sav(data: bytes, path: Path, source: str) -> Sheet:
    """The file as one sheet. Raises InputProblem where it cannot be read or is too large."""
    import pyreadstat

    try:
        _, facts = pyreadstat.read_sav(io.BytesIO(data), metadataonly=True)
        _check_size(facts, path, source)
        frame, facts = pyreadstat.read_sav(io.BytesIO(data), user_missing=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError, ValueError) as error:
        raise refuse(
            path,
            source,
            " не читается как файл SPSS: он повреждён. Получите его заново или сохраните в SPSS как .sav.",
            " cannot be read as an SPSS file: it is damaged. Obtain it again, or save it in SPSS as .sav.",
        ) from error
    options = _options(facts.mr_sets or {}, facts.column_names_to_labels)
    cells = np.empty((len(frame) + 1, max(frame.shape[1], 1)), dtype=object)
    for place, name in enumerate(frame.columns):
        text = options.get(name) or facts.column_names_to_labels.get(name)
        cells[0, place] = f"{name}\n{text}" if text and text != name else name
        labels = facts.variable_value_labels.get(name, {})
        ranges: Any = facts.missing_ranges.get(name, [])  # written as plain values, read as mappings lo and hi
        cells[1:, place] = _column(frame[name], labels, ranges)
    return Sheet(path.stem, cells, int(facts.number_rows or len(frame)) + 1)


def _check_size(facts: Any, path: Path, source: str) -> None:
    if (facts.number_rows or 0) * facts.number_columns > MAX_CELLS:
        raise InputProblem(
            f"Файл {path} (источник {source}): {facts.number_rows} строк по {facts.number_columns} ячеек, это слишком "
            "много. Разделите файл.",
            f"The file {path} (source {source}): {facts.number_rows} rows of {facts.number_columns} cells is too much. "
            "Split the file.",
        )


def _options(sets: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str | None]) -> dict[str, str]:
    """Headers «question [option]» of the variables of sets of yes-or-no variables."""
    found: dict[str, str] = {}
    for name, one in sets.items():
        if one.get("is_dichotomy"):
            question = one.get("label") or name.lstrip("$")
            for variable in one["variable_list"]:
                found[variable] = f"{question} [{labels.get(variable) or variable}]"
    return found


def _column(values: pd.Series, labels: Mapping[Any, str], ranges: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Cells of a variable; each different value is looked up once."""
    codes, found = pd.factorize(values, use_na_sentinel=False)
    valid = [value for value in found if value == value and not _is_missing(value, ranges)]
    if 2 * sum(value in labels for value in valid) < len(valid):
        # a number of which only the ends of the scale, and what stands for no answer, have names
        labels = {value: text for value, text in labels.items() if _is_missing(value, ranges)}
    cells = [_cell(value, labels, ranges) for value in found]
    return [cells[code] for code in codes.tolist()]


def _cell(value: Any, labels: Mapping[Any, str], ranges: Sequence[Mapping[str, Any]]) -> Any:
    if value is None or value is pd.NaT or value != value or value == "":
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    plain = value.item() if isinstance(value, np.generic) else value
    label = labels.get(plain)
    if label:
        return label
    if _is_missing(plain, ranges):
        return USER_MISSING.format(f"{plain:g}" if isinstance(plain, float) else plain)
    return plain


def _is_missing(value: Any, ranges: Sequence[Mapping[str, Any]]) -> bool:
    """Is a value declared to stand for no answer (user-missing)?"""
    return any(
        one["lo"] <= value <= one["hi"] for one in ranges if isinstance(one["lo"], str) == isinstance(value, str)
    )
