"""A clean register of applications with the truth behind it; traps are sown into it afterwards."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandas as pd

from nasty.model import Column, Line, World
from nasty.text_traps import APPLICANTS, STATUSES, TOPICS

SOURCES = ("regional", "local", "residents", "business")
REFORM = dt.date(2025, 6, 19)
WORKS = ("Ремонт", "Благоустройство", "Устройство", "Обновление", "Восстановление")
OBJECTS = ("сквера", "клуба", "водопровода", "спортивной площадки", "уличного освещения", "детского городка", "моста")
VILLAGES = ("Ключи", "Сосновка", "Берёзовка", "Новая Поляна", "Верхний Лог", "Ясная", "Ильинка", "Озёрный")

# header of a column: levels from above, and the words of a file without levels
HEADERS: dict[str, tuple[tuple[str, ...], str]] = {
    "row_number": (("№ п/п",), "№ п/п"),
    "project_number": (("№ заявки",), "№ заявки"),
    "unit_code": (("Код ОКТМО",), "Код ОКТМО"),
    "unit_name": (("Муниципальное образование",), "Муниципальное образование"),
    "place_name": (("Населённый пункт",), "Населённый пункт"),
    "title": (("Наименование проекта",), "Наименование проекта"),
    "topic": (("Направление",), "Направление"),
    "applicant_type": (("Инициатор проекта",), "Инициатор проекта"),
    "applied_on": (("Дата подачи заявки",), "Дата подачи заявки"),
    "cost_planned": (("Стоимость проекта, {unit}", "всего"), "Стоимость по плану, {unit}"),
    "planned_regional": (("Стоимость проекта, {unit}", "краевой бюджет"), "Краевой бюджет, план, {unit}"),
    "planned_local": (("Стоимость проекта, {unit}", "местный бюджет"), "Местный бюджет, план, {unit}"),
    "planned_residents": (("Стоимость проекта, {unit}", "население"), "Население, план, {unit}"),
    "planned_business": (("Стоимость проекта, {unit}", "организации"), "Организации, план, {unit}"),
    "participations_meeting": (("Участие населения, чел.", "собрание"), "Участие в собрании, чел."),
    "participations_questionnaire": (("Участие населения, чел.", "анкетирование"), "Участие в анкетировании"),
    "beneficiaries": (("Благополучатели, чел.",), "Благополучатели, чел."),
    "score": (("Балл",), "Балл"),
    "status": (("Статус заявки",), "Статус заявки"),
    "planned_end": (("Плановая дата завершения",), "Плановая дата завершения"),
    "finished_on": (("Фактическая дата завершения",), "Фактическая дата завершения"),
}
MONEY = ("cost_planned", *(f"planned_{source}" for source in SOURCES))
SUMMED = (*MONEY, "participations_meeting", "participations_questionnaire", "beneficiaries")


def world_of(registry: pd.DataFrame, year: int) -> World:
    """Units in force at the end of ``year``, and those of the other regime, as files name them."""
    day = pd.Timestamp(year, 12, 31)
    now, other = [], []
    for row in registry.itertuples():
        in_force = row.valid_from <= day and not row.valid_to < day
        kind = next((k for k in ("муниципальный район", "муниципальный округ") if k in row.name), "")
        core = row.short_name.removesuffix(" район").removesuffix(" округ")
        unit = {
            "unit_id": row.unit_id,
            "name": row.name,
            "short": row.short_name,
            "core": core,
            "letters": {"муниципальный район": "р-н", "муниципальный округ": "мун. округ"}.get(kind, ""),
            "genitive": {"муниципальный район": "района", "муниципальный округ": "муниципального округа"}.get(kind, ""),
            "population": row.reference_population,
        }
        if row.type in ("village", "settlement"):
            continue
        if not in_force:
            other.append(unit)
        elif not pd.isna(row.reference_population) and row.reference_population > 5000:
            now.append(unit)
    codes = {unit["unit_id"] for unit in now}
    return World(year, tuple(now), tuple(unit for unit in other if unit["unit_id"] not in codes and unit["genitive"]))


def columns(levels: int, unit: str) -> list[Column]:
    """Columns of the register; ``levels`` 1 gives headers of one row."""
    out = []
    for variable, (path, flat) in HEADERS.items():
        texts = (flat,) if levels == 1 else path
        out.append(Column(variable, tuple(text.replace("{unit}", unit) for text in texts)))
    return out


def _round(value: float) -> int:
    return max(10, round(value / 10) * 10)


def record(number: int, world: World, rng: random.Random) -> dict[str, Any]:
    """The truth of one application."""
    unit = rng.choice(world.units)
    status = rng.choice(tuple(STATUSES))
    sources = {
        "regional": _round(rng.randint(200_000, 1_400_000)),
        "local": _round(rng.randint(60_000, 250_000)),
        "residents": _round(rng.randint(20_000, 90_000)),
        "business": _round(rng.randint(11_000, 60_000)),
    }
    applied = dt.date(world.year, rng.randint(1, 3), rng.randint(1, 28))
    finished = dt.date(world.year, rng.randint(9, 11), rng.randint(1, 28)) if status == "completed" else None
    work, thing, place = rng.choice(WORKS), rng.choice(OBJECTS), rng.choice(VILLAGES)
    return {
        "project_id": f"{world.year}-{number:03d}",
        "unit_id": unit["unit_id"],
        "place_name": place,
        "title": f"{work} {thing} в селе {place} (очередь {number})",
        "topic": rng.choice(tuple(TOPICS)),
        "applicant_type": rng.choice(tuple(APPLICANTS)),
        "applied_on": applied,
        "cost_planned": sum(sources.values()),
        **{f"planned_{source}": amount for source, amount in sources.items()},
        "participations_meeting": rng.randint(21, 180),
        "participations_questionnaire": rng.randint(21, 180),
        "beneficiaries": rng.randint(103, 900),
        "score": rng.randint(70, 95) if status in ("funded", "completed") else rng.randint(30, 60),
        "status": status,
        "planned_end": dt.date(world.year, rng.randint(9, 11), rng.randint(1, 28)),
        "finished_on": finished,
    }


def line_of(place: int, truth: dict[str, Any], world: World, scale: int, rng: random.Random) -> Line:
    """The record as a careful clerk would write it."""
    unit = world.named(truth["unit_id"])
    cells = {name: truth[name] for name in HEADERS if name in truth}
    for name in ("applied_on", "planned_end", "finished_on"):
        cells[name] = dt.datetime.combine(truth[name], dt.time()) if truth[name] else None
    for name in MONEY:
        cells[name] = truth[name] / scale if truth[name] % scale else truth[name] // scale
    cells |= {
        "row_number": place,
        "project_number": f"{world.year % 100}-{truth['project_id'][5:]}",
        "unit_code": truth["unit_id"],
        "unit_name": rng.choice((unit["name"], unit["short"])),
        "topic": TOPICS[truth["topic"]],
        "applicant_type": APPLICANTS[truth["applicant_type"]],
        "status": STATUSES[truth["status"]],
    }
    return Line("data", cells, dict(truth))


def lines(count: int, world: World, scale: int, rng: random.Random, first: int = 1) -> list[Line]:
    """Clean lines of ``count`` applications numbered from ``first``."""
    return [line_of(k, record(k, world, rng), world, scale, rng) for k in range(first, first + count)]


def renewed(line: Line, changes: dict[str, Any], world: World, scale: int) -> None:
    """Change the truth of a clean line and write it anew."""
    assert line.truth is not None
    fresh = line_of(line.cells["row_number"], {**line.truth, **changes}, world, scale, random.Random(0))
    line.cells, line.truth = fresh.cells, fresh.truth
