"""Answers to the two questionnaires of every year, with their truth.

Participants: reactions near their ceiling, a test before and after whose second part is left the more often the
larger the gain. Residents: a stratified two-stage sample whose non-response depends on satisfaction.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.simulate.parameters import Parameters
from evaluation.simulate.programme import History
from evaluation.simulate.questionnaires import PARTICIPANTS, RESIDENTS, Item, Questionnaire
from evaluation.simulate.randomness import generator
from evaluation.simulate.tables import SHEET, person_codes, row_codes
from evaluation.simulate.training import TEAM

# Cut points of a latent standard-normal rating into five answers.
_CUTS = np.array([-1.6, -0.7, 0.1, 1.1])
AGE_SHARES = (0.27, 0.36, 0.37)
FEMALE_SHARE = 0.54
_POPULATION = {
    "participants": "участники обучающих мероприятий года",
    "residents": "жители края 18 лет и старше, кроме закрытых городов",
}


def simulate_surveys(history: History, rows: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables survey_waves, survey_responses, survey_answers and the truth behind them.

    ``rows`` is attendance by position of person (``tables.attendance_of``).
    """
    waves, responses, answers, truth = [], [], [], {}
    for k, year in enumerate(history.geography.years):
        for wave, people, codes, facts in (_participants(history, rows, year), _residents(history, k, year)):
            waves.append(wave)
            filled, long = _long(people, codes, _questionnaire(wave["instrument"]))
            responses.append(filled)
            answers.append(long)
            truth[wave["wave_id"]] = facts
    frames = {
        "survey_waves": pd.DataFrame(waves),
        "survey_responses": pd.concat(responses, ignore_index=True),
        "survey_answers": pd.concat(answers, ignore_index=True),
    }
    return {name: conform(frame, TABLES[name]) for name, frame in frames.items()}, truth


def _questionnaire(instrument: str) -> Questionnaire:
    return PARTICIPANTS if instrument == "participants" else RESIDENTS


Codes = dict[str, np.ndarray]  # item -> code, '' = blank; several choices are joined with a blank, as in XLSForm


def ratings(rng: np.random.Generator, latent: np.ndarray, item: Item, parameters: Parameters) -> np.ndarray:
    """Answers '1' to '5' (with some 'dont_know' and blanks) from a latent variable and the item's own noise."""
    loading = parameters.item_loading
    own = loading * latent + np.sqrt(1 - loading**2) * rng.normal(size=len(latent))
    level = np.searchsorted(_CUTS, -own if item.reversed else own) + 1
    answer = level.astype(str).astype(object)
    draw = rng.random(len(latent))
    answer[draw < 0.04] = "dont_know"
    answer[draw > 0.97] = ""
    return answer


def _several(rng: np.random.Generator, names: list[str], count: int, chance: float) -> np.ndarray:
    chosen = rng.random((count, len(names))) < chance
    return np.array(
        [" ".join(name for name, c in zip(names, row, strict=True) if c) for row in chosen.tolist()], dtype=object
    )


def _participants(
    history: History, rows: pd.DataFrame, year: int
) -> tuple[dict[str, Any], pd.DataFrame, Codes, dict[str, Any]]:
    parameters = history.parameters
    rng = generator(history.seed, "participants survey", year)
    events = {
        event.event_id: event for event in history.support_events if event.year == year and event.stream == "training"
    }
    came = rows[rows["event_id"].isin(list(events)) & rows["status"].isin(["present", "partial"])].reset_index(
        drop=True
    )
    answered = rng.random(len(came)) < parameters.participant_response
    asked = came[answered].reset_index(drop=True)
    count = len(asked)
    persons = asked["person"].to_numpy(dtype=int)
    latent = rng.normal(size=count)
    codes: Codes = {"represents": history.teams.sector.reshape(-1)[persons].astype(object)}
    for item in PARTICIPANTS.items:
        if item.scale_id == "reaction":
            shift = parameters.reaction_mean / parameters.item_loading
            codes[item.name] = ratings(rng, latent + shift, item, parameters)
    codes["themes"] = _several(rng, [c.name for c in PARTICIPANTS.choices["theme"]], count, 0.35)
    ability = rng.normal(size=count)
    gain = parameters.learning_gain + 0.5 * rng.normal(size=count)
    before = np.clip(np.round(10.5 + 2.6 * ability), 0, 20)
    after = np.clip(np.round(10.5 + 2.6 * (ability + gain)), 0, 20)
    # Who gained most feels no need of a second test: pairs that stay understate the gain.
    centred = (gain - parameters.learning_gain) / 0.5
    leaves = rng.random(count) < 1 / (1 + np.exp(1.0 - parameters.attrition_by_gain * centred))
    codes["test_before"] = before.astype(int).astype(str).astype(object)
    codes["test_after"] = np.where(leaves, "", after.astype(int).astype(str).astype(object))
    held = rng.choice(["yes", "no", "dont_know", ""], count, p=[0.42, 0.4, 0.08, 0.1])
    codes["held_meeting"] = held.astype(object)
    delay = rng.integers(0, 4, count)
    ends = np.array([events[e].ends_on for e in asked["event_id"]], dtype="datetime64[D]")
    people = pd.DataFrame(
        {
            "response_id": [f"{year}-participants-{n}" for n in range(1, count + 1)],
            "wave_id": f"{year}-participants",
            "unit_id": person_codes(history, year, persons),
            "event_id": asked["event_id"].to_numpy(dtype=object),
            # An event in the last days of the year is rated before the year's files are closed.
            "submitted_at": np.minimum(ends + delay, np.datetime64(f"{year}-12-28", "D")).astype("datetime64[us]"),
            "base": persons // TEAM,
        }
    )
    wave = _wave("participants", year, "census", len(came), len(came), count, f"{year}-01-20", f"{year}-12-28")
    pairs = ~leaves
    facts = {
        "present": len(came),
        "answered": count,
        "mean_gain_points_all": float((after - before).mean()) if count else None,
        "mean_gain_points_pairs": float((after - before)[pairs].mean()) if pairs.any() else None,
        "pairs": int(pairs.sum()),
        "item_loading": parameters.item_loading,
    }
    return wave, people, codes, facts


def _residents(history: History, k: int, year: int) -> tuple[dict[str, Any], pd.DataFrame, Codes, dict[str, Any]]:
    """Strata are halves of units by population; in each, units are drawn and then residents within units."""
    geography, parameters = history.geography, history.parameters
    rng = generator(history.seed, "residents survey", year)
    open_units = np.flatnonzero(geography.published)
    population = geography.population[open_units, k]
    large = population >= np.median(population)
    units, per_unit = [], []
    for stratum in (True, False):
        inside = open_units[large == stratum]
        weight = geography.population[inside, k]
        drawn = rng.choice(inside, min(12, len(inside)), replace=False, p=weight / weight.sum())
        units.append(np.sort(drawn))
        per_unit.append(np.full(len(drawn), int(np.ceil(parameters.residents_sample / 2 / len(drawn)))))
    base = np.repeat(np.concatenate(units), np.concatenate(per_unit))
    place = 0.25 * history.trained[:, k] + 0.3 * geography.capacity
    latent = place[base] + rng.normal(size=len(base))
    female = rng.random(len(base)) < FEMALE_SHARE
    age = rng.choice(3, len(base), p=AGE_SHARES)
    logit = np.log(parameters.resident_response / (1 - parameters.resident_response))
    willing = logit + parameters.response_by_satisfaction * latent + 0.25 * (age - 1) + 0.2 * female
    answered = rng.random(len(base)) < 1 / (1 + np.exp(-willing))
    base, latent, female, age = base[answered], latent[answered], female[answered], age[answered]
    count = len(base)
    heard = rng.random(count) < 1 / (1 + np.exp(-(-0.1 + 0.06 * (year - 2019) + 0.3 * latent)))
    took = heard & (rng.random(count) < 0.35)
    codes: Codes = {
        "sex": np.where(female, "female", "male").astype(object),
        "age_group": np.array(["18_34", "35_54", "55_plus"], dtype=object)[age],
        "heard": _with_missing(rng, np.where(heard, "yes", "no"), 0.03, ""),
        "took_part": _with_missing(rng, np.where(took, "yes", "no"), 0.03, "refused"),
    }
    for item in RESIDENTS.items:
        if item.scale_id:
            codes[item.name] = ratings(rng, latent, item, parameters)
    codes["learnt_from"] = _several(rng, [c.name for c in RESIDENTS.choices["channel_known"]], count, 0.3)
    codes["ready_to_pay"] = rng.choice(
        ["yes", "perhaps", "no", "dont_know", "refused", ""], count, p=[0.2, 0.35, 0.28, 0.1, 0.04, 0.03]
    ).astype(object)
    people = pd.DataFrame(
        {
            "response_id": [f"{year}-residents-{n}" for n in range(1, count + 1)],
            "wave_id": f"{year}-residents",
            "unit_id": row_codes(history, year, base, "residents codes"),
            "event_id": None,
            "submitted_at": (np.datetime64(f"{year}-10-05", "D") + np.sort(rng.integers(0, 26, count))).astype(
                "datetime64[us]"
            ),
            "base": base,
        }
    )
    adults = round(float(population.sum()) * parameters.adult_share)
    invited = int(np.concatenate(per_unit).sum())
    wave = _wave("residents", year, "stratified", adults, invited, count, f"{year}-10-05", f"{year}-10-30")
    weights = geography.population[open_units, k] / geography.population[open_units, k].sum()
    facts = {
        "invited": invited,
        "answered": count,
        "mean_latent_satisfaction_population": float((place[open_units] * weights).sum()),
        "mean_latent_satisfaction_answered": float(latent.mean()) if count else None,
        "margins": {"female": FEMALE_SHARE, "18_34": AGE_SHARES[0], "35_54": AGE_SHARES[1], "55_plus": AGE_SHARES[2]},
        "item_loading": parameters.item_loading,
    }
    return wave, people, codes, facts


def _with_missing(rng: np.random.Generator, answers: np.ndarray, share: float, mark: str) -> np.ndarray:
    out = answers.astype(object)
    draw = rng.random(len(out))
    out[draw < share] = "dont_know"
    out[draw > 1 - share] = mark
    return out


def _wave(
    instrument: str, year: int, design: str, frame_n: int, invited_n: int, answered_n: int, first: str, last: str
) -> dict[str, Any]:
    return {
        "wave_id": f"{year}-{instrument}", "instrument": instrument, "year": year, "design": design,
        "population": _POPULATION[instrument], "frame_n": frame_n, "invited_n": invited_n, "answered_n": answered_n,
        "field_from": pd.Timestamp(first), "field_to": pd.Timestamp(last),
    }  # fmt: skip


def _long(people: pd.DataFrame, codes: Codes, questionnaire: Questionnaire) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Responses with their dispositions, and one row an answer (one row an offered option for multiple choice)."""
    ids = people["response_id"].to_numpy(dtype=object)
    items = [item for item in questionnaire.items if item.type != "text"]
    parts = []
    for position, item in enumerate(items):
        several = item.type.startswith("select_multiple")
        make = _offered_options if several else _single_answers
        same = {"response_id": ids, "item": item.name, "position": position, "rank": np.arange(len(ids))}
        parts += [part.assign(**same) for part in make(codes[item.name], item, questionnaire)]
    share = sum((codes[item.name] == "" for item in items), np.zeros(len(ids))) / len(items)
    responses = people.drop(columns="base").assign(
        disposition=np.where(share == 0, "complete", np.where(share < 0.5, "partial", "break_off")),
        item_nonresponse=share,
        source=questionnaire.id + "_survey",
        source_sheet=SHEET,
        source_row=np.arange(2, len(ids) + 2),
    )
    long = pd.concat(parts, ignore_index=True).sort_values(["rank", "position"], kind="stable", ignore_index=True)
    return responses, long.drop(columns=["rank", "position"])


def _offered_options(code: np.ndarray, item: Item, questionnaire: Questionnaire) -> list[pd.DataFrame]:
    """One frame an option: chosen or not; an empty cell says nothing of any option."""
    blank = code == ""
    out = []
    for option in questionnaire.choices[item.list_name]:
        chosen = np.array([option.name in text.split(" ") for text in code.tolist()], dtype=bool)
        frame = pd.DataFrame({"choice": option.name, "code": np.where(chosen, "1", "0").astype(object)})
        frame["value"] = np.where(blank, np.nan, chosen.astype(float))
        frame["missing"] = pd.Series("blank", index=frame.index, dtype=object).where(blank)
        frame["code"] = frame["code"].where(~blank)
        out.append(frame)
    return out


def _single_answers(code: np.ndarray, item: Item, questionnaire: Questionnaire) -> list[pd.DataFrame]:
    """One frame: code and value of each answer, or why there is none."""
    options = {option.name: option for option in questionnaire.choices.get(item.list_name, ())}
    values, missing, kept = [], [], []
    for text in code.tolist():
        option = options.get(text)
        role = "blank" if text == "" else (option.missing_role if option else "")
        number = option.value if option else (int(text) if item.type == "integer" and text else None)
        missing.append(role or None)
        kept.append(None if role else text)
        values.append(np.nan if role or number is None else float(number))
    return [pd.DataFrame({"choice": "", "code": kept, "value": values, "missing": missing})]
