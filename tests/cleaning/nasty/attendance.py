"""Nasty lists of participants, one sheet an event, with the schedule they belong to."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from nasty.attendance_traps import KINDS, SHEET_KINDS
from nasty.books import sow_cells
from nasty.model import Book, Column, Kind, Line, Page, Sown, World, classed, merged, remarked, repaired

SURNAMES = (
    "Агафонова",
    "Брусникин",
    "Вострикова",
    "Гладышев",
    "Дорофеева",
    "Ермилов",
    "Жигалова",
    "Зуборев",
    "Ивлева",
    "Калачёв",
    "Лопатина",
    "Мохов",
    "Невзорова",
    "Остроухов",
    "Пчёлкина",
    "Рукавишников",
    "Сазонова",
    "Тихомиров",
    "Улитина",
    "Фролов",
    "Хомякова",
    "Цаплин",
    "Чуркина",
    "Шалаев",
    "Щеглова",
    "Юдин",
    "Яхонтова",
    "Баскаков",
)
GIVEN = {
    "а": ("Мария Петровна", "Ольга Ильинична", "Анна Юрьевна", "Елена Борисовна"),
    "": ("Пётр Иванович", "Олег Юрьевич", "Илья Кимович", "Борис Львович"),
}
POSITIONS = {
    "главный специалист": "municipal_servant",
    "депутат": "elected",
    "староста": "village_head",
    "библиотекарь": "institution_worker",
    "предприниматель": "business",
}
HEADER = {
    "row_number": "№",
    "person_name": "ФИО",
    "position": "Должность, муниципальное образование",
    "phone": "Телефон",
    "email": "E-mail",
    "status": "Отметка о присутствии",
}
EVENTS = {
    3: ("Курс для команд", (4, 8)),
    4: ("Семинар по отчётам", (5, 14)),
    5: ("Мастерская", (6, 3)),
    12: ("Сверим часы", (9, 9)),
}
COMMON = 30  # people who may be on several lists


@dataclass(frozen=True)
class Person:
    """A person of the pool; ``number`` makes the contacts unique."""

    number: int
    name: str
    position: str
    unit: Any

    @property
    def phone(self) -> str:
        return f"+7 902 61{self.number // 100}-{self.number % 100:02d}-{(self.number * 7) % 100:02d}"

    @property
    def email(self) -> str:
        return f"slushatel{self.number}@pochta.example.ru"


def pool(world: World, rng: random.Random, count: int) -> list[Person]:
    """People no two of whom share surname and initials."""
    people = []
    for number in range(count):
        surname = SURNAMES[number % len(SURNAMES)]
        given = GIVEN["а" if surname.endswith("а") else ""][number // len(SURNAMES)]
        people.append(Person(number, f"{surname} {given}", rng.choice(tuple(POSITIONS)), rng.choice(world.units)))
    return people


def line_of(place: int, person: Person, event: str, rng: random.Random) -> Line:
    status = rng.choice(("present", "present", "present", "absent"))
    cells = {
        "row_number": place,
        "person_name": person.name,
        "position": f"{person.position}, {person.unit['short']}",
        "phone": person.phone,
        "email": person.email,
        "status": "+" if status == "present" else "н",
    }
    truth = {
        "event_id": event,
        "unit_id": person.unit["unit_id"],
        "sector": POSITIONS[person.position],
        "status": status,
    }
    return Line("data", cells, truth, person=f"P{person.number}")


DUPLICATE = Kind("person_twice", "attendance", "the same person twice on a list", (merged("duplicate_row"),))
COUNT = Kind("head_count", "attendance", "the printed number of those present agrees", (classed("total"),))
WRONG_COUNT = Kind(
    "head_count_wrong",
    "attendance",
    "the printed number of those present differs",
    (classed("total", "reported_participants_differ"),),
)
SIGNATURE = Kind("list_signature", "attendance", "signature with a name", (classed("footnote"),))
BLANK = Kind("list_blank_row", "attendance", "an empty row", (classed("blank"),))
AGAIN = Kind("list_header_again", "attendance", "the header again", (classed("header"),))
SAME_PHONE = Kind(
    "shared_phone", "attendance", "one phone for two people", (remarked("shared_contact", anywhere=True),)
)
NAMESAKE = Kind("namesake", "attendance", "two people of one name and unit with contacts of their own", (repaired(),))
STRUCTURE = (DUPLICATE, COUNT, WRONG_COUNT, SIGNATURE, BLANK, AGAIN, SAME_PHONE, NAMESAKE)
ATTENDANCE_KINDS: tuple[Kind, ...] = (*KINDS, *STRUCTURE, *SHEET_KINDS.values())


def schedule(year: int) -> list[list[Any]]:
    """Rows of the schedule of events, beyond reproach."""
    rows: list[list[Any]] = [["№", "Наименование", "Вид поддержки", "Форма", "Дата(ы)", "Часы", "Формат", "Место"]]
    for number, (title, (month, day)) in EVENTS.items():
        when = dt.datetime(year, month, day)
        rows.append([number, title, "обучение", "семинар", when, 8, "очно", "Красноярск"])
    return rows


def attendance_book(seed: int, world: World, kinds: list[Kind], nasty: bool = True) -> Book:
    """One sheet an event; traps of ``kinds`` are shared out among the sheets."""
    rng = random.Random(f"attendance {seed}")
    book = Book("attendance", world.year, "xlsx", f"Списки {seed}")
    people = pool(world, rng, 110)
    common, singles = people[:COMMON], people[COMMON:]
    for place, (number, (title, _)) in enumerate(EVENTS.items()):
        mine = [*rng.sample(common, 14), *singles[place * 20 : place * 20 + 20]]
        rng.shuffle(mine)
        event = f"{world.year}-T{number}"
        page = Page(
            str(number),
            [Column(name, (text,)) for name, text in HEADER.items()],
            [line_of(k, person, event, rng) for k, person in enumerate(mine, 1)],
        )
        page.titles.append(Line("title", {1: f"Список участников: {number}. {title}"}))
        book.pages.append(page)
        if not nasty:
            continue
        sow_cells(book, page, world, kinds[place :: len(EVENTS)], rng)
        _repeats(book, page, rng)
        _tail(book, page, rng)
    if nasty:
        _sheet_trap(book, rng)
        book.secrets |= {
            "слушатель",
            "slushatel",
            "pochta.example",
            "902 61",
            "8902610",
            "7902610",
            "Бугаёв",
            *SURNAMES,
        }
    return book


def _sown(book: Book, page: Page, kind: Kind, line: Line, place: int | None = None) -> None:
    line.trapped = True
    if place is not None:
        page.lines.insert(place, line)
    book.sown.append(Sown(kind, page.name, line, None))


def _repeats(book: Book, page: Page, rng: random.Random) -> None:
    once = [line for line in page.lines if not line.trapped and int(str(line.person)[1:]) >= COMMON]
    twice, owner, double = rng.sample(once, 3)
    for line in (twice, owner, double):
        line.trapped = True
        assert line.truth is not None
    again = Line("data", dict(twice.cells), dict(twice.truth or {}), person=twice.person)
    if rng.random() < 0.5:
        again.cells["person_name"] = _initials(str(twice.cells["person_name"]))
        again.cells["email"] = None
    _sown(book, page, DUPLICATE, again, rng.randint(page.lines.index(twice) + 1, len(page.lines)))
    # a fellow with the same phone; the e-mail addresses tell them apart
    fellow = Line("data", dict(owner.cells), dict(owner.truth or {}), person=f"fellow {page.name}")
    fellow.cells |= {"person_name": "Бугаёв Клим Львович", "email": f"slushatelf{page.name}@pochta.example.ru"}
    _sown(book, page, SAME_PHONE, fellow, len(page.lines))
    book.sown.append(Sown(SAME_PHONE, page.name, owner, None))
    # a namesake from the same unit with contacts of his own
    other = Line("data", dict(double.cells), dict(double.truth or {}), person=f"namesake {page.name}")
    other.cells |= {"phone": f"+7 902 619-00-{page.name.zfill(2)}", "email": f"slushateln{page.name}@pochta.example.ru"}
    _sown(book, page, NAMESAKE, other, len(page.lines))


def _initials(name: str) -> str:
    surname, given, father = name.split()
    return f"{surname} {given[0]}.{father[0]}."


def _tail(book: Book, page: Page, rng: random.Random) -> None:
    free = [k for k, line in enumerate(page.lines) if k > 0]
    _sown(book, page, BLANK, Line("blank"), rng.choice(free))
    header = Line("header", dict(enumerate(HEADER.values(), 1)))
    _sown(book, page, AGAIN, header, rng.choice(free))
    fates = {id(one.line): one.kind.outcomes[0].fate for one in book.sown}
    present = sum(
        line.truth["status"] in ("present", "partial")
        for line in page.lines
        if line.truth is not None and fates.get(id(line), "kept") == "kept"
    )
    kind = rng.choice((COUNT, WRONG_COUNT))
    printed = present + (7 if kind is WRONG_COUNT else 0)
    _sown(book, page, kind, Line("total", {1: f"Всего присутствовало: {printed}"}), len(page.lines))
    signature = Line("footnote", {1: "Организатор ____________ / Бугаёв К. Л."})
    _sown(book, page, SIGNATURE, signature, len(page.lines))


def _sheet_trap(book: Book, rng: random.Random) -> None:
    """One trap that concerns a whole sheet."""
    page = rng.choice(book.pages[1:])
    name = rng.choice(tuple(SHEET_KINDS))
    kind = SHEET_KINDS[name]
    if name == "event_in_sheet_name":
        page.titles[0].cells = {1: "Список участников мероприятия"}
    elif name == "sheet_name_with_words":
        _rename(book, page, f"№ {page.name} список")
        page.titles[0].cells = {1: "Список участников"}
    elif name == "event_unknown":
        page.titles[0].cells = {1: "Список участников: 77. Неведомое"}
        _rename(book, page, "77")
    else:
        page.titles[0].cells = {1: f"Список участников: {int(page.name) + 50}. Другое"}
    if name in ("event_unknown", "event_title_against_sheet"):
        ids = {id(line) for line in page.lines}
        book.sown = [one for one in book.sown if id(one.line) not in ids]
        for line in page.lines:
            if line.truth is not None:
                book.sown.append(Sown(kind, page.name, line, None))
                line.person = None
            else:
                book.sown.append(Sown(ANYTHING, page.name, line, None))
    else:
        book.sown.append(Sown(kind, page.name, None, None))


ANYTHING = Kind(
    "rest_of_sheet",
    "attendance",
    "rows that are no records on such a sheet",
    tuple(classed(name) for name in ("total", "footnote", "blank", "header")),
    also=frozenset({"reported_participants_differ"}),
)


def _rename(book: Book, page: Page, name: str) -> None:
    for one in book.sown:
        if one.page == page.name:
            one.page = name
    page.name = name
