"""Remarks on returns as a table, made at once for all cells of a question."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evaluation.cleaning.rules import RULES
from evaluation.cleaning.workbook import address
from evaluation.ledger import ISSUE_COLUMNS

TABLE = "returns"


@dataclass
class Remarks:
    """Remarks gathered on the way, column by column."""

    columns: dict[str, list[Any]] = field(
        default_factory=lambda: {
            name: [] for name in ("source", "sheet", "cell", "row", "field", "raw", "rule", "suggestion", "record_key")
        }
    )

    def add(
        self,
        rule: str,
        source: str,
        sheet: str | None = None,
        place: tuple[int, int] | None = None,
        *,
        field: str | None = None,
        raw: str | None = None,
        suggestion: Any = None,
        record: str | None = None,
    ) -> None:
        """One remark on a file, a sheet or, with ``place`` (row and column from 1), a cell."""
        told = (
            source, sheet, None if place is None else address(*place), None if place is None else place[0], field, raw,
            rule, None if suggestion is None else str(suggestion), record,
        )  # fmt: skip
        for name, value in zip(self.columns, told, strict=True):
            self.columns[name].append(value)

    def frame(self) -> pd.DataFrame:
        """All remarks with the columns of ``ledger.ISSUE_COLUMNS``, in the order of files, sheets and rows."""
        made = pd.DataFrame(self.columns, dtype=object)
        order = ["source", "sheet", "row", "cell", "rule"]
        made = made.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
        place = ["source", "sheet", "cell", "row", "field", "rule"]
        seen: dict[tuple[Any, ...], int] = {}
        ids = []
        for told in zip(*(made[name] for name in place), strict=True):
            number = seen[told] = seen.get(told, 0) + 1
            ids.append(hashlib.sha256(f"{'|'.join(map(str, told))}|{number}".encode()).hexdigest()[:12])
        made["issue_id"] = ids
        made["severity"] = [RULES[rule][0] for rule in made["rule"]]
        made["action"] = [RULES[rule][1] for rule in made["rule"]]
        made["file_name"], made["table"] = made["source"], TABLE
        return made.reindex(columns=ISSUE_COLUMNS).reset_index(drop=True)
