"""People in files that are about to be published: contacts, names, keys of people, counts too small, places of disks.

Messages name file, place and kind, never what was found.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from html.parser import HTMLParser

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.privacy.personal import find_personal
from evaluation.privacy.pseudonyms import PSEUDONYM
from evaluation.settings import LANGUAGES, Text
from evaluation.tables import SOURCE_TABLES, TABLES
from evaluation.year.packed_texts import ARCHIVES, OFFICE, members, office_texts

KINDS: dict[str, Text] = {
    "email": Text(ru="адрес почты", en="an e-mail address"),
    "messenger": Text(ru="адрес в мессенджере или соцсети", en="an address in a messenger or social network"),
    "card": Text(ru="номер банковской карты", en="a bank card's number"),
    "snils": Text(ru="СНИЛС", en="an insurance number (СНИЛС)"),
    "inn": Text(ru="ИНН человека", en="a person's tax number (ИНН)"),
    "passport": Text(ru="номер паспорта", en="a passport's number"),
    "phone": Text(ru="телефон", en="a telephone number"),
    "name": Text(ru="имя человека", en="a person's name"),
    "key": Text(ru="ключ человека из закрытых таблиц", en="a person's key out of the closed tables"),
    "path": Text(ru="путь на диске этого компьютера", en="a path on this computer's disk"),
}
PEOPLE = ("persons", "people")
# how many live in a place is published statistics, not a count of the programme's people
RESIDENTS = re.compile(r"population|residents")
PUBLISHED = frozenset(table for source in ("territories", "population") for table in SOURCE_TABLES.get(source, ()))
TEXTS = (".html", ".svg", ".csv", ".ipynb", ".json", ".md", ".yml", ".yaml", ".txt")
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+(?:[eE][+-]?\d+)?")
_KEY = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")
# digests hold long runs of digits by chance
_DIGEST = re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{11,}(?![0-9a-z])")
_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|Users|tmp|var/folders)/[^\s\"'<>]+|\b[A-Za-z]:\\{1,2}Users\\{1,2}")
# a picture's bytes as Python writes them are no text of anybody
_BYTES = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")


@dataclass(frozen=True)
class Leak:
    """``kind`` of KINDS, seen in ``file`` at ``place`` (empty: the file has none that people know)."""

    file: str
    place: Text
    kind: str


class _Shown(HTMLParser):
    """What readers of a page or a drawing see or are told, line by line; data in scripts by their texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[int, str]] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._inside.append(tag)
        for name, value in attrs:
            if value and (name in ("title", "alt", "aria-label") or name.startswith("data-")):
                self.texts.append((self.getpos()[0], value))

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        line = self.getpos()[0]
        if not self._inside:
            self.texts.append((line, data))
        elif self._inside[-1] == "script":
            try:
                self.texts += [(line, text) for text in _strings(json.loads(data))]
            except ValueError:
                # a program, not data: its own texts stand between quotes
                self.texts += [(line, text) for text in re.findall(r'"([^"\n]*)"', data)]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from map(str, value)
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _page(text: str) -> Iterator[tuple[int, str]]:
    parser = _Shown()
    parser.feed(text)
    parser.close()
    yield from parser.texts


def texts_of(name: str, content: bytes) -> Iterator[tuple[Text, str]]:
    """Place and text of everything that can be read in a file, of an archive in the files that it holds.

    Nothing for pictures and tables of data, nor for a PDF: it is made of a page that is looked at itself.
    """
    if name.endswith(ARCHIVES):
        for inner, held in members(content):
            yield from ((_inside(inner, place), text) for place, text in texts_of(inner, held))
        return
    if name.endswith(OFFICE):
        yield from office_texts(name, content)
        return
    if not name.endswith(TEXTS):
        return
    text = content.decode("utf-8-sig", "replace")
    if name.endswith((".html", ".svg")):
        yield from ((_line(line), shown) for line, shown in _page(text))
    elif name.endswith(".csv"):
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter(text)), 1):
            yield from ((_line(number), cell) for cell in row if not _DECIMAL.fullmatch(cell))
    elif name.endswith(".ipynb"):
        yield from _notebook_texts(json.loads(text))
    elif name.endswith(".json"):
        yield from ((Text(ru="", en=""), each) for each in _strings(json.loads(text)))
    else:
        yield from ((_line(number), line) for number, line in enumerate(text.splitlines(), 1))


def delimiter(text: str) -> str:
    """What stands between the cells of a table for people: the sign that its first line has more of."""
    first = text.partition("\n")[0]
    return max(";,\t", key=first.count)


def _inside(name: str, place: Text) -> Text:
    """A place in a file of an archive."""
    return Text(ru=f"{name}, {place.ru}".removesuffix(", "), en=f"{name}, {place.en}".removesuffix(", "))


def _line(number: int) -> Text:
    return Text(ru=f"строка {number}", en=f"line {number}")


def _notebook_texts(notebook: Mapping[str, object]) -> Iterator[tuple[Text, str]]:
    cells = notebook["cells"]
    assert isinstance(cells, list)
    for number, cell in enumerate(cells, 1):
        place = Text(ru=f"ячейка {number}", en=f"cell {number}")
        yield place, "".join(cell["source"])
        for output in cell.get("outputs", []):
            data = {kind: "".join(value) for kind, value in output.get("data", {}).items() if kind.startswith("text/")}
            for kind, value in data.items():
                if kind == "text/html":
                    yield from ((place, shown) for _, shown in _page(value))
                else:
                    yield place, _BYTES.sub(" ", value)
            yield place, "".join(output.get("text", ""))
            yield from ((place, line) for line in output.get("traceback", []))


def find_leaks(
    files: Mapping[str, bytes], keys: Set[str] = frozenset(), public: Sequence[str] = (), paths: bool = True
) -> list[Leak]:
    """Every leak in ``files`` (content by name), one a file, place and kind.

    ``keys`` are the pseudonyms of people in the closed tables; ``public`` texts are no leaks.
    """
    found: dict[Leak, None] = {}
    for name, content in sorted(files.items()):
        for place, text in texts_of(name, content):
            said = text
            for allowed in public:
                said = said.replace(allowed, " ")
            kinds = [piece.kind for piece in find_personal(_DIGEST.sub(" ", said), names=True)]
            kinds += ["key"] if keys and not keys.isdisjoint(_KEY.findall(said)) else []
            kinds += ["path"] if paths and _PATH.search(said) else []
            found |= dict.fromkeys(Leak(name, place, kind) for kind in kinds)
    return list(found)


def keys_of(tables: Iterable[tuple[str, pd.DataFrame]]) -> set[str]:
    """The pseudonyms of people in the closed ones of ``tables`` (name and frame; a name once a year)."""
    found: set[str] = set()
    for name, frame in tables:
        if TABLES[name].sensitivity != "open":
            for column in (column for column in frame.columns if column.endswith("_key")):
                values = frame[column].dropna().astype("str")
                found |= set(values[values.str.fullmatch(PSEUDONYM)])
    return found


def small_counts(name: str, frame: pd.DataFrame, codebook: Codebook, threshold: int) -> list[Text]:
    """Rows and columns of an open table that count fewer than ``threshold`` people (but at least one)."""
    if name in PUBLISHED:
        return []
    columns = [
        column for column in frame.columns if codebook.unit(name, column) in PEOPLE and not RESIDENTS.search(column)
    ]
    found = [_small_cell(row, column) for column in columns for row in _small(frame[column], threshold)]
    if {"unit", "value"} <= set(frame.columns):
        people = frame["value"].where(frame["unit"].isin(PEOPLE))
        if "indicator" in frame.columns:
            people = people.mask(frame["indicator"].astype("str").str.contains(RESIDENTS))
        found += [_small_cell(row, "value") for row in _small(people, threshold)]
    return found


def _small(values: pd.Series, threshold: int) -> list[int]:
    numbers = pd.to_numeric(values).astype("float64").reset_index(drop=True)
    return [int(row) + 1 for row in numbers.index[(numbers > 0) & (numbers < threshold)]]


def _small_cell(row: int, column: str) -> Text:
    return Text(ru=f"строка {row}, столбец {column}", en=f"row {row}, column {column}")


def small_counts_shown(content: bytes, codebook: Codebook, threshold: int) -> list[Text]:
    """The same for a table for people, as CSV: columns that the codebook labels as counts of people, and rows whose
    unit is people."""
    text = content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter(text)))
    if not rows:
        return []
    labels = _people_labels(codebook)
    columns = [place for place, head in enumerate(rows[0]) if head in labels]
    found = []
    for number, row in enumerate(rows[1:], 1):
        values = [place for place in columns if place < len(row)]
        if not set(PEOPLE).isdisjoint(row):
            values += [1]
        found += [_small_cell(number, rows[0][place]) for place in values if 0 < _number(row[place]) < threshold]
    return found


def _people_labels(codebook: Codebook) -> set[str]:
    rows = codebook.variables
    people = rows[rows["unit"].isin(PEOPLE) & ~rows["variable"].str.contains(RESIDENTS)]
    return {label for language in LANGUAGES for label in people[f"label_{language}"] if label}


def _number(cell: str) -> float:
    """The cell's whole number; 0 for what is none: a mean of people is no count of them."""
    return float(cell) if cell.isdigit() else 0.0


def together(leaks: Iterable[Leak]) -> dict[tuple[str, str], list[Text]]:
    """Places by file and kind."""
    found: dict[tuple[str, str], list[Text]] = {}
    for leak in leaks:
        found.setdefault((leak.file, leak.kind), []).append(leak.place)
    return found
