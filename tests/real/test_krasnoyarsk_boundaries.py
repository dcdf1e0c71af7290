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

from evaluation.display.atlas import Atlas
from evaluation.places import Workspace, open_workspace
from evaluation.simulate import write_simulation
from evaluation.territory.boundaries import boundaries_on
from evaluation.territory.crosswalk import UNASSIGNED, read_crosswalk
from evaluation.territory.registry import in_force, read_registry

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

REPOSITORY = Path(__file__).resolve().parents[2]
BOUNDARIES = "territory/krasnoyarsk_61_boundaries.geojson"
OF_2024, OF_2025 = "territory/krasnoyarsk_61_municipalities_2024.csv", "territory/krasnoyarsk_39_municipalities_2025.csv"
YEARS = (2024, 2025)
DRAWN_ON = dt.date(2024, 12, 31)
STEPS = ("01_clean_programme", "03_build_panel", "04_map_coverage")


class Krasnoyarsk(NamedTuple):
    workspace: Workspace
    registry: pd.DataFrame
    crosswalk: pd.DataFrame
    table: Callable[[str, int], pd.DataFrame]

    def boundaries(self, year: int) -> GeoDataFrame:
        """What step 04 draws in a year."""
        day = self.workspace.year(year).territory_date
        path = self.workspace.territory_file("boundaries")
        found = boundaries_on(path, self.registry, self.crosswalk, day, self.workspace.programme.registry.boundaries_date)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def krasnoyarsk(
    tmp_path_factory: pytest.TempPathFactory,
    real_file: Callable[[str], Path],
    run_steps: Callable[..., Any],
    made: Callable[[Workspace, str, int], pd.DataFrame],
) -> Krasnoyarsk:
    """The repository's own demonstration of 2024 and 2025, with boundaries, through steps 01, 03 and 04."""
    boundaries = real_file(BOUNDARIES)
    root = tmp_path_factory.mktemp("krasnoyarsk")
    shutil.copytree(REPOSITORY / "config" / "territory", root / "config" / "territory")
    settings = yaml.safe_load((REPOSITORY / "config" / "programme.yml").read_text(encoding="utf-8"))
    settings |= {"id": "krasnoyarsk-boundaries", "first_year": YEARS[0], "last_year": YEARS[-1]}
    settings["registry"] |= {"boundaries": str(boundaries), "boundaries_date": DRAWN_ON}
    (root / "config" / "programme.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (root / "config" / "years").mkdir()
    for year in YEARS:
        shutil.copy(REPOSITORY / "config" / "years" / f"{year}.yml", root / "config" / "years")
    registry = read_registry(root / "config" / "territory" / "units.csv")
    crosswalk = read_crosswalk(root / "config" / "territory" / "crosswalk.csv")
    write_simulation(root, registry, crosswalk, years=YEARS)
    workspace = open_workspace(root)
    for year in YEARS:
        run_steps(workspace, year, *STEPS)
    return Krasnoyarsk(workspace, registry, crosswalk, lambda table, year: made(workspace, table, year))


def test_every_map_is_written_in_both_languages(krasnoyarsk: Krasnoyarsk) -> None:
    for year in YEARS:
        for name in ("coverage_map", "training_map"):
            for language in ("ru", "en"):
                svg = krasnoyarsk.workspace.figure_path(name, year, language).read_text(encoding="utf-8")
                assert svg.rstrip().endswith("</svg>")
                png = krasnoyarsk.workspace.figure_path(name, year, language, "png").read_bytes()
                assert png.startswith(b"\x89PNG") and len(png) > 30_000
    atlas_2024 = krasnoyarsk.workspace.figure_path("coverage_map", 2024, "en").read_bytes()
    assert atlas_2024 != krasnoyarsk.workspace.figure_path("coverage_map", 2025, "en").read_bytes()


def test_in_2024_the_61_units_are_drawn(krasnoyarsk: Krasnoyarsk, real_file: Callable[[str], Path]) -> None:
    listed = pd.read_csv(real_file(OF_2024), dtype="str")
    code = next(name for name in listed.columns if listed[name].str.fullmatch(r"0?4\d{6}").all())
    units = set(listed[code].str.zfill(8))
    geometry = krasnoyarsk.boundaries(2024)
    assert len(units) == 61 == len(geometry)
    assert set(geometry["unit_id"]) == units == set(krasnoyarsk.table("territories", 2024)["unit_id"])
    assert _drawn(krasnoyarsk, 2024, geometry) == 61


def test_in_2025_the_39_units_are_put_together_from_the_61(
    krasnoyarsk: Krasnoyarsk, real_file: Callable[[str], Path]
) -> None:
    listed = pd.read_csv(real_file(OF_2025), dtype="str")
    code = next(name for name in listed.columns if listed[name].str.fullmatch(r"0?4\d{6}").all())
    units = set(listed[code].str.zfill(8))
    before, after = krasnoyarsk.boundaries(2024), krasnoyarsk.boundaries(2025)
    assert len(units) == 39
    assert set(after["unit_id"]) == units | {UNASSIGNED}
    assert units == set(in_force(krasnoyarsk.registry, dt.date(2025, 12, 31))["unit_id"])
    assert after.to_crs("EPSG:6933").area.sum() == pytest.approx(before.to_crs("EPSG:6933").area.sum(), rel=1e-6)
    old = before.set_index("unit_id").geometry
    moves = krasnoyarsk.crosswalk
    unsure = set(moves.loc[moves["share"].isna() | (moves["to_unit"] == UNASSIGNED), "from_unit"])
    crossed = after.set_index("unit_id").geometry[UNASSIGNED]
    assert unsure == {"04605000", "04775000"}, "the district that was split and the town whose home is not known"
    assert old[sorted(unsure)].union_all().symmetric_difference(crossed).area == pytest.approx(0, abs=1e-6)
    whole = moves[(moves["share"] == 1) & (moves["to_unit"] != UNASSIGNED)]
    for unit, parts in whole.groupby("to_unit")["from_unit"]:
        expected = old[list(parts)].union_all()
        found = after.set_index("unit_id").geometry[unit]
        assert found.symmetric_difference(expected).area == pytest.approx(0, abs=1e-6), unit
    assert _drawn(krasnoyarsk, 2025, after) == 40, "the 39 units and the part whose home is not known"


def test_the_map_shows_the_applications_of_the_register(krasnoyarsk: Krasnoyarsk) -> None:
    for year in YEARS:
        counted = krasnoyarsk.table("projects", year).groupby("unit_id").size()
        units = krasnoyarsk.table("territories", year)["unit_id"]
        indicators = krasnoyarsk.table("indicators", year)
        shown = indicators[(indicators["indicator"] == "applications") & (indicators["unit_id"] != "all")]
        values = shown.set_index("unit_id")["value"]
        assert set(values.index) == set(units)
        assert values.astype(int).to_dict() == counted.reindex(units, fill_value=0).to_dict()


def _drawn(krasnoyarsk: Krasnoyarsk, year: int, geometry: GeoDataFrame) -> int:
    """Filled outlines in the panel of the whole krai."""
    indicators = krasnoyarsk.table("indicators", year)
    applications = indicators[indicators["indicator"] == "applications"]
    workspace = krasnoyarsk.workspace
    atlas = Atlas(
        krasnoyarsk.table("territories", year), geometry, workspace.codebook, year, workspace.programme.map, True
    )
    figure = atlas.draw(applications, "applications", "applications", "en")
    outlines = [patch for patch in figure.axes[0].patches if patch.get_zorder() == 2 and patch.get_fill()]
    return len(outlines)
