"""May two years of an indicator be compared, and into which segments do breaks cut its series?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from evaluation.indicators.breaks import breaks_crossed, unbridged
from evaluation.settings import LANGUAGES, Language, Text

BRIDGE_WORDS: dict[str, Text] = {
    "crosswalk": Text(ru="прежние годы пересчитаны в новые границы", en="earlier years are carried into the new units"),
    "stable_areas": Text(
        ru="сравниваются области, которых изменения не режут", en="areas that no change cuts are compared"
    ),
    "both_definitions": Text(ru="ряд пересчитан по одному определению", en="the series is counted by one definition"),
}
SERIES_KEYS = ("indicator", "stream", "channel", "unit_id")


@dataclass(frozen=True)
class Verdict:
    """Whether a comparison is allowed, the breaks between the years, which of them nothing bridges, and why."""

    allowed: bool
    crossed: tuple[str, ...]
    unbridged: tuple[str, ...]
    reason: Text


def comparison_allowed(
    breaks: pd.DataFrame | None,
    indicator: str,
    earlier: int,
    later: int,
    bridges: Sequence[str] = (),
    labels: Text | None = None,
) -> Verdict:
    """May ``indicator`` be compared between two years? Not across a break that touches it and that nothing bridges.

    ``breaks`` as ``read_breaks``; ``bridges`` says how the series was made (``breaks.BRIDGES``); ``labels`` names the
    indicator in the words (its code else). The same year, or years the wrong way round, are compared as they stand.
    """
    first, last = min(earlier, later), max(earlier, later)
    name = labels or Text(ru=indicator, en=indicator)
    if breaks is None:
        breaks = pd.DataFrame({"break_id": [], "first_year": [], "indicators": [], "bridge": []})
    crossed = breaks_crossed(breaks, indicator, first, last) if len(breaks) else []
    open_ones = breaks_crossed(unbridged(breaks, bridges), indicator, first, last) if crossed else []
    if open_ones:
        told = {each: " ".join(_told(breaks, one, each) for one in open_ones) for each in LANGUAGES}
        ru = f"сравнивать нельзя, между ними неперекрытый разрыв. {told['ru']} Сравнивайте годы по одну его сторону."
        en = f"not to be compared, a break that nothing bridges lies between. {told['en']} Compare years on one side."
    elif crossed:
        told = {each: "; ".join(_bridged(breaks, one, bridges, each) for one in crossed) for each in LANGUAGES}
        ru = f"сравнивать можно, разрыв перекрыт ({told['ru']})."
        en = f"may be compared, the break is bridged ({told['en']})."
    else:
        ru, en = "сравнивать можно, разрывов между ними нет.", "may be compared, no break lies between."
    reason = Text(ru=f"«{name.ru}», {first} и {last} годы: {ru}", en=f"'{name.en}', {first} and {last}: {en}")
    return Verdict(not open_ones, tuple(crossed), tuple(open_ones), reason)


def _row(breaks: pd.DataFrame, break_id: str) -> pd.Series:
    return breaks[breaks["break_id"] == break_id].iloc[0]


def _told(breaks: pd.DataFrame, break_id: str, language: Language) -> str:
    row = _row(breaks, break_id)
    return f"{row['first_year']}: {row[f'note_{language}']}"


def _bridged(breaks: pd.DataFrame, break_id: str, bridges: Sequence[str], language: Language) -> str:
    row = _row(breaks, break_id)
    used = next(bridge for bridge in bridges if bridge in row["bridge"].split("|"))
    return f"{row['first_year']}: {BRIDGE_WORDS[used].in_language(language)}"


def bridged_series(indicators: pd.DataFrame, breaks: pd.DataFrame | None, bridges: Sequence[str] = ()) -> pd.DataFrame:
    """``indicators`` in order of years with ``segment`` and ``breaks_before``; years of one segment may be compared.

    A series is one indicator (and stream, channel and unit, where these columns are there). ``segment`` counts from 1
    within it and rises at every break that touches the indicator and that ``bridges`` do not bridge, also where the
    years around the break have no row; ``breaks_before`` names the breaks between a row and the one before it,
    separated by ``; ``, empty where there are none.
    """
    keys = [name for name in SERIES_KEYS if name in indicators.columns]
    frame = indicators.sort_values([*keys, "year"], kind="stable").reset_index(drop=True)
    left = unbridged(breaks, bridges) if breaks is not None else None
    segments, before = [], []
    known: dict[tuple[str, int, int], list[str]] = {}
    for _, part in frame.groupby(keys, sort=False, dropna=False):
        number, previous = 1, None
        for row in part[["indicator", "year"]].itertuples(index=False):
            year = int(row.year)
            found: list[str] = []
            if left is not None and previous is not None:
                key = (str(row.indicator), previous, year)
                if key not in known:
                    known[key] = breaks_crossed(left, *key)
                found = known[key]
            number += bool(found)
            segments.append(number)
            before.append("; ".join(found))
            previous = year
    return frame.assign(
        segment=pd.array(segments, dtype="Int64"), breaks_before=pd.Series(before, index=frame.index, dtype="str")
    )
