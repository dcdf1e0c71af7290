"""The remarks that wait for a person, one line each or one for many alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from evaluation.decisions import WHOLE_FILE, offered_value

TOGETHER = 5
WAITING_COLUMNS = [
    "line", "source", "file_name", "sheet", "cell", "row", "n", "places", "rule", "severity", "action", "field", "raw",
    "value", "suggestion", "offered", "kind", "table", "record_key", "raw_hash", "issue_id", "members",
]  # fmt: skip
# where the value was refused, the suggestion is another value for the cell; elsewhere only for these
TELL_A_VALUE = frozenset({"score_sum", "score_differs"})
TELL_NO_VALUE = frozenset({"column_not_as_declared", "personal_data_masked"})
ACTIONS_OF: dict[str, tuple[str, ...]] = {
    "cell": ("accept", "replace", "keep", "empty", "quarantine"),
    "row": ("keep", "quarantine"),
    "file": ("keep",),
}
MEMBER_COLUMNS = ("table", "record_key", "field", "raw_hash", "issue_id")


def waiting(
    issues: pd.DataFrame, raw_of: Callable[[Mapping[str, Any]], Any] | None = None, together: int = TOGETHER
) -> pd.DataFrame:
    """WAITING_COLUMNS, one row a line to decide, errors first, in the order of the file.

    ``issues`` satisfies the contract of that name; errors and warnings that nobody decided on are taken.
    ``together`` or more remarks of one rule on the same value of one column of a sheet (or on rows as such) share a
    line; ``members`` then holds MEMBER_COLUMNS of each, ``places`` the first addresses and ``n`` their number.
    ``kind`` is cell, row or file: what a decision can be about. ``raw_of`` gives the received value of an issue
    (default: its ``raw``).
    """
    due = issues[issues["severity"].isin(["error", "warning"]) & issues["decision"].isna()]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for issue in due.astype(object).where(due.notna(), None).to_dict("records"):
        kind = kind_of(issue)
        place = (issue["source"], issue["sheet"], issue["rule"], issue["field"], kind)
        groups.setdefault((*place, issue["raw_hash"] if kind == "cell" else None), []).append(issue)
    lines = []
    for (*_, kind, _), members in groups.items():
        alike = kind != "file" and len(members) >= together
        lines += [_line(members, kind, raw_of)] if alike else [_line([one], kind, raw_of) for one in members]
    order = {"error": 0, "warning": 1}
    lines.sort(key=lambda line: (order[line["severity"]], line["source"], line["sheet"] or "", line["row"] or 0))
    return pd.DataFrame(
        [{**line, "line": number} for number, line in enumerate(lines, start=1)], columns=WAITING_COLUMNS, dtype=object
    )


def kind_of(issue: Mapping[str, Any]) -> str:
    """Whether a remark concerns a cell of a record, a record, or anything else of the file."""
    if issue["record_key"] is None or issue["record_key"] == WHOLE_FILE:
        return "file"
    return "cell" if issue["cell"] and issue["field"] else "row"


def _line(
    members: list[dict[str, Any]], kind: str, raw_of: Callable[[Mapping[str, Any]], Any] | None
) -> dict[str, Any]:
    first = members[0]
    raw = raw_of(first) if raw_of is not None else first["raw"]
    cells = [str(one["cell"] or one["row"]) for one in members[:4] if one["cell"] or one["row"]]
    is_value = first["rule"] in TELL_A_VALUE or (first["action"] == "emptied" and first["rule"] not in TELL_NO_VALUE)
    offered = offered_value(first["suggestion"], first["field"], raw) if kind == "cell" and is_value else None
    return {
        **{name: first[name] for name in WAITING_COLUMNS if name in first},
        "n": len(members),
        "places": ", ".join(cells) + (" …" if len(members) > 4 else ""),
        "raw": raw,
        "offered": offered,
        "kind": kind,
        "members": [{name: one[name] or "" for name in MEMBER_COLUMNS} for one in members],
    }
