"""Causes told apart by what each change alone did to a side that was run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from evaluation.settings import Text
from evaluation.year.attribution import REPLACEABLE, Kind
from evaluation.year.compare import BY_RERUN, NOT_SEPARATED, Comparison, compare
from evaluation.year.rerun import Attempt
from evaluation.year.sides import Side

INTERACTION = "interaction"
IDENTITY = ["table", "key", "column"]


def by_rerun(comparison: Comparison, made: Sequence[Attempt]) -> Comparison:
    """The comparison with causes told apart by what each change alone did.

    ``made`` as ``rerun.attempts``. A difference belongs to every kind whose change alone brings a difference at the
    same place; to ``interaction`` where none does. ``by_<kind>`` is what the change alone adds to a number,
    ``remainder`` the difference less all of these.
    """
    base = made[0]
    if base.side is None:
        return replace(comparison, notes=(*comparison.notes, _not_again(comparison.before, base.problem)))
    notes = list(comparison.notes)
    again = compare(comparison.before, base.side)
    if len(again.differences):
        notes.append(
            Text(
                ru=f"«{comparison.before.label}», построенный заново из того, что лежит сейчас, отличается от себя "
                f"прежнего (отличий: {len(again.differences)}); причины найдены сравнением с построенным заново",
                en=f"'{comparison.before.label}' made again from what lies there now differs from what it was "
                f"({len(again.differences)} differences); causes were found by comparing with what was made again",
            )
        )
    frame = comparison.differences.copy()
    open_rows = frame["how"].eq(NOT_SEPARATED)
    touched: dict[Kind, np.ndarray] = {}
    for attempt in made[1:]:
        assert attempt.kind is not None, "only the first attempt is without a change"
        if attempt.side is None:
            notes.append(_not_alone(attempt))
            continue
        alone = compare(base.side, attempt.side).differences.drop_duplicates(IDENTITY)
        alone = alone.assign(change=_change(alone))[[*IDENTITY, "change"]]
        merged = frame[IDENTITY].merge(alone.assign(there=True), on=IDENTITY, how="left")
        touched[attempt.kind] = merged["there"].fillna(False).astype("bool").to_numpy() & open_rows.to_numpy()
        frame[f"by_{attempt.kind}"] = np.where(open_rows, merged["change"].fillna(0.0), np.nan)
    tried = list(touched)
    causes = pd.Series("", index=frame.index, dtype="str")
    for kind in tried:
        causes = causes.where(~touched[kind], causes.where(causes.eq(""), causes + "+") + kind)
    rest = frame["cause"].map(lambda text: "+".join(each for each in text.split("+") if each not in REPLACEABLE))
    frame.loc[open_rows, "cause"] = causes.where(causes.ne(""), rest.where(rest.ne(""), INTERACTION))[open_rows]
    frame.loc[open_rows, "how"] = BY_RERUN
    parts = frame[[f"by_{kind}" for kind in tried]].sum(axis=1) if tried else 0.0
    frame["remainder"] = np.where(open_rows & _change(frame).notna(), _settle(_change(frame), parts), np.nan)
    return replace(comparison, differences=frame, notes=tuple(notes), rerun=tuple(tried))


def _change(frame: pd.DataFrame) -> pd.Series:
    return frame["is_number"].astype("float64") - frame["was_number"].astype("float64")


def _settle(change: pd.Series, parts: pd.Series | float) -> np.ndarray:
    """Change less its parts, 0 where only rounding is left."""
    left = (change - parts).to_numpy(dtype=float)
    return np.asarray(np.where(np.abs(left) <= 1e-9 * np.fmax(1.0, np.abs(change.to_numpy(dtype=float))), 0.0, left))


def _not_again(before: Side, problem: Text | None) -> Text:
    said = problem or Text(ru="", en="")
    return Text(
        ru=f"«{before.label}» не удалось построить заново, причины по отдельности не проверены: {said.ru}",
        en=f"'{before.label}' could not be made again, causes were not tried one by one: {said.en}",
    )


def _not_alone(attempt: Attempt) -> Text:
    said = attempt.problem or Text(ru="", en="")
    return Text(
        ru=f"одно это изменение ({attempt.kind}) не выполнилось, его доля осталась в остатке: {said.ru}",
        en=f"this change alone ({attempt.kind}) did not run, its part stays in the remainder: {said.en}",
    )
