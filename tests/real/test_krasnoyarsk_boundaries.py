"""The demonstration drawn on the real boundaries of the krai: as they were in 2024, and merged after the reform.

Boundaries: OpenStreetMap contributors (ODbL), SberIndex; generalised.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pytest
import yaml

from evaluation.cleaning.context import Cleaned
from evaluation.display.atlas import Atlas
from evaluation.places import Workspace, open_workspace
from evaluation.simulate import write_simulation
from evaluation.territory.boundaries import boundaries_on
from evaluation.territory.crosswalk import UNASSIGNED, read_crosswalk
from evaluation.territory.registry import read_registry

# three steps of the demonstration with real boundaries
pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

REPOSITORY = Path(__file__).resolve().parents[2]
BOUNDARIES = "territory/krasnoyarsk_61_boundaries.geojson"
LISTED = {
    2024: "territory/krasnoyarsk_61_municipalities_2024.csv",
    2025: "territory/krasnoyarsk_39_municipalities_2025.csv",
}
YEARS = (2024, 2025)
DRAWN_ON = dt.date(2024, 12, 31)
CREDIT = {"ru": "границы: участники OpenStreetMap, ODbL", "en": "boundaries: OpenStreetMap contributors, ODbL"}
SOURCES = ("territories", "projects", "support_events", "attendance", "exchange_events")
STEPS = ("01_clean_programme", "03_build_panel", "04_map_coverage")


class Krasnoyarsk(NamedTuple):
    """``tables``: those of 2024 as the steps wrote them, those of 2025 as cleaned."""

    workspace: Workspace
    registry: pd.DataFrame
    crosswalk: pd.DataFrame
    tables: dict[int, dict[str, pd.DataFrame]]

    def boundaries(self, year: int) -> GeoDataFrame:
        """What step 04 draws in a year."""
        path, vintage = self.workspace.territory_file("boundaries"), self.workspace.programme.registry.boundaries_date
        found = boundaries_on(path, self.registry, self.crosswalk, self.workspace.year(year).territory_date, vintage)
        assert found is not None
        return found

    def applications(self, year: int) -> pd.DataFrame:
        """Applications by unit in force, counted from the register."""
        counted = self.tables[year]["projects"].groupby("unit_id").size()
        units = self.tables[year]["territories"]["unit_id"]
        return counted.reindex(units, fill_value=0).rename("value").reset_index()

    def drawn(self, year: int) -> int:
        """Filled outlines in the panel of the whole krai."""
        settings, codebook = self.workspace.programme.map, self.workspace.codebook
        atlas = Atlas(self.tables[year]["territories"], self.boundaries(year), codebook, year, settings, True)
        figure = atlas.draw(self.applications(year), "applications", "applications", "en")
        return sum(patch.get_zorder() == 2 and patch.get_fill() for patch in figure.axes[0].patches)


@pytest.fixture(scope="module")
def krasnoyarsk(
    tmp_path_factory: pytest.TempPathFactory,
    real_file: Callable[[str], Path],
    run_steps: Callable[..., Any],
    made: Callable[[Workspace, str, int], pd.DataFrame],
    clean_year: Callable[[Workspace, int], Cleaned],
) -> Krasnoyarsk:
    """The repository's own demonstration, with boundaries: 2024 through steps 01, 03 and 04, 2025 only cleaned."""
    boundaries = real_file(BOUNDARIES)
    root = tmp_path_factory.mktemp("krasnoyarsk")
    shutil.copytree(REPOSITORY / "config" / "territory", root / "config" / "territory")
    settings = yaml.safe_load((REPOSITORY / "config" / "programme.yml").read_text(encoding="utf-8"))
    settings |= {"id": "krasnoyarsk-boundaries", "first_year": YEARS[0], "last_year": YEARS[-1]}
    settings["registry"] |= {"boundaries": str(boundaries), "boundaries_date": DRAWN_ON}
    settings["map"] |= {"credit": CREDIT}
    _write(root / "config" / "programme.yml", settings)
    for year in YEARS:
        own = yaml.safe_load((REPOSITORY / "config" / "years" / f"{year}.yml").read_text(encoding="utf-8"))
        own["sources"] = {name: file for name, file in own["sources"].items() if name in SOURCES}
        _write(root / "config" / "years" / f"{year}.yml", own | {"surveys": {}})
    registry = read_registry(root / "config" / "territory" / "units.csv")
    crosswalk = read_crosswalk(root / "config" / "territory" / "crosswalk.csv")
    write_simulation(root, registry, crosswalk, years=YEARS)
    workspace = open_workspace(root)
    run_steps(workspace, [2024], *STEPS)
    names = ("territories", "projects", "indicators")
    tables = {2024: {name: made(workspace, name, 2024) for name in names}, 2025: clean_year(workspace, 2025).tables}
    return Krasnoyarsk(workspace, registry, crosswalk, tables)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _codes(path: Path) -> set[str]:
    """The units' codes of a list of municipalities."""
    codes = pd.read_csv(path, dtype="str")["oktmo"]
    return set(codes)


def test_every_map_is_written_in_both_languages(krasnoyarsk: Krasnoyarsk) -> None:
    for name in ("coverage_map", "training_map"):
        for language in ("ru", "en"):
            svg = krasnoyarsk.workspace.figure_path(name, 2024, language).read_text(encoding="utf-8")
            assert svg.rstrip().endswith("</svg>") and CREDIT[language] in svg, "the licence asks for it"
            png = krasnoyarsk.workspace.figure_path(name, 2024, language, "png").read_bytes()
            assert png.startswith(b"\x89PNG") and len(png) > 30_000


def test_in_2024_the_61_units_are_drawn(krasnoyarsk: Krasnoyarsk, real_file: Callable[[str], Path]) -> None:
    units = _codes(real_file(LISTED[2024]))
    geometry = krasnoyarsk.boundaries(2024)
    assert len(units) == 61 == len(geometry)
    assert set(geometry["unit_id"]) == units == set(krasnoyarsk.tables[2024]["territories"]["unit_id"])
    assert krasnoyarsk.drawn(2024) == 61


def test_in_2025_the_39_units_are_put_together_from_the_61(
    krasnoyarsk: Krasnoyarsk, real_file: Callable[[str], Path]
) -> None:
    units = _codes(real_file(LISTED[2025]))
    before, after = krasnoyarsk.boundaries(2024), krasnoyarsk.boundaries(2025)
    assert len(units) == 39
    assert set(after["unit_id"]) == units | {UNASSIGNED}
    assert units == set(krasnoyarsk.tables[2025]["territories"]["unit_id"])
    assert after.to_crs("EPSG:6933").area.sum() == pytest.approx(before.to_crs("EPSG:6933").area.sum(), rel=1e-6)
    old, new = (frame.set_index("unit_id").geometry for frame in (before, after))
    moves = krasnoyarsk.crosswalk
    unsure = set(moves.loc[moves["share"].isna() | (moves["to_unit"] == UNASSIGNED), "from_unit"])
    assert unsure == {"04605000", "04775000"}, "the district that was split and the town whose home is not known"
    whole = moves[(moves["share"] == 1) & (moves["to_unit"] != UNASSIGNED)]
    parts = {str(unit): list(group) for unit, group in whole.groupby("to_unit")["from_unit"]}
    for unit, members in (parts | {UNASSIGNED: sorted(unsure)}).items():
        assert new[unit].symmetric_difference(old[members].union_all()).area == pytest.approx(0, abs=1e-6), unit
    assert set(parts) == units, "every unit of today has at least one whole part"
    assert krasnoyarsk.drawn(2025) == 40, "the 39 units and the part whose home is not known"


def test_the_map_shows_the_applications_of_the_register(krasnoyarsk: Krasnoyarsk) -> None:
    indicators = krasnoyarsk.tables[2024]["indicators"]
    shown = indicators[(indicators["indicator"] == "applications") & (indicators["unit_id"] != "all")]
    expected = krasnoyarsk.applications(2024)
    assert shown.set_index("unit_id")["value"].to_dict() == expected.set_index("unit_id")["value"].to_dict()
    assert expected["value"].sum() == len(krasnoyarsk.tables[2024]["projects"]) > 50
