"""A run's course as lines of JSON in a file, for whoever shows it from another process."""

from __future__ import annotations

import json
import os
import platform
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from evaluation.settings import InputProblem, Text

if TYPE_CHECKING:
    from evaluation.running.engine import Event, RunResult
    from evaluation.running.work import Outcome

STOPPED = Text(
    ru="Прервано. Прежние результаты не тронуты; следующий прогон продолжит отсюда.",
    en="Interrupted. Earlier results are untouched; the next run goes on from here.",
)


class Teller:
    """Writes each event as a line: ``kind`` is started, began, cell, ended, finished or refused.

    A line ``ended`` has ``end``, ``seconds``, ``reasons`` and, of a step that failed, ``failure``, texts in both
    languages. Without a file nothing is written.
    """

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file
        self._lock = threading.Lock()

    def tell(self, kind: str, **facts: Any) -> None:
        if self._file is None:
            return
        with self._lock, suppress(OSError):  # a full disk ends the telling, not the run
            self._file.write(json.dumps({"kind": kind, **facts}, ensure_ascii=False) + "\n")
            self._file.flush()

    def on_event(self, event: Event) -> None:
        facts: dict[str, Any] = {
            "step": event.task.name,
            "year": event.task.year,
            "number": event.number,
            "total": event.total,
        }
        if event.kind == "cell":
            facts |= {"cell": event.cell, "cells": event.cells}
        if event.outcome is not None:
            facts |= _of_outcome(event.outcome)
        self.tell(event.kind, **facts)

    def finished(self, result: RunResult) -> None:
        counts = Counter(outcome.end for outcome in result.outcomes)
        self.tell("finished", good=result.good, seconds=round(result.seconds, 3), counts=counts)

    def refused(self, ru: str, en: str) -> None:
        self.tell("refused", message={"ru": ru, "en": en})


def _of_outcome(outcome: Outcome) -> dict[str, Any]:
    failure = outcome.failure
    return {
        "end": outcome.end,
        "seconds": round(outcome.seconds, 3),
        "reasons": [_both(text) for text in outcome.reasons],
        "failure": None if failure is None else _both(failure.message),
    }


def _both(text: Text) -> dict[str, str]:
    return {"ru": text.ru, "en": text.en}


@contextmanager
def told_to(path: Path | None, years: Sequence[int]) -> Iterator[Teller]:
    """A teller into the file ``path`` (none: a silent one); what stops the run before its end is told as well.

    Raises InputProblem where the file cannot be written.
    """
    if path is None:
        yield Teller(None)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InputProblem(
            f"--events {path}: файл нельзя записать. Укажите файл в папке, где это можно.",
            f"--events {path}: the file cannot be written. Name a file in a folder where it can.",
        ) from error
    teller = Teller(file)
    teller.tell("started", process=os.getpid(), computer=platform.node(), years=list(years))
    try:
        yield teller
    except InputProblem as problem:
        teller.refused(problem.messages["ru"], problem.messages["en"])
        raise
    except KeyboardInterrupt:
        teller.refused(STOPPED.ru, STOPPED.en)
        raise
    except BaseException as error:
        cause = f"{type(error).__name__}: {error}"
        teller.refused(f"Ошибка программы ({cause}).", f"An error of the program ({cause}).")
        raise
    finally:
        with suppress(OSError):
            file.close()
