"""Nasty files of inter-municipal exchange events: one row an event, host and guests in one cell."""

from __future__ import annotations

import copy
import datetime as dt
import random

from nasty.books import sow_cells
from nasty.exchange_traps import FORMS, KINDS, SOURCE, Members, composed
from nasty.model import Book, Column, Kind, Line, Outcome, Page, Sown, World, set_aside

HEADER = {
    "exchange_number": "№ п/п",
    "title": "Мероприятие",
    "form": "Форма",
    "topic": "Тема",
    "period": "Дата",
    "composition": "Принимающая сторона и участники",
    "reported_participants": "Всего участников",
}
ROWS = 70


def line_of(number: int, world: World, rng: random.Random) -> Line:
    units = rng.sample([unit for unit in world.units if unit["genitive"] or "город " in unit["name"]], 4)
    members: Members = {
        (unit["unit_id"], role): rng.randint(2, 9)
        for unit, role in zip(units, ("host", "guest", "guest", "expert"), strict=True)
    }
    day = dt.date(world.year, rng.randint(1, 12), rng.randint(1, 24))
    form = rng.choice(tuple(FORMS))
    truth = {
        "title": f"Обмен опытом: встреча {number}",
        "form": form,
        "topic": rng.choice(("Опыт команд", "Отчётность", "Собрания жителей")),
        "starts_on": day,
        "ends_on": day,
        "reported_participants": sum(count for count in members.values() if count),
        "members": members,
    }
    cells = {
        "exchange_number": number,
        "title": truth["title"],
        "form": FORMS[form],
        "topic": truth["topic"],
        "period": f"{day:%d.%m.%Y}",
        "composition": composed(members, world),
        "reported_participants": truth["reported_participants"],
    }
    return Line("data", cells, truth)


DUPLICATE = Kind(
    "event_twice",
    SOURCE,
    "a row repeated to the letter",
    (Outcome(frozenset({"duplicate_row"}), fate="merged", anywhere=True),),
)
CLASH = Kind("event_number_taken", SOURCE, "the number of another event", (set_aside("duplicate_key"),))
EXCHANGE_KINDS = (*KINDS, DUPLICATE, CLASH)


def exchange_book(seed: int, world: World, kinds: list[Kind], file_format: str, nasty: bool = True) -> Book:
    rng = random.Random(f"exchange {seed}")
    book = Book(SOURCE, world.year, file_format, f"Обмен {seed}")
    book.encoding = rng.choice(("cp1251", "utf-8-sig", "utf-16"))
    page = Page(
        "План",
        [Column(name, (text,)) for name, text in HEADER.items()],
        [line_of(k, world, rng) for k in range(1, ROWS + 1)],
    )
    page.breaks_rows = file_format == "csv"
    book.pages.append(page)
    if not nasty:
        return book
    page.titles.append(Line("title", {1: f"Межмуниципальные мероприятия {world.year} года"}))
    sow_cells(book, page, world, kinds, rng)
    for kind in (DUPLICATE, CLASH):
        line = rng.choice([line for line in page.lines if not line.trapped])
        line.trapped = True
        again = copy.deepcopy(line)
        if kind is CLASH:
            assert again.truth is not None
            again.cells["title"] = again.truth["title"] = f"Другая встреча: {line.cells['title']}"
        page.lines.insert(rng.randint(page.lines.index(line) + 1, len(page.lines)), again)
        book.sown.append(Sown(kind, page.name, again, None))
    book.secrets.add("8 913 555")
    return book
