"""The services of a congress as clean tables with known truth: requests, award, project office, media, partners abroad.

Told for YEARS alone. Every file has a random stream of its own. The truths that an analysis may recover are TRUTH's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.simulate.randomness import generator
from evaluation.simulate.year_view import YearView

YEARS = (2025,)
TOPICS = ("legal", "strategy", "operations", "promotion", "finance", "staff", "community", "other")
KINDS = ("consultation", "methodical", "information", "representation")
REQUEST_CHANNELS = ("letter", "email", "website", "phone", "in_person")
CRITERIA = ("relevance", "result", "replicability", "involvement", "quality")
WEIGHTS = (2, 3, 2, 2, 1)  # of CRITERIA, as config/programme.yml of the demonstration declares them
NOMINATIONS = ("practice", "community", "leadership", "environment")
PROGRAMMES = ("environment", "rural", "small_towns", "culture", "sport")
MEDIA_CHANNELS = ("journal", "site", "social", "newsletter")


@dataclass(frozen=True)
class ServiceTruth:
    """What the draws are made of.

    ``never_answered``: probability that a request is never answered; ``answer_days``: mean days to the answer of the
    others by topic (exponential). ``juror_sd``, ``entry_sd``, ``ballot_sd``: spread of a juror's severity, of the
    entries' worth, and of a single ballot, in points. ``approved``: probability that an application is approved without
    help; ``help_difference``: what helped applications have more (help is drawn by lot here).
    """

    never_answered: float = 0.08
    answer_days: tuple[float, ...] = (9.0, 21.0, 14.0, 30.0, 12.0, 14.0, 10.0, 16.0)
    topic_shares: tuple[float, ...] = (0.26, 0.12, 0.10, 0.08, 0.18, 0.08, 0.14, 0.04)
    jurors: int = 7
    entries: int = 7
    juror_sd: float = 4.0
    entry_sd: float = 6.0
    ballot_sd: float = 7.0
    approved: float = 0.40
    help_difference: float = 0.22
    helped: float = 0.45
    decided: float = 0.85


TRUTH = ServiceTruth()


def units_of(view: YearView) -> pd.DataFrame:
    """unit_id and weight (square root of the residents) of the units in force."""
    residents = view.tables["territories"].set_index("unit_id")["population"].astype("float64")
    codes = list(view.names.codes)
    weight = np.sqrt(residents.reindex(codes).fillna(residents.median())).to_numpy()
    return pd.DataFrame({"unit_id": codes, "weight": weight / weight.sum()})


def _days(rng: np.random.Generator, year: int, count: int) -> pd.Series:
    """Days of the year in order."""
    return pd.Series(pd.Timestamp(year, 1, 9) + pd.to_timedelta(np.sort(rng.integers(0, 348, count)), unit="D"))


def _numbers(view: YearView, letter: str, count: int) -> list[str]:
    return [f"{view.year}-{letter}{k}" for k in range(1, count + 1)]


def requests(view: YearView, truth: ServiceTruth = TRUTH, count: int = 190) -> pd.DataFrame:
    """Contract ``requests`` without provenance; some territories ask often, some never."""
    if view.year not in YEARS:
        return pd.DataFrame()
    rng = generator(view.seed, "services requests", view.year)
    units = units_of(view)
    eager = units["weight"].to_numpy() * rng.gamma(0.7, 1.0, len(units))
    topic = rng.choice(len(TOPICS), count, p=truth.topic_shares)
    received = _days(rng, view.year, count)
    wait = np.ceil(rng.exponential(np.array(truth.answer_days)[topic]))
    answered_on = received + pd.to_timedelta(wait, unit="D")
    never = rng.random(count) < truth.never_answered
    open_ = never | (answered_on > pd.Timestamp(view.year, 12, 31)).to_numpy()
    return pd.DataFrame(
        {
            "request_id": _numbers(view, "S", count),
            "year": view.year,
            "received_on": received,
            "unit_id": units["unit_id"].to_numpy()[rng.choice(len(units), count, p=eager / eager.sum())],
            "topic": np.array(TOPICS, dtype=object)[topic],
            "kind": rng.choice(np.array(KINDS, dtype=object), count, p=[0.5, 0.2, 0.2, 0.1]),
            "channel": rng.choice(np.array(REQUEST_CHANNELS, dtype=object), count, p=[0.2, 0.35, 0.2, 0.2, 0.05]),
            "answered": ~open_,
            "answered_on": answered_on.mask(open_),
        }
    )


def _award(view: YearView, truth: ServiceTruth) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Entries and points; places are those of the mean points, as a secretary would count them."""
    rng = generator(view.seed, "services award", view.year)
    units = view.names.codes
    count = truth.entries * len(NOMINATIONS)
    ids = _numbers(view, "N", count)
    nomination = np.repeat(np.array(NOMINATIONS, dtype=object), truth.entries)
    worth = rng.normal(0, truth.entry_sd, count)
    severity = rng.normal(0, truth.juror_sd, truth.jurors)
    ballot = 65 + worth[:, None] + severity + rng.normal(0, truth.ballot_sd, (count, truth.jurors))
    points = ballot[:, :, None] + rng.normal(0, 6.0, (count, truth.jurors, len(CRITERIA)))
    whole = np.clip(points.round(), 0, 100)
    means = (whole.mean(axis=1) @ np.array(WEIGHTS) / sum(WEIGHTS)).round(9)
    place = pd.Series(means).groupby(pd.Series(nomination)).rank(method="min", ascending=False).astype("int64")
    entries = pd.DataFrame(
        {
            "entry_id": ids,
            "year": view.year,
            "unit_id": [units[int(k)] for k in rng.integers(len(units), size=count)],
            "nomination": nomination,
            "title": [f"Заявка «{_TITLES[k % len(_TITLES)]}»" for k in range(count)],
            "place": place.where(place <= 3).astype("Int64"),
        }
    )
    index = pd.MultiIndex.from_product(
        [ids, [f"Ж-{k:02d}" for k in range(1, truth.jurors + 1)], CRITERIA],
        names=["entry_id", "person_key", "criterion"],
    )
    scores = pd.Series(whole.reshape(-1), index=index, name="points").reset_index()
    return entries, scores[["entry_id", "criterion", "person_key", "points"]]


def award_entries(view: YearView, truth: ServiceTruth = TRUTH) -> pd.DataFrame:
    """Contract ``award_entries`` without provenance."""
    return _award(view, truth)[0] if view.year in YEARS else pd.DataFrame()


def award_scores(view: YearView, truth: ServiceTruth = TRUTH) -> pd.DataFrame:
    """Contract ``award_scores`` without provenance; person_key is the juror's code as the file has it."""
    return _award(view, truth)[1] if view.year in YEARS else pd.DataFrame()


def federal_applications(view: YearView, truth: ServiceTruth = TRUTH, count: int = 96) -> pd.DataFrame:
    """Contract ``federal_applications`` without provenance."""
    if view.year not in YEARS:
        return pd.DataFrame()
    rng = generator(view.seed, "services federal", view.year)
    units = units_of(view)
    helped = rng.random(count) < truth.helped
    applied = pd.Series(
        pd.Timestamp(view.year, 1, 20) + pd.to_timedelta(np.sort(rng.integers(0, 270, count)), unit="D")
    )
    decided_on = applied + pd.to_timedelta(rng.integers(20, 120, count), unit="D")
    approved = rng.random(count) < truth.approved + truth.help_difference * helped
    fate = rng.random(count)
    status = np.where(approved, "approved", "rejected").astype(object)
    late = (decided_on > pd.Timestamp(view.year, 12, 31)).to_numpy()
    status[late | (fate > truth.decided)] = "submitted"
    status[fate > 0.96] = "withdrawn"
    asked = (rng.lognormal(np.log(24e6), 0.7, count) / 1e5).round() * 1e5
    granted = (asked * rng.uniform(0.7, 1.0, count) / 1e5).round() * 1e5
    is_decided = pd.Series(status).isin(["approved", "rejected"])
    return pd.DataFrame(
        {
            "application_id": _numbers(view, "F", count),
            "year": view.year,
            "unit_id": units["unit_id"].to_numpy()[rng.choice(len(units), count, p=units["weight"])],
            "programme": rng.choice(np.array(PROGRAMMES, dtype=object), count),
            "helped": helped,
            "applied_on": applied,
            "decided_on": decided_on.where(is_decided),
            "status": status,
            "amount_asked": asked,
            "amount_granted": pd.Series(granted).where(pd.Series(status).eq("approved")),
        }
    )


def media_items(view: YearView, count: int = 130) -> pd.DataFrame:
    """Contract ``media_items`` without provenance; an item in five tells of no territory, print has no views."""
    if view.year not in YEARS:
        return pd.DataFrame()
    rng = generator(view.seed, "services media", view.year)
    units = units_of(view)
    fame = units["weight"].to_numpy() * rng.gamma(0.5, 1.0, len(units))
    channel = rng.choice(np.array(MEDIA_CHANNELS, dtype=object), count, p=[0.15, 0.35, 0.4, 0.1])
    unit = units["unit_id"].to_numpy()[rng.choice(len(units), count, p=fame / fame.sum())].astype(object)
    unit[rng.random(count) < 0.2] = None
    views = pd.Series(np.ceil(rng.lognormal(6.0, 0.9, count))).where(
        ~pd.Series(channel).isin(["journal", "newsletter"])
    )
    return pd.DataFrame(
        {
            "item_id": _numbers(view, "I", count),
            "year": view.year,
            "published_on": _days(rng, view.year, count),
            "channel": channel,
            "topic": [_TITLES[int(k)] for k in rng.integers(len(_TITLES), size=count)],
            "unit_id": unit,
            "views": views.astype("Int64"),
        }
    )


def partnerships(view: YearView) -> pd.DataFrame:
    """Contract ``partnerships`` without provenance; of those under talks nobody wrote down the number of partners."""
    if view.year not in YEARS:
        return pd.DataFrame()
    codes = view.names.codes
    rows = [
        (
            "МП-01",
            codes[0],
            "муниципалитеты северной провинции (условно)",
            "Китай",
            None,
            "exchange",
            "talks",
            None,
            None,
        ),
        ("МП-02", codes[1], "город Первый (условный)", "Монголия", 1, "twin_city", "agreement", 2012, None),
        ("МП-03", codes[2], "город Второй (условный)", "Беларусь", 1, "cooperation", "agreement", 2018, None),
        ("МП-04", codes[3], "города Третий и Четвёртый (условные)", "Казахстан", 2, "project", "ended", 2015, 2021),
        ("МП-05", codes[0], "город Пятый (условный)", "Китай", 1, "twin_city", "suspended", 2009, None),
        ("МП-06", None, "союз муниципалитетов (условный)", "Сербия", None, "cooperation", "talks", None, None),
        ("МП-07", codes[5], "город Шестой (условный)", "Узбекистан", 1, "cooperation", "agreement", view.year, None),
    ]
    columns = ["partnership_id", "unit_id", "partner", "partner_country", "partners", "kind", "status", "since_year",
               "until_year"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(1, "year", view.year)
    return frame.astype(dict.fromkeys(("partners", "since_year", "until_year"), "Int64"))


def partnership_events(view: YearView) -> pd.DataFrame:
    """Contract ``partnership_events`` without provenance."""
    if view.year not in YEARS:
        return pd.DataFrame()
    rng = generator(view.seed, "services partnership events", view.year)
    rows = [
        ("МП-02", "visit", 12), ("МП-02", "joint_event", 40), ("МП-03", "online", 9), ("МП-07", "visit", 3),
        ("МП-07", "agreement", None), ("МП-01", "visit", 8), ("МП-06", "online", 11),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["partnership_id", "kind", "persons"])
    frame.insert(1, "year", view.year)
    frame.insert(2, "held_on", _days(rng, view.year, len(frame)))
    return frame.astype({"persons": "Int64"})


_TITLES = (
    "Родник у школы", "Двор без машин", "Школа старост", "Библиотека под открытым небом", "Тропа к озеру",
    "Ярмарка выходного дня", "Спорт во дворе", "Светлая улица", "Сельский клуб заново",
)  # fmt: skip
