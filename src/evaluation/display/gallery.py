"""Every kind of map once, drawn from the same demonstration values, with a page that shows them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.bivariate import bivariate_map, category_map
from evaluation.display.flows import flow_map
from evaluation.display.maps.caption import Caption
from evaluation.display.maps.values import coverage_map
from evaluation.display.multiples import SmallMap, small_maps
from evaluation.display.palettes import CLUSTERS
from evaluation.display.symbols import symbol_map
from evaluation.settings import Text

if TYPE_CHECKING:
    import datetime as dt

    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

    from evaluation.settings import Language

KINDS = {
    "high_high": Text(ru="высокие среди высоких", en="high among high"),
    "low_low": Text(ru="низкие среди низких", en="low among low"),
    "high_low": Text(ru="высокие среди низких", en="high among low"),
    "low_high": Text(ru="низкие среди высоких", en="low among high"),
    "not_significant": Text(ru="без сходства и различия", en="neither alike nor apart"),
}
# of every picture: its name in files, its title, and what a reader who does not see it is told
PICTURES: dict[str, tuple[Text, Text]] = {
    "choropleth": (
        Text(ru="Заявок на 10 000 жителей, {last}", en="Applications per 10,000 residents, {last}"),
        Text(
            ru="Картограмма: заявки на 10 000 жителей по территориям, с врезкой густой части и числом территорий в "
            "каждом классе.",
            en="Choropleth: applications per 10,000 residents by territory, with an inset of the crowded part and the "
            "number of territories in every class.",
        ),
    ),
    "diverging": (
        Text(ru="Доля одобренных заявок против 50 %, {last}", en="Share of applications approved against 50%, {last}"),
        Text(
            ru="Картограмма в две стороны от 50 %: оранжевым территории ниже, синим выше.",
            en="Choropleth on both sides of 50%: territories below in orange, above in blue.",
        ),
    ),
    "tiles": (
        Text(ru="Заявок, {last}: каждая территория — плитка", en="Applications, {last}: every territory is a tile"),
        Text(
            ru="Сетка шестиугольников одного размера: число заявок написано на плитке каждой территории.",
            en="A grid of hexagons of one size: the number of applications stands on every territory's tile.",
        ),
    ),
    "bivariate": (
        Text(ru="Заявки и часы обучения, {last}", en="Applications and hours of training, {last}"),
        Text(
            ru="Карта двух показателей в девяти цветах: где много заявок при малом обучении и наоборот.",
            en="A map of two indicators in nine colours: where there are many applications with little training, and "
            "the reverse.",
        ),
    ),
    "symbols": (
        Text(ru="Участников обучения, {last}", en="People trained, {last}"),
        Text(
            ru="Круги, площадь которых пропорциональна числу обученных; крупнейшие подписаны.",
            en="Circles with areas proportional to the number of people trained; the largest are named.",
        ),
    ),
    "flows": (
        Text(ru="Обмен опытом между территориями, {last}", en="Exchange between territories, {last}"),
        Text(
            ru="Стрелки от тех, кто делится опытом, к тем, кто перенимает; самые частые связи пронумерованы и названы.",
            en="Arrows from who shares experience to who takes it over; the most frequent ties are numbered and named.",
        ),
    ),
    "multiples": (
        Text(ru="Заявок по годам", en="Applications by year"),
        Text(
            ru="Малые карты по годам в одной шкале: число заявок каждой территории.",
            en="Small maps by year on one scale: the number of applications of every territory.",
        ),
    ),
    "reform": (
        Text(ru="Заявок до и после изменения территорий", en="Applications before and after the change of territory"),
        Text(
            ru="Две карты рядом в одной шкале: до и после реформы; затронутые территории обведены.",
            en="Two maps side by side on one scale: before and after the reform; changed territories are outlined.",
        ),
    ),
    "clusters": (
        Text(ru="Территории и их соседи: заявки, {last}", en="Territories and their neighbours: applications, {last}"),
        Text(
            ru="Карта видов: территории с высоким или низким числом заявок среди похожих или непохожих соседей.",
            en="A map of kinds: territories with high or low numbers of applications among neighbours alike or not.",
        ),
    ),
}
LABELS = {
    "rate": Text(ru="Заявок на 10 000 жителей", en="Applications per 10,000 residents"),
    "share": Text(ru="Одобрено, % заявок", en="Approved, % of applications"),
    "applications": Text(ru="Заявок", en="Applications"),
    "hours": Text(ru="Часов обучения на команду", en="Hours of training per team"),
    "trained": Text(ru="Обучено, человек", en="People trained"),
    "kinds": Text(ru="Территория среди соседей", en="A territory among its neighbours"),
    "untested": Text(
        ru="Сравнение со средним пяти ближайших, без проверки значимости.",
        en="Compared with the mean of the five nearest, without a test of significance.",
    ),
}


@dataclass(frozen=True, eq=False)
class GalleryYear:
    """A year of demonstration values: ``made`` has unit_id and rate, share, applications, hours, trained, kind."""

    year: int
    units: pd.DataFrame
    made: pd.DataFrame
    geometry: GeoDataFrame | None = None
    changed: tuple[str, ...] = ()
    hidden: pd.Series | None = None

    def of(self, name: str) -> pd.DataFrame:
        return self.made[["unit_id", name]].rename(columns={name: "value"})


@dataclass(frozen=True, eq=False)
class GalleryData:
    """Years in order (the last is drawn large), ties of the last year, and what is to be said of the boundaries."""

    years: tuple[GalleryYear, ...]
    ties: pd.DataFrame
    note: Text
    boundaries_on: dt.date | None = None
    attribution: Text | None = None
    projection: str | None = None
    simulated: bool = True


def gallery_figures(data: GalleryData, language: Language) -> Iterator[tuple[str, Figure]]:
    """Every picture of PICTURES in one language, by name."""
    last = data.years[-1]
    credit = data.attribution.in_language(language) if data.attribution else ""

    def label(name: str) -> str:
        return LABELS[name].in_language(language)

    def caption(name: str, note: str = "") -> Caption:
        said = f"{note} {data.note.in_language(language)}".strip()
        return Caption(title_of(data, name, language), said, "", data.boundaries_on, credit, data.simulated)

    filled = partial(
        coverage_map, units=last.units, language=language, projection=data.projection, hidden=last.hidden,
        note=data.note.in_language(language), attribution=credit, simulated=data.simulated,
    )  # fmt: skip
    yield "choropleth", filled(
        last.of("rate"), geometry=last.geometry, title=title_of(data, "choropleth", language),
        unit_label=label("rate"), boundaries_on=data.boundaries_on,
    )  # fmt: skip
    yield "diverging", filled(
        last.of("share"), geometry=last.geometry, title=title_of(data, "diverging", language), reference=0.5,
        unit_label=label("share"), unit="share", classes=6, boundaries_on=data.boundaries_on,
    )  # fmt: skip
    yield "tiles", filled(last.of("applications"), title=title_of(data, "tiles", language),
                          unit_label=label("applications"), unit="applications")  # fmt: skip
    pair = last.made[["unit_id", "applications", "hours"]].set_axis(["unit_id", "first", "second"], axis=1)
    yield "bivariate", bivariate_map(
        pair, last.units, (label("applications"), label("hours")), language, caption("bivariate"), hidden=last.hidden,
        geometry=last.geometry, projection=data.projection,
    )  # fmt: skip
    yield "symbols", symbol_map(
        last.of("trained"), last.units, language, caption("symbols"), unit_label=label("trained"), hidden=last.hidden,
        geometry=last.geometry, projection=data.projection,
    )  # fmt: skip
    yield (
        "flows",
        flow_map(data.ties, last.units, language, caption("flows"), geometry=last.geometry, projection=data.projection),
    )
    yield "multiples", small_maps(
        [SmallMap(str(one.year), one.of("applications"), one.units, one.geometry) for one in data.years],
        language, caption("multiples"), unit_label=label("applications"), projection=data.projection,
    )  # fmt: skip
    ends = [
        SmallMap(str(one.year), one.of("applications"), one.units, one.geometry, changed=one.changed)
        for one in (data.years[-2], last)
    ]
    yield (
        "reform",
        small_maps(
            ends, language, caption("reform"), unit_label=label("applications"), projection=data.projection, columns=2
        ),
    )
    kinds = last.made[["unit_id", "kind"]].rename(columns={"kind": "category"})
    yield "clusters", category_map(
        kinds, last.units, {code: text.in_language(language) for code, text in KINDS.items()}, language,
        caption("clusters", label("untested")), colours=CLUSTERS, unit_label=label("kinds"),
        geometry=last.geometry, projection=data.projection,
    )  # fmt: skip


def title_of(data: GalleryData, name: str, language: Language) -> str:
    return PICTURES[name][0].in_language(language).format(last=data.years[-1].year)


def gallery_page(data: GalleryData, files: Mapping[tuple[str, Language], str]) -> str:
    """The page (HTML, no script, nothing from elsewhere) that shows the pictures; ``files`` by name and language."""
    parts = []
    for language in ("ru", "en"):
        own = {name: file for (name, spoken), file in files.items() if spoken == language}
        heading = "Карты" if language == "ru" else "Maps"
        figures = "\n".join(
            f'<figure><img src="{escape(file)}" alt="{escape(PICTURES[name][1].in_language(language))}">'
            f"<figcaption>{escape(title_of(data, name, language))} · {escape(name)}</figcaption></figure>"
            for name, file in own.items()
        )
        parts.append(f'<section lang="{language}" id="{language}">\n<h2>{heading}</h2>\n{figures}\n</section>')
    style = (
        "body{font-family:system-ui,sans-serif;margin:1rem auto;max-width:100rem;padding:0 1rem;color:#1f2933}"
        "section{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(26rem,100%),1fr));gap:1.5rem}"
        "h2{grid-column:1/-1}figure{margin:0}img{width:100%;height:auto;border:1px solid #d9dee5}"
        "figcaption{font-size:.9rem;color:#4a5563}"
    )
    title = "Галерея карт · Gallery of maps"
    return (
        '<!DOCTYPE html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        '<p><a href="#ru">По-русски</a> · <a href="#en" lang="en">In English</a></p>\n'
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )
