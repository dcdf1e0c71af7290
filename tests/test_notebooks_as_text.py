"""Notebooks as text for review: nothing is lost on the way there and back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("06_estimate_outcomes", "tutorials/08_lottery", "explore/template")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / "jupytext.toml", tmp_path)
    return tmp_path


def sync(folder: Path) -> None:
    files = [f"notebooks/{name}.ipynb" for name in NAMES]
    command = [sys.executable, "-m", "jupytext", "--quiet", "--sync", *files]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


def test_there_and_back_changes_nothing_but_what_was_changed(copy: Path) -> None:
    before = {path: path.read_bytes() for path in sorted((copy / "notebooks").rglob("*.ipynb"))}
    sync(copy)
    texts = {name: copy / "notebooks-as-text" / f"{name}.py" for name in NAMES}
    for name, text in texts.items():
        said = text.read_text(encoding="utf-8")
        assert said.count('# %% tags=["parameters"]') == 1, name
        assert "По-русски" in said
        compile(said, str(text), "exec")
    assert {path: path.read_bytes() for path in before} == before, "reading leaves the notebooks as they are"

    text = texts["06_estimate_outcomes"]
    said = text.read_text(encoding="utf-8")
    text.write_text(said.replace("year = 2025", "year = 2024"), encoding="utf-8")
    later = text.stat().st_mtime + 5
    os.utime(text, (later, later))
    sync(copy)
    changed = copy / "notebooks" / "06_estimate_outcomes.ipynb"
    old, new = before[changed].decode().splitlines(), changed.read_text(encoding="utf-8").splitlines()
    assert [(a, b) for a, b in zip(old, new, strict=True) if a != b] == [
        ('    "year = 2025\\n",', '    "year = 2024\\n",')
    ]
    others = [path for path in before if path != changed]
    assert all(path.read_bytes() == before[path] for path in others)
