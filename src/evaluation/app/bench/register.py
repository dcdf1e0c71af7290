"""A large register of applications as a workbook, for measuring: realistic columns, some two cells in a hundred messy.

The workbook is written as a zip of hand-built XML, which takes seconds where a library takes minutes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

HEADER = (
    "№ заявки", "Код ОКТМО", "Муниципальное образование", "Населённый пункт", "Наименование проекта", "Тип проекта",
    "Инициатор", "Дата подачи", "Стоимость проекта, руб.", "Краевой бюджет, план", "Местный бюджет, план",
    "Население, план", "Организации, план", "Благополучатели, чел.", "Балл", "Статус",
)  # fmt: skip
MESSY_SHARE = 0.02
_LETTERS = "ABCDEFGHIJKLMNOP"
_WORKS = ("Ремонт", "Благоустройство", "Обустройство", "Устройство", "Замена")
_OBJECTS = ("дома культуры", "детской площадки", "водопровода", "сквера", "спортивной площадки", "освещения",
            "кладбища", "памятника", "библиотеки", "тротуара")  # fmt: skip
_STREETS = tuple(f"{first}{last}" for first in ("Мир", "Лесн", "Школьн", "Зелён", "Речн", "Садов", "Полев", "Нов")
                 for last in ("ая", "ый проезд", "ая Гора", "ый переулок", "ая Слобода"))  # fmt: skip
_TOPICS = (
    "Благоустройство",
    "Дороги и тротуары",
    "Водоснабжение",
    "Культура",
    "Спорт",
    "Освещение",
    "Детские площадки",
)
_APPLICANTS = ("Администрация", "ТОС", "Инициативная группа", "НКО", "Учреждение")
_WON, _LOST = ("Победитель", "Реализован"), ("Не прошла отбор", "Отклонена по форме", "Отозвана")
_CUTOFF = 65.0  # points of the contest's last winner
_DAY = {2024: 45292, 2025: 45658}  # serial numbers of the first of January
_TEXT, _SERIAL, _NUMBER = "text", "serial", "number"
_KINDS = (_TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _SERIAL, *[_NUMBER] * 7, _TEXT)
_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0"/><xf numFmtId="14" fontId="0" applyNumberFormat="1"/></cellXfs>'
    "</styleSheet>"
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def register(rows: int, units: pd.DataFrame, year: int, seed: int = 1) -> pd.DataFrame:
    """``rows`` applications with the columns HEADER; cells are text, or numbers (dates as Excel's serial numbers).

    ``units`` has unit_id and name. MESSY_SHARE of the cells of six columns are spelled as people do: amounts with
    spaces and units, dates in words, codes without their zero, topics in capitals, gaps.
    """
    random = np.random.default_rng(seed)

    def some(values: Sequence[str]) -> np.ndarray:
        return np.array(values, dtype=object)[random.integers(0, len(values), rows)]

    place = random.integers(0, len(units), rows)
    number = np.arange(1, rows + 1)
    parts = {name: random.integers(low, high, rows) * 1000.0 for name, low, high in
             (("regional", 300, 3000), ("local", 20, 400), ("residents", 10, 200), ("business", 0, 100))}  # fmt: skip
    names = units["name"].to_numpy(object)[place]
    houses = random.integers(1, 150, rows).astype(str).astype(object)
    works = some(_WORKS) + " " + some(_OBJECTS) + " по ул. " + some(_STREETS) + ", д. " + houses
    first = _DAY.get(year) or (pd.Timestamp(year, 1, 1) - pd.Timestamp(1899, 12, 30)).days
    score = random.integers(300, 1000, rows) / 10
    columns = (
        np.array([f"{year}-{one:06d}" for one in number], dtype=object),
        units["unit_id"].to_numpy(object)[place],
        names,
        some([f"с. Село {one}" for one in range(1, 400)]),
        works,
        some(_TOPICS),
        some(_APPLICANTS),
        (first + random.integers(0, 300, rows)).astype(object),
        np.sum(list(parts.values()), axis=0).astype(object),
        *[values.astype(object) for values in parts.values()],
        random.integers(20, 300, rows).astype(object),
        score.astype(object),
        np.where(score >= _CUTOFF, some(_WON), some(_LOST)),
    )
    frame = pd.DataFrame(dict(zip(HEADER, columns, strict=True)))
    _mess_up(frame, random)
    return frame


def _mess_up(frame: pd.DataFrame, random: np.random.Generator) -> None:
    """Spell MESSY_SHARE of six columns' cells differently, in place."""
    ways: dict[str, Callable[[Any], str]] = {
        HEADER[1]: lambda value: value.lstrip("0"),
        HEADER[3]: lambda value: f" {value} ",
        HEADER[5]: lambda value: value.upper(),
        HEADER[7]: lambda value: f"{1 + value % 28} марта 2025 г.",
        HEADER[8]: lambda value: f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",") + " руб.",
        HEADER[13]: lambda value: "н/д" if value % 2 else f"{value} чел.",
    }
    for name, way in ways.items():
        column = frame[name].to_numpy(object).copy()
        for place in np.flatnonzero(random.random(len(frame)) < MESSY_SHARE * len(HEADER) / len(ways)):
            column[place] = way(column[place])
        frame[name] = column


def write_register(path: Path, frame: pd.DataFrame) -> None:
    """Write the register as xlsx: a title, the header, the records. Texts are shared strings, as Excel writes them."""
    known: dict[str, int] = {}

    def shared(text: str) -> int:
        return known.setdefault(text, len(known))

    lines = [
        '<row r="1"><c r="A1" t="s"><v>' + str(shared("Реестр заявок")) + "</v></c></row>",
        '<row r="2">'
        + "".join(f'<c r="{letter}2" t="s"><v>{shared(text)}</v></c>' for letter, text in _lettered(HEADER))
        + "</row>",
    ]
    cells = []
    for letter, kind, (_, column) in zip(_LETTERS, _KINDS, frame.items(), strict=True):
        style = ' s="1"' if kind == _SERIAL else ""
        cells.append(
            [
                f'<c r="{letter}{row}" t="s"><v>{shared(value)}</v></c>'
                if isinstance(value, str)
                else f'<c r="{letter}{row}"{style}><v>{value:.10g}</v></c>'
                for row, value in enumerate(column, start=3)
            ]
        )
    lines += [f'<row r="{row}">{"".join(one)}</row>' for row, one in enumerate(zip(*cells, strict=True), start=3)]
    del cells
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
        texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in known)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{texts}</sst>')
        body = "".join(lines)
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
        )


def _lettered(texts: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(_LETTERS, texts, strict=True))


_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_CONTENT}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_CONTENT}.sharedStrings+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_CONTENT}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Реестр" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": _STYLES,
}  # fmt: skip
