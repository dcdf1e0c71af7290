"""Who may import whom, and where the few privileged libraries may be used."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "evaluation"
MODULES = sorted(PACKAGE.rglob("*.py"))

SPINE = (
    "app", "exploring", "year", "running", "workspace", "places", "pipeline", "applicability", "contracts", "tables",
    "codebook", "settings",
)  # fmt: skip
LOW = {"contracts", "tables", "codebook", "settings", "ledger", "decisions", "reconciliation", "aside"}
DOMAIN = ("field", "effects", "survey", "indicators", "support", "cleaning", "privacy", "territory")


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names that a module imports, at any depth."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return frozenset(names)


def rooms_used(path: Path) -> set[str]:
    parts = [name.split(".") for name in imports(path)]
    return {name[1] for name in parts if name[0] == "evaluation" and len(name) > 1} - {"__version__"}


def allowed(name: str) -> set[str] | None:
    """Rooms that ``name`` may import; None = anything."""
    if name == "app":
        return None
    if name == "year":
        return {path.stem for path in PACKAGE.iterdir()} - {"app", "exploring", "simulate", "__init__"}
    if name == "exploring":  # a researcher's door to everything, through which nothing is written
        return {path.stem for path in PACKAGE.iterdir()} - {"app", "year", "running", "simulate", "__init__"}
    if name in SPINE:
        below = set(SPINE[SPINE.index(name) + 1 :]) | LOW
        return below | {"display"} if name == "workspace" else below
    if name in ("ledger", "decisions", "reconciliation", "aside"):
        return LOW
    if name == "display":
        return {"contracts", "tables", "codebook", "settings", "pipeline"}
    if name == "report":
        return {"display", "privacy", "contracts", "tables", "codebook", "settings", "pipeline", "ledger", "decisions"}
    if name == "simulate":
        return LOW | {"territory"}
    assert name in DOMAIN, f"{name}: a room that the architecture does not know"
    return LOW | set(DOMAIN[DOMAIN.index(name) + 1 :]) | {"territory", name}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_downward(path: Path) -> None:
    may = allowed(room(path)) if path.parent != PACKAGE or path.stem != "__init__" else set()
    if may is not None and path.parent == PACKAGE / "simulate" / "study" and path.stem != "process":
        may |= {"effects"}  # the study compares estimators; the process that makes its data must not know them
    if may is not None:
        assert rooms_used(path) - {room(path)} <= may


@pytest.mark.parametrize(
    ("library", "home"),
    [("papermill", "running/notebook.py"), ("matplotlib", "display/"), ("evaluation.simulate", "app/")],
)
def test_privileged_imports(library: str, home: str) -> None:
    for path in MODULES:
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(home) or (library == "evaluation.simulate" and place.startswith("simulate/")):
            continue
        used = {name for name in imports(path) if name == library or name.startswith(f"{library}.")}
        assert not used, f"{place} imports {library}"


def test_modules_are_small() -> None:
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_nothing_is_swallowed() -> None:
    silent = re.compile(
        r"except( Exception)?: *(pass)?$|filterwarnings\(.ignore|on_bad_lines=.skip|errors=.coerce", re.M
    )
    for path in MODULES:
        assert not silent.search(path.read_text(encoding="utf-8")), path


def test_no_two_test_modules_share_a_name() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
