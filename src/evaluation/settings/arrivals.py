"""When received files arrived, as their list (``data/raw/<year>/SOURCES.csv``) says."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from evaluation.settings.base import InputProblem

FIRST_DAY = {len("2025"): "-01-01", len("2025-03"): "-01"}


def arrival_dates(path: Path) -> dict[str, dt.date]:
    """Day of arrival by source of a SOURCES.csv (columns source, received_on); the earliest where one stands twice.

    A year or a month stands for its first day, the earliest on which the file can have arrived.
    Raises InputProblem with the line for a day that is none.
    """
    found: dict[str, dt.date] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            source, text = (row.get("source") or "").strip(), (row.get("received_on") or "").strip()
            if not source or not text:
                continue
            try:
                day = dt.date.fromisoformat(text + FIRST_DAY.get(len(text), ""))
            except ValueError:
                raise InputProblem(
                    f"{path}, строка {line}, столбец received_on: «{text}» — не дата. Ожидалась дата вида 2025-03-31.",
                    f"{path}, line {line}, column received_on: '{text}' is no date. Expected one such as 2025-03-31.",
                ) from None
            found[source] = min(day, found.get(source, day))
    return found
