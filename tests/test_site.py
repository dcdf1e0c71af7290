"""The documentation site: what its texts name is there, and what is built needs no network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer.main
from bs4 import BeautifulSoup

from evaluation.app.cli import app
from evaluation.pipeline import STEPS
from evaluation.places import open_workspace

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "docs" / "site"
LANGUAGES = ("en", "ru")
WRITTEN = sorted(SITE.glob("*/**/*.md"))
TAKEN_IN = [ROOT / "docs" / f"{name}{end}.md" for name in ("year_checklist", "next_year_design") for end in ("", ".ru")]
READMES = [ROOT / "README.md", ROOT / "README.ru.md"]
TEXTS = [*WRITTEN, *TAKEN_IN, *READMES]

SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)", re.S)
BLOCK = re.compile(r"^(?: {4,}| {7})(\S.*)$", re.M)
COMMAND = re.compile(r"^(?:\S*/)?evaluation ([a-z][a-z-]*)(?: ([a-z]+)(?= |$))?(.*)$")
TARGET = re.compile(r"^make ([a-z][a-z-]*)")
PLACE = re.compile(
    r"^(?:config|data|docs|notebooks|reports|src|examples|tests|build)/.+$|^[A-Za-z.]+\.(?:md|cff|toml|lock|yml)$"
)
RUN_HELP_RU = "Выполнить всё, что устарело."
HOLDERS = re.compile(r"<(?:year|год)>")


@dataclass(frozen=True)
class Named:
    page: str
    what: str


def code_of(text: str) -> Iterator[str]:
    """Every piece of code in a Markdown text, on one line each."""
    without_tables = text.replace("\\|", "|")
    for found in SPAN.finditer(without_tables):
        yield " ".join(found[1].split())
    for found in BLOCK.finditer(without_tables):
        yield from re.split(r"\s{2,}", found[1].strip())  # a listing has places beside what they are


@lru_cache(maxsize=1)
def named() -> list[Named]:
    return [
        Named(path.relative_to(ROOT).as_posix(), code)
        for path in TEXTS
        for code in code_of(path.read_text(encoding="utf-8"))
    ]


def known_options() -> dict[str, set[str]]:
    """The options of every command, by its whole name."""
    found: dict[str, set[str]] = {}

    def look(name: str, command: Any) -> None:
        for word, inner in (getattr(command, "commands", None) or {}).items():
            look(f"{name} {word}".strip(), inner)
        found[name] = {one for each in command.params for one in (*each.opts, *each.secondary_opts)}

    look("", typer.main.get_command(app))
    return found


def wrong_commands(pieces: list[Named]) -> list[Named]:
    """Commands and options that the application does not have."""
    options = known_options()
    wrong = []
    for one in pieces:
        found = COMMAND.match(one.what)
        if found is None:
            continue
        group, inner, rest = found.groups()
        name = f"{group} {inner}" if f"{group} {inner}" in options else group
        asked = set(re.findall(r"(?<=\s)--[a-z][a-z-]*", f" {inner or ''} {rest}"))
        if name not in options or not asked <= options[name]:
            wrong.append(one)
    return wrong


def made_when_run() -> set[str]:
    """Places that are not in git: the year's received files and what the steps declare to make."""
    year = open_workspace(ROOT).year(2025)
    received = {f"data/raw/2025/{source.file}" for source in year.sources.values()}
    draft = {f"reports/2025/draft/{name}" for step in STEPS for name in step.files}
    drawn = {"config/design/2025/assignment.csv"}
    folders = {"data/raw/2025", "data/raw/2025/replaced", "data/restricted/2025", "data/processed/2025"}
    reports = {"reports/2025/draft", "reports/2025/draft/run", "reports/2025/released", "reports/2025/design"}
    return {*received, *draft, *drawn, *folders, *reports, "reports/gallery", "build/site", "build/wheel"}


def missing_places(pieces: list[Named]) -> list[Named]:
    made = made_when_run()
    missing = []
    for one in pieces:
        if not PLACE.match(one.what):
            continue
        place = HOLDERS.sub("2025", one.what).rstrip("/")
        # the design's example is next year's
        places = {place, place.replace("2025", "2026")} if place.startswith("config/design") else {place}
        lying = any((ROOT / each).exists() for each in places) or (
            "/" not in place and any(ROOT.glob(f"config/**/{place}"))
        )
        if not places & made and not lying:
            missing.append(one)
    return missing


def test_every_command_and_option_in_the_texts_exists() -> None:
    commands = [one for one in named() if COMMAND.match(one.what)]
    assert len(commands) > 60
    assert wrong_commands(commands) == []


def test_every_make_target_in_the_texts_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    asked = {found[1] for one in named() if (found := TARGET.match(one.what))}
    assert asked >= {"report", "panel", "lab", "site"}
    assert asked <= targets


def test_every_place_in_the_texts_exists() -> None:
    places = [one for one in named() if PLACE.match(one.what)]
    assert len(places) > 40
    assert missing_places(places) == []


def test_the_checks_find_what_is_not_there() -> None:
    invented = [
        Named("page", "evaluation runn 2025"),
        Named("page", "evaluation run --fast"),
        Named("page", "docs/no.md"),
    ]
    assert wrong_commands(invented) == invented[:2]
    assert missing_places(invented) == invented[2:]
    assert wrong_commands([Named("page", "evaluation territory import FILE --crs 4326")]) == []


def test_both_languages_have_the_same_pages() -> None:
    english, russian = ({path.relative_to(SITE / one) for path in (SITE / one).rglob("*.md")} for one in LANGUAGES)
    assert english == russian
    assert len(english) > 15


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both languages, built as ``make site`` builds them: every warning an error."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(SITE / "index.html", folder)
    for language in LANGUAGES:
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-t", language, "-c", str(SITE)]
        places = ["-d", str(folder / "trees" / language), str(SITE / language), str(folder / language)]
        done = subprocess.run([*command, *places], check=False, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr
    shutil.rmtree(folder / "trees")
    return folder


def pages(site: Path) -> dict[Path, BeautifulSoup]:
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in sorted(site.rglob("*.html"))
    }


def fetched(page: BeautifulSoup) -> Iterator[str]:
    """Addresses that a browser asks for by itself."""
    for tag in page.find_all(["script", "img", "iframe", "source", "video", "audio", "embed"]):
        yield from (str(tag[name]) for name in ("src", "srcset") if tag.has_attr(name))
    for tag in page.find_all("object"):
        yield str(tag["data"])
    for tag in page.find_all("link"):
        yield str(tag["href"])


@pytest.mark.slow
def test_built_site_needs_no_network_and_its_links_lead_somewhere(built: Path) -> None:
    site = pages(built)
    assert len(site) > 40
    anchors = {path: {str(tag["id"]) for tag in page.find_all(id=True)} for path, page in site.items()}
    for path, page in site.items():
        for address in fetched(page):
            parts = urlsplit(address)
            assert not parts.scheme and not parts.netloc, (path, address)
            assert (path.parent / unquote(parts.path)).exists(), (path, address)
        for tag in page.find_all("a", href=True):
            parts = urlsplit(str(tag["href"]))
            if parts.scheme or parts.netloc:
                continue
            led = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert led.exists(), (path, tag["href"])
            if parts.fragment and led in anchors:
                assert unquote(parts.fragment) in anchors[led], (path, tag["href"])
    for style in built.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", style.read_text(encoding="utf-8")), style


@pytest.mark.slow
def test_built_site_speaks_its_language_shows_formulas_and_can_be_searched(built: Path) -> None:
    site = pages(built)
    for language in LANGUAGES:
        formulas = site[built / language / "method" / "formulas.html"]
        assert formulas.html is not None and formulas.html["lang"] == language
        assert len(formulas.find_all("math")) > 50
        assert "\\frac" not in formulas.get_text() and "mathjax" not in str(formulas).lower()
        commands = site[built / language / "reference" / "commands.html"].get_text()
        missing = [name for name in known_options() if name and f"evaluation {name}" not in commands]
        assert missing == []
    for language, stem in (("en", "report"), ("ru", "муниципалитет")):
        index = (built / language / "searchindex.js").read_text(encoding="utf-8")
        words = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
        assert len(words["terms"][stem]) > 3
    russian = site[built / "ru" / "reference" / "commands.html"].get_text()
    assert RUN_HELP_RU in russian and "только этот шаг" in russian
    assert "Run what is stale." not in russian and "this step alone" not in russian
