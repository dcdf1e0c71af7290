"""The programme's maps and tables of coverage: the same units, boundaries and look for every indicator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.bivariate import category_map
from evaluation.display.exhibit import NO_TEXT, Exhibit
from evaluation.display.interactive.outlines import boundary_outlines, tile_outlines
from evaluation.display.interactive.page import map_page
from evaluation.display.interactive.series import MapIndicator
from evaluation.display.maps.caption import Caption
from evaluation.display.maps.values import UNASSIGNED, coverage_map
from evaluation.display.multiples import SmallMap, small_maps
from evaluation.display.palettes import CLUSTERS
from evaluation.display.placenames import tile_labels
from evaluation.display.projections import albers
from evaluation.display.tables import exhibit
from evaluation.display.tiles.grid import tile_grid
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    import datetime as dt

    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language, MapSettings

CLUSTERS_NOTE = Text(
    ru="Цвет — территории, которые похожи на соседей или отличаются от них больше, чем бывает случайно, после контроля "
    "ложных открытий.",
    en="Coloured are territories that are like or unlike their neighbours by more than chance, after the control of "
    "false discoveries.",
)


@dataclass(frozen=True, eq=False)
class Atlas:
    """Units in force in ``year``; ``geometry`` where there are boundaries, else maps are hexagonal tile grids."""

    units: pd.DataFrame
    geometry: GeoDataFrame | None
    codebook: Codebook
    year: int
    settings: MapSettings | None = None
    simulated: bool = False
    currency: str = "RUB"
    boundaries_on: dt.date | None = None

    def draw(
        self, values: pd.DataFrame, indicator: str, unit: str, language: Language, hidden: pd.Series | None = None
    ) -> Figure:
        """One indicator (``values``: unit_id, value; the row ``all`` is passed over), titled by the codebook."""
        return coverage_map(
            values[values["unit_id"] != "all"], self.units, language, geometry=self.geometry, unit=unit, hidden=hidden,
            projection=self._projection, classes=self._classes, title=self._title(indicator, language),
            simulated=self.simulated, boundaries_on=self.boundaries_on, attribution=self._credit(language),
        )  # fmt: skip

    def draw_years(self, series: pd.DataFrame, indicator: str, unit: str, language: Language) -> Figure:
        """One indicator in every year on one scale (``series``: contract ``indicators``, in the units now in force)."""
        rows = self._of_units(series[series["indicator"] == indicator])
        title = self.codebook.label("indicators", indicator, language)
        if len(rows):
            title = f"{title}, {rows['year'].min()}–{rows['year'].max()}"
        maps = [
            SmallMap(str(year), part[["unit_id", "value"]], self.units, self.geometry)
            for year, part in rows.groupby("year", sort=True)
        ]
        return small_maps(
            maps, language, self._caption(title, language),
            unit=unit, projection=self._projection, classes=self._classes,
        )  # fmt: skip

    def draw_clusters(self, clusters: pd.DataFrame, indicator: str, language: Language) -> Figure:
        """Local clusters of one indicator (contract ``clusters``): only those that survive false-discovery control."""
        rows = self._of_units(clusters[clusters["indicator"] == indicator])
        found = rows["quadrant"].where(rows["is_cluster"].fillna(False).astype(bool), "not_significant")
        found = found.mask(rows["quadrant"].isin(["no_data", "no_neighbours"]))
        words = self.codebook.choice_labels("quadrant", language)
        return category_map(
            rows[["unit_id"]].assign(category=found), self.units, {name: words[name] for name in CLUSTERS}, language,
            self._caption(self._title(indicator, language), language, CLUSTERS_NOTE), geometry=self.geometry,
            projection=self._projection, colours=CLUSTERS,
        )  # fmt: skip

    def page(
        self, series: pd.DataFrame, indicators: Sequence[str], language: Language, hidden: pd.DataFrame | None = None
    ) -> str:
        """The interactive map as an HTML page (``series``: contract ``indicators`` of all years, units now in force).

        Rows of ``hidden`` (unit_id, year, indicator) enter the page as hidden, without their number.
        """
        rows = self._of_units(series[series["indicator"].isin(indicators)])
        keys = ["unit_id", "year", "indicator"]
        secret = pd.MultiIndex.from_frame(hidden[keys]) if hidden is not None else pd.MultiIndex.from_arrays([[]] * 3)
        rows = rows.assign(state="shown").reset_index(drop=True)
        rows.loc[pd.MultiIndex.from_frame(rows[keys]).isin(secret), "state"] = "hidden"
        units = rows.drop_duplicates("indicator").set_index("indicator")["unit"]
        offered = [
            MapIndicator(
                name,
                Text(**{each: self.codebook.label("indicators", name, each) for each in LANGUAGES}),
                units[name].replace("currency", self.currency),
            )
            for name in indicators
            if name in units.index
        ]
        if self.geometry is None:
            shown = tile_labels(self.units["short_name"].astype(str).tolist(), language)
            names = dict(zip(self.units["unit_id"].astype(str), shown, strict=True))
            drawing = tile_outlines(tile_grid(self.units, self._projection or albers(self.units)), names)
        else:
            placed = self.geometry[self.geometry["unit_id"] != UNASSIGNED]
            drawing = boundary_outlines(placed, self._projection)
        title = Text(ru="Охват программы по территориям", en="The programme's coverage by territory")
        return map_page(
            self.units, drawing, rows, offered, language, title=title.in_language(language),
            attribution=self._credit(language), classes=self._classes, simulated=self.simulated,
        )  # fmt: skip

    @property
    def _projection(self) -> str | None:
        return self.settings.projection if self.settings else None

    @property
    def _classes(self) -> int:
        return self.settings.classes if self.settings else 5

    def _title(self, indicator: str, language: Language) -> str:
        return f"{self.codebook.label('indicators', indicator, language)}, {self.year}"

    def _credit(self, language: Language) -> str:
        credit = self.settings.credit if self.settings and self.geometry is not None else None
        return credit.in_language(language) if credit else ""

    def _caption(self, title: str, language: Language, note: Text = NO_TEXT) -> Caption:
        return Caption(
            title,
            note.in_language(language),
            boundaries_on=self.boundaries_on,
            attribution=self._credit(language),
            simulated=self.simulated,
        )

    def _of_units(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["unit_id"].isin(self.units["unit_id"])]

    def indicators(self, indicators: pd.DataFrame) -> Exhibit:
        """The programme's own indicators with interval and n (contract ``indicators``)."""
        overall = indicators[indicators["unit_id"] == "all"]
        return exhibit(
            overall[["indicator", "value", "low", "high", "n", "unit"]], self.codebook, "indicators",
            "Показатели охвата", "Indicators of coverage", variables_in={"indicator": "indicators"},
            simulated=self.simulated, currency=self.currency,
        )  # fmt: skip

    def white_spots(self, spots: pd.DataFrame) -> Exhibit:
        """Units without an application (``indicators.coverage.white_spots``), with what the register knows of them."""
        names: dict[str, dict[str, dict[str, str]]] = {}
        if "gaps" in spots:
            names["gaps"] = {each: _joined(spots["gaps"], self.codebook, each) for each in LANGUAGES}
        told = [name for name in spots.columns if name != "distance_km" or spots[name].notna().any()]
        return exhibit(
            spots, self.codebook, "white_spots", "Территории без заявок", "Units without an application",
            columns=told, names=names, decimals={"distance_km": 0}, simulated=self.simulated,
        )  # fmt: skip

    def gaps(self, gaps: pd.DataFrame) -> Exhibit:
        """What every unit lacks (``indicators.white_spots.coverage_gaps``), a row a unit and gap."""
        return exhibit(
            gaps, self.codebook, "white_spots", "Пробелы охвата", "Gaps of coverage",
            "Пробел назван, только если о нём говорят данные.", "A gap is named only where the data tell it.",
            columns=["name", "type", "population", "distance_km", "gap"], decimals={"distance_km": 0},
            simulated=self.simulated,
        )  # fmt: skip

    def completeness(self, completeness: pd.DataFrame) -> Exhibit:
        """Share of filled cells of every expected field over all units (contract ``data_completeness``)."""
        return exhibit(
            completeness[completeness["unit_id"] == "all"].drop(columns=["unit_id", "year"]), self.codebook,
            "data_completeness", "Полнота данных", "Completeness of the data", simulated=self.simulated,
        )  # fmt: skip


def _joined(values: pd.Series, codebook: Codebook, language: Language) -> dict[str, str]:
    """Words for every distinct list of gaps (codes between semicolons)."""
    words = codebook.choice_labels("coverage_gap", language)
    return {text: "; ".join(words.get(code, code) for code in text.split("; ")) for text in values.dropna().unique()}
