"""Remarks that wait for a decision, and what was decided in the panel, in the shape that filled workbooks have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evaluation.app.checking import YearCheck
from evaluation.app.deciding import Taken, take_filled
from evaluation.app.filled import Faults
from evaluation.app.quality import received_values
from evaluation.codebook import Codebook
from evaluation.display.exhibits import source_names
from evaluation.places import Workspace
from evaluation.report.answers import Answer, Filled
from evaluation.report.decision_form import COLUMNS, allowed, decision_words, line_texts
from evaluation.report.waiting import waiting
from evaluation.settings import Language

SHOWN_VALUE = 40
FIELDS = ("decision", "answer", "reason", "author")


@dataclass(frozen=True)
class Decision:
    """What a person chose for one line: an action (``report.waiting.ACTIONS_OF``), a value, a reason, a role."""

    action: str
    value: str = ""
    reason: str = ""
    author: str = ""


def waiting_lines(check: YearCheck) -> pd.DataFrame:
    """``report.waiting.WAITING_COLUMNS`` of the files that could be read, as in the workbook of decisions."""
    if not check.cleaned:
        return waiting(check.registry_issues.iloc[:0])
    issues = pd.concat([one.issues for one in check.cleaned], ignore_index=True)
    return waiting(issues, received_values(check.received))


def texts_of(lines: pd.DataFrame, codebook: Codebook, language: Language) -> dict[int, dict[str, str]]:
    """The words of every line by its number: the workbook's columns without the answers."""
    texts = line_texts(lines, codebook, language)
    return {int(line["line"]): {name: str(text) for name, text in line.items()} for line in texts}


def short_texts(lines: pd.DataFrame, texts: Mapping[int, Mapping[str, str]]) -> list[tuple[str, int]]:
    """A label and the number of every line, for a list to choose from: address, remark, received value."""
    found = []
    for number in lines["line"]:
        words = texts[int(number)]
        cell = "!".join(part for part in (words["sheet"], words["cell"]) if part) or words["source"]
        value = words["raw"] if len(words["raw"]) <= SHOWN_VALUE else words["raw"][: SHOWN_VALUE - 1] + "…"
        label = " · ".join(part for part in (f"{number}", cell, words["rule"], value, words["places"]) if part)
        found.append((label, int(number)))
    return found


def offered_actions(line: Mapping[str, Any], codebook: Codebook, language: Language) -> list[tuple[str, str]]:
    """Words and codes of the actions that the workbook's list would offer for the line."""
    words = decision_words(codebook, language)
    return [(words[action], action) for action in allowed(str(line["kind"]), bool(line["offered"]))]


def save_decision(
    workspace: Workspace, year: int, line: Mapping[str, Any], decision: Decision, language: Language
) -> Taken:
    """Take the decision on one line through the same checks as a filled workbook's, and write it.

    ``line`` is a row of ``waiting_lines``. Raises InputProblem, with nothing written, as ``deciding`` does.
    """
    codebook = workspace.codebook
    word = decision_words(codebook, language).get(decision.action, "")
    given = dict(zip(FIELDS, (word, decision.value, decision.reason, decision.author), strict=True))
    answer = Answer(
        sheet=_address(line, codebook, language),
        texts={name: text.strip() for name, text in given.items()},
        cells={name: COLUMNS[name][0].in_language(language).lower() for name in FIELDS},
        kind=str(line["kind"]),
        rule=str(line["rule"]),
        offered=str(line["offered"] or ""),
        members=tuple(line["members"]),
    )
    return take_filled(workspace, Filled("decisions", year, "", (answer,)), Faults(None))


def _address(line: Mapping[str, Any], codebook: Codebook, language: Language) -> str:
    source = source_names(pd.Series([line["source"]]), codebook, language).get(line["source"], line["source"])
    cell = line["cell"] or (str(line["row"]) if line["row"] else "")
    place = "!".join(str(part) for part in (line["sheet"], cell) if part)
    return f"{source}, {place}" if place else str(source)
