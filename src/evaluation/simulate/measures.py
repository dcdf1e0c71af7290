"""A programme of open government: fifteen measures of three projects, and how far they are in every year."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from evaluation.simulate.randomness import generator
from evaluation.tables import TABLES

YEARS = (2023, 2024, 2025)
GOAL = "Жители знают, как принимаются решения, и участвуют в них"
TASKS = {2: "Наладить постоянный разговор администрации с жителями", 4: "Сделать управление имуществом открытым"}
LISTENING, NEIGHBOURS, PROPERTY = "Город слышит", "Соседи решают", "Прозрачное имущество"
NO_INDICATOR, NO_OWNER, NO_DUE, CANCELLED, SUSPENDED = "М-06", "М-10", "М-12", "М-11", "М-14"
CHANGED_TARGET, CHANGED_IN, LATER_TARGET = "М-08", 2025, 25.0


class Measure(NamedTuple):
    """One measure: whose it is, how it is judged and until when it should be done."""

    project: str
    task: int
    text: str
    indicator: str
    unit: str
    baseline: float
    target: float
    owner: str
    due: tuple[int, int]


MEASURES: tuple[Measure, ...] = (
    Measure(LISTENING, 2, "Отвечать на вопросы жителей на одной странице", "вопросов с ответом в срок", "%", 55, 90,
            "Отдел обращений", (2025, 6)),
    Measure(LISTENING, 2, "Публиковать проекты решений за две недели до обсуждения", "решений, опубликованных заранее",
            "%", 20, 80, "Правовой отдел", (2024, 12)),
    Measure(LISTENING, 2, "Проводить встречи главы в каждом районе", "встреч за год", "ед.", 6, 24, "Аппарат главы",
            (2025, 12)),
    Measure(LISTENING, 2, "Учить служащих говорить с жителями просто", "обученных служащих", "чел.", 0, 120,
            "Кадровая служба", (2026, 6)),
    Measure(LISTENING, 2, "Отвечать на обращения быстрее", "дней до ответа", "дней", 24, 10, "Отдел обращений",
            (2025, 3)),
    Measure(NEIGHBOURS, 2, "Открыть ресурсный центр для ТОС", "", "", 0, 0, "Управление по работе с жителями",
            (2025, 9)),
    Measure(NEIGHBOURS, 2, "Помогать ТОС с уставом и регистрацией", "зарегистрированных ТОС", "ед.", 30, 75,
            "Управление по работе с жителями", (2026, 12)),
    Measure(NEIGHBOURS, 2, "Проводить конкурс малых грантов среди ТОС", "поддержанных дел", "ед.", 8, 40,
            "Управление по работе с жителями", (2025, 12)),
    Measure(NEIGHBOURS, 2, "Учить председателей ТОС проектной работе", "обученных председателей", "чел.", 0, 90,
            "Учебный центр", (2025, 10)),
    Measure(NEIGHBOURS, 2, "Создать совет председателей ТОС", "заседаний совета за год", "ед.", 0, 4, "", (2024, 6)),
    Measure(NEIGHBOURS, 2, "Проводить ярмарку дел соседей", "дворов на ярмарке", "ед.", 12, 60, "Отдел культуры",
            (2025, 8)),
    Measure(NEIGHBOURS, 2, "Дать жителям двора выбирать, что благоустроить", "дворов, где выбирали жители", "ед.", 0,
            45, "Отдел городского хозяйства", (2026, 12)),
    Measure(PROPERTY, 4, "Открыть реестр муниципального имущества", "объектов в открытом реестре", "%", 10, 100,
            "Комитет по имуществу", (2024, 9)),
    Measure(PROPERTY, 4, "Сдавать пустующие помещения на открытых торгах", "пустующих помещений", "ед.", 140, 60,
            "Комитет по имуществу", (2026, 3)),
    Measure(PROPERTY, 4, "Показать земельные участки на карте", "участков на карте", "%", 0, 95, "Комитет по имуществу",
            (2025, 11)),
)  # fmt: skip


@cache
def true_progress(seed: int) -> np.ndarray:
    """Part of the way to the first target by measure and year of YEARS: grows, at last past the target for some."""
    rng = generator(seed, "measures")
    steps = rng.gamma(2.0, 0.14, (len(MEASURES), len(YEARS)))
    return np.cumsum(steps, axis=1)


def measures(seed: int, year: int) -> pd.DataFrame:
    """The register of one year as it truly is (contract ``measures`` without provenance); no rows outside YEARS."""
    names = [name for name in TABLES["measures"].names if not name.startswith("source")]
    if year not in YEARS:
        return pd.DataFrame(columns=names)
    way = true_progress(seed)[:, YEARS.index(year)]
    rows = [_row(number, measure, float(way[number]), year) for number, measure in enumerate(MEASURES)]
    return pd.DataFrame(rows)[names]


def _row(number: int, measure: Measure, way: float, year: int) -> dict[str, object]:
    name = f"М-{number + 1:02d}"
    known = bool(measure.indicator)
    value = round(measure.baseline + way * (measure.target - measure.baseline), 0)
    target = LATER_TARGET if name == CHANGED_TARGET and year >= CHANGED_IN else measure.target
    reached = value >= target if target > measure.baseline else value <= target
    status = "done" if reached and known else "in_progress"
    if name in (CANCELLED, SUSPENDED) and year == YEARS[-1]:
        status = "cancelled" if name == CANCELLED else "suspended"
    month = dt.date(measure.due[0] + measure.due[1] // 12, measure.due[1] % 12 + 1, 1)
    return {
        "measure_id": name,
        "year": year,
        "goal": GOAL,
        "task_number": measure.task,
        "task": TASKS[measure.task],
        "project": measure.project,
        "measure": measure.text,
        "indicator": measure.indicator or None,
        "indicator_unit": measure.unit or None,
        "direction": ("increase" if measure.target > measure.baseline else "decrease") if known else None,
        "baseline": measure.baseline if known else np.nan,
        "target": target if known else np.nan,
        "value": value if known else np.nan,
        "owner": measure.owner or None,
        "starts_on": pd.Timestamp(YEARS[0], 2, 1),
        "due_on": pd.NaT if name == NO_DUE else pd.Timestamp(month - dt.timedelta(days=1)),
        "status": status,
        "evidence": f"отчёт за {year} год, раздел {number + 1}" if status == "done" else None,
    }
