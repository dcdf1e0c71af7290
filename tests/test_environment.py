"""pyproject, the lock and environment.yml agree; no address and no foreign licence slips in."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = re.findall(r"^([a-z0-9._-]+)==([^ \\;]+)(?: ; (.*?))? \\$", LOCK, re.M | re.I)


def locked() -> dict[str, set[Version]]:
    found: dict[str, set[Version]] = {}
    for name, version, _ in PINS:
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def test_lock_satisfies_every_declared_requirement() -> None:
    pins = locked()
    declared = [Requirement(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]
    for requirement in declared:
        versions = pins.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in the lock: run 'make lock'"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_lock_has_hashes_and_no_addresses() -> None:
    assert len(PINS) > 100
    assert "://" not in LOCK and "--index" not in LOCK and "--find-links" not in LOCK
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK, flags=re.I)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_environment_follows_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pip == ["--require-hashes -r requirements.lock"]
    python = next(entry for entry in environment["dependencies"] if str(entry).startswith("python="))
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python.split("=")[1] + ".0")
    assert "pip" in environment["dependencies"]


def test_installed_packages_are_those_of_the_lock() -> None:
    wrong = []
    for name, versions in locked().items():
        try:
            installed = Version(metadata.version(name))
        except metadata.PackageNotFoundError:
            continue  # of another system or Python version
        if installed not in versions:
            wrong.append((name, str(installed)))
    assert not wrong


def base_install() -> set[str]:
    """What the project needs without any extra, and what that needs, on this machine."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in PROJECT["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        extras = requirement.extras or {""}
        if name in found and extras == {""}:
            continue
        found.add(name)
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # of another system or Python version
        waiting += [
            need
            for need in map(Requirement, needs)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return found


def test_base_install_is_permissive() -> None:
    viral = re.compile(r"\b(A?GPL|General Public)", re.I)
    lesser = re.compile(r"LGPL|Lesser", re.I)
    names = base_install()
    assert len(names) > 80
    assert {"pandas", "jupyterlab", "voila"} <= names <= set(locked())
    # pandoc within it is under the GPL: an extra of its own
    assert not names & {"pypandoc-binary", "pypandoc"}
    offending = []
    for name in names:
        try:
            facts = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        said = facts.get("License-Expression") or ""
        classifiers = [text for text in facts.get_all("Classifier") or [] if text.startswith("License ::")]
        words = said or " ".join(classifiers)
        if viral.search(words) and not lesser.search(words) and " OR " not in words:
            offending.append((name, words))
    assert not offending
