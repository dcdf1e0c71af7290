"""A consistent programme year as it is filled in on the empty forms: rows by source, seeded."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from cleaning_helpers import codebook, krasnoyarsk
from filled_services import services

from evaluation.tables import FORMS, Column
from evaluation.territory.registry import in_force

YEAR = 2025
FUNDED = ("funded", "completed", "partly_completed")
UNFUNDED = ("submitted", "not_selected", "rejected_formally")


def units() -> pd.DataFrame:
    return in_force(krasnoyarsk(), dt.date(YEAR, 12, 31))


def day(rng: np.random.Generator, first: int, last: int) -> pd.Timestamp:
    """A day of the year between two months."""
    return pd.Timestamp(YEAR, int(rng.integers(first, last + 1)), int(rng.integers(1, 29)))


def anything(column: Column, source: str, rng: np.random.Generator) -> object:
    """A valid value of a column that no other cell depends on; sometimes nothing where nothing is required."""
    if not column.required and rng.random() < 0.3:
        return None
    low, high = column.low or 0, column.high
    if column.kind == "category":
        return str(rng.choice(codebook().allowed(source, column.name)))
    if column.kind == "flag":
        return bool(rng.random() < 0.5)
    if column.kind == "integer":
        return int(rng.integers(low, (high or 40) + 1))
    if column.kind in ("number", "money"):
        return round(float(rng.uniform(low, high or 90)), 2)
    if column.kind == "date":
        return day(rng, 1, 12)
    return f"{rng.choice(['Сквер', 'Родник', 'Мост', 'Клуб'])} {rng.choice(['у школы', 'в центре'])} {rng.integers(99)}"


def filled(source: str, rng: np.random.Generator, count: int, **known: list[object]) -> pd.DataFrame:
    """``count`` rows of a form: ``known`` columns as given, all others anything that is valid."""
    form = FORMS[source]
    rows = {
        column.name: known.get(column.name) or [anything(column, source, rng) for _ in range(count)]
        for column in form.columns
    }
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in rows.items()})


def a_year(seed: int, projects: int = 9) -> dict[str, pd.DataFrame]:
    """Rows of every form by source; what cells say of one another agrees, and every event has its participants."""
    rng = np.random.default_rng(seed)
    known = units()
    codes = known["unit_id"].tolist()
    chosen = [str(code) for code in rng.choice(codes, projects)]
    ids = [f"{YEAR}-{k:03d}" for k in range(1, projects + 1)]
    people = [40_000 + k for k in range(len(codes))]
    winners = projects // 2
    points = {f"points_{name}": [float(rng.integers(10, 16) if k < winners else rng.integers(1, 9))
                                 for k in range(projects)]
              for name in ("participation", "residents_contribution", "business_contribution", "local_contribution",
                           "significance", "information")}  # fmt: skip
    totals = [float(sum(values)) for values in zip(*points.values(), strict=True)]
    shares = [[round(float(value), 2) for value in rng.uniform(1_000, 300_000, 5)] for _ in ids]
    paid = [row if k < winners else [None] * 5 for k, row in enumerate(shares)]
    money = {}
    for place, name in enumerate(("regional", "local", "residents", "business", "other")):
        money[f"planned_{name}"] = [row[place] for row in shares]
        money[f"paid_{name}"] = [row[place] for row in paid]
    out = {
        "territories": filled("territories", rng, len(codes), name=codes, population=people,
                              population_18plus=[int(0.8 * count) for count in people]),
        "projects": filled(
            "projects", rng, projects, project_number=ids, unit_name=chosen,
            place_code=[f"{code}101" for code in chosen], title=[f"Ремонт клуба, дом {k}" for k in range(projects)],
            applied_on=[day(rng, 1, 1) for _ in ids], decided_on=[day(rng, 3, 3) for _ in ids],
            started_on=[day(rng, 5, 5) if k < winners else None for k in range(projects)],
            score=totals,
            status=[str(rng.choice(FUNDED if k < winners else UNFUNDED)) for k in range(projects)],
            cost_planned=[round(sum(row), 2) for row in shares],
            cost_actual=[round(sum(row), 2) if k < winners else None for k, row in enumerate(shares)],
            planned_end=[day(rng, 9, 9) if k < winners else None for k in range(projects)],
            finished_on=[day(rng, 10, 10) if k < winners else None for k in range(projects)],
            **money,
        ),
        "scores": filled("scores", rng, projects, project_number=ids, total_points=totals, **points),
        "project_results": filled(
            "project_results", rng, 6, project_number=ids[:6], indicator=[f"длина дорожки {k}" for k in range(6)]
        ),
        "recommendation_status": filled(
            "recommendation_status", rng, 4, recommendation_id=[f"{YEAR}-R{k}" for k in (1, 1, 2, 3)],
            checked_on=[pd.Timestamp(YEAR, month, 5) for month in (6, 9, 9, 9)],
        ),
    }  # fmt: skip
    out |= _events(rng, codes) | _people(rng, codes, ids) | _papers(rng, codes, ids)
    out |= _measures(rng, codes) | _adopted(rng, codes)
    out |= services(filled, rng, codes, YEAR)
    return out


def _events(rng: np.random.Generator, codes: list[str]) -> dict[str, pd.DataFrame]:
    ids = [f"{YEAR}-T{k}" for k in range(1, 4)]
    starts = [day(rng, 2, 10) for _ in ids]
    hosts = [str(code) for code in rng.choice(codes, 3)]
    events = filled(
        "support_events", rng, 3, event_number=ids, title=[f"Семинар номер {k}" for k in (1, 2, 3)],
        starts_on=starts, ends_on=[start + pd.Timedelta(days=1) for start in starts], hours=[16.0, 8.0, 24.0],
        host_unit_name=hosts, recipient_unit_name=[hosts[0], None, None], invited=[9, 8, None],
        reported_participants=[2, 2, 2],
    )  # fmt: skip
    attendance = filled(
        "attendance", rng, 6, event_id=[event for event in ids for _ in range(2)], session=[None] * 6,
        person_key=[None, "0123456789abcdef"] * 3, person_name=["Приходько Анна Петровна", None] * 3,
        unit_name=[codes[0], codes[1]] * 3, sector=["business", "community"] * 3,
        phone=["+7 000 100-00-01", None] * 3, email=["p1@example.org", None] * 3, status=["present", "partial"] * 3,
        hours_present=[16.0, 3.5, 8.0, 2.0, 24.0, 1.0],
    )  # fmt: skip
    exchange = filled(
        "exchange_events", rng, 3, exchange_number=[f"{YEAR}-X1"] * 2 + [f"{YEAR}-X2"],
        title=["Визит"] * 2 + ["Подборка"], form=["study_visit"] * 2 + ["publication"], topic=["соседи"] * 3,
        starts_on=[pd.Timestamp(YEAR, 4, 2)] * 3, ends_on=[pd.Timestamp(YEAR, 4, 3)] * 3,
        reported_participants=[7, 7, None], unit_name=[codes[3], codes[4], None], role=["host", "guest", None],
        invited=[None, 5, None], persons=[4, 3, None],
    )  # fmt: skip
    return {"support_events": events, "attendance": attendance, "exchange_events": exchange}


def _people(rng: np.random.Generator, codes: list[str], projects: list[str]) -> dict[str, pd.DataFrame]:
    teams = filled(
        "teams", rng, 3, team_id=["К01", "К02", "007"], unit_name=codes[:3], project_number=[*projects[:2], None],
        formed_on=[pd.Timestamp(YEAR - 1, 10, k) for k in (1, 2, 3)], ended_on=[None] * 3,
    )  # fmt: skip
    members = filled(
        "team_members", rng, 4, team_id=["К01", "К01", "К02", "007"],
        person_key=[None, "0123456789abcdef", "fedcba9876543210", None],
        person_name=["Приходько Анна Петровна", None, None, "Ключевая Вера Ильинична"],
        phone=["8 (000) 100-00-01", None, None, "+7 000 100-00-02"], email=[None] * 4,
        from_on=[pd.Timestamp(YEAR, 1, 15)] * 4, to_on=[None] * 4,
    )  # fmt: skip
    return {"teams": teams, "team_members": members}


def _papers(rng: np.random.Generator, codes: list[str], projects: list[str]) -> dict[str, pd.DataFrame]:
    def some(count: int) -> list[object]:
        return [str(code) for code in rng.choice(codes, count)]

    return {
        "consultations": filled(
            "consultations", rng, 5, consultation_number=[f"{YEAR}-C{k}" for k in range(1, 6)], unit_name=some(5),
            project_number=[None] * 5, minutes=[12.0, 7.5, 30.0, 5.0, 60.0],
        ),
        "document_reviews": filled(
            "document_reviews", rng, 5, review_id=[f"{YEAR}-D{k}" for k in range(1, 6)], unit_name=some(5),
            project_number=[*projects[:3], None, f"{YEAR - 1}-044"],
        ),
        "publications": filled(
            "publications", rng, 4, publication_id=[f"{YEAR}-P{k}" for k in range(1, 5)], unit_name=[*some(3), None]
        ),
        "recommendations": filled(
            "recommendations", rng, 3, recommendation_id=[f"{YEAR}-R{k}" for k in (1, 2, 3)],
            event_id=[f"{YEAR}-T1", None, None], exchange_id=[None, f"{YEAR}-X1", None],
            resolution_id=[None, f"{YEAR}-M1", None],
            text=["Проводить выездные семинары", "Учить команды вместе", "Вести учёт практик"],
            addressee_unit_name=[codes[5], None, None], votes_for=[2, 1, 2], votes_against=[0, 1, 0],
            abstained=[0, 0, 0],
        ),
        "practices": filled(
            "practices", rng, 3, practice_id=["П-01", "П-02", "П-03"],
            title=["Дневники приёмки", "Школа старост", "Сход по видеосвязи"], first_year=[2018, 2020, YEAR],
            origin_unit_name=[codes[0], None, codes[2]],
        ),
        "practice_cards": filled("practice_cards", rng, 3, practice_id=["П-01", "П-02", "П-03"]),
        "partnership_units": filled(
            "partnership_units", rng, 4, unit_name=[codes[0], codes[0], codes[1], codes[2]],
            role=["base", "base", "participant", "participant"],
            component=["strategy", "housing_model", None, None],
            starts_on=[pd.Timestamp(YEAR - 1, 2, 1), None, pd.Timestamp(YEAR, 3, 1), pd.Timestamp(YEAR - 2, 5, 9)],
            ends_on=[None, None, None, pd.Timestamp(YEAR, 6, 30)],
        ),
        "programme_lines": filled(
            "programme_lines", rng, 3, line=["cleanliness", "cleanliness", "local_initiatives"],
            unit_name=[codes[0], codes[1], codes[0]], applications=[4, 2, None], supported=[4, 0, 3],
        ),
        "practice_adoptions": filled(
            "practice_adoptions", rng, 4, practice_id=["П-01", "П-01", "П-02", "П-03"],
            unit_name=[codes[1], codes[2], codes[1], codes[4]],
        ),
        "trial_households": filled(
            "trial_households", rng, 5, household_id=[f"H{k}" for k in range(5)], unit_name=some(5),
            village=["Ключи", "Ключи", "Яр", "Яр", "Яр"],
        ),
    }  # fmt: skip


def _measures(rng: np.random.Generator, codes: list[str]) -> dict[str, pd.DataFrame]:
    return {
        "measures": filled(
            "measures", rng, 3, measure_id=["М-01", "М-02", "М-03"], task_number=[3, 3, None],
            measure=["Открыть приёмную", "Учить председателей", "Сократить очередь"],
            indicator=["обращений", "обученных", "дней"], direction=["increase", None, "decrease"],
            baseline=[10.0, 0.0, 24.0], target=[90.0, 45.5, 10.0], value=[95.0, None, 8.5],
            owner=["Отдел обращений", "Учебный центр", "Аппарат главы"], status=["done", "in_progress", "done"],
            starts_on=[pd.Timestamp(YEAR, 1, 15)] * 3, due_on=[pd.Timestamp(YEAR + 1, 6, 30)] * 3,
            evidence=["отчёт за год", None, "акт проверки"],
        ),
        "selfgovernment": filled(
            "selfgovernment", rng, 3, tos_id=["ТОС-01", "ТОС-02", "003"], unit_name=[codes[0], codes[0], codes[1]],
            founded_on=[pd.Timestamp(2019, 5, k) for k in (1, 2, 3)], ended_on=[None, pd.Timestamp(YEAR, 3, 1), None],
            residents=[900, 4000, None],
        ),
        "selfgovernment_grants": filled(
            "selfgovernment_grants", rng, 3, grant_id=[f"{YEAR}-G{k}" for k in (1, 2, 3)],
            tos_id=["ТОС-01", "003", "003"], requested=[50_000.0, None, 70_000.5], won=[True, False, True],
            amount=[40_000.0, None, None],
        ),
    }  # fmt: skip


def _adopted(rng: np.random.Generator, codes: list[str]) -> dict[str, pd.DataFrame]:
    found_at = {"resolution_id": [f"{YEAR}-M1", f"{YEAR}-M1", None], "exchange_id": [None, f"{YEAR}-X1", None],
                "event_id": [None, None, f"{YEAR}-T1"]}  # fmt: skip
    return {
        "resolutions": filled(
            "resolutions", rng, 2, resolution_id=[f"{YEAR}-M1", f"{YEAR}-M2"], exchange_id=[f"{YEAR}-X1", None],
            event_id=[None, f"{YEAR}-T2"], place=["Ачинск", None], place_unit_name=[codes[3], None],
            participants=[25, None], participants_state=[1, 3], participants_municipal=[10, None],
            participants_institutions=[5, None], participants_nonprofit=[7, None], participants_business=[None, None],
            participants_guests=[2, None], participants_other=[None, None], speakers=[13, None], discussants=[11, 4],
            votes_for=[25, 9], votes_against=[0, None], abstained=[0, None],
        ),
        "problems": filled("problems", rng, 3, problem_id=[f"{YEAR}-Q{k}" for k in (1, 2, 3)], **found_at),
        "achievements": filled("achievements", rng, 3, achievement_id=[f"{YEAR}-A{k}" for k in (1, 2, 3)], **found_at),
    }  # fmt: skip
