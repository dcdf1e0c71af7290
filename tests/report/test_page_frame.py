"""The page around a report: policy, script, styles, maps, and titles that try to be something else."""

from __future__ import annotations

import base64
import hashlib
import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from display.interactive_world import grid_page
from evaluation.display.tables import exhibit
from evaluation.report.html import interactive_map, page
from evaluation.settings import Language

NASTY = '</title></style><script>alert(1)</script> =cmd|"/c calc"!A1 \\ } @import'


def table(name: str = "sums") -> str:
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "value": [1.25, 30.5, 7.0]})
    return exhibit(frame, None, name, "Суммы", "Sums").to_html("ru")


def built(body: str, title: str = "Отчёт", language: Language = "ru") -> str:
    return page(title, language, "<header><h1>x</h1></header>", [("one", "1", "Раз")], body)


def digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def policy(text: str) -> dict[str, str]:
    found = BeautifulSoup(text, "html.parser").find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert found is not None
    rules = (rule.strip().partition(" ") for rule in str(found["content"]).split(";"))
    return {name: value for name, _, value in rules}


def test_the_policy_allows_what_the_page_brings_and_nothing_else() -> None:
    text = built('<section id="one">' + table() + "</section>")
    shown = BeautifulSoup(text, "html.parser")
    rules = policy(text)
    assert rules["default-src"] == "'none'" and rules["img-src"] == "data:"
    assert rules["style-src"] == " ".join(f"'{digest(each.string or '')}'" for each in shown.find_all("style"))
    scripts = [each.string or "" for each in shown.find_all("script")]
    assert len(scripts) == 1
    assert rules["script-src"] == f"'{digest(scripts[0])}'"
    assert "http" not in "".join(scripts) and not re.search(r"fetch|XMLHttp|eval|innerHTML|localStorage", scripts[0])


def test_a_page_without_tables_has_no_script() -> None:
    text = built('<section id="one"><p>words</p></section>')
    assert "<script" not in text and "script-src" not in policy(text)


def test_a_map_brings_its_script_and_style_and_becomes_a_part_of_the_page() -> None:
    block = str(interactive_map(grid_page("en"), "coverage_map"))
    text = built(f'<section id="one"><h2>One</h2>{block}</section>', language="en")
    shown = BeautifulSoup(text, "html.parser")
    programs = [each.string or "" for each in shown.find_all("script") if each.get("type") != "application/json"]
    assert len(programs) == 2
    assert policy(text)["script-src"] == " ".join(f"'{digest(each)}'" for each in programs)
    assert ".imap" in str(shown.style) and digest(str(shown.style.string)) in policy(text)["style-src"]  # type: ignore[union-attr]
    home = shown.find(id="map-coverage_map")
    assert home is not None and home["data-medium"] == "screen"
    assert len(shown.find_all("h1")) == 1 and home.h3 is not None
    assert not home.find_all(["html", "body", "main", "style"])
    ids = [each["id"] for each in shown.find_all(id=True)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("text", ["<p>no map</p>", grid_page("en") + grid_page("en")])
def test_a_page_with_no_map_or_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected one"):
        interactive_map(text, "coverage_map")


def test_a_title_is_plain_text_everywhere() -> None:
    text = built('<section id="one"><p>words</p></section>', NASTY)
    shown = BeautifulSoup(text, "html.parser")
    assert shown.title is not None and shown.title.string == NASTY
    assert not shown.find_all("script") and len(shown.find_all("style")) == 1
    style = str(shown.style.string)  # type: ignore[union-attr]
    assert digest(style) in policy(text)["style-src"], "the title in the running head does not end the style sheet"
    content = re.search(r'@top-left \{ content: "([^"]*)"; \} \} \}\n', style)
    assert content is not None
    read = re.sub(r"\\([0-9a-f]+) ", lambda sign: chr(int(sign.group(1), 16)), content.group(1))
    assert read == NASTY


def test_a_page_without_contents_has_no_list_of_them() -> None:
    text = page("T", "en", "<header><h1>T</h1></header>", [], "<p>words</p>")
    assert BeautifulSoup(text, "html.parser").nav is None and "#contents-title" not in text
    assert BeautifulSoup(built("<p>x</p>"), "html.parser").select_one("nav a.back") is not None


def test_two_builds_are_the_same() -> None:
    body = '<section id="one">' + table() + str(interactive_map(grid_page("en"), "m")) + "</section>"
    assert built(body) == built(body)


def test_every_page_knows_dark_screens_and_paper() -> None:
    text = built("<p>x</p>")
    for sign in (
        "prefers-color-scheme: dark",
        "@media print",
        '[data-medium="print"]',
        "details-content",
        "@page wide",
    ):
        assert sign in text
    assert '<meta name="color-scheme" content="light dark"/>' in text and "url(" not in text
