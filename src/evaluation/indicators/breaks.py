"""Breaks in comparability: changes of territory, of rules and of counting, and which comparisons cross them.

A comparison across a break is refused unless the break is bridged: its row names a bridge, and the series at hand was
made with that bridge. ``indicators/comparing.py`` says so in words and cuts series into segments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.settings import LANGUAGES, InputProblem, Language

COLUMNS = ("break_id", "date", "first_year", "kind", "indicators", "bridge", "note_ru", "note_en", "reference")
KINDS = ("territory", "rules", "definition", "counting", "shock")
# crosswalk: earlier years carried into the new units; stable_areas: areas that no change cuts; both_definitions: the
# series was counted anew by one definition, because a year was counted by both
BRIDGES = ("crosswalk", "stable_areas", "both_definitions")
ALL_UNITS = "all"


def read_breaks(path: Path | None) -> pd.DataFrame:
    """Breaks by date: COLUMNS with ``date`` and ``first_year`` (first programme year after the break) typed.

    ``indicators`` lists the codes it touches, separated by ``|``; ``*`` means all. ``bridge`` lists what can bridge it
    (BRIDGES, separated by ``|``); empty, or in a file without that column: nothing. No rows without a file. Raises
    InputProblem with the line for missing columns, an unknown kind or bridge, a date or a year that is none.
    """
    if path is None:
        types = {"date": "datetime64[us]", "first_year": "Int64"}
        return pd.DataFrame({name: pd.Series(dtype=types.get(name, "str")) for name in COLUMNS})
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    frame = frame.fillna("")  # a line that ends early
    missing = [name for name in COLUMNS if name not in frame.columns and name != "bridge"]
    if missing:
        raise InputProblem(
            f"{path}, строка 1: нет столбцов {', '.join(missing)}. Ожидались: {', '.join(COLUMNS)}.",
            f"{path}, line 1: columns {', '.join(missing)} are missing. Expected: {', '.join(COLUMNS)}.",
        )
    if "bridge" not in frame.columns:
        frame["bridge"] = ""
    dates, years = [], []
    for position, row in enumerate(frame.to_dict("records")):
        line = position + 2
        if row["kind"] not in KINDS:
            raise _refused(path, line, "kind", row["kind"], ", ".join(KINDS))
        if set(row["bridge"].split("|")) - {"", *BRIDGES}:
            raise _refused(path, line, "bridge", row["bridge"], f"{', '.join(BRIDGES)} / пусто, empty")
        if not row["break_id"] or (frame["break_id"] == row["break_id"]).sum() > 1:
            raise _refused(path, line, "break_id", row["break_id"], "a name of its own / своё имя")
        try:
            dates.append(dt.date.fromisoformat(row["date"]))
        except ValueError:
            raise _refused(path, line, "date", row["date"], "2025-06-19") from None
        if not row["first_year"].isdigit():
            raise _refused(path, line, "first_year", row["first_year"], "2025")
        years.append(int(row["first_year"]))
    frame = frame[list(COLUMNS)].assign(
        date=pd.Series(pd.to_datetime(dates), dtype="datetime64[us]", index=frame.index),
        first_year=pd.array(years, dtype="Int64"),
    )
    return frame.sort_values(["date", "break_id"], kind="stable").reset_index(drop=True)


def _refused(path: Path, line: int, column: str, value: str, expected: str) -> InputProblem:
    return InputProblem(
        f"{path}, строка {line}, столбец {column}: «{value}» не подходит. Ожидалось: {expected}. Исправьте.",
        f"{path}, line {line}, column {column}: '{value}' does not fit. Expected: {expected}. Correct it.",
    )


def breaks_crossed(breaks: pd.DataFrame, indicator: str, earlier: int, later: int) -> list[str]:
    """Names of the breaks between programme years ``earlier`` and ``later`` that touch the indicator."""
    touched = breaks["indicators"].map(lambda text: text == "*" or indicator in text.split("|"))
    crossed = (breaks["first_year"] > earlier) & (breaks["first_year"] <= later)
    return list(breaks.loc[touched & crossed, "break_id"])


def year_comparison(
    indicators: pd.DataFrame, breaks: pd.DataFrame | None, year: int, bridges: Sequence[str] = ()
) -> pd.DataFrame:
    """The programme's indicators in ``year`` beside the year before: contract ``year_comparison``.

    ``change`` is value less previous, and empty across a break that ``bridges`` (how the series was made) do not
    bridge: ``break_note`` then names those breaks, separated by ``; ``. Such a difference may be the break's alone.
    """
    if breaks is not None:
        breaks = unbridged(breaks, bridges)
    overall = indicators[indicators["unit_id"] == ALL_UNITS]
    now = overall[overall["year"] == year].set_index("indicator")
    before = overall[overall["year"] == year - 1].set_index("indicator")
    frame = pd.DataFrame(
        {
            "value": now["value"],
            "previous": before["value"].reindex(now.index),
            "n": now["n"],
            "n_previous": before["n"].reindex(now.index),
            "unit": now["unit"],
        }
    ).reset_index()
    frame["year"] = year
    notes = [
        "; ".join(breaks_crossed(breaks, name, year - 1, year)) if breaks is not None else ""
        for name in frame["indicator"]
    ]
    frame["break_note"] = pd.Series([note or None for note in notes], dtype="str", index=frame.index)
    frame["change"] = (frame["value"] - frame["previous"]).where(frame["break_note"].isna())
    return conform(frame, TABLES["year_comparison"])


def break_words(comparison: pd.DataFrame, breaks: pd.DataFrame) -> dict[Language, dict[str, str]]:
    """Words for every distinct ``break_note`` of a comparison, by language."""
    notes = [str(note) for note in comparison["break_note"].dropna().unique()]
    out: dict[Language, dict[str, str]] = {}
    for language in LANGUAGES:
        words = dict(zip(breaks["break_id"], breaks[f"note_{language}"], strict=True))
        out[language] = {note: " ".join(words.get(name, name) for name in note.split("; ")) for note in notes}
    return out


def break_years(breaks: pd.DataFrame, kinds: Sequence[str] = KINDS) -> list[int]:
    """First programme years after a break of one of the ``kinds``, for drawing them into a series."""
    return sorted({int(year) for year in breaks.loc[breaks["kind"].isin(kinds), "first_year"]})


def breaks_by_indicator(breaks: pd.DataFrame, indicators: Sequence[str]) -> dict[str, list[int]]:
    """First programme years after a break, for each of the indicators that it touches."""
    first = dict(zip(breaks["break_id"], breaks["first_year"].astype(int), strict=True))
    return {name: sorted({first[each] for each in breaks_crossed(breaks, name, 0, 9999)}) for name in indicators}


def unbridged(breaks: pd.DataFrame, bridges: Sequence[str]) -> pd.DataFrame:
    """The breaks that stay in a series made with ``bridges``. Raises ValueError for a bridge that BRIDGES lacks."""
    unknown = [name for name in bridges if name not in BRIDGES]
    if unknown:
        raise ValueError(f"no such bridge: {', '.join(unknown)}; there are {', '.join(BRIDGES)}")
    crossed = breaks["bridge"].map(lambda text: bool(set(text.split("|")) & set(bridges))).astype(bool)
    return breaks[~crossed].reset_index(drop=True)


def bridged_by_crosswalk(breaks: pd.DataFrame) -> pd.DataFrame:
    """The breaks that stay in a series whose years are all in one geography: what the crosswalk bridges is left out."""
    return unbridged(breaks, ["crosswalk"])
