"""What the interactive map knows: checked values, rounded as shown, with classes; hidden values are not among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaluation.display.maps.classes import classing
from evaluation.display.units import forms_of, unit_words
from evaluation.display.wording import default_decimals
from evaluation.settings import InputProblem, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.settings import Language

REQUIRED = ("unit_id", "year", "indicator", "value")
STATES = ("shown", "hidden", "no_data")
NUMBERS = ("value", "low", "high", "n")


@dataclass(frozen=True)
class MapIndicator:
    """An indicator that the page offers: its code in ``values``, its name, and the code of its unit of measure."""

    code: str
    label: Text
    unit: str = ""


def checked(values: pd.DataFrame, units: Sequence[str], indicators: Sequence[MapIndicator]) -> pd.DataFrame:
    """``values`` with every column there is (low, high, n and state may be left out), numbers only where shown.

    Raises InputProblem for a missing column, an unknown unit, indicator or state, a repeated row, an infinite number.
    """
    missing = [name for name in REQUIRED if name not in values.columns]
    if missing:
        raise _problem("нет столбцов {}", "columns are missing: {}", missing)
    frame = values.assign(**{name: np.nan for name in NUMBERS if name not in values.columns})
    if "state" not in frame.columns:
        frame["state"] = "shown"
    frame["state"] = frame["state"].fillna("shown")
    frame["unit_id"] = frame["unit_id"].astype(str)
    for column, known in (("unit_id", units), ("indicator", [one.code for one in indicators]), ("state", STATES)):
        unknown = sorted(set(frame[column].astype(str)) - set(known))
        if unknown:
            raise _problem(
                f"в столбце {column} неизвестные значения: {{}}", f"unknown values in column {column}: {{}}", unknown
            )
    years = pd.to_numeric(frame["year"], errors="raise") if pd.api.types.is_numeric_dtype(frame["year"]) else None
    if years is None or years.isna().any() or (years % 1 != 0).any():
        raise _problem("в столбце year не годы: {}", "column year holds no years: {}", _texts(frame["year"]))
    frame["year"] = years.astype("int64")
    repeated = frame[frame.duplicated(["unit_id", "year", "indicator"])]
    if len(repeated):
        keys = [f"{row.unit_id}, {row.year}, {row.indicator}" for row in repeated.itertuples()]
        raise _problem("строки повторяются: {}", "rows are repeated: {}", keys)
    shown = frame["state"] == "shown"
    for name in NUMBERS:
        if not pd.api.types.is_numeric_dtype(frame[name]) and frame[name].notna().any():
            raise _problem(
                f"в столбце {name} не числа: {{}}", f"column {name} holds no numbers: {{}}", _texts(frame[name])
            )
        frame[name] = pd.to_numeric(frame[name]).astype("float64").where(shown)
        infinite = frame.loc[np.isinf(frame[name]), "unit_id"].tolist()
        if infinite:
            raise _problem(
                f"в столбце {name} бесконечные числа: {{}}", f"infinite numbers in column {name}: {{}}", infinite
            )
    frame["state"] = frame["state"].mask(shown & frame["value"].isna(), "no_data")
    return frame


def _problem(ru: str, en: str, listed: Sequence[str]) -> InputProblem:
    text = ", ".join(listed[:5]) + (" …" if len(listed) > 5 else "")
    return InputProblem(
        f"Значения для интерактивной карты: {ru.format(text)}. Ожидались столбцы {', '.join(REQUIRED)} и, где есть, "
        "low, high, n, state (shown, hidden, no_data), одна строка на территорию, год и показатель.",
        f"Values for the interactive map: {en.format(text)}. Expected columns {', '.join(REQUIRED)} and, where there "
        "are any, low, high, n, state (shown, hidden, no_data), one row a territory, year and indicator.",
    )


def _texts(column: pd.Series) -> list[str]:
    return sorted({str(value) for value in column})


def described(
    frame: pd.DataFrame, indicator: MapIndicator, units: Sequence[str], years: Sequence[int], classes: int,
    language: Language,
) -> dict[str, Any]:  # fmt: skip
    """One indicator for the script: words of its unit, digits, classes over all ``years`` and numbers by year.

    Numbers are rounded as they are shown (shares in per cent). In a year's ``class`` every unit has one character:
    the number of its class, 'h' hidden, 'n' no data.
    """
    own = frame[frame["indicator"] == indicator.code]
    kind = unit_words(indicator.unit)
    scale = 100.0 if kind.kind == "share" else 1.0
    decimals = _decimals(own["value"].dropna() * scale, kind.decimals)
    places = pd.MultiIndex.from_arrays([own["unit_id"], own["year"]])
    shown = (own["value"] * scale).round(decimals) / scale
    found = classing(pd.Series(shown.to_numpy(), index=places.to_flat_index()), classes, language, indicator.unit)
    number = {key: str(place) for place, one in enumerate(found.classes) for key in one.units}
    years_of: dict[str, Any] = {}
    for year in years:
        rows = own[own["year"] == year].set_index("unit_id").reindex(list(units))
        state = rows["state"].fillna("no_data")
        marks = [
            "h" if mark == "hidden" else number.get((unit, year), "n")  # type: ignore[call-overload]
            for unit, mark in zip(units, state, strict=True)
        ]
        listed: dict[str, Any] = {"class": "".join(marks), "value": _numbers(rows["value"] * scale, decimals)}
        if rows["low"].notna().any():
            ends = max(decimals, 1) if kind.kind in ("share", "percent") else max(decimals, _decimals_of_ends(rows))
            listed |= {"low": _numbers(rows["low"] * scale, ends), "high": _numbers(rows["high"] * scale, ends)}
            listed["ends"] = ends
        if rows["n"].notna().any():
            listed["n"] = _numbers(rows["n"], 0)
        years_of[str(year)] = listed
    forms = list(forms_of(kind, language))
    return {
        "label": indicator.label.in_language(language),
        "forms": forms if any(forms) else [],
        "close": language == "en" and forms[-1] == "%",
        "decimals": decimals,
        "classes": [[one.colour, one.label] for one in found.classes],
        "rule": found.reason,
        "years": years_of,
    }


def _decimals(known: pd.Series, fixed: int | None) -> int:
    if known.empty or bool(np.isclose(known, known.round()).all()):
        return 0
    if fixed:
        return fixed
    return max(1, default_decimals(float(known.abs().max())))


def _decimals_of_ends(rows: pd.DataFrame) -> int:
    ends = pd.concat([rows["low"], rows["high"]]).dropna()
    return 0 if bool(np.isclose(ends, ends.round()).all()) else max(1, default_decimals(float(ends.abs().max())))


def _numbers(values: pd.Series, decimals: int) -> list[float | int | None]:
    """Rounded numbers for JSON: whole ones without a point, None where there is none."""
    rounded = values.round(decimals) + 0.0
    if decimals == 0:
        return [None if np.isnan(value) else int(value) for value in rounded]
    return [None if np.isnan(value) else int(value) if value.is_integer() else value for value in rounded.tolist()]
