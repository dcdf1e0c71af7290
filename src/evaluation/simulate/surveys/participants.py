"""Participants' questionnaires: reactions near their ceiling, tests before and after, and what they do weeks later."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate.parameters import Parameters
from evaluation.simulate.people import person_keys
from evaluation.simulate.programme import History
from evaluation.simulate.questionnaires import PARTICIPANTS, Item
from evaluation.simulate.randomness import generator
from evaluation.simulate.schedule import Event
from evaluation.simulate.surveys.habits import CUTS, answer_again, filled_in, ids_of, several, tick_one_column
from evaluation.simulate.surveys.tables import NOT_ASKED, Codes, Wave, people_frame, wave_row
from evaluation.simulate.surveys.truth import rating_mean
from evaluation.simulate.tables import person_codes

_POPULATION = "участники обучающих мероприятий года"
_LINK = "онлайн-форма по ссылке"
_BARRIERS = {"time": 0.5, "authority": 0.25, "knowledge": 0.3, "contest": 0.35}  # of those who applied nothing


def ratings(rng: np.random.Generator, latent: np.ndarray, item: Item, parameters: Parameters) -> np.ndarray:
    """Answers '1' to '5' (with some 'dont_know' and blanks) from a latent variable and the item's own noise."""
    loading = parameters.item_loading
    own = loading * latent + np.sqrt(1 - loading**2) * rng.normal(size=len(latent))
    level = np.searchsorted(CUTS, -own if item.reversed else own) + 1
    answer = level.astype(str).astype(object)
    draw = rng.random(len(latent))
    answer[draw < 0.04] = "dont_know"
    answer[draw > 0.97] = ""
    return answer


def simulate_participants(history: History, rows: pd.DataFrame, year: int) -> tuple[Wave, Wave]:
    """The questionnaire right after each training event, and the one sent 30 to 60 days later."""
    events = {
        event.event_id: event for event in history.support_events if event.year == year and event.stream == "training"
    }
    came = rows[rows["event_id"].isin(list(events)) & rows["status"].isin(["present", "partial"])]
    came = came.reset_index(drop=True)
    quality = _event_quality(history, year, events)
    reaction, gain = _reactions(history, came, year, events, quality)
    return reaction, _later(history, came, year, events, gain)


def _event_quality(history: History, year: int, events: dict[str, Event]) -> dict[str, float]:
    """By how much people like one event better than another, in standard deviations of the latent rating."""
    rng = generator(history.seed, "quality of events", year)
    spread = history.parameters.event_quality_sd
    return {name: float(draw) for name, draw in zip(sorted(events), spread * rng.normal(size=len(events)), strict=True)}


def _reactions(
    history: History, came: pd.DataFrame, year: int, events: dict[str, Event], quality: dict[str, float]
) -> tuple[Wave, np.ndarray]:
    """The wave, and the gain of everyone who came (in standard deviations of the first test)."""
    parameters = history.parameters
    rng = generator(history.seed, "participants survey", year)
    further = generator(history.seed, "participants survey, further", year)
    answered = rng.random(len(came)) < parameters.participant_response
    asked = came[answered].reset_index(drop=True)
    count = len(asked)
    persons = asked["person"].to_numpy(dtype=int)
    liked = np.array([quality[name] for name in asked["event_id"]], dtype=float)
    latent = rng.normal(size=count) + parameters.reaction_mean / parameters.item_loading + liked
    codes: Codes = {"represents": history.teams.sector.reshape(-1)[persons].astype(object)}
    rated = [item for item in PARTICIPANTS.items if item.scale_id == "reaction"]
    for item in rated:
        codes[item.name] = ratings(rng, latent, item, parameters)
    themes = [choice.name for choice in PARTICIPANTS.choices["theme"]]
    codes["themes"] = several(rng, themes, np.full((count, len(themes)), 0.35))
    ability = rng.normal(size=count)
    gain = parameters.learning_gain + 0.5 * rng.normal(size=count)
    before = np.clip(np.round(10.5 + 2.6 * ability), 0, 20)
    after = np.clip(np.round(10.5 + 2.6 * (ability + gain)), 0, 20)
    # Who gained most feels no need of a second test: pairs that stay understate the gain.
    centred = (gain - parameters.learning_gain) / 0.5
    leaves = rng.random(count) < 1 / (1 + np.exp(1.0 - parameters.attrition_by_gain * centred))
    codes["test_before"] = before.astype(int).astype(str).astype(object)
    codes["test_after"] = np.where(leaves, "", after.astype(int).astype(str).astype(object))
    codes["held_meeting"] = rng.choice(["yes", "no", "dont_know", ""], count, p=[0.42, 0.4, 0.08, 0.1]).astype(object)
    delay = rng.integers(0, 4, count)
    ends = np.array([events[e].ends_on for e in asked["event_id"]], dtype="datetime64[D]")
    # An event in the last days of the year is rated before the year's files are closed.
    days = np.minimum(ends + delay, np.datetime64(f"{year}-12-28", "D"))
    times, hurried = filled_in(further, days, 240.0, parameters)
    people = people_frame(
        f"{year}-participants",
        count,
        person_key=person_keys(persons),
        unit_id=person_codes(history, year, persons),
        event_id=asked["event_id"].to_numpy(dtype=object),
        **times,
    )
    lined = tick_one_column(further, codes, PARTICIPANTS, parameters)
    people, codes, twice = answer_again(further, people, codes, round(0.03 * count), "recommend", 60 * 26)
    pairs = ~leaves
    everyone = np.full(len(came), np.nan)
    everyone[answered] = gain
    truth = {
        "present": len(came),
        "answered": count,
        "mean_gain_points_all": float((after - before).mean()) if count else None,
        "mean_gain_points_pairs": float((after - before)[pairs].mean()) if pairs.any() else None,
        "pairs": int(pairs.sum()),
        "item_loading": parameters.item_loading,
        "events": _events_truth(came, asked, quality, rated, parameters),
        "speeders": ids_of(people, hurried),
        "straight_liners": ids_of(people, lined),
        "answered_again": twice,
    }
    counts = (len(came), len(came), len(people))
    words = {"population": _POPULATION, "mode": _LINK, "invited_basis": "attendance"}
    row = wave_row("participants", year, "census", counts, (f"{year}-01-20", f"{year}-12-31"), words)
    return Wave(row, people, codes, truth), everyone


def _events_truth(
    came: pd.DataFrame, asked: pd.DataFrame, quality: dict[str, float], rated: list[Item], parameters: Parameters
) -> dict[str, Any]:
    """Present, answered and the expected mean rating of every event (over people who could have come)."""
    present, answered = came["event_id"].value_counts(), asked["event_id"].value_counts()
    out: dict[str, Any] = {}
    for name in sorted(present.index):
        latent = np.array([parameters.reaction_mean / parameters.item_loading + quality[name]])
        whole = np.ones(1)
        out[str(name)] = {
            "present": int(present[name]),
            "answered": int(answered.get(name, 0)),
            "true_means": {
                item.name: rating_mean(latent, 1.0, parameters.item_loading, whole, item.reversed) for item in rated
            },
        }
    return out


def _later(history: History, came: pd.DataFrame, year: int, events: dict[str, Event], gain: np.ndarray) -> Wave:
    """Behaviour: one questionnaire a person, 30 to 60 days after the last event that ended by the end of October."""
    parameters = history.parameters
    rng = generator(history.seed, "follow-up survey", year)
    ends = np.array([events[e].ends_on for e in came["event_id"]], dtype="datetime64[D]")
    known = np.where(np.isnan(gain), parameters.learning_gain + 0.5 * rng.normal(size=len(came)), gain)
    frame = came.assign(end=ends, gain=known)
    frame = frame[frame["end"] <= np.datetime64(f"{year}-10-31", "D")]
    frame = frame.sort_values(["end", "event_id"], kind="stable").drop_duplicates("person", keep="last")
    frame = frame.sort_values("person", ignore_index=True)
    invited = len(frame)
    centred = (frame["gain"].to_numpy(dtype=float) - parameters.learning_gain) / 0.5
    applied = rng.random(invited) < 1 / (1 + np.exp(-(0.3 + parameters.behaviour_by_gain * centred)))
    met = rng.random(invited) < np.where(applied, 0.6, 0.25)
    told = rng.random(invited) < np.where(applied, 0.75, 0.35)
    # Who has something to tell answers more readily.
    answered = rng.random(invited) < np.where(applied, 0.6, 0.4)
    asked = frame[answered].reset_index(drop=True)
    count = len(asked)
    hindered = several(rng, list(_BARRIERS), np.tile(list(_BARRIERS.values()), (count, 1)))
    hindered = np.where(hindered == "", "nothing", hindered)
    done = {name: values[answered] for name, values in (("applied", applied), ("held_since", met), ("told", told))}
    codes: Codes = {name: _yes_no(rng, values) for name, values in done.items()}
    codes["barriers"] = np.where(codes["applied"] == "no", hindered, NOT_ASKED).astype(object)
    days = asked["end"].to_numpy(dtype="datetime64[D]") + rng.integers(30, 61, count)
    times, hurried = filled_in(rng, days, 150.0, parameters)
    persons = asked["person"].to_numpy(dtype=int)
    people = people_frame(
        f"{year}-followup",
        count,
        person_key=person_keys(persons),
        unit_id=person_codes(history, year, persons),
        event_id=asked["event_id"].to_numpy(dtype=object),
        **times,
    )
    truth = {
        "invited": invited,
        "answered": count,
        "speeders": ids_of(people, hurried),
        "shares_of_invited": {
            f"{name}=yes": float(values.mean()) if invited else None
            for name, values in (("applied", applied), ("held_since", met), ("told", told))
        },
    }
    words = {
        "population": "участники обучения, от которого прошло 30-60 дней", "mode": "онлайн-форма, ссылка по почте",
        "invited_basis": "attendance",
    }  # fmt: skip
    days_of_field = (f"{year}-02-20", f"{year}-12-31")
    return Wave(
        wave_row("followup", year, "census", (invited, invited, count), days_of_field, words), people, codes, truth
    )


def _yes_no(rng: np.random.Generator, answers: np.ndarray) -> np.ndarray:
    out = np.where(answers, "yes", "no").astype(object)
    draw = rng.random(len(out))
    out[draw < 0.04] = "dont_know"
    out[draw > 0.97] = ""
    return out
