"""What exchange events adopt and name: resolutions, recommendations and their fate, problems, achievements."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.measures import YEARS
from evaluation.simulate.randomness import generator
from evaluation.tables import TABLES
from evaluation.tables.measures import SECTOR_COUNTS

SECTOR_SHARES = (0.06, 0.38, 0.2, 0.22, 0.06, 0.05, 0.03)
THEMES = {
    "experience_transfer": ("опыт соседних районов перенимают редко", "Показать опыт соседей на выездном занятии"),
    "funding_support": ("ресурсным центрам не на что работать", "Предусмотреть деньги на ресурсные центры"),
    "information_methods": ("памяток и образцов документов не хватает", "Подготовить памятки и образцы документов"),
    "staff_skills": ("специалисты меняются и учатся заново", "Учить новых специалистов каждый год"),
    "selfgovernment": ("ТОС создают, но потом о них забывают", "Сопровождать ТОС после регистрации"),
    "residents_involvement": ("на собрания приходят одни и те же люди", "Звать на собрания тех, кто не ходил"),
    "regulation": ("порядок поддержки инициатив не утверждён", "Утвердить порядок поддержки инициатив"),
}
NOTED = {
    "experience_transfer": "Опыт соседей показан на выездном занятии",
    "funding_support": "Создан ресурсный центр",
    "information_methods": "Изданы памятки и образцы документов",
    "staff_skills": "Обучены специалисты администраций",
    "selfgovernment": "Зарегистрированы новые ТОС",
    "residents_involvement": "На собрания пришли новые жители",
    "regulation": "Утверждён порядок поддержки инициатив",
}
THEME_WEIGHTS = (0.22, 0.2, 0.18, 0.12, 0.12, 0.1, 0.06)
ADDRESSEES = ("ministry", "municipality", "council", "institute", "community")
ADDRESSED = 0.55
DATED = 0.8
ALIKE = 0.8  # of problems coded twice, the share where the second coder takes the first one's theme for sure
SECOND = 0.85
CODED = 2 / 3  # of achievements
# yearly hazards of the ends of a recommendation; one with an addressee is done twice as fast
DONE, REFUSED, IRRELEVANT, WITH_ADDRESSEE = 0.55, 0.10, 0.08, 2.0
ENDS = ("done", "rejected", "irrelevant")
CHECKS = ((6, 30), (12, 31))
DUE_DAYS = (180, 365)


def true_incidence(years: float, addressee: bool) -> float:
    """Probability of having been done within so many years of the adoption, other ends competing."""
    done = DONE * (WITH_ADDRESSEE if addressee else 1.0)
    every = done + REFUSED + IRRELEVANT
    return float(done / every * -np.expm1(-every * years))


def fates(rng: np.random.Generator, addressed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days from adoption to the end, and the end (position in ENDS), of recommendations with or without addressee."""
    done = DONE * np.where(addressed, WITH_ADDRESSEE, 1.0)
    rates = np.column_stack([done, np.full(len(done), REFUSED), np.full(len(done), IRRELEVANT)])
    days = rng.exponential(365.0 / rates.sum(axis=1))
    place = (rng.random(len(done))[:, None] * rates.sum(axis=1)[:, None] > np.cumsum(rates, axis=1)).sum(axis=1)
    return np.ceil(days).astype(int), np.minimum(place, len(ENDS) - 1)


def _some(values: np.ndarray, there: np.ndarray) -> list[str | None]:
    """Each value where it is there, else nothing."""
    return [str(value) if known else None for value, known in zip(values, there, strict=True)]


def _names(table: str) -> list[str]:
    return [name for name in TABLES[table].names if not name.startswith("source")]


def resolutions(seed: int, events: pd.DataFrame, year: int) -> pd.DataFrame:
    """Minutes of the year's exchange events that people came to (``events``: exchange_events of that year)."""
    names = _names("resolutions")
    held = events[events["reported_participants"].notna() & (events["form"] != "publication")]
    if year not in YEARS or held.empty:
        return pd.DataFrame(columns=names)
    rng = generator(seed, "resolutions", year)
    held = held.sort_values("exchange_id", kind="stable").reset_index(drop=True)
    people = held["reported_participants"].to_numpy(dtype=int)
    sectors = np.array([rng.multinomial(n, SECTOR_SHARES) for n in people])
    against = rng.binomial(people, 0.02)
    abstained = rng.binomial(people - against, 0.04)
    frame = pd.DataFrame(
        {
            "resolution_id": [f"{year}-M{k}" for k in range(1, len(held) + 1)],
            "year": year,
            "exchange_id": held["exchange_id"],
            "title": held["title"],
            "held_on": held["ends_on"],
            "participants": people,
            **dict(zip(SECTOR_COUNTS, sectors.T, strict=True)),
            "speakers": np.minimum(people, 3 + rng.poisson(4, len(held))),
            "discussants": rng.binomial(people, 0.35),
            "questions": rng.poisson(9, len(held)),
            "votes_for": people - against - abstained,
            "votes_against": against,
            "abstained": abstained,
        }
    )
    return frame.reindex(columns=names)


def recommendations(seed: int, events: pd.DataFrame, year: int) -> pd.DataFrame:
    """Recommendations that the year's events adopted (contract without provenance), with their true fate beside them:
    columns end_days and end."""
    names = [*_names("recommendations"), "end_days", "end"]
    minutes = resolutions(seed, events, year)
    if minutes.empty:
        return pd.DataFrame(columns=names)
    rng = generator(seed, "recommendations", year)
    counts = rng.integers(4, 10, len(minutes))
    of = np.repeat(np.arange(len(minutes)), counts)
    themes = np.array(list(THEMES), dtype=object)[rng.choice(len(THEMES), len(of), p=THEME_WEIGHTS)]
    addressed = rng.random(len(of)) < ADDRESSED
    days, end = fates(rng, addressed)
    held = pd.to_datetime(minutes["held_on"]).to_numpy()[of]
    due = held + pd.to_timedelta(np.array(DUE_DAYS)[rng.integers(0, 2, len(of))], unit="D")
    order = pd.Series(of).groupby(of).cumcount() + 1
    frame = pd.DataFrame(
        {
            "recommendation_id": [f"{year}-R{k}" for k in range(1, len(of) + 1)],
            "year": year,
            "exchange_id": minutes["exchange_id"].to_numpy()[of],
            "resolution_id": minutes["resolution_id"].to_numpy()[of],
            "text": [f"{THEMES[theme][1]} (пункт {k})" for theme, k in zip(themes, order, strict=True)],
            "addressee": _some(np.array(ADDRESSEES, dtype=object)[rng.integers(0, 5, len(of))], addressed),
            "theme": themes,
            "due_on": pd.Series(due).where(rng.random(len(of)) < DATED),
            **{name: minutes[name].to_numpy()[of] for name in ("votes_for", "votes_against", "abstained")},
            "end_days": days,
            "end": np.array(ENDS, dtype=object)[end],
            "held_on": held,
        }
    )
    return frame.reindex(columns=[*names, "held_on"])


def statuses(adopted: pd.DataFrame, year: int) -> pd.DataFrame:
    """Checks in ``year`` of recommendations of this and earlier years (``adopted`` as ``recommendations`` of each).

    Each is checked twice a year until it has ended, once more when it has; the day of completion is told for every
    second one that was done.
    """
    names = _names("recommendation_status")
    rows = []
    for one in adopted.itertuples():
        ended = one.held_on + pd.Timedelta(days=int(one.end_days))
        for month, day in CHECKS:
            checked = pd.Timestamp(year, month, day)
            before = checked - pd.Timedelta(days=184)
            if checked <= one.held_on or ended <= before:
                continue
            over = ended <= checked
            status = (
                one.end if over else "in_progress" if checked - one.held_on > pd.Timedelta(days=120) else "not_started"
            )
            done = over and one.end == "done"
            counted = done and int(str(one.recommendation_id).rpartition("R")[2]) % 2 == 0
            rows.append(
                {
                    "recommendation_id": one.recommendation_id, "checked_on": checked, "status": status,
                    "evidence": "письмо исполнителя" if done else None,
                    "days_to_done": int(one.end_days) if counted else None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def problems(seed: int, events: pd.DataFrame, year: int) -> pd.DataFrame:
    """Problems that the year's events named, most of them coded by two people."""
    names = _names("problems")
    minutes = resolutions(seed, events, year)
    if minutes.empty:
        return pd.DataFrame(columns=names)
    rng = generator(seed, "problems", year)
    of = np.repeat(np.arange(len(minutes)), rng.integers(2, 5, len(minutes)))
    codes = np.array(list(THEMES), dtype=object)
    first = codes[rng.choice(len(codes), len(of), p=THEME_WEIGHTS)]
    other = codes[rng.integers(0, len(codes), len(of))]
    second = np.where(rng.random(len(of)) < ALIKE, first, other)
    return pd.DataFrame(
        {
            "problem_id": [f"{year}-Q{k}" for k in range(1, len(of) + 1)],
            "year": year,
            "resolution_id": minutes["resolution_id"].to_numpy()[of],
            "exchange_id": minutes["exchange_id"].to_numpy()[of],
            "text": [f"{THEMES[theme][0].capitalize()}, протокол {minutes['resolution_id'][k]}"
                     for theme, k in zip(first, of, strict=True)],
            "theme": first,
            "theme_second": _some(second, rng.random(len(of)) < SECOND),
        }
    ).reindex(columns=names)  # fmt: skip


def achievements(seed: int, events: pd.DataFrame, year: int) -> pd.DataFrame:
    """Achievements that the year's events noted, two in three of them with a theme."""
    names = _names("achievements")
    minutes = resolutions(seed, events, year)
    if minutes.empty:
        return pd.DataFrame(columns=names)
    rng = generator(seed, "achievements", year)
    of = np.repeat(np.arange(len(minutes)), rng.integers(1, 4, len(minutes)))
    themes = np.array(list(THEMES), dtype=object)[rng.choice(len(THEMES), len(of), p=THEME_WEIGHTS)]
    return pd.DataFrame(
        {
            "achievement_id": [f"{year}-A{k}" for k in range(1, len(of) + 1)],
            "year": year,
            "resolution_id": minutes["resolution_id"].to_numpy()[of],
            "exchange_id": minutes["exchange_id"].to_numpy()[of],
            "text": [f"{NOTED[theme]}, протокол {minutes['resolution_id'][k]}"
                     for theme, k in zip(themes, of, strict=True)],
            "theme": _some(themes, rng.random(len(of)) < CODED),
        }
    ).reindex(columns=names)  # fmt: skip
