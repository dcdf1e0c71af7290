from __future__ import annotations

import csv
import hashlib
import io
import os
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from evaluation.places import Workspace, open_workspace
from evaluation.settings import InputProblem
from evaluation.year.backup import make_backup

DAY = "2026-05-01"
PROGRAMME = """\
id: tiny
title: {ru: Мало, en: Tiny}
institute: {ru: Институт, en: Institute}
first_year: 2024
last_year: 2024
registry: {kind: list, units: config/units.csv, unit_name: {ru: село, en: village}}
currency: {code: RUB, label: {ru: руб., en: roubles}}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    root = tmp_path / "programme"
    for place, text in {
        "config/programme.yml": PROGRAMME, "config/decisions.csv": "a\n", "config/secret.key": "key",
        "config/key.txt": "key", "data/raw/2024/Люди.csv": "Иванов", "data/restricted/decisions.csv": "p\n",
        "data/restricted/2024/decisions.xlsx": "Иванов", "data/processed/2024/projects.parquet": "rows",
        "reports/2024/draft/report.ru.html": "draft", "reports/2024/draft/run/run.json": "{}",
        "reports/2024/released/2025-01-01/report.ru.html": "released", ".gitignore": "x", ".staging/a": "x",
    }.items():  # fmt: skip
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")
    monkeypatch.setenv("EVALUATION_KEY_FILE", str(root / "config" / "key.txt"))
    return open_workspace(root)


class Read(NamedTuple):
    names: set[str]
    manifest: list[dict[str, str]]
    restricted: list[dict[str, str]]


def read(path: Path) -> Read:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        manifest, restricted = (
            list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"))))
            for name in ("MANIFEST.csv", "RESTRICTED.csv")
        )
        for row in manifest:
            assert hashlib.sha256(archive.read(row["path"])).hexdigest() == row["sha256"]
            assert len(archive.read(row["path"])) == int(row["bytes"])
    assert names == {row["path"] for row in manifest} | {"MANIFEST.csv", "RESTRICTED.csv"}
    return Read(names - {"MANIFEST.csv", "RESTRICTED.csv"}, manifest, restricted)


def test_people_and_the_key_stay_out(workspace: Workspace, tmp_path: Path) -> None:
    made = make_backup(workspace, tmp_path / "kept", DAY)
    found = read(made.path)
    assert found.names == {
        ".gitignore", "config/decisions.csv", "config/programme.yml", "data/processed/2024/projects.parquet",
        "reports/2024/draft/run/run.json", "reports/2024/released/2025-01-01/report.ru.html",
    }  # fmt: skip
    assert [row["path"] for row in found.restricted] == [
        "data/restricted/decisions.csv", "data/restricted/2024/decisions.xlsx",
    ]  # fmt: skip
    assert "Иванов".encode() not in made.path.read_bytes()
    assert (made.files, made.restricted, made.again) == (6, 2, False)


def test_received_files_only_when_asked(workspace: Workspace, tmp_path: Path) -> None:
    found = read(make_backup(workspace, tmp_path / "kept", DAY, with_raw=True).path)
    assert {"data/raw/2024/Люди.csv", "data/restricted/decisions.csv"} <= found.names
    assert not any("key" in name or name.endswith("decisions.xlsx") for name in found.names)


def test_the_same_content_is_the_same_archive(workspace: Workspace, tmp_path: Path) -> None:
    first = make_backup(workspace, tmp_path / "one", DAY)
    os.utime(workspace.root / "config" / "programme.yml", (1, 1))
    second = make_backup(workspace, tmp_path / "two", DAY)
    assert first.path.name == second.path.name
    assert first.path.read_bytes() == second.path.read_bytes()
    assert make_backup(workspace, tmp_path / "two", DAY).again
    (workspace.root / "config" / "decisions.csv").write_text("b\n")
    assert make_backup(workspace, tmp_path / "two", DAY).path.name != first.path.name
    assert len(list((tmp_path / "two").iterdir())) == 2
    if os.name == "posix":
        assert first.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["programme", "programme/data/backups", "programme/../programme/x"])
def test_never_inside_the_workspace(workspace: Workspace, tmp_path: Path, place: str) -> None:
    with pytest.raises(InputProblem, match="inside the workspace"):
        make_backup(workspace, tmp_path / place, DAY)


def test_never_inside_its_repository(workspace: Workspace, tmp_path: Path) -> None:
    import subprocess

    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(InputProblem, match="repository"):
        make_backup(workspace, tmp_path / "kept", DAY)
    assert not (tmp_path / "kept").exists()


def test_too_little_space_leaves_nothing(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: type("Disk", (), {"free": 3}))
    with pytest.raises(InputProblem, match="--to DIR"):
        make_backup(workspace, tmp_path / "kept", DAY)
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_place_that_is_a_file(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(InputProblem, match="was not written"):
        make_backup(workspace, tmp_path / "kept", DAY)
