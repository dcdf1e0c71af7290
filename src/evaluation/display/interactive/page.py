"""The map as a fragment for the report and as a page of its own: everything in one text, nothing asked from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from evaluation.display.interactive.assets import map_script, map_style
from evaluation.display.interactive.outlines import Drawing
from evaluation.display.interactive.series import MapIndicator, checked, described
from evaluation.display.interactive.svg import map_svg
from evaluation.display.interactive.words import PAGE_WORDS, SCRIPT_WORDS, word
from evaluation.display.placenames import transliterate
from evaluation.display.wording import NARROW_SPACE, words
from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from evaluation.settings import Language


@dataclass(frozen=True)
class MapFragment:
    """A map to be put in a page: ``html`` is its body, ``style`` and ``script`` go once into the page around it.

    A page with a content policy allows them by ``style_hash`` and ``script_hash`` ('sha256-...'); the data within
    ``html`` are no script and need no permission.
    """

    html: str
    style: str
    script: str

    @property
    def style_hash(self) -> str:
        return _hash(self.style)

    @property
    def script_hash(self) -> str:
        return _hash(self.script)


def map_fragment(
    units: pd.DataFrame,
    drawing: Drawing,
    values: pd.DataFrame,
    indicators: Sequence[MapIndicator],
    language: Language,
    *,
    title: str,
    note: str = "",
    attribution: str = "",
    classes: int = 5,
    simulated: bool = False,
    name: str = "map",
    adapts: bool = False,
    heading: int = 2,
) -> MapFragment:
    """An interactive map with its table.

    ``units`` has unit_id and short_name or name (the name where short ones repeat); ``drawing`` comes from
    ``outlines.boundary_outlines`` or
    ``outlines.tile_outlines``; ``values`` is long: unit_id, year, indicator, value and, where there are any, low,
    high, n and state (shown, hidden, no_data): what is hidden does not enter the page. Classes are those of the
    static maps, taken over all years of an indicator so that colours mean the same in each. The last year is shown
    first. ``name`` tells maps on one page apart (letters, digits, hyphens); ``adapts`` follows a dark screen,
    ``heading`` is the level of its title. Raises
    InputProblem for values that do not fit (``series.checked``), without indicators, and for repeated units.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
        raise ValueError(f"name of a map must be letters, digits and hyphens: {name!r}")
    ids = [str(unit) for unit in units["unit_id"]]
    repeated = sorted({unit for unit in ids if ids.count(unit) > 1}) if len(set(ids)) < len(ids) else []
    if repeated or not indicators or not len(values):
        reason = (
            f"территории повторяются: {', '.join(repeated[:5])}",
            f"units are repeated: {', '.join(repeated[:5])}",
        )
        empty = ("нет ни одного показателя или значения", "there is no indicator or no value")
        ru, en = reason if repeated else empty
        raise InputProblem(
            f"Интерактивная карта: {ru}. Ожидались территории без повторов и хотя бы одно значение показателя.",
            f"Interactive map: {en}. Expected units without repetition and at least one value of an indicator.",
        )
    frame = checked(values, ids, indicators)
    names = _names(units, language)
    parts = {key: escape(word(key, language)) for key in PAGE_WORDS}
    drawn = map_svg(ids, drawing, name)
    offered = [one for one in indicators if (frame["indicator"] == one.code).any()]
    years = sorted({int(year) for year in frame["year"]})
    listed = [described(frame, one, ids, _years_of(frame, one, years), classes, language) for one in offered]
    first_years = list(listed[0]["years"])
    payload = _payload(ids, names, drawing, listed, first_years[-1], name, language)
    notes = [
        note,
        word("scale", language) if len(years) > 1 else "",
        *_told(ids, names, drawing, language),
        attribution,
    ]
    choices = "".join(f'<option value="{at}">{escape(one["label"])}</option>' for at, one in enumerate(listed))
    spans = "".join(f'<option value="{year}">{year}</option>' for year in first_years)
    marked = f'<p class="mark">{escape(words("simulated", language))}</p>' if simulated else ""
    heads = "".join(
        f'<th scope="col" data-part="head-{key}" aria-sort="none"><button type="button" title="{parts["sort"]}">'
        f"{parts[label]}</button></th>"
        for key, label in (("name", "territory"), ("value", "value"), ("interval", "interval"), ("n", "n"))
    )
    html = (
        f'<section class="imap{" adapts" if adapts else ""}" lang="{language}" data-interactive-map="" '
        f'aria-labelledby="{name}-title">\n{marked}<h{heading} id="{name}-title">{escape(title)}</h{heading}>\n'
        f'<noscript><p>{parts["no_script"]}</p></noscript>\n<div class="controls">'
        f'<label>{parts["indicator"]}<select data-part="indicator" autocomplete="off">{choices}</select></label>'
        f'<label>{parts["year"]}<select data-part="year" autocomplete="off">{spans}</select></label>'
        f'<label>{parts["search"]}<input data-part="search" type="search" autocomplete="off"/></label>'
        f'<span data-part="found" role="status"></span></div>\n<div class="both"><div>'
        f'<div class="area" data-part="area" tabindex="0" role="application" '
        f'aria-label="{parts["map"]}: {escape(title)}" aria-describedby="{name}-keys">\n{drawn}\n'
        f'<div class="tip" data-part="tip" hidden=""></div></div><div class="controls zoomers">'
        f'<button type="button" data-part="zoom-in" aria-label="{parts["zoom_in"]}">+</button>'
        f'<button type="button" data-part="zoom-out" aria-label="{parts["zoom_out"]}">−</button>'
        f'<button type="button" data-part="reset">{parts["reset"]}</button></div>'
        f'<p class="small" id="{name}-legend">{parts["legend"]}</p>'
        f'<ul class="legend" data-part="legend" aria-labelledby="{name}-legend"></ul>'
        f'<p class="small" data-part="rule"></p>'
        f'<p class="small keys" id="{name}-keys">{parts["keys"]}</p>'
        + "".join(f'<p class="small">{escape(text)}</p>' for text in notes if text)
        + f'</div><div class="scroller" data-part="scroller" tabindex="0" role="region" aria-label="{parts["table"]}">'
        f"<table><caption>{parts['table']}</caption><thead><tr>{heads}</tr></thead>"
        f'<tbody data-part="rows"></tbody></table></div></div>\n'
        f'<p class="unseen" data-part="live" aria-live="polite"></p>\n'
        f'<script type="application/json">{_json(payload)}</script>\n</section>\n'
    )
    return MapFragment(html, map_style(), map_script())


def map_page(
    units: pd.DataFrame,
    drawing: Drawing,
    values: pd.DataFrame,
    indicators: Sequence[MapIndicator],
    language: Language,
    *,
    title: str,
    note: str = "",
    attribution: str = "",
    classes: int = 5,
    simulated: bool = False,
) -> str:
    """The map as an HTML page of its own, with a content policy that allows its own script and style alone.

    Arguments and errors as ``map_fragment``.
    """
    made = map_fragment(units, drawing, values, indicators, language, title=title, note=note, attribution=attribution,
                        classes=classes, simulated=simulated, adapts=True, heading=1)  # fmt: skip
    ground = "html{background:#fff}body{margin:0}@media (prefers-color-scheme:dark){html{background:#14191f}}"
    style = made.style + ground
    policy = (
        f"default-src 'none'; script-src '{made.script_hash}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{made.html}</main>\n"
        f"<script>{made.script}</script>\n</body>\n</html>\n"
    )


def _years_of(frame: pd.DataFrame, indicator: MapIndicator, years: list[int]) -> list[int]:
    present = set(frame.loc[frame["indicator"] == indicator.code, "year"])
    return [year for year in years if year in present]


def _names(units: pd.DataFrame, language: Language) -> list[str]:
    """Short names where they tell units apart, otherwise full ones."""
    short, full = (units[key if key in units.columns else other].astype(str)
                   for key, other in (("short_name", "name"), ("name", "short_name")))  # fmt: skip
    chosen = short.where(~short.duplicated(keep=False), full)
    return [transliterate(text) if language == "en" else text for text in chosen]


def _told(ids: list[str], names: list[str], drawing: Drawing, language: Language) -> list[str]:
    """Sentences about the drawing: tiles, enlarged units, units that are not on the map."""
    drawn = {one.unit for one in drawing.outlines}
    absent = [text for unit, text in zip(ids, names, strict=True) if unit not in drawn]
    listed = ", ".join(absent[:20]) + (" …" if len(absent) > 20 else "")
    return [
        word("tiles", language) if drawing.letters else "",
        word("dots", language) if any(one.is_dot for one in drawing.outlines) else "",
        word("off_map", language).format(listed) if absent else "",
    ]


def _payload(
    ids: list[str], names: list[str], drawing: Drawing, indicators: list[dict[str, Any]], year: str, name: str,
    language: Language,
) -> dict[str, Any]:  # fmt: skip
    places = {one.unit: [one.x, one.y] for one in drawing.outlines}
    return {
        "name": name,
        "language": language,
        "words": {key: word(key, language) for key in SCRIPT_WORDS},
        "point": "," if language == "ru" else ".",
        "group": NARROW_SPACE if language == "ru" else ",",
        "width": drawing.width,
        "height": drawing.height,
        "year": year,
        "units": [[text, *places.get(unit, [])] for unit, text in zip(ids, names, strict=True)],
        "indicators": indicators,
    }


def _json(payload: dict[str, Any]) -> str:
    """JSON that cannot end the element it stands in, whatever the names hold."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
