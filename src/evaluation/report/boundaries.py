"""The report on an import of boundaries: which polygon became which unit, what is to decide, what was repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Protocol

import pandas as pd
from markupsafe import Markup

from evaluation.codebook import Codebook
from evaluation.display.wording import format_number
from evaluation.report.boundary_words import WORDS
from evaluation.report.html import page
from evaluation.settings import Language

SHOWN = 200
_NUMBERS = ("row", "area", "share", "count")


class Import(Protocol):
    """What the report needs of an import (``territory.boundary_import.Imported``)."""

    @property
    def polygons(self) -> pd.DataFrame: ...
    @property
    def units_without(self) -> pd.DataFrame: ...
    @property
    def overlaps(self) -> pd.DataFrame: ...
    @property
    def gaps(self) -> pd.DataFrame: ...
    @property
    def enclaves(self) -> pd.DataFrame: ...
    @property
    def remarks(self) -> pd.DataFrame: ...
    @property
    def region(self) -> str: ...


def boundary_report(
    made: Import,
    names: Mapping[str, str],
    places: Mapping[str, str],
    day: str,
    codebook: Codebook,
    language: Language,
    headers: Mapping[str, str],
) -> str:
    """One HTML page without any request to the outside; the same input gives the same text.

    ``names`` are the units' by code, ``places`` the names of files to show (file, product, aliases, decisions,
    remarks, polygons), ``headers`` the file's columns (code, name, region). Long tables are cut at SHOWN rows and say
    where the rest is.
    """
    report = _Report(made, names, places, codebook, language)
    sections = [
        ("summary", report.summary(day, headers)),
        ("decide", report.remarks(["error", "warning"])),
        ("geometry", report.geometry()),
        ("all", report.polygons()),
        ("next", report.next()),
    ]
    contents = [(name, str(number), report.word(name)) for number, (name, _) in enumerate(sections, start=1)]
    body = "\n".join(
        str(Markup('<section id="{}"><h2><span class="place">{}</span>{}</h2>{}</section>').format(name, n, text, html))
        for (name, html), (_, n, text) in zip(sections, contents, strict=True)
    )
    title = report.word("title").format(file=places["file"])
    cover = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1></div></header>').format(
        report.word("kind"), title
    )
    css = resources.files("evaluation.report").joinpath("texts").joinpath("quality.css").read_text(encoding="utf-8")
    return page(title, language, str(cover), contents, body, css)


def rule_labels(codebook: Codebook, language: Language) -> dict[str, str]:
    """Label by rule of a remark on boundaries: those of matching names first, then those of geometry."""
    return {**codebook.choice_labels("rule", language), **codebook.choice_labels("boundary_rule", language)}


class _Report:
    def __init__(
        self, made: Import, names: Mapping[str, str], places: Mapping[str, str], codebook: Codebook, language: Language
    ) -> None:
        self._made, self._names, self._places, self._language = made, names, places, language
        self._rules = rule_labels(codebook, language)
        self._severities = codebook.choice_labels("severity", language)

    def word(self, name: str) -> str:
        return WORDS[name].in_language(self._language) if name in WORDS else name

    def _number(self, value: Any, places: int = 0) -> str:
        return "" if pd.isna(value) else format_number(value, self._language, places)

    def _area(self, value: Any) -> str:
        """Whole km2 of large areas, four significant places of small ones."""
        size = abs(float(value)) if not pd.isna(value) else 0.0
        return self._number(value, 0 if size >= 100 else 2 if size >= 1 else 4)

    def _unit(self, unit_id: Any) -> str:
        return f"{unit_id} {self._names.get(str(unit_id), '')}".strip()

    # ---- sections -------------------------------------------------------------------------------------------

    def summary(self, day: str, headers: Mapping[str, str]) -> Markup:
        polygons = self._made.polygons
        fates = polygons["fate"].value_counts()
        counts = {"n_polygons": len(polygons), "n_kept": int(fates.get("kept", 0))}
        counts |= {f"n_{fate}": int(fates.get(fate, 0)) for fate in ("left_over", "set_aside", "outside", "left_out")}
        counts["n_without"] = len(self._made.units_without)
        tiles = Markup("").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(self.word(name), self._number(count))
            for name, count in counts.items()
        )
        said = [self.word("shown").format(day=day)]
        said += [self.word("region").format(region=self._made.region)] if self._made.region else []
        said.append(self.word("read").format(**{name: headers[name] or "—" for name in ("code", "name", "region")}))
        notes = Markup("").join(Markup("<p>{}</p>").format(text) for text in said)
        return Markup('<dl class="tiles">{}</dl>{}').format(tiles, notes)

    def remarks(self, severities: Sequence[str]) -> Markup:
        chosen = self._made.remarks[self._made.remarks["severity"].isin(severities)]
        if chosen.empty:
            return Markup("<p>{}</p>").format(self.word("nothing" if "error" in severities else "none"))
        rows = [
            [
                Markup('<span class="{}">{}</span>').format(
                    one["severity"], self._severities.get(one["severity"], one["severity"])
                ),
                self._rules.get(one["rule"], one["rule"]),
                self._number(one["row"]),
                one["key"],
                self._unit(one["unit_id"]),
                one["detail"],
                self._area(one["area_km2"]),
                self._number(one["share"] * 100, 2),
                self._number(one["count"]),
            ]
            for one in chosen.head(SHOWN).to_dict("records")
        ]
        columns = ("severity", "rule", "row", "key", "unit", "detail", "area", "share", "count")
        # what none of these remarks says takes no room
        told = [place for place in range(len(columns)) if any(row[place] for row in rows)]
        numbers = [position for position, place in enumerate(told) if columns[place] in _NUMBERS]
        shown = [[row[place] for place in told] for row in rows]
        return self._table("remarks", [columns[place] for place in told], shown, numbers, len(chosen), "remarks")

    def geometry(self) -> Markup:
        made = self._made
        crossing = [
            [self._unit(one["unit_id"]), self._unit(one["other_id"]), self.word(one["kind"]),
             self._area(one["area_km2"]), self._number(one["share"] * 100, 2)]
            for one in made.overlaps.head(SHOWN).to_dict("records")
        ]  # fmt: skip
        enclosed = [
            [f"{one['latitude']:.4f}, {one['longitude']:.4f}", self.word(one["kind"]), self._area(one["area_km2"]),
             self._unit(one["unit_id"])]
            for one in made.gaps.head(SHOWN).to_dict("records")
        ]  # fmt: skip
        inside = [
            [self._unit(one["unit_id"]), self._unit(one["host_id"]), self._area(one["area_km2"]),
             self.word("yes" if one["cut_out"] else "no")]
            for one in made.enclaves.head(SHOWN).to_dict("records")
        ]  # fmt: skip
        parts = (
            self._table("overlaps", ("unit", "other", "form", "area", "share"), crossing, (3, 4), len(made.overlaps)),
            self._table("gaps", ("place", "form", "area", "unit"), enclosed, (2,), len(made.gaps)),
            self._table("enclaves", ("unit", "host", "area", "cut_out"), inside, (2,), len(made.enclaves)),
            self.remarks(["info"]),
        )
        return Markup("\n").join(parts)

    def polygons(self) -> Markup:
        polygons = self._made.polygons
        here = polygons[polygons["fate"] != "outside"]
        rows = [
            [one["row"], one["key"], self._unit(one["unit_id"]), self.word(one["basis"]) if one["basis"] else "",
             self._number(one["centre_km"], 1), self._area(one["area_km2"]), self.word(one["fate"])]
            for one in here.head(SHOWN).to_dict("records")
        ]  # fmt: skip
        columns = ("row", "key", "unit", "basis", "centre", "area", "fate")
        return self._table("polygons", columns, rows, (0, 4, 5), len(here), "polygons")

    def next(self) -> Markup:
        names = (
            ["to_alias", "to_leave_out", "to_use"] if (self._made.remarks["severity"] != "info").any() else ["to_use"]
        )
        return Markup("").join(Markup("<p>{}</p>").format(self.word(name).format(**self._places)) for name in names)

    def _table(
        self,
        caption: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        numbers: Sequence[int],
        n: int,
        rest: str = "",
    ) -> Markup:
        if not rows:
            return Markup("<h3>{}</h3><p>{}</p>").format(self.word(caption), self.word("none"))

        def mark(place: int) -> Markup:
            return Markup(' class="number"') if place in numbers else Markup("")

        head = Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(mark(place), self.word(name))
            for place, name in enumerate(columns)
        )
        body = Markup("\n").join(
            Markup("<tr>{}</tr>").format(
                Markup("").join(Markup("<td{}>{}</td>").format(mark(place), cell) for place, cell in enumerate(row))
            )
            for row in rows
        )
        table = Markup(
            '<div class="scroll" role="region" tabindex="0" aria-label="{}"><table><caption>{}</caption>'
            "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        ).format(self.word(caption), self.word(caption), head, body)
        if n <= len(rows):
            return table
        file = self._places[rest or "remarks"]
        return table + Markup("<p>{}</p>").format(self.word("more").format(shown=len(rows), n=n, file=file))
