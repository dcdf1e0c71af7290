from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from tiny_programme import Tiny

from evaluation.app.doctor.examination import (
    examine,
    free_disk,
    locked_versions,
    needed_packages,
    packages,
    python_version,
)


def test_a_lock_is_read_for_this_system() -> None:
    lock = (
        "# made by a tool\n"
        "Pandas==3.1.1 \\\n    --hash=sha256:00\n"
        "appnope==1.0.0 ; sys_platform == 'nowhere' \\\n    --hash=sha256:00\n"
        "typing.extensions==4.0 ; python_full_version >= '3.11' \\\n"
    )
    assert locked_versions(lock) == {"pandas": "3.1.1", "typing-extensions": "4.0"}


def test_packages_are_compared_with_the_lock(tmp_path: Path) -> None:
    version = importlib.metadata.version("typer")
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"typer=={version} \\\n")
    assert [finding.state for finding in packages(lock)] == ["good"]
    lock.write_text("typer==0.0.1 \\\nnot-here-at-all==1 \\\n")
    (found,) = packages(lock)
    assert found.state == "look"
    assert f"typer {version} (0.0.1)" in found.text.en
    assert "not-here" not in found.text.en
    (found,) = packages(tmp_path / "none.lock")
    assert found.state == "look"


def test_a_needed_package_that_is_missing_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = needed_packages()
    if needed is None:
        pytest.skip("the package is not installed here, only on the path")
    assert {"pandas", "pydantic", "numpy"} <= needed
    assert "pytest" not in needed
    lock = tmp_path / "requirements.lock"
    lock.write_text("rapidfuzz==1 \\\n")
    monkeypatch.setattr(
        "evaluation.app.doctor.examination.installed", lambda name: None if name == "rapidfuzz" else "1"
    )
    assert [(finding.state, finding.text.en.split(";")[0]) for finding in packages(lock)] == [
        ("bad", "packages are missing: rapidfuzz")
    ]


def test_python_and_disk() -> None:
    assert python_version((3, 12)).state == "good"
    assert python_version((3, 10)).state == "bad"
    assert python_version((3, 14)).state == "bad"
    assert free_disk(50_000_000_000, Path()).text.ru == "свободно на диске: 50,0 ГБ"
    assert free_disk(500_000_000, Path()).state == "bad"


def test_a_workspace_is_examined(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tiny.root / "secret" / "tiny.key"
    monkeypatch.setenv("EVALUATION_KEY_FILE", str(key))
    texts = [finding.text.en for finding in examine(tiny.root)]
    assert any("years 2023-2024, 0 variables" in text for text in texts)
    assert any("there is no pseudonym key" in text for text in texts)
    tiny.write("secret/tiny.key", "0" * 64)
    tiny.edit("config/years/2024.yml", "ends_on", "end_on")
    found = examine(tiny.root)
    assert any(finding.state == "bad" and "2024.yml, line 3" in finding.text.en for finding in found)
    assert any(finding.state == "good" and str(key) in finding.text.en for finding in found)
    assert examine(tiny.root / "config")[-1].state == "bad"
