"""The returns of a simulated country as regions send them: one workbook a region and year, each with its habits.

The smallest region sends a form of each municipality instead. Some regions send a second edition, a file or two is
broken, empty or of another year. Every planted defect of a cell goes to the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.simulate.mess import NBSP, TYPE_WORDS
from evaluation.simulate.national import Country
from evaluation.simulate.national_workbook import Cell, workbook
from evaluation.simulate.randomness import generator

MONEY = ("revenue", "own_revenue", "spending", "projects_money")
FLAGS = ("own_site", "strategy")
LEDGER_COLUMNS = [
    "year",
    "file",
    "sheet",
    "cell",
    "unit_id",
    "variable",
    "defect",
    "written",
    "true_value",
    "reader_must",
]
_LETTERS = [chr(65 + place) for place in range(26)] + [f"A{chr(65 + place)}" for place in range(26)]
_TYPES = {**TYPE_WORDS, "settlement": "поселения"}


@dataclass(frozen=True)
class Heads:
    """How each question may be headed, by variable, in the form's order."""

    words: Mapping[str, tuple[str, ...]]

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(self.words)


@dataclass(frozen=True)
class Habits:
    """How a region writes: kept over the years but for the order of columns and the heads."""

    titles: int
    numbering: bool
    sections: bool
    thousand: bool
    percent: bool
    as_text: bool
    code: str
    lists_all: bool
    signature: bool
    sheet: str


def national_files(country: Country, heads: Heads) -> Iterator[tuple[str, bytes, list[tuple[object, ...]]]]:
    """Path under ``data/raw``, bytes and ledger rows (LEDGER_COLUMNS) of every file, year by year."""
    for year, truth in country.truth.groupby("year", sort=True):
        region = truth["unit_id"].str[:2]
        smallest = region.value_counts().sort_index().idxmin()
        for code, own in truth.groupby(region, sort=True):
            rng = generator(country.seed, f"national_file_{code}", int(year))
            habits = _habits(country.seed, str(code))
            given = _given(own, heads, country.settings.item_missing, rng)
            if code == smallest:
                yield from _forms(given, habits, heads, int(year), str(code))
                continue
            yield from _region(given, own, habits, heads, int(year), str(code), rng)
        yield from _spoiled(int(year))


def _habits(seed: int, region: str) -> Habits:
    rng = generator(seed, f"national_habits_{region}")
    return Habits(
        titles=int(rng.integers(1, 5)),
        numbering=bool(rng.random() < 0.4),
        sections=bool(rng.random() < 0.4),
        thousand=bool(rng.random() < 0.5),
        percent=bool(rng.random() < 0.5),
        as_text=bool(rng.random() < 0.3),
        code=str(rng.choice(["number", "text", "spaced", "settlement"])),
        lists_all=bool(rng.random() < 0.4),
        signature=bool(rng.random() < 0.5),
        sheet=str(rng.choice(["Лист1", "Сведения", "Форма", "МСУ"])),
    )


def _given(own: pd.DataFrame, heads: Heads, item_missing: float, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of those that return, with some answers left out."""
    given = own[own["returned"]].copy().reset_index(drop=True)
    given[list(heads.variables)] = given[list(heads.variables)].astype(float)
    holes = rng.random((len(given), len(heads.variables))) < item_missing
    given[list(heads.variables)] = given[list(heads.variables)].mask(holes)
    return given


def _region(
    given: pd.DataFrame,
    own: pd.DataFrame,
    habits: Habits,
    heads: Heads,
    year: int,
    region: str,
    rng: np.random.Generator,
) -> Iterator[tuple[str, bytes, list[tuple[object, ...]]]]:
    twice = len(given) > 5 and rng.random() < 0.15
    first = given
    if twice:
        late = rng.random(len(given)) < 0.1
        first = given[~late].copy()
        moved = rng.random(len(first)) < 0.05
        first["servants"] = first["servants"].where(~moved, (first["servants"] * 1.2).round() + 1)
    names = [(f"returns/Регион {region} {year}.xlsx", first, f"15.03.{year + 1}")]
    if twice:
        names.append((f"returns/Регион {region} {year} уточнённый.xlsx", given, f"01.06.{year + 1}"))
    for path, rows, day in names:
        content, ledger = _book(rows, own, habits, heads, year, region, day, path, rng)
        yield f"{year}/{path}", content, ledger


def _book(
    given: pd.DataFrame,
    own: pd.DataFrame,
    habits: Habits,
    heads: Heads,
    year: int,
    region: str,
    day: str,
    path: str,
    rng: np.random.Generator,
) -> tuple[bytes, list[tuple[object, ...]]]:
    order = [heads.variables[place] for place in rng.permutation(len(heads.variables))]
    head: list[Cell] = [
        "№ п/п",
        "Код ОКТМО",
        "Муниципальное образование",
        *(_head(name, habits, heads, rng) for name in order),
    ]
    rows: list[Sequence[Cell]] = [[f"Сведения муниципальных образований, регион {region}, за {year} год"]]
    rows += [[f"по состоянию на {day}"]] + [[None] for _ in range(habits.titles - 1)]
    rows.append(head)
    if habits.numbering:
        rows.append([place + 1 for place in range(len(head))])
    columns = {name: _written(given[name], name, habits) for name in order}
    codes = _codes(given["unit_id"], habits)
    ledger: list[tuple[object, ...]] = []
    kinds, places, names = given["type"].tolist(), given["unit_id"].tolist(), given["name"].tolist()
    defects = rng.random((len(given), len(order)))
    number, last = 0, ""
    for record in range(len(given)):
        if habits.sections and kinds[record] != last:
            rows.append([None, None, _TYPES[kinds[record]].capitalize()])
            last = kinds[record]
        number += 1
        cells: list[Cell] = [number, codes[record], names[record], *(columns[name][record] for name in order)]
        for place in np.flatnonzero(defects[record] < 0.003):
            cell = cells[place + 3]
            spoiled = None if cell is None else _spoil(float(given[order[place]].iloc[record]), defects[record, place])
            if spoiled is not None:
                cells[place + 3] = spoiled[0]
                where = f"{_LETTERS[place + 3]}{len(rows) + 1}"
                told = (spoiled[1], spoiled[0], given[order[place]].iloc[record], "refuse")
                ledger.append((year, path, habits.sheet, where, places[record], order[place], *told))
        rows.append(cells)
    if habits.lists_all:
        silent = own[~own["returned"]]
        for unit, name in zip(silent["unit_id"], silent["name"], strict=True):
            number += 1
            rows.append([number, unit, name])
    rows.append([None, None, "ИТОГО", *(_sum(given[name], name, habits) for name in order)])
    if habits.signature:
        rows += [[None], [None, None, "Исполнитель: отдел статистики (смоделировано)"]]
    return workbook(habits.sheet, rows), ledger


def _head(name: str, habits: Habits, heads: Heads, rng: np.random.Generator) -> str:
    words = heads.words[name]
    chosen = words[int(rng.integers(len(words)))]
    if name in MONEY or name == "self_taxation":
        return f"{chosen}, тыс. руб." if habits.thousand and name in MONEY else f"{chosen}, руб."
    if name == "turnout":
        return f"{chosen.removesuffix(', %')}, %" if habits.percent else chosen.removesuffix(", %")
    return chosen


def _written(values: pd.Series, name: str, habits: Habits) -> list[Cell]:
    if name in FLAGS:
        return [None if value != value else "да" if value else "нет" for value in values.tolist()]
    if name in MONEY and habits.thousand:
        values = values / 1000
    if name == "turnout" and habits.percent:
        values = (values * 100).round(1)
    whole = name not in MONEY and name not in ("turnout", "self_taxation")
    made: list[Cell] = [
        None if value != value else int(value) if whole else round(value, 5) for value in values.tolist()
    ]
    return [_in_words(cell) for cell in made] if habits.as_text else made


def _in_words(cell: Cell) -> Cell:
    """A number as a clerk types it: thousands apart, a decimal comma."""
    if cell is None or isinstance(cell, str):
        return cell
    whole, _, rest = f"{cell:,}".replace(",", NBSP).partition(".")
    return f"{whole},{rest}" if rest and rest != "0" else whole


def _codes(units: pd.Series, habits: Habits) -> list[Cell]:
    if habits.code == "number":
        return [int(unit) for unit in units]
    if habits.code == "spaced":
        return [f"{unit[:2]} {unit[2:5]} {unit[5:]}" for unit in units]
    if habits.code == "settlement":
        return [f"{unit}000" for unit in units]
    return units.tolist()


def _spoil(value: float, draw: float) -> tuple[Cell, str] | None:
    """An answer that cannot be taken, and what is wrong with it."""
    if not value > 0:
        return None
    if draw < 0.001:
        return f"около {value:.0f}", "inexact"
    if draw < 0.002:
        return -abs(value), "negative"
    return "уточняется у исполнителя", "words"


def _sum(values: pd.Series, name: str, habits: Habits) -> Cell:
    if name in FLAGS or name == "turnout":
        return None
    return float(values.sum() / (1000 if name in MONEY and habits.thousand else 1))


def _forms(
    given: pd.DataFrame, habits: Habits, heads: Heads, year: int, region: str
) -> Iterator[tuple[str, bytes, list[tuple[object, ...]]]]:
    for record in given.to_dict("records"):
        one = pd.DataFrame([record])
        rows: list[Sequence[Cell]] = [[f"Отчёт муниципального образования за {year} год"], [None]]
        rows += [["Код ОКТМО", record["unit_id"]], ["Муниципальное образование", record["name"]]]
        plain = Habits(1, False, False, False, False, habits.as_text, "text", False, False, "Форма")
        for name in heads.variables:
            word = heads.words[name][0]
            rows.append(
                [f"{word}, руб." if name in MONEY else word.removesuffix(", %"), _written(one[name], name, plain)[0]]
            )
        rows += [[None], [f"Дата заполнения: 20.02.{year + 1}"]]
        yield f"{year}/returns/Регион {region}/{record['unit_id']} {year}.xlsx", workbook("Форма", rows), []


def _spoiled(year: int) -> Iterator[tuple[str, bytes, list[tuple[object, ...]]]]:
    """A file that stopped half way, one with nothing in it, and last year's sent once more."""
    whole = workbook("Лист1", [["Код ОКТМО", "Муниципальное образование"]])
    spoiled = {
        "повреждён": whole[: len(whole) // 2],
        "пустой": workbook("Лист1", []),
        "прошлый год": workbook(
            "Лист1",
            [
                [f"Сведения за {year - 1} год"],
                ["Код ОКТМО", "Муниципальное образование", "Население", "Служащих", "ТОС"],
                ["01701000", "город", 1000, 10, 1],
            ],
        ),
    }
    for name, content in spoiled.items():
        path = f"returns/{name} {year}.xlsx"
        yield f"{year}/{path}", content, [(year, path, None, None, None, None, name, None, None, "report")]
