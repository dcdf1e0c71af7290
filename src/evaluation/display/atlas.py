"""The programme's maps and tables of coverage: the same units, boundaries and look for every indicator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.maps import coverage_map
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook
    from evaluation.settings import Language, MapSettings


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

    def draw(
        self, values: pd.DataFrame, indicator: str, unit: str, language: Language, hidden: pd.Series | None = None
    ) -> Figure:
        """One indicator (``values``: unit_id, value; the row ``all`` is passed over), titled by the codebook."""
        credit = self.settings.credit if self.settings and self.geometry is not None else None
        return coverage_map(
            values[values["unit_id"] != "all"], self.units, language, geometry=self.geometry, unit=unit, hidden=hidden,
            projection=self.settings.projection if self.settings else None,
            classes=self.settings.classes if self.settings else 5,
            title=f"{self.codebook.label('indicators', indicator, language)}, {self.year}", simulated=self.simulated,
            attribution=credit.in_language(language) if credit else "",
        )  # fmt: skip

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


def _joined(values: pd.Series, codebook: Codebook, language: Language) -> dict[str, str]:
    """Words for every distinct list of gaps (codes between semicolons)."""
    words = codebook.choice_labels("coverage_gap", language)
    return {text: "; ".join(words.get(code, code) for code in text.split("; ")) for text in values.dropna().unique()}
