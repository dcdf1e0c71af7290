"""A questionnaire of one's own and its waves: what every table of results should hold is counted by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.questionnaire.xlsform import CHOICE_COLUMNS, ITEM_COLUMNS, Questionnaire

LISTS: dict[str, list[tuple[str, float | None, str]]] = {
    "agree": [(str(number), float(number), "") for number in range(1, 6)] + [("dont_know", None, "dont_know")],
    "likely": [(str(number), float(number), "") for number in range(11)],
    "yes_no": [("yes", 1.0, ""), ("no", 0.0, ""), ("dont_know", None, "dont_know")],
    "place": [("town", None, ""), ("village", None, "")],
}
ITEMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "place": ("one", "place", {}),
    "useful": ("one", "agree", {"scale_id": "reaction"}),
    "clear": ("one", "agree", {"scale_id": "reaction"}),
    "dull": ("one", "agree", {"scale_id": "reaction", "reversed": True}),
    "likely": ("one", "likely", {}),
    "applied": ("one", "yes_no", {}),
    "heard_at": ("several", "place", {}),
    "test_before": ("number", "", {"low": 0.0, "high": 10.0}),
    "test_after": ("number", "", {"low": 0.0, "high": 10.0}),
    "in_own_words": ("open", "", {}),
    "phone": ("number", "", {"pii": True}),
}
EVENTS = pd.DataFrame({
    "event_id": ["e1", "e2"], "stream": "training", "invited": pd.array([10, 10], dtype="Int64"),
    "reported_participants": pd.array([8, 6], dtype="Int64"), "hours": [8.0, 16.0], "mode": "onsite",
    "ends_on": pd.to_datetime(["2025-03-20", "2025-04-01"]),
})  # fmt: skip
ATTENDANCE = pd.DataFrame({"event_id": [], "person_key": [], "status": []}, dtype="str")
NO_MARGINS = pd.DataFrame(columns=["margins_id", "variable", "level", "count", "share", "source", "as_of"])


def form(names: Sequence[str] = tuple(ITEMS)) -> Questionnaire:
    blank = {"scale_id": "", "reversed": False, "aliases": "", "pii": False, "relevant": "", "low": np.nan,
             "high": np.nan, "required": False, "or_other": False}  # fmt: skip
    items = [
        {**dict.fromkeys(ITEM_COLUMNS, ""), **blank, "name": name, "kind": kind, "list_name": used,
         "label_ru": f"Вопрос {name}", "label_en": f"Question {name}", **more}
        for name, (kind, used, more) in ((name, ITEMS[name]) for name in names)
    ]  # fmt: skip
    choices = [
        {"list_name": used, "name": name, "label_ru": f"ответ {name}", "label_en": f"answer {name}", "value": value,
         "missing_role": role, "aliases": ""}
        for used, options in LISTS.items()
        for name, value, role in options
    ]  # fmt: skip
    frame = pd.DataFrame(choices, columns=CHOICE_COLUMNS).astype({"value": "float64"})
    return Questionnaire(pd.DataFrame(items, columns=ITEM_COLUMNS), frame)


def wave(instrument: str = "participants", design: str = "srs", **more: object) -> pd.DataFrame:
    row = {"wave_id": f"2025-{instrument}", "instrument": instrument, "design": design, "frame_n": 1000,
           "invited_n": 40, "answered_n": 12, "margins_id": None, **more}  # fmt: skip
    return pd.DataFrame([row])


def responses(count: int, instrument: str = "participants", **columns: object) -> pd.DataFrame:
    """``count`` responses of one wave, in turn of the events e1 and e2; more columns by name."""
    known = {
        "wave_id": f"2025-{instrument}", "event_id": [("e1", "e2")[number % 2] for number in range(count)],
        "submitted_at": pd.Timestamp("2025-05-05"), "stratum": None, "psu": None, "w_base": np.nan,
        "excluded_reason": None,
    }  # fmt: skip
    ids = [f"{instrument}-{number}" for number in range(count)]
    return pd.DataFrame({"response_id": ids, **known, **columns})


def answers(given: Mapping[str, Sequence[str | None]], instrument: str = "participants") -> pd.DataFrame:
    """The long table from item -> codes by response; dont_know is a missing answer, None a blank one.

    A code «town|» of the item of several answers chose its first option alone; «|» none of them.
    """
    rows = []
    for item, codes in given.items():
        used = ITEMS[item][1]
        for number, code in enumerate(codes):
            base = {"response_id": f"{instrument}-{number}", "item": item, "choice": ""}
            missing = "dont_know" if code == "dont_know" else None if code is not None else "blank"
            if ITEMS[item][0] == "several":
                for option, *_ in LISTS[used]:
                    chosen = None if missing else float(option in str(code).split("|"))
                    rows.append({**base, "choice": option, "code": None, "value": chosen, "missing": missing})
                continue
            listed = {name: value for name, value, _ in LISTS.get(used, [])}
            value = None if missing else listed[str(code)] if used else float(str(code))
            rows.append({**base, "code": None if missing else code, "value": value, "missing": missing})
    frame = pd.DataFrame(rows, columns=["response_id", "item", "choice", "code", "value", "missing"])
    return frame.astype({"value": "float64"})
