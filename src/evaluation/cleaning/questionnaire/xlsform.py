"""A questionnaire as an XLSForm workbook: items, lists of answers, and how headers and answers in words are read.

Besides the standard sheets ``survey``, ``choices`` and ``settings`` (columns type, name, label..., relevant,
constraint, required; list_name, name, label...) these columns are understood: scale_id, reversed, aliases, pii of
items; score, missing_role, aliases of choices. Aliases are separated by ``|``; ``missing_role`` is dont_know, refused,
not_asked or na. ``score`` is the answer's number on a scale; the name ``value``, which XLSForm keeps for itself, is
understood as well. Items between ``begin_group`` and ``end_group`` are rows of a matrix where the group has a label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.cleaning.headers import header_key
from evaluation.cleaning.questionnaire.problems import check_questionnaire
from evaluation.cleaning.questionnaire.sheets import FormSheet, flag, label, read_sheet, split_type
from evaluation.cleaning.survey.conditions import condition
from evaluation.cleaning.values import Choices, parse_number
from evaluation.cleaning.workbook import read_received

__all__ = ["CHOICE_COLUMNS", "ITEM_COLUMNS", "OTHER", "Questionnaire", "condition", "read_questionnaire"]

ITEM_COLUMNS = [
    "name", "kind", "list_name", "label_ru", "label_en", "scale_id", "reversed", "aliases", "pii", "relevant", "low",
    "high", "required", "or_other", "group", "group_ru", "group_en", "label_hash",
]  # fmt: skip
CHOICE_COLUMNS = ["list_name", "name", "label_ru", "label_en", "value", "missing_role", "aliases"]
OTHER = "other"
ROLES = {"": "", "dont_know": "dont_know", "refused": "refused", "not_asked": "not_asked", "na": "not_asked"}
_HASH_LENGTH = 16


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """``items`` (ITEM_COLUMNS, one row an item) and ``choices`` (CHOICE_COLUMNS).

    ``kind`` of an item is one, several, number or open. ``label_hash`` changes with the item's wording, its answers
    and their numbers, and with nothing else: items of two waves may be compared where it is the same.
    """

    items: pd.DataFrame
    choices: pd.DataFrame
    _known: dict[str, Choices] = field(default_factory=dict, init=False, repr=False)

    def headers(self) -> dict[str, str]:
        """Item by every wording of its header; a row of a matrix also by «question [row]».

        A wording that belongs to rows of several matrices stands for none of them alone.
        """
        owners: dict[str, set[str]] = {}
        wordings: dict[str, str] = {}
        for item in self.items.itertuples():
            for text in self._wordings(item):
                wordings.setdefault(text, str(item.name))
                owners.setdefault(header_key(text)[0], set()).add(str(item.name))
        return {text: name for text, name in wordings.items() if len(owners[header_key(text)[0]]) == 1}

    @staticmethod
    def _wordings(item: Any) -> Iterable[str]:
        own = [text for text in (item.name, item.label_ru, item.label_en, *str(item.aliases).split("|")) if text]
        yield from own
        for above in dict.fromkeys(text for text in (item.group_ru, item.group_en) if text):
            yield from (f"{above} [{text}]" for text in own)

    def options(self, list_name: str) -> pd.DataFrame:
        """The answers of a list, in order, index ``name``."""
        return self.choices[self.choices["list_name"] == list_name].set_index("name", drop=False)

    def offered(self, list_name: str) -> list[str]:
        """The answers of a list that are answers: those without a missing role."""
        options = self.options(list_name)
        return options.loc[options["missing_role"] == "", "name"].tolist()

    def spellings(self, list_name: str) -> Choices:
        """Codes of a list by every spelling: name, labels, aliases, and the value where it names one answer."""
        if list_name not in self._known:
            rows = self.options(list_name)
            known: dict[str, str] = {}
            for row in rows.itertuples():
                for text in (row.name, row.label_ru, row.label_en, *str(row.aliases).split("|")):
                    if text:
                        known.setdefault(str(text), str(row.name))
            for value, group in rows.dropna(subset=["value"]).groupby("value"):
                if len(group) == 1:
                    known.setdefault(f"{value:g}", str(group["name"].iloc[0]))
            if OTHER in rows.index:
                known.setdefault("-oth-", OTHER)
            self._known[list_name] = Choices(known)
        return self._known[list_name]


def read_questionnaire(path: Path) -> Questionnaire:
    """Read an XLSForm workbook. Raises InputProblem that names sheet, row and column of everything wrong in it."""
    received = read_received(path, "questionnaire")
    survey = read_sheet(received, path, "survey", ("type", "name"))
    choices = read_sheet(received, path, "choices", ("list_name", "name"))
    check_questionnaire(path, survey, choices)
    answers = _answers(choices)
    items = _items(survey)
    answers = _with_other(answers, [item["list_name"] for item in items if item["or_other"]])
    frame = pd.DataFrame(answers, columns=CHOICE_COLUMNS)
    frame["value"] = frame["value"].astype("float64")
    for item in items:
        item["label_hash"] = _label_hash(item, [one for one in answers if one["list_name"] == item["list_name"]])
    return Questionnaire(pd.DataFrame(items, columns=ITEM_COLUMNS), frame)


def _answers(choices: FormSheet) -> list[dict[str, Any]]:
    return [
        {
            "list_name": row["list_name"],
            "name": row["name"],
            "label_ru": label(row, "ru"),
            "label_en": label(row, "en"),
            "value": parse_number(row.get("score") or row.get("value")).value,
            "missing_role": ROLES[row.get("missing_role", "")],
            "aliases": row.get("aliases", ""),
        }
        for _, row in choices.rows
        if row["list_name"]
    ]


def _with_other(answers: list[dict[str, Any]], lists: list[str]) -> list[dict[str, Any]]:
    """The lists that take another answer in words have an answer ``other``, as the form service adds it."""
    for name in dict.fromkeys(lists):
        if not any(one["list_name"] == name and one["name"] == OTHER for one in answers):
            last = max(place for place, one in enumerate(answers) if one["list_name"] == name)
            other = dict.fromkeys(CHOICE_COLUMNS, "") | {"list_name": name, "name": OTHER, "value": None}
            answers.insert(last + 1, other | {"label_ru": "Другое", "label_en": "Other"})
    return answers


def _items(survey: FormSheet) -> list[dict[str, Any]]:
    items = []
    groups: list[tuple[str, str, str]] = []
    for _, row in survey.rows:
        kind = split_type(row["type"])
        if kind.word == "begin_group":
            groups.append((row["name"], label(row, "ru"), label(row, "en")))
        elif kind.word == "end_group":
            groups.pop()
        elif kind.kind:
            low, high = kind.bounds(row.get("constraint", ""))
            group = groups[-1] if groups else ("", "", "")
            items.append(
                {
                    "name": row["name"],
                    "kind": kind.kind,
                    "list_name": kind.list_name,
                    "label_ru": label(row, "ru"),
                    "label_en": label(row, "en"),
                    "scale_id": row.get("scale_id", ""),
                    "reversed": flag(row.get("reversed", "")),
                    "aliases": row.get("aliases", ""),
                    "pii": flag(row.get("pii", "")),
                    "relevant": row.get("relevant", ""),
                    "low": low,
                    "high": high,
                    "required": flag(row.get("required", "")),
                    "or_other": kind.or_other,
                    "group": group[0],
                    "group_ru": group[1],
                    "group_en": group[2],
                }
            )
    return items


def _label_hash(item: dict[str, Any], answers: list[dict[str, Any]]) -> str:
    """SHA-256 of what a respondent saw, and of the answers' numbers; the first digits."""
    seen = [item[name] for name in ("kind", "label_ru", "label_en", "group_ru", "group_en", "low", "high", "or_other")]
    offered = [
        tuple(one[name] for name in ("name", "label_ru", "label_en", "value", "missing_role")) for one in answers
    ]
    return hashlib.sha256(repr((seen, offered)).encode()).hexdigest()[:_HASH_LENGTH]
