"""Decisions appended to their files: all files or none, what stood there untouched."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from evaluation import aside
from evaluation.decisions import DECISION_COLUMNS
from evaluation.settings import InputProblem


def appended(place: Path, decisions: pd.DataFrame) -> bytes:
    """The file of decisions with further rows at its end; what stood there stays to the letter."""
    before = place.read_bytes() if place.exists() else b""
    text = before.decode("utf-8-sig")
    ending = "\r\n" if "\r\n" in text else "\n"
    header = next(csv.reader(io.StringIO(text)), None) or DECISION_COLUMNS
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", extrasaction="raise", lineterminator=ending)
    if not text.strip():
        before = b""
        writer.writeheader()
    writer.writerows(decisions[DECISION_COLUMNS].to_dict("records"))
    gap = b"" if not before or before.endswith(b"\n") else ending.encode()
    return before + gap + out.getvalue().encode("utf-8")


def write_together(contents: dict[Path, bytes]) -> None:
    """All files or none. Raises InputProblem where one is open elsewhere or may not be written."""
    try:
        aside.write_together(contents)
    except PermissionError as error:
        names = ", ".join(map(str, contents))
        raise InputProblem(
            f"Решения не записаны: {names} открыты в другой программе или нет прав. Закройте их и повторите.",
            f"The decisions were not written: {names} are open in another program, or you may not. Close and repeat.",
        ) from error
