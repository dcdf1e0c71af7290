"""A page of the report as a document needs it: cover, body and pictures, without what only a screen can use."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.report.office.captions import numbered
from evaluation.report.office.layout import lay_out, turned_together
from evaluation.report.office.pictures import Picture, take_pictures
from evaluation.report.office.reduce import reduced
from evaluation.report.office.tree import Element, parse
from evaluation.settings import InputProblem


@dataclass(frozen=True)
class Cover:
    """What stands on the title page.

    ``kind`` of document, ``title``, ``facts`` as label and value, ``banner`` of simulated data, ``author``.
    """

    title: str
    kind: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    banner: str = ""
    author: str = ""


@dataclass(frozen=True)
class Document:
    """A page taken apart.

    ``body`` holds headings from ``h1``, paragraphs, lists, figures and tables, with column widths and sizes of type;
    ``pictures`` what its images show, by file name. ``has_contents`` says that the page lists its sections: a report
    with a title page rather than a leaflet. ``is_dense`` says that its sections are cards, each to fit one sheet.
    """

    cover: Cover
    body: Element
    pictures: tuple[Picture, ...]
    has_contents: bool
    is_dense: bool = False


def read_document(html: str) -> Document:
    """Takes a page apart (see ``report/html.py``); whoever is given the document leaves its body as it is.

    Raises InputProblem for a page without a body.
    """
    root = parse(html)
    main = root.find("main") or root.find("body")
    if main is None:
        raise InputProblem(
            "Страница отчёта пуста: в ней нет текста (элемента main). Выполните шаг 09_write_report ещё раз.",
            "The report's page is empty: it has no text (element main). Run the step 09_write_report again.",
        )
    contents = root.find("nav", "contents")
    has_contents = contents is not None and contents.find("li") is not None
    body = reduced(main)
    pictures = take_pictures(body)
    numbered(body)
    for table in [each for each in body.walk() if each.tag == "table"]:
        lay_out(table)
    turned_together(body)
    if has_contents:
        _summary_alone(body)
    return Document(
        cover=_cover(root),
        body=body,
        pictures=pictures,
        has_contents=has_contents,
        is_dense=main.find("section", "card-page") is not None,
    )


def _summary_alone(body: Element) -> None:
    """The second section begins a page, so that the first, the summary, has its own. In place."""
    places = [place for place, child in enumerate(body.children) if isinstance(child, Element) and child.tag == "h1"]
    before = body.children[places[1] - 1] if len(places) > 1 else None
    if len(places) > 1 and not (isinstance(before, Element) and before.classes == ["new-page"]):
        body.children.insert(places[1], Element("div", {"class": "new-page"}))


def _cover(root: Element) -> Cover:
    header = root.find("header")
    banner = root.find("div", "banner")
    page_title = root.find("title")
    if header is None:
        return Cover(_plain(page_title), banner=_plain(banner))
    names = [each for each in header.walk() if each.tag == "dt"]
    values = [each for each in header.walk() if each.tag == "dd"]
    return Cover(
        title=_plain(header.find("h1")) or _plain(page_title),
        kind=_plain(header.find("p", "kind")),
        facts=tuple((_plain(name), _plain(value)) for name, value in zip(names, values, strict=True)),
        banner=_plain(banner),
        author=_fact(header, "institute"),
    )


def _fact(header: Element, name: str) -> str:
    found = next((each for each in header.walk() if each.get("data-fact") == name), None)
    return _plain(found.find("dd")) if found is not None else ""


def _plain(element: Element | None) -> str:
    return "" if element is None else element.plain()
