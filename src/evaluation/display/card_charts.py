"""Small charts of a territory's card, written as SVG: bars of a few years and a rank on its scale.

Dozens of cards are written in one go; such a chart takes a thousandth of the time of a drawn figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from evaluation.display.canvas import BLUE, GREY, INK, LIGHT
from evaluation.display.units import plural
from evaluation.display.wording import format_number, is_missing, words
from evaluation.settings import Language

FONT = "DejaVu Sans, Verdana, sans-serif"
_WORDS: dict[str, tuple[str, str]] = {
    "applications": ("заявки", "applications"),
    "funded": ("из них поддержаны", "of them supported"),
    "not_known": ("нет данных", "no data"),
    "range": ("место с учётом случайности", "rank that chance leaves open"),
    "rank": ("место по числу", "rank by the number"),
}


def _word(name: str, language: Language) -> str:
    return _WORDS[name][0 if language == "ru" else 1]


def _text(x: float, y: float, text: str, size: float = 9, anchor: str = "middle", colour: str = INK) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}">{escape(text)}</text>'


def _page(width: float, height: float, parts: Sequence[str], simulated: bool, language: Language) -> str:
    mark = [_text(width - 4, 10, words("simulated", language), 7, "end", "#8a3d00")] if simulated else []
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="{FONT}">{"".join([*parts, *mark])}</svg>'
    )


def bars_by_year(
    years: Sequence[int],
    applications: Sequence[float | None],
    funded: Sequence[float | None],
    language: Language,
    *,
    simulated: bool = False,
) -> str:
    """SVG: a bar a year for the applications, its lower dark part the supported ones, the numbers above and inside.

    A year that is not known has a dash and no bar; a year without applications a zero. Years that lie between the
    first and the last and are not given are drawn as not known.
    """
    told = {year: (a, f) for year, a, f in zip(years, applications, funded, strict=True)}
    span = range(min(years), max(years) + 1) if len(years) else range(0)
    width, height, floor, top = 520.0, 128.0, 106.0, 34.0
    known = [float(a) for a, _ in told.values() if not is_missing(a) and a is not None]
    largest = max([*known, 1.0])
    step = (width - 24) / max(len(span), 1)
    parts = [_key(language), f'<path d="M12 {floor}H{width - 12:g}" stroke="{GREY}" stroke-width="1"/>']
    for place, year in enumerate(span):
        middle = 12 + step * (place + 0.5)
        parts.append(_text(middle, height - 8, format_number(year, language, None, "year"), 9, colour=GREY))
        whole, part = told.get(year, (None, None))
        if is_missing(whole) or whole is None:
            parts.append(_text(middle, floor - 5, "–", 10, colour=GREY))
            continue
        tall = (floor - top) * float(whole) / largest
        wide = min(step * 0.6, 44)
        if whole:
            parts.append(_bar(middle, floor, wide, tall, LIGHT, GREY))
        parts.append(_text(middle, floor - tall - 4, format_number(whole, language, 0), 9.5))
        if part is not None and not is_missing(part) and part:
            low = (floor - top) * float(part) / largest
            parts.append(_bar(middle, floor, wide, low, BLUE, BLUE))
            if low >= 12:
                parts.append(_text(middle, floor - low / 2 + 3.2, format_number(part, language, 0), 9, colour="#fff"))
    if not span:
        parts.append(_text(width / 2, 70, _word("not_known", language), 11, colour=GREY))
    return _page(width, height, parts, simulated, language)


def _bar(middle: float, floor: float, wide: float, tall: float, fill: str, line: str) -> str:
    return (
        f'<rect x="{middle - wide / 2:.1f}" y="{floor - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" '
        f'fill="{fill}" stroke="{line}" stroke-width="0.7"/>'
    )


def _key(language: Language) -> str:
    first = _word("applications", language)
    second = 24 + 6.4 * len(first) + 16
    return "".join(
        [
            f'<rect x="12" y="5" width="9" height="9" fill="{LIGHT}" stroke="{GREY}" stroke-width="0.7"/>',
            _text(25, 13, first, 9, "start"),
            f'<rect x="{second:.1f}" y="5" width="9" height="9" fill="{BLUE}"/>',
            _text(second + 13, 13, _word("funded", language), 9, "start"),
        ]
    )


def bars_in_words(
    years: Sequence[int], applications: Sequence[float | None], funded: Sequence[float | None], language: Language
) -> str:
    """What ``bars_by_year`` shows, in one sentence a year: the picture's alternative text."""
    parts = []
    for year, whole, part in zip(years, applications, funded, strict=True):
        if is_missing(whole) or whole is None:
            parts.append(f"{year}: {_word('not_known', language)}")
            continue
        forms = ("заявка", "заявки", "заявок") if language == "ru" else ("application", "applications")
        told = f"{year}: {format_number(whole, language, 0)} {plural(float(whole), forms, language)}"
        if part is not None and not is_missing(part):
            told += f", {_word('funded', language)} {format_number(part, language, 0)}"
        parts.append(told)
    return "; ".join(parts) + "." if parts else _word("not_known", language)


def rank_scale(rank: int, low: int, high: int, ranked: int, language: Language, *, simulated: bool = False) -> str:
    """SVG: the ranks from 1 to ``ranked`` as a line, the ranks that chance leaves open as a band, the rank as a dot.

    Raises ValueError where the rank is outside of its range or the range outside of the scale.
    """
    if not 1 <= low <= rank <= high <= ranked:
        raise ValueError(f"rank {rank}, range {low} to {high} of {ranked}: not in this order")
    width, height, line = 520.0, 62.0, 36.0

    def at(place: int) -> float:
        return 22 + (width - 44) * (place - 1) / max(ranked - 1, 1)

    ticks = sorted({1, ranked, *range(_round_step(ranked), ranked, _round_step(ranked))})
    parts = [f'<path d="M22 {line}H{width - 22:g}" stroke="{GREY}" stroke-width="1"/>']
    for place in ticks:
        if place in (1, ranked) or at(ranked) - at(place) > 24:
            parts.append(f'<path d="M{at(place):.1f} {line}v5" stroke="{GREY}" stroke-width="1"/>')
            parts.append(_text(at(place), line + 16, format_number(place, language, 0), 9, colour=GREY))
    parts.append(
        f'<rect x="{at(low) - 4:.1f}" y="{line - 6:g}" width="{at(high) - at(low) + 8:.1f}" height="12" rx="6" '
        f'fill="{BLUE}" fill-opacity="0.3"/>'
    )
    parts.append(f'<circle cx="{at(rank):.1f}" cy="{line:g}" r="5" fill="{BLUE}"/>')
    parts.append(f'<circle cx="17" cy="10" r="4.5" fill="{BLUE}"/>')
    first = _word("rank", language)
    second = 28 + 6.0 * len(first) + 18
    parts.append(_text(28, 13.2, first, 9, "start"))
    parts.append(
        f'<rect x="{second:.1f}" y="5" width="20" height="10" rx="5" fill="{BLUE}" fill-opacity="0.3"/>'
        + _text(second + 26, 13.2, _word("range", language), 9, "start")
    )
    return _page(width, height, parts, simulated, language)


def _round_step(ranked: int) -> int:
    """The step of a scale with about six numbers: 1, 2, 5, 10, 20, 50, ..."""
    wanted = max(ranked / 6, 1)
    size = 10 ** math.floor(math.log10(wanted))
    return int(next(size * each for each in (1, 2, 5, 10) if size * each >= wanted))
