"""No name, phone or e-mail of the people in the received files is in anything that is made of them."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from demonstration import KEY, YEARS, Place, strings
from openpyxl import load_workbook

WORD = re.compile(r"[^\W\d_]+")
CYRILLIC = re.compile(r"[А-Яа-яЁё]+")
DIGITS = re.compile(r"\d[\d\s().\-\u00a0]{8,}\d")
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
PACKED = (".docx", ".pptx", ".xlsx", ".zip")
ENDINGS = ("", "а", "у", "ой", "ым", "е", "ы", "ых")


def received_texts(place: Place) -> Iterator[tuple[str, str, list[str]]]:
    """Year and source, header, and values of each column of the received workbooks of people and of the registers."""
    for year in YEARS:
        for source in ("attendance", "projects"):
            for sheet in load_workbook(place.raw(year, source), read_only=True).worksheets:
                rows = [
                    [str(cell).strip() if cell is not None else "" for cell in row]
                    for row in sheet.iter_rows(values_only=True)
                ]
                top = next(number for number, row in enumerate(rows) if any("ФИО" in cell for cell in row))
                for column, header in enumerate(rows[top]):
                    below = [row[column] for row in rows[top + 1 :] if column < len(row) and row[column]]
                    yield f"{year} {source}", header, below


class People:
    """The words, numbers and addresses by which the people in the received files could be known."""

    def __init__(self, place: Place) -> None:
        names: set[str] = set()
        phones: set[str] = set()
        self.addresses: set[str] = set()
        for where, header, values in received_texts(place):
            if "ФИО" in header:
                names |= {re.split(r",|\s\+?\d", value)[0] for value in values}
            if "ФИО" in header or "елефон" in header:
                phones |= {last_ten(found) for value in values for found in DIGITS.findall(value)}
            if "mail" in header:
                self.addresses |= {value.casefold() for value in values if "@" in value}
            assert where
        self.phones = {phone for phone in phones if len(phone) == 10}
        words = {word.casefold().replace("ё", "е") for name in names for word in WORD.findall(name)}
        patronymics = {word for word in words if re.search(r"(?:вич|вна|ична)$", word)}
        surnames = {word for word in words - patronymics if re.search(r"(?:[оеё]в|ин)а?$", word)}
        stems = {re.sub(r"а$", "", word) for word in surnames}
        self.words = patronymics | {stem + ending for stem in stems for ending in ENDINGS}

    def found_in(self, text: str) -> set[str]:
        words = {word.casefold().replace("ё", "е") for word in set(CYRILLIC.findall(text))}
        phones = {last_ten(digits) for digits in DIGITS.findall(text)}
        # looked for around every sign @ alone: pictures and fonts are long words without one
        around = [text[max(0, at.start() - 65) : at.end() + 255] for at in re.finditer("@", text)]
        addresses = {address.casefold() for near in around for address in ADDRESS.findall(near)}
        return (words & self.words) | (phones & self.phones) | (addresses & self.addresses)


def last_ten(text: str) -> str:
    return re.sub(r"\D", "", text)[-10:]


@pytest.fixture(scope="module")
def people(finished: Place) -> People:
    return People(finished)


def text_of(path: Path) -> str:
    """Everything in a file that can be read as text; of a notebook without its pictures."""
    if path.suffix == ".parquet":
        return "\n".join(strings(path))
    if path.suffix == ".png":
        return path.read_bytes().decode("latin-1")
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    if path.suffix == ".pdf":
        return pdf_text(path.read_bytes())
    if path.suffix in PACKED:
        return packed_text(path.read_bytes())
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    shown = [output for cell in cells for output in cell.get("outputs", [])]
    kept = [{kind: data for kind, data in output.get("data", {}).items() if kind != "image/png"} for output in shown]
    return "\n".join("".join(cell["source"]) for cell in cells) + json.dumps(
        [shown_texts(shown), kept], ensure_ascii=False
    )


def packed_text(content: bytes) -> str:
    """Names and texts of what a Word file, workbook, presentation or archive holds."""
    texts = []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            inner = packed.read(name)
            texts.append(f"{name}\n{pdf_text(inner) if name.endswith('.pdf') else inner.decode('utf-8', 'replace')}")
    return "\n".join(texts)


def pdf_text(content: bytes) -> str:
    """A PDF's words as poppler reads them; without it what lies open in the file, which is title, author and tags."""
    if shutil.which("pdftotext") is None:
        return content.decode("latin-1")
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def shown_texts(shown: list[dict[str, object]]) -> list[object]:
    return [[output.get("text"), output.get("traceback")] for output in shown]


def test_this_test_knows_the_people_and_finds_them(finished: Place, people: People) -> None:
    assert len(people.phones) > 100
    assert len(people.addresses) > 100
    assert len(people.words) > 100 and all(CYRILLIC.fullmatch(word) for word in people.words)
    for where, header, values in received_texts(finished):
        if "ФИО" in header and "attendance" in where:
            assert all(people.found_in(value) for value in values if len(WORD.findall(value)) == 3), where
    assert people.found_in("звонить 8 (000) 100-01-29 " + next(iter(people.addresses)))


@pytest.mark.parametrize("folder", ["data/processed", "reports", ".staging"])
def test_nobody_is_named_in_what_is_made(finished: Place, people: People, folder: str) -> None:
    files = [path for path in sorted((finished.root / folder).rglob("*")) if path.is_file()]
    assert files
    leaks = {str(path.relative_to(finished.root)): found for path in files if (found := people.found_in(text_of(path)))}
    assert leaks == {}


def test_every_kind_of_file_is_looked_into(finished: Place) -> None:
    kinds = {path.suffix for path in (finished.root / "reports").rglob("*") if path.is_file()}
    assert kinds == {".html", ".csv", ".svg", ".png", ".ipynb", ".json", ".log", ".pdf", *PACKED}
    figure = next((finished.root / "reports").rglob("support_by_year.ru.svg"))
    assert WORD.findall(text_of(figure))


def test_the_key_is_nowhere(finished: Place) -> None:
    for folder in ("data", "reports", ".staging", "simulated_truth"):
        for path in (finished.root / folder).rglob("*"):
            if path.is_file():
                assert KEY.encode() not in path.read_bytes(), path


def test_the_same_person_has_one_key_in_all_years(finished: Place) -> None:
    frames = [finished.table("attendance", year) for year in YEARS]
    keys = pd.concat(frames)["person_key"].dropna()
    assert keys.str.fullmatch("[0-9a-f]{16}").all()
    assert set(frames[0]["person_key"].dropna()) & set(frames[1]["person_key"].dropna())
