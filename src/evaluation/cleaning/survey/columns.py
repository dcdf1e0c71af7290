"""Which question, and which of its options or rows, each column of a form service's export holds.

Services write one question over several columns in many ways: «Question [Option]», ``name/option``, ``Q1[SQ001]``,
«Question: Option», ``name_option``, a line of questions over a line of options, or the name of a variable above its
label. All of them are told by what the questionnaire declares, never by the service's name: a header is split at every
place where such a sign stands, and the parts must be a question and one of its options (or a matrix and one of its
rows). A header that fits two of them, or none, is left as it is and will be remarked as not recognised.

Columns are named ``item`` or ``item/option``; ``item/*`` holds another answer in words, of which is only kept that it
was given; ``item/+2`` and so on are further columns that list answers to one multiple choice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from evaluation.cleaning.headers import Aliases, header_key
from evaluation.cleaning.questionnaire.xlsform import OTHER, Questionnaire
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import is_blank
from evaluation.cleaning.workbook import Received, Sheet

IN_WORDS = "*"
FURTHER = "+"
ROWS_SEARCHED = 20
SHOWN = 300
_BRACKETS = re.compile(r"(.*\S)\s*\[(.+)\]", re.S)
_CODED = re.compile(r"([\w.-]{1,20})\[([\w.-]{1,20})\]\.?\s.*", re.S)
_NUMBER_BEFORE = re.compile(r"[A-Za-zА-Яа-я]{0,3}\d{1,3}[a-zа-я]?\s*[.:)]\s+")
_SIGNS = re.compile(r"\s*/\s*|\s*:\s+|\s+[-–—]\s+|\s*\|\s*|\s*>\s*|__|_|\.\s*")
_RESPONSE = frozenset(map(fold, ("Response", "Ответ", "Point", "Answer")))
_OPEN = frozenset(map(fold, ("Open-Ended Response", "Свободный ответ", "Развёрнутый ответ", "Text")))
_OTHER = frozenset(
    map(
        fold,
        (
            "other", "Другое", "Other (please specify)", "Другое (укажите)", "Другое (пожалуйста, укажите)",
            "Другой вариант", "Свой вариант", "Прочее", "text", "oth", "specify", "Comment", "Комментарий",
        ),
    )
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Headers:
    """What the headers of a questionnaire's exports may say; ``beside`` are columns about the response itself."""

    form: Questionnaire
    beside: Aliases

    @cached_property
    def _questions(self) -> dict[str, str]:
        """Item by folded wording."""
        return {header_key(text)[0]: name for text, name in self.form.headers().items()}

    @cached_property
    def _items(self) -> dict[str, dict[str, str]]:
        return {str(item["name"]): {**item} for item in self.form.items.to_dict("records")}

    @cached_property
    def _rows(self) -> dict[str, dict[str, str]]:
        """Items of each matrix by the folded wording of their row; matrices by their folded name and label."""
        matrices: dict[str, dict[str, str]] = {}
        for item in self._items.values():
            own = (item["name"], item["label_ru"], item["label_en"], *item["aliases"].split("|"))
            for above in filter(None, (item["group"], item["group_ru"], item["group_en"])):
                rows = matrices.setdefault(header_key(above)[0], {})
                rows.update({header_key(text)[0]: item["name"] for text in own if text})
        return matrices

    @cached_property
    def _known(self) -> dict[str, str | None]:
        return {}

    def find(self, text: str) -> str | None:
        """``item``, ``item/option`` or ``item/*`` of a header; None where it is none, or more than one."""
        if text not in self._known:
            self._known[text] = self._find(text)
        return self._known[text]

    def _find(self, text: str) -> str | None:
        for reading in self._readings(text):
            item = self._questions.get(header_key(reading)[0])
            if item is not None:
                return item
            if self.beside.find([reading]) is not None:
                return None
            found = {name for left, right in _splits(reading) if (name := self.under(left, right)) is not None}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    @staticmethod
    def _readings(text: str) -> Iterator[str]:
        """The header, its lines, the same without the question's number, and what follows the names of groups."""
        yield text
        lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
        if len(lines) > 1:
            yield from lines
        yield from (line[found.end() :] for line in (text, *lines[1:]) if (found := _NUMBER_BEFORE.match(line)))
        parts = text.split("/")
        yield from ("/".join(parts[start:]) for start in range(1, len(parts)))

    def under(self, question: str, part: str) -> str | None:
        """What stands under a question: an option, the row of a matrix, its answer, another answer in words."""
        key = header_key(question)[0]
        row = self._rows.get(key, {}).get(header_key(part)[0])
        if row is not None:
            return row
        name = self._questions.get(key) or next(
            (self._questions.get(header_key(question[found.end() :])[0]) for found in [_NUMBER_BEFORE.match(question)]
             if found), None,
        )  # fmt: skip
        if name is None:
            return None
        item, word = self._items[name], fold(part)
        if item["kind"] == "several":
            option = self.form.spellings(item["list_name"]).parse(part)
            if option.value is not None:
                return f"{name}/{option.value}"
            # a text without an option is what another answer says in words
            return f"{name}/{IN_WORDS}" if word in _OTHER else name if word in _RESPONSE else None
        if word in _RESPONSE or (item["kind"] == "open" and word in _OPEN | _OTHER):
            return name
        return f"{name}/{IN_WORDS}" if item["kind"] == "one" and word in _OTHER else None

    def nearest(self, text: str) -> str | None:
        """The question, or the question's option, whose wording is most like that of a header that is none."""
        from rapidfuzz import fuzz, process

        key = header_key(text)[0]
        found = process.extractOne(key, list(self._questions), scorer=fuzz.ratio, score_cutoff=75.0)
        if found is not None:
            return f"{found[0]} ({self._questions[found[0]]})"
        for left, right in _splits(text):
            name = self._questions.get(header_key(left)[0])
            if name is not None and self._items[name]["kind"] == "several":
                option = self.form.spellings(self._items[name]["list_name"]).nearest(fold(right))
                return None if option is None else f"{name}/{option}"
        return None


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """A header as a question and what stands under it, in every way that a sign between them allows."""
    coded = _CODED.fullmatch(text)
    if coded:
        yield coded[1], coded[2]
    bracketed = _BRACKETS.fullmatch(text.strip())
    if bracketed:
        yield bracketed[1], bracketed[2]
    for found in _SIGNS.finditer(text):
        if found.start() and found.end() < len(text):
            yield text[: found.start()], text[found.end() :]


def name_columns(received: Received, headers: Headers) -> Received:
    """The file with headers of options, matrix rows and two-line headers replaced by the names of what they hold.

    Headers that the questionnaire or the codebook has as they stand, and those that nothing is known of, stay.
    """
    return replace(received, sheets=tuple(_named(sheet, headers) for sheet in received.sheets))


def _named(sheet: Sheet, headers: Headers) -> Sheet:
    best: tuple[int, int, list[tuple[str, str | None]]] = (0, 0, [])
    rows = min(len(sheet.cells), ROWS_SEARCHED)
    texts = [["" if is_blank(cell) else str(cell) for cell in row] for row in sheet.cells[:rows]]
    for place in range(rows):
        one = [(text, headers.find(text) if text else None) for text in texts[place]]
        found = len({name for _, name in one if name})
        if found > best[0]:
            best = (found, place, one)
        if place + 1 < rows and texts[place] and any(texts[place]):
            two = _two_lines(texts[place], texts[place + 1], headers)
            found = len({name for _, name in two if name})
            if found > best[0] and _is_header(texts[place], texts[place + 1], two):
                best = (found, place + 1, two)
    found, line, columns = best[0], best[1], _further(best[2], headers)
    wordings = headers.form.headers()
    if not found or all(name is None or wordings.get(text) == name for text, name in columns):
        return sheet
    cells = sheet.cells.copy()
    two_lines = any(text != own for (text, _), own in zip(columns, texts[line], strict=True))
    for place, (text, name) in enumerate(columns):
        cells[line, place] = name if name is not None else text or None
    if two_lines:
        # the upper line is told in one cell, where it cannot be taken for the header itself
        above = " | ".join(text for text in texts[line - 1] if text)
        cells[line - 1] = np.full(cells.shape[1], None, dtype=object)
        cells[line - 1, 0] = above[:SHOWN]
    return replace(sheet, cells=cells, columns=())


def _further(columns: list[tuple[str, str | None]], headers: Headers) -> list[tuple[str, str | None]]:
    """Names for columns of one meaning: of two of the option «other» one says that it was chosen, and the later holds
    what was written; several of one multiple choice list its answers together."""
    several = set(headers.form.items.loc[headers.form.items["kind"] == "several", "name"])
    seen: Counter[str] = Counter()
    out: list[tuple[str, str | None]] = []
    for text, name in columns:
        if name is None:
            out.append((text, name))
            continue
        seen[name] += 1
        again = name
        if seen[name] > 1 and name.endswith(f"/{OTHER}"):
            again = f"{name.rpartition('/')[0]}/{IN_WORDS}"
        elif seen[name] > 1 and name in several:
            again = f"{name}/{FURTHER}{seen[name]}"
        out.append((text, again))
    return out


def _two_lines(above: list[str], below: list[str], headers: Headers) -> list[tuple[str, str | None]]:
    """Text and name of each column under a line of questions and a line of what stands under them.

    A question stands over the columns to its right up to the next one.
    """
    columns: list[tuple[str, str | None]] = []
    question = ""
    for upper, lower in zip(above, below, strict=True):
        question = upper or (question if lower else "")
        if lower:
            name = headers.under(question, lower) if question else None
            columns.append((f"{question} > {lower}" if question else lower, name))
        else:
            columns.append((question, headers.find(question) if question else None))
    return columns


def _is_header(above: list[str], below: list[str], columns: list[tuple[str, str | None]]) -> bool:
    """Is a line a header's second one, and no answers? Most of what it says stands under its questions without a
    repeat, and some of it under a question of a column to the left, or it says «Response»."""
    filled = [name for text, (_, name) in zip(below, columns, strict=True) if text]
    named = [name for name in filled if name is not None]
    leaning = any(name and not upper for upper, (_, name) in zip(above, columns, strict=True))
    plain = any(fold(text) in _RESPONSE | _OPEN for text in below)
    return (leaning or plain) and len(named) * 2 > len(filled) and len(set(named)) == len(named)
