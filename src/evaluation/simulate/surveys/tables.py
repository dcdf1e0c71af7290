"""From codes of answers to the tables survey_waves, survey_responses and survey_answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate.questionnaires import Item, Questionnaire
from evaluation.simulate.tables import SHEET

NOT_ASKED = "not_asked"  # a code of no list: the item's condition was not met
Codes = dict[str, np.ndarray]  # item -> code, '' = blank; several choices are joined with a blank, as in XLSForm


@dataclass(frozen=True)
class Wave:
    """One questionnaire in one year: its row of survey_waves, its people (one row a response), their answers."""

    row: dict[str, Any]
    people: pd.DataFrame
    codes: Codes
    truth: dict[str, Any] = field(default_factory=dict)


def wave_row(
    instrument: str, year: int, design: str, counts: tuple[int, int, int], days: tuple[str, str], words: dict[str, str]
) -> dict[str, Any]:
    """A row of survey_waves; ``counts`` are frame, invited and answered, ``words`` population, mode, margins_id."""
    return {
        "wave_id": f"{year}-{instrument}", "instrument": instrument, "year": year, "design": design,
        "population": words["population"], "frame_n": counts[0], "invited_n": counts[1], "answered_n": counts[2],
        "invited_basis": words.get("invited_basis", "declared"),
        "field_from": pd.Timestamp(days[0]), "field_to": pd.Timestamp(days[1]), "mode": words["mode"],
        "margins_id": words.get("margins_id"),
    }  # fmt: skip


def people_frame(wave_id: str, count: int, **columns: Any) -> pd.DataFrame:
    """Responses of a wave, numbered; columns that a wave lacks are empty."""
    blank: dict[str, Any] = dict.fromkeys(("person_key", "unit_id", "event_id", "language", "stratum", "psu"))
    given = blank | {"w_base": np.nan} | columns
    return pd.DataFrame({"response_id": [f"{wave_id}-{n}" for n in range(1, count + 1)], "wave_id": wave_id} | given)


def long_tables(wave: Wave, questionnaire: Questionnaire) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Responses with their dispositions, and one row an answer (one row an offered option for multiple choice)."""
    people, codes = wave.people, wave.codes
    ids = people["response_id"].to_numpy(dtype=object)
    items = [item for item in questionnaire.items if item.type != "text"]
    parts = []
    for position, item in enumerate(items):
        several = item.type.startswith("select_multiple")
        make = _offered_options if several else _single_answers
        same = {"response_id": ids, "item": item.name, "position": position, "rank": np.arange(len(ids))}
        parts += [part.assign(**same) for part in make(codes[item.name], item, questionnaire)]
    asked = sum((codes[item.name] != NOT_ASKED for item in items), np.zeros(len(ids)))
    share = sum((codes[item.name] == "" for item in items), np.zeros(len(ids))) / np.maximum(asked, 1)
    responses = people.assign(
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
    why = np.where(code == "", "blank", np.where(code == NOT_ASKED, NOT_ASKED, ""))
    without = why != ""
    out = []
    for option in questionnaire.choices[item.list_name]:
        chosen = np.array([option.name in text.split(" ") for text in code.tolist()], dtype=bool)
        frame = pd.DataFrame({"choice": option.name, "code": np.where(chosen, "1", "0").astype(object)})
        frame["value"] = np.where(without, np.nan, chosen.astype(float))
        frame["missing"] = pd.Series(why, index=frame.index, dtype=object).where(without)
        frame["code"] = frame["code"].where(~without)
        out.append(frame)
    return out


def _single_answers(code: np.ndarray, item: Item, questionnaire: Questionnaire) -> list[pd.DataFrame]:
    """One frame: code and value of each answer, or why there is none."""
    options = {option.name: option for option in questionnaire.choices.get(item.list_name, ())}
    roles = {"": "blank", NOT_ASKED: NOT_ASKED}
    values, missing, kept = [], [], []
    for text in code.tolist():
        option = options.get(text)
        role = roles.get(text) or (option.missing_role if option else "")
        number = option.value if option else (int(text) if item.type == "integer" and not role else None)
        missing.append(role or None)
        kept.append(None if role else text)
        values.append(np.nan if role or number is None else float(number))
    return [pd.DataFrame({"choice": "", "code": kept, "value": values, "missing": missing})]
