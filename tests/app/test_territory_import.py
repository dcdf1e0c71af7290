"""``evaluation territory import``: what is told, the exit code, what is written, and decisions on a second import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import yaml
from shapely.geometry import box
from typer.testing import CliRunner, Result

from evaluation.app.cli import app
from evaluation.decisions import DECISION_COLUMNS
from evaluation.territory.boundaries import read_boundaries
from evaluation.territory.registry import read_registry

UNITS = """unit_id,name,type,longitude,latitude
04601000,Абанский район,municipal_district,90.5,56.5
04621000,Канский район,municipal_district,91.5,56.5
"""
PRODUCT = Path("data") / "processed" / "territory" / "boundaries.parquet"
GOOD = ["Абанский район", "Канский район"]


class Place:
    """A workspace with two districts; ``run`` imports a file of two boxes under the given names."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "config" / "territory").mkdir(parents=True)
        (root / "config" / "years").mkdir()
        (root / "config" / "territory" / "units.csv").write_text(UNITS, encoding="utf-8")
        text = {"ru": "испытание", "en": "test"}
        registry = {"kind": "oktmo", "units": "config/territory/units.csv", "unit_name": text}
        programme = {
            "id": "import-test", "title": text, "institute": text, "first_year": 2024, "last_year": 2024,
            "region_code": "04", "registry": registry, "currency": {"code": "RUB", "label": text},
        }  # fmt: skip
        year = {
            "year": 2024, "starts_on": "2024-01-01", "ends_on": "2024-12-31", "territory_date": "2024-01-01",
            "sources": {},
        }  # fmt: skip
        for name, content in (("programme.yml", programme), ("years/2024.yml", year)):
            (root / "config" / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def received(self, names: Sequence[str], called: str = "received") -> Path:
        path = self.root / f"{called}.geojson"
        shapes = [box(90 + n, 56, 91 + n, 57) for n in range(len(names))]
        gpd.GeoDataFrame({"name": list(names)}, geometry=shapes, crs="EPSG:4326").to_file(path)
        return path

    def run(self, file: Path, *options: str, language: str = "en") -> Result:
        asked = ["territory", "import", str(file), "--workspace", str(self.root), "--language", language, "--plain"]
        return CliRunner().invoke(app, [*asked, *options])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_clean_file_is_imported_and_read_again(place: Place) -> None:
    result = place.run(place.received(GOOD))
    assert result.exit_code == 0, result.output
    assert "2 polygons, 2 units found" in result.output and f"boundaries: {PRODUCT.as_posix()}" in result.output
    read = read_boundaries(
        place.root / PRODUCT, read_registry(place.root / "config/territory/units.csv"), pd.Timestamp("2024-01-01")
    )
    assert read["unit_id"].tolist() == ["04601000", "04621000"]
    made = sorted(path.name for path in (place.root / PRODUCT).parent.iterdir())
    assert made == ["boundaries.en.html", "boundaries.parquet", "boundaries.polygons.csv", "boundaries.remarks.csv",
                    "boundaries.ru.html"]  # fmt: skip


def test_a_second_import_writes_the_same_bytes(place: Place) -> None:
    folder = (place.root / PRODUCT).parent
    place.run(place.received(GOOD))
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    place.run(place.received(GOOD))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_what_is_to_decide_is_told_and_a_decision_settles_it(place: Place) -> None:
    file = place.received(["Абанский район", "Рощинский <b>край</b>"])
    result = place.run(file, language="ru")
    assert result.exit_code == 3 and "не узнано контуров 1" in result.output and "Решить: 2." in result.output
    folder = (place.root / PRODUCT).parent
    for language, says in (("ru", "Название не найдено в реестре"), ("en", "The name is not in the registry")):
        html = (folder / f"boundaries.{language}.html").read_text(encoding="utf-8")
        assert says in html and "04621000" in html and "config/territory/aliases.csv" in html
        assert "<b>край" not in html and "&lt;b&gt;край" in html, "names are shown, never run"
    remarks = pd.read_csv(folder / "boundaries.remarks.csv")
    assert remarks.loc[remarks["severity"] != "info", "rule"].tolist() == ["name_not_found", "unit_without_polygon"]
    assert remarks[["remark_ru", "remark_en"]].notna().all().all(), "every remark has its words"
    aliases = "raw,unit_id,reason\nРощинский <b>край</b>,04621000,asked the sender\n"
    (place.root / "config" / "territory" / "aliases.csv").write_text(aliases, encoding="utf-8")
    result = place.run(file)
    assert result.exit_code == 0 and "2 units found" in result.output


def test_a_decision_to_do_without_settles_it_too(place: Place) -> None:
    file = place.received(["Абанский район", "Остров"])
    assert place.run(file).exit_code == 3
    rows = [["boundaries", key, "", "", "quarantine", "", "not ours", "analyst", "2024-02-01"]
            for key in ("Остров", "04621000")]  # fmt: skip
    pd.DataFrame(rows, columns=DECISION_COLUMNS).to_csv(place.root / "config" / "decisions.csv", index=False)
    result = place.run(file)
    assert result.exit_code == 0 and "1 left out by decision" in result.output, result.output


def test_what_cannot_be_read_leaves_earlier_boundaries_alone(place: Place) -> None:
    place.run(place.received(GOOD))
    before = (place.root / PRODUCT).read_bytes()
    broken = place.root / "broken.gpkg"
    broken.write_bytes(b"no map")
    for file, options, says in (
        (broken, [], "cannot be read"),
        (place.root / "absent.gpkg", [], "There is no file"),
        (place.received(GOOD), ["--valid-on", "soon"], "--valid-on soon is no date"),
        (place.received(GOOD), ["--out", str(place.root / "x.gpkg")], "ending .parquet was expected"),
        (place.received(["x", "y"], "foreign"), [], "no column holds codes or names"),
        (place.received(GOOD), ["--crs", "EPSG:1"], "no coordinate reference system"),
    ):
        result = place.run(file, *options)
        assert result.exit_code == 2 and says in result.output and "Traceback" not in result.output
    assert (place.root / PRODUCT).read_bytes() == before


def test_options_are_passed_on(place: Place) -> None:
    out = place.root / "elsewhere" / "b.parquet"
    result = place.run(
        place.received(GOOD), "--out", str(out), "--tolerance", "5", "--valid-on", "2023-05-01", "--region", "04"
    )
    assert result.exit_code == 0 and "Simplified to 5 km" in result.output, result.output
    assert (gpd.read_parquet(out)["shown_on"] == pd.Timestamp("2023-05-01")).all()
    assert (out.parent / "b.ru.html").exists() and not (place.root / PRODUCT).exists()
