"""The yearly plan of support events and of exchange events: dates, forms, hours; no attendance yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.simulate.parameters import Parameters, application_deadline
from evaluation.simulate.randomness import generator

# stream, form, mode, hours, first and last possible month of the start, days, title.
_Template = tuple[str, str, str, float, int, int, int, str]
_PLAN: tuple[_Template, ...] = (
    ("training", "course", "in_person", 16, 1, 1, 2, "Курс повышения квалификации «Подготовка заявки на конкурс»"),
    ("consulting", "clock_check", "online", 2, 1, 1, 1, "ППМИ: сверим часы"),
    ("methodical", "webinar", "online", 2, 1, 1, 1, "Разбор типичных ошибок в конкурсной документации"),
    ("training", "course", "mixed", 24, 1, 1, 90, "Дистанционный курс «Основы инициативного бюджетирования»"),
    ("training", "course", "in_person", 36, 4, 4, 4, "Курс повышения квалификации «Школа проектных команд»"),
    ("information", "publication", "online", 0, 3, 4, 1, "Рубрика о практиках в областном муниципальном издании"),
    ("consulting", "immersion", "in_person", 8, 5, 6, 1, "Погружение «Добро пожаловать в ППМИ»"),
    ("training", "seminar", "in_person", 8, 6, 6, 1, "Семинар «Вовлечение жителей: от собрания к проекту»"),
    ("consulting", "immersion", "in_person", 8, 8, 9, 1, "Погружение «Добро пожаловать в ППМИ»"),
    (
        "training",
        "course",
        "mixed",
        72,
        9,
        9,
        80,
        "Курс повышения квалификации «Инициативное бюджетирование в муниципалитете»",
    ),
    ("methodical", "webinar", "online", 2, 10, 10, 1, "Шаблоны протокола собрания и опросного листа"),
    ("training", "workshop", "in_person", 6, 10, 11, 1, "Мастерская проектных идей"),
    ("information", "publication", "online", 0, 11, 12, 1, "Информационная кампания «Готовимся к конкурсу»"),
    ("consulting", "clock_check", "online", 2, 11, 12, 1, "ППМИ: сверим часы"),
)
# A seminar that ends on the very day of the deadline: its hours must not count for that year's applications.
_ON_DEADLINE: _Template = (
    "training",
    "seminar",
    "online",
    4,
    2,
    2,
    1,
    "Онлайн-семинар «Последние вопросы перед подачей заявки»",
)
ON_DEADLINE_YEARS = (2021, 2024)
TAUGHT = ("training", "consulting", "methodical")

_EXCHANGE = (
    ("study_visit", 1, "Ознакомительный визит"),
    ("seminar", 1, "Межмуниципальный семинар"),
    ("rally", 2, "Слёт инициативных групп"),
    ("internship", 3, "Стажировка муниципальной команды"),
    ("webinar", 1, "Онлайн-встреча команд"),
    ("workshop", 1, "Межмуниципальная мастерская"),
)
_TOPICS = (
    "вовлечение жителей в выбор проекта", "софинансирование со стороны бизнеса", "работа с молодёжью и школами",
    "содержание созданных объектов", "территориальное общественное самоуправление",
    "благоустройство общественных пространств",
    "подготовка собраний и опросов", "освещение проектов в сетях",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """A planned event. ``starts_on`` and ``ends_on`` are days; ``stream`` is 'exchange' or one of the other four."""

    event_id: str
    year: int
    number: int
    title: str
    stream: str
    form: str
    mode: str
    hours: float
    topic: str
    starts_on: np.datetime64
    ends_on: np.datetime64


_Draft = tuple[np.datetime64, np.datetime64, str, str, str, str, float, str]


def support_events(year: int, parameters: Parameters, seed: int, size: int) -> list[Event]:
    """Support events of a calendar year in order of time, numbered from 1 ('2025-T1').

    With many units (``size``) the plan is repeated so that an event keeps a human size.
    """
    rng = generator(seed, "support schedule", year)
    drafts: list[_Draft] = []
    for _ in range(max(1, round(size / 61))):
        for stream, form, mode, hours, first, last, days, title in _PLAN:
            start = _start(rng, year, first, last, days)
            drafts.append((start, _end(start, days), title, stream, form, _mode(mode, start), hours, ""))
        if year in ON_DEADLINE_YEARS:
            stream, form, mode, hours, _, _, _, title = _ON_DEADLINE
            day = np.datetime64(application_deadline(year), "D")
            drafts.append((day, day, title, stream, form, mode, hours, ""))
    return _numbered(drafts, year, "T")


def exchange_events(year: int, parameters: Parameters, seed: int, size: int) -> list[Event]:
    """Exchange events of a calendar year in order of time ('2025-X1'); one of them is a publication without a host."""
    rng = generator(seed, "exchange schedule", year)
    low, high = parameters.exchange_events
    count = round(int(rng.integers(low, high + 1)) * max(1.0, size / 61))
    drafts: list[_Draft] = []
    for form_at in rng.choice(len(_EXCHANGE), count, p=[0.3, 0.25, 0.12, 0.13, 0.08, 0.12]):
        form, days, title = _EXCHANGE[form_at]
        # One event in eight lies in winter before the deadline, the others after it.
        winter = rng.random() < 0.125
        start = _start(rng, year, 1, 1, days) if winter else _start(rng, year, 3, 12, days)
        mode = _mode("online" if form == "webinar" else "in_person", start)
        topic = _TOPICS[int(rng.integers(len(_TOPICS)))]
        end = _end(start, days)
        drafts.append((start, end, f"{title}: {topic}", "exchange", form, mode, 0.0, topic))
    topic = _TOPICS[int(rng.integers(len(_TOPICS)))]
    when = _start(rng, year, 6, 11, 1)
    drafts.append((when, when, f"Подборка практик: {topic}", "exchange", "publication", "online", 0.0, topic))
    return _numbered(drafts, year, "X")


def _numbered(drafts: list[_Draft], year: int, letter: str) -> list[Event]:
    return [
        Event(f"{year}-{letter}{k}", year, k, title, stream, form, mode, hours, topic, start, end)
        for k, (start, end, title, stream, form, mode, hours, topic) in enumerate(sorted(drafts), start=1)
    ]


def _start(rng: np.random.Generator, year: int, first: int, last: int, days: int) -> np.datetime64:
    """A working day between the months; courses of many weeks fill whole months."""
    if days > 31:
        return np.datetime64(f"{year}-{first:02d}-01", "D")
    month = int(rng.integers(first, last + 1))
    day = np.datetime64(f"{year}-{month:02d}-01", "D") + int(rng.integers(8, 25 - days))
    if month == 1:
        day = np.datetime64(f"{year}-01-18", "D") + int(rng.integers(0, 12 - days))
    return _day(np.busday_offset(day, 0, roll="backward"))


def _day(moment: object) -> np.datetime64:
    return np.datetime64(str(moment)[:10], "D")


def _end(start: np.datetime64, days: int) -> np.datetime64:
    """The last day; courses of many weeks end with their third month."""
    if days > 31:
        month = np.datetime64(str(start)[:7], "M") + np.timedelta64(3, "M")
        return np.datetime64(str(month) + "-01", "D") - np.timedelta64(1, "D")
    return _day(start + np.timedelta64(days - 1, "D"))


def _mode(mode: str, start: np.datetime64) -> str:
    pandemic = np.datetime64("2020-03-20") < start < np.datetime64("2021-06-01")
    return "online" if pandemic and mode == "in_person" else mode
