"""What a page takes in when it is read: documents of the repository, and reference made from the code.

A line of its own in a page's source says so:

    <!-- document: docs/method.md -->          the document, with its links leading to pages of the site
    <!-- documents: docs/decisions/*.md -->    many, one section each
    <!-- reference: commands -->               made now (``site_reference.py``)
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import site_reference
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
TAKEN_IN = re.compile(r"^<!-- (document|documents|reference): (\S+) -->$", re.M)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
ENGLISH_ONLY = "*Этот документ ведётся на английском языке.*"


def on_source(app: Sphinx, docname: str, source: list[str]) -> None:
    page = Path(app.srcdir) / f"{docname}.md"
    source[0] = TAKEN_IN.sub(lambda found: _taken_in(app, page, found[1], found[2]), source[0])


def _taken_in(app: Sphinx, page: Path, kind: str, name: str) -> str:
    language = "ru" if app.config.language == "ru" else "en"
    if kind == "reference":
        app.env.note_reread()  # it hangs on the code, whose changes Sphinx does not see
        return site_reference.MADE[name](language)
    paths = sorted(ROOT.glob(name))
    if not paths:
        raise ExtensionError(f"{page}: there is no document {name}")
    homes = _homes(Path(app.srcdir))
    texts = []
    for path in paths:
        app.env.note_dependency(str(path))
        text = _with_links(path.read_text(encoding="utf-8"), path, page, homes)
        if kind == "documents":
            text = f"({path.stem})=\n#{text}" if text.startswith("# ") else text
        elif language == "ru" and not path.name.endswith(".ru.md"):
            title, rest = text.split("\n", 1)
            text = f"{title}\n\n{ENGLISH_ONLY}\n{rest}"
        texts.append(text.rstrip())
    return "\n\n".join(texts)


@lru_cache(maxsize=2)
def _homes(pages: Path) -> dict[Path, str]:
    """Where on the site each document is read: the target of a link."""
    return dict(_home_of(pages))


def _home_of(pages: Path) -> Iterator[tuple[Path, str]]:
    for page in sorted(pages.rglob("*.md")):
        for kind, name in TAKEN_IN.findall(page.read_text(encoding="utf-8")):
            for path in ROOT.glob(name) if kind != "reference" else ():
                within = f"/{page.relative_to(pages).as_posix()}"
                yield path, f"#{path.stem}" if kind == "documents" else within


def _with_links(text: str, document: Path, page: Path, homes: dict[Path, str]) -> str:
    def led(found: re.Match[str]) -> str:
        mark, words, target, _ = found.groups()
        if "://" in target:
            return found[0]
        path = (document.parent / target).resolve()
        if path in homes:
            return f"[{words}]({homes[path]})"
        if not path.exists():
            raise ExtensionError(f"{document}: the link {target} leads nowhere")
        if mark:
            return f"![{words}]({Path(os.path.relpath(path, page.parent)).as_posix()})"
        return f"{words} (`{path.relative_to(ROOT).as_posix()}`)"

    return LINK.sub(led, text)


def on_page(app: Sphinx, pagename: str, _template: str, context: dict[str, object], _doctree: object) -> None:
    """The same page in the other language, or that language's first page."""
    other = "en" if app.config.language == "ru" else "ru"
    same = Path(app.srcdir).parent / other / f"{pagename}.md"
    up = "../" * (pagename.count("/") + 1)
    context["other_language"] = other
    context["other_language_page"] = f"{up}{other}/{pagename if same.exists() else 'index'}.html"


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", on_source)
    app.connect("html-page-context", on_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
