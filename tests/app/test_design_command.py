"""``evaluation design``: drawn and sealed once, told to people, every tampering noticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from evaluation.app.cli import app
from evaluation.app.design_command import draw_and_seal
from evaluation.effects.seal import digest
from evaluation.places import open_workspace, repository
from evaluation.settings import read_design
from evaluation.tables import TABLES

UNITS = 24


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    years = [2023, 2024, 2025]
    unit = np.repeat(np.arange(UNITS), len(years))
    frame = pd.DataFrame(
        {
            "geography": "current", "unit_id": [f"045{number:02d}000" for number in unit], "year": years * UNITS,
            "name": [f"Округ {number}" for number in unit], "is_north": unit % 4 == 0,
            "type": np.where(unit < 4, "city_okrug", "municipal_okrug"),
            "population": np.repeat(np.round(rng.lognormal(10, 0.6, UNITS)), len(years)),
            "applications": rng.poisson(5, len(unit)), "first_trained_year": np.where(unit == 5, 2023.0, np.nan),
        }
    )  # fmt: skip
    frame.loc[unit == 3, "population"] = np.nan
    stranger = frame[frame["unit_id"] == "04500000"].assign(unit_id="unassigned")
    frame = pd.concat([frame, stranger, frame.assign(geography="stable")], ignore_index=True)
    frame["is_north"] = frame["is_north"].astype("boolean")
    return frame.astype(dict.fromkeys(("year", "population", "applications", "first_trained_year"), "Int64"))


SETTINGS: dict[str, object] = {
    "year": 2026, "kind": "invitations", "responsible": {"ru": "руководитель", "en": "head"},
    "arms": [
        {"code": "invited", "words": {"ru": "приглашено", "en": "invited"}, "seats": 9, "starts_on": "2026-01-19"},
        {"code": "waiting", "words": {"ru": "ждёт", "en": "waits"}},
    ],
    "strata": ["size", "is_north"], "balance": ["log1p(applications)", "log1p(population)"], "candidates": 200,
    "accepted_share": 0.1, "seed": 11, "power": {"effects": [1.0], "simulations": 100, "draws": 99},
}  # fmt: skip


def write_settings(root: Path, **changes: object) -> None:
    text = yaml.safe_dump({**SETTINGS, **changes}, allow_unicode=True)
    (root / "config" / "design" / "2026.yml").write_text(text, encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LC_ALL", "LC_MESSAGES", "EVALUATION_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    source = repository() / "config"
    (tmp_path / "config" / "design").mkdir(parents=True)
    shutil.copy(source / "programme.yml", tmp_path / "config")
    shutil.copytree(source / "years", tmp_path / "config" / "years")
    processed = tmp_path / "data" / "processed" / "2025" / "panel"
    processed.mkdir(parents=True)
    panel().to_parquet(processed / "panel.parquet")
    write_settings(tmp_path)
    return tmp_path


@pytest.fixture
def sealed(place: Path) -> Path:
    result = call(place)
    assert result.exit_code == 0, result.output
    return place


def call(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["design", "--workspace", str(place), "--plain", *arguments])


def folder(place: Path) -> Path:
    return place / "config" / "design" / "2026"


def test_drawn_once_with_list_seal_pages_and_letters(sealed: Path) -> None:
    document = json.loads((folder(sealed) / "SEAL.json").read_text(encoding="utf-8"))
    listed = pd.read_csv(folder(sealed) / "assignment.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert len(listed) == UNITS
    assert (listed["arm"] == "invited").sum() == 9
    assert listed.loc[listed["arm"] == "invited", "starts_on"].unique().tolist() == ["2026-01-19"]
    assert document["hash"] == digest(document["content"])
    reports = sealed / "reports" / "2026" / "design"
    names = {path.name for path in reports.iterdir()}
    assert names == {"report.ru.html", "report.en.html", "letters.ru.xlsx", "letters.en.xlsx"}
    html = (reports / "report.ru.html").read_text(encoding="utf-8")
    assert document["hash"] in html
    assert "СМОДЕЛИРОВАННЫЕ ДАННЫЕ" in html
    assert "размер неизвестен" in html
    assert "http" not in html.replace("http-equiv", "")
    sheet = load_workbook(reports / "letters.ru.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert len(rows) == UNITS
    words = {"invited": ["приглашено", "19\u00a0января\u00a02026\u00a0г."], "waiting": ["ждёт", "сообщим позже"]}
    assert [row[1:2] + row[3:5] for row in rows] == [
        [unit, *words[arm]] for unit, arm in zip(listed["unit_id"], listed["arm"], strict=True)
    ]
    assert document["hash"] in sheet["A2"].value


def test_a_sealed_lot_is_not_drawn_again(sealed: Path) -> None:
    before = (folder(sealed) / "SEAL.json").read_bytes()
    write_settings(sealed, seed=12)
    again = call(sealed)
    assert again.exit_code == 2
    assert "is sealed already" in again.output
    assert call(sealed, "--language", "ru").output.startswith("Жребий 2026 года уже запечатан")
    assert (folder(sealed) / "SEAL.json").read_bytes() == before


def test_the_same_settings_give_the_same_files(place: Path) -> None:
    import datetime as dt

    day = dt.date(2025, 12, 20)
    one = draw_and_seal(open_workspace(place), 2026, day)
    kept = {path: path.read_bytes() for path in one.files}
    shutil.rmtree(folder(place))
    other = draw_and_seal(open_workspace(place), 2026, day)
    assert other.fingerprint == one.fingerprint
    assert {path: path.read_bytes() for path in other.files} == kept


def test_preview_shows_power_and_writes_nothing(place: Path) -> None:
    before = sorted(path for path in place.rglob("*") if ".staging" not in path.parts)
    result = call(place, "--preview")
    assert result.exit_code == 0
    assert "growth by 100%: found in" in result.output
    assert sorted(path for path in place.rglob("*") if ".staging" not in path.parts) == before
    assert "Ничего не записано." in call(place, "--preview", "--language", "ru").output


def test_an_untouched_seal_holds(sealed: Path) -> None:
    result = call(sealed, "--verify", "2026")
    assert result.exit_code == 0
    document = json.loads((folder(sealed) / "SEAL.json").read_text(encoding="utf-8"))
    assert result.output.startswith(f"The seal holds. Fingerprint {document['hash']}")


def _change_list(column: str, value: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        path = folder(place) / "assignment.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        row = frame.index[frame[column] != value][0]
        frame.loc[row, column] = value
        frame.to_csv(path, index=False, encoding="utf-8-sig")

    return change


def _change_seal(*path: str, value: object) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        file = folder(place) / "SEAL.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        where = document
        for key in path[:-1]:
            where = where[key]
        where[path[-1]] = value
        file.write_text(json.dumps(document), encoding="utf-8")

    return change


TAMPERING: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "arm in the list": (_change_list("arm", "invited"), "arm: the list has 'invited'", "назначение: в списке"),
    "unit in the list": (
        _change_list("unit_id", "04599000"), "04599000 is not among the sealed", "нет среди запечатанных",
    ),
    "stratum in the list": (_change_list("stratum", "x"), "stratum: the list has 'x'", "слой: в списке"),
    "covariate in the list": (
        _change_list("log1p(applications)", "9"), "covariate log1p(applications): the list has '9'", "признак",
    ),
    "seed in the seal": (_change_seal("content", "seed", value=12), "changed: seed", "изменено: число"),
    "rule in the seal": (
        _change_seal("content", "rule", "candidates", value=100), "changed: rule, candidates", "правило, candidates",
    ),
    "hash in the seal": (
        _change_seal("hash", value="0" * 64), "does not give the recorded hash", "не даёт записанного",
    ),
    "settings": (
        lambda place: write_settings(place, seed=12), "settings, seed: now 12, sealed was 11", "настройки, seed",
    ),
    "list gone": (lambda place: (folder(place) / "assignment.csv").unlink(), "There is no file", "Нет файла"),
    "seal spoiled": (
        lambda place: (folder(place) / "SEAL.json").write_text("{", encoding="utf-8"), "cannot be read", "не читается",
    ),
    "seal emptied": (
        lambda place: (folder(place) / "SEAL.json").write_text("{}", encoding="utf-8"), "cannot be read", "не читается",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TAMPERING))
def test_tampering_is_noticed_and_named_in_both_languages(sealed: Path, name: str) -> None:
    change, english, russian = TAMPERING[name]
    change(sealed)
    result = call(sealed, "--verify", "2026")
    assert result.exit_code == 2
    assert english in result.output
    assert russian in call(sealed, "--verify", "2026", "--language", "ru").output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"eligible": {"types": ["city_okrug"]}}, "4 units are eligible"),
        ({"eligible": {"leave_out": ["04599000"]}}, "04599000 (leave_out) are not in the panel of 2025"),
        ({"balance": ["colour"]}, "no columns colour"),
        ({"balance": ["log1p(colour)"]}, "no columns log1p(colour)"),
        ({"balance": ["type"]}, "type are no numbers"),
        ({"strata": ["colour"]}, "no columns colour"),
        ({"reached": ["nobody"]}, "line 2"),
        ({"candidates": 5}, "leaves none"),
        ({"year": 2027}, "key 'year' is 2027"),
        ({"lowest_chance": 0.49}, "leaves hardly a chance"),
        ({"arms": [*SETTINGS["arms"], SETTINGS["arms"][1]]}, "is named twice"),  # type: ignore[misc, index]
        ({"colour": 1}, "unknown key 'colour'"),
        ({"power": {"outcome": "colour", "simulations": 100, "draws": 99}}, "no column colour"),
    ],
)
def test_what_does_not_fit_is_said_in_words(place: Path, changes: dict[str, object], words: str) -> None:
    write_settings(place, **changes)
    result = call(place)
    assert result.exit_code == 2, result.output
    if words != "line 2":
        assert words in result.output
    else:
        assert "reached must name some of the arms" in result.output
    assert not (folder(place) / "SEAL.json").exists()


def test_no_panel_and_no_settings(place: Path) -> None:
    assert "There is no settings file" in call(place, "2031").output
    shutil.rmtree(place / "data")
    result = call(place)
    assert result.exit_code == 2
    assert "there is no panel of any year before it" in result.output
    assert "is not sealed" in call(place, "--verify", "2026").output


def test_a_giant_unit_that_balance_would_exclude_is_noticed(place: Path) -> None:
    """Balancing plain numbers of residents all but fixes the part of a unit with most of them."""
    path = place / "data" / "processed" / "2025" / "panel" / "panel.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame["unit_id"] == "04507000", "population"] = 400_000
    frame.to_parquet(path)
    write_settings(place, balance=["population", "applications"], accepted_share=0.02)
    result = call(place)
    assert result.exit_code == 2
    assert "leaves hardly a chance of one of the arms to: Округ 7" in result.output
    write_settings(place)
    assert call(place).exit_code == 0


def test_units_without_a_part_in_the_lot_are_named_with_the_reason(place: Path) -> None:
    eligible = {"never_trained": True, "min_population": 10, "leave_out": ["04510000"], "types": ["municipal_okrug"]}
    write_settings(place, eligible=eligible)
    assert call(place).exit_code == 0
    html = (place / "reports" / "2026" / "design" / "report.en.html").read_text(encoding="utf-8")
    for words in ("was trained before", "left out in the settings", "units of this type take no part"):
        assert words in html
    listed = pd.read_csv(folder(place) / "assignment.csv", dtype=str, encoding="utf-8-sig")
    assert len(listed) == UNITS - 4 - 1 - 1


def test_phase_in_of_three_waves(place: Path) -> None:
    waves = [
        {"code": f"wave_{number}", "words": {"ru": f"волна {number}", "en": f"wave {number}"}, "seats": 8}
        for number in (1, 2, 3)
    ]
    write_settings(place, kind="phase_in", arms=waves, reached=["wave_1"], strata=["size"])
    assert call(place).exit_code == 0
    listed = pd.read_csv(folder(place) / "assignment.csv", dtype=str, encoding="utf-8-sig")
    assert listed["arm"].value_counts().to_dict() == {"wave_1": 8, "wave_2": 8, "wave_3": 8}
    assert call(place, "--verify", "2026").exit_code == 0


def test_the_panel_columns_that_are_needed_exist() -> None:
    needed = {"geography", "unit_id", "year", "name", "type", "is_north", "population", "first_trained_year"}
    assert needed <= set(TABLES["panel"].names)


def test_the_demonstrations_lot_is_valid() -> None:
    plan = read_design(repository() / "config" / "design" / "2026.yml")
    assert plan.year == 2026
    assert plan.assigned_arms == ("invited",)
