"""``evaluation decide``: people's decisions from a filled workbook into ``config/decisions.csv``, all or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.app.cleaning_alone import Conditions, clean_each, conditions
from evaluation.app.decision_file import appended, write_together
from evaluation.app.filled import Faults, decisions_of
from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.workbook import Received, read_received
from evaluation.decisions import DECISION_COLUMNS, WITH_VALUE, superseded
from evaluation.indicators.headline import effect_of_decisions
from evaluation.places import Workspace
from evaluation.privacy.personal import find_personal
from evaluation.report.answers import Filled, read_answers
from evaluation.settings import InputProblem, Text

Place = tuple[str, str, str, str]


@dataclass
class Taken:
    """What was taken from a workbook: ``decisions`` (DECISION_COLUMNS) by the file they went to, and their effect.

    ``again`` counts those that had been taken before, ``overruled`` earlier decisions on the same cells, ``blank``
    lines without an answer. ``effect`` is ``indicators.headline.effect_of_decisions`` against the state before.
    """

    year: int
    decisions: pd.DataFrame
    files: list[Path] = field(default_factory=list)
    again: int = 0
    overruled: int = 0
    blank: int = 0
    effect: pd.DataFrame | None = None


def take_decisions(workspace: Workspace, path: Path, today: dt.date | None = None) -> Taken:
    """Check every line of the filled workbook ``path`` and append its decisions to the workspace's.

    Decisions on personal columns, or with personal data in the value, go to the file outside git. Raises InputProblem
    with a list of sheets and cells when any line is wrong; nothing is written then.
    """
    return take_filled(workspace, read_answers(path), Faults(path), today)


def take_filled(workspace: Workspace, filled: Filled, faults: Faults, today: dt.date | None = None) -> Taken:
    """As ``take_decisions``, for lines that were filled in anywhere; ``faults`` collects what is wrong with them."""
    workspace.year(filled.year)
    _need_key(workspace)
    new = decisions_of(filled, workspace.codebook, faults, (today or dt.date.today()).isoformat())
    faults.raise_if_any()
    given = conditions(workspace, filled.year)
    received = _received(workspace, given, set(new["table"]))
    before = _clean(received, given, workspace)
    _check_still_there(new, before, faults)
    faults.raise_if_any()
    new, again = _without_known(new, given.decisions)
    taken = Taken(filled.year, new[DECISION_COLUMNS], again=again, blank=filled.blank)
    if new.empty:
        return taken
    taken.overruled = int(superseded(given.decisions, new).sum())
    together = pd.concat([given.decisions, new[DECISION_COLUMNS]], ignore_index=True)
    after = _clean(received, replace(given, decisions=together), workspace)
    _check_readable(new, after, workspace, faults)
    faults.raise_if_any()
    taken.effect = effect_of_decisions(all_tables(after), all_tables(before))
    personal = _is_personal(new, workspace)
    contents = {
        place: appended(place, new.loc[mine, DECISION_COLUMNS])
        for place, mine in (
            (workspace.decisions_file(), ~personal),
            (workspace.decisions_file(personal=True), personal),
        )
        if mine.any()
    }
    write_together(contents)
    taken.files = list(contents)
    return taken


def _need_key(workspace: Workspace) -> None:
    if not workspace.key_file().exists():
        raise InputProblem(
            f"Нет ключа {workspace.key_file()}, с которым была создана книга: без него решения не связать со "
            "значениями. Верните ключ из резервной копии.",
            f"The key {workspace.key_file()} that the workbook was made with is missing: without it decisions cannot "
            "be tied to values. Restore it from the backup.",
        )


# ---- against the files --------------------------------------------------------------------------------------


def _received(workspace: Workspace, given: Conditions, tables: set[str]) -> dict[str, Received]:
    """The year's files; those that no decision concerns may be unreadable."""
    received = {}
    for name, source in given.sources.items():
        try:
            received[name] = read_received(workspace.raw_folder(given.year) / source.file, name, source.sheet)
        except InputProblem:
            if name in tables:
                raise
    return received


def _clean(received: dict[str, Received], given: Conditions, workspace: Workspace) -> tuple[Cleaned, ...]:
    cleaned, _ = clean_each(received, given, workspace)
    return cleaned


def all_tables(cleaned: Sequence[Cleaned]) -> dict[str, pd.DataFrame]:
    """The tables of the programme and of the surveys, by name."""
    return {name: frame for one in cleaned for name, frame in one.tables.items()}


def _check_still_there(new: pd.DataFrame, cleaned: Sequence[Cleaned], faults: Faults) -> None:
    """Every decision must meet a remark of today's files: same record, column and received value."""
    places: set[Place] = set()
    records: set[tuple[str, str]] = set()
    for one in cleaned:
        names = one.issues[["table", "record_key", "field", "raw_hash"]].astype(object)
        places |= set(names.where(names.notna(), "").itertuples(index=False, name=None))
        records |= {(table, record) for table, record, _, _ in places}
    for row in new.to_dict("records"):
        whole = row["action"] == "quarantine"
        place = (row["table"], row["record_key"], row["field"], row["raw_hash"])
        if ((row["table"], row["record_key"]) in records) if whole else (place in places):
            continue
        faults.add(
            row["sheet"],
            row["cell"],
            "в полученных файлах этого замечания больше нет: значение или запись изменились. Создайте книгу заново",
            "the received files have this remark no more: the value or the record changed. Make the workbook anew",
        )


def _check_readable(new: pd.DataFrame, cleaned: Sequence[Cleaned], workspace: Workspace, faults: Faults) -> None:
    """A decided value must be read without an error."""
    labels = {language: workspace.codebook.choice_labels("rule", language) for language in ("ru", "en")}
    refused: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in cleaned:
        bad = one.issues[(one.issues["severity"] == "error") & one.issues["action"].isin(["emptied", "quarantined"])]
        for issue in bad.to_dict("records"):
            refused.setdefault((issue["table"], issue["record_key"], issue["field"]), issue)
    for row in new[new["action"].isin(WITH_VALUE)].to_dict("records"):
        issue = refused.get((row["table"], row["record_key"], row["field"]))
        if issue is None:
            continue
        hint = f" ({issue['suggestion']})" if isinstance(issue["suggestion"], str) else ""
        faults.add(
            row["sheet"],
            row["cell"],
            f"значение «{row['value']}» не принимается: {labels['ru'].get(issue['rule'], issue['rule'])}{hint}",
            f"the value '{row['value']}' cannot be taken: {labels['en'].get(issue['rule'], issue['rule'])}{hint}",
        )


def _without_known(new: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Decisions that are not there yet, day apart; how many are."""
    names = [name for name in DECISION_COLUMNS if name != "decided_on"]
    there = set(known[names].itertuples(index=False, name=None))
    repeated = [row in there for row in new[names].itertuples(index=False, name=None)]
    return new[[not one for one in repeated]].reset_index(drop=True), sum(repeated)


def _is_personal(new: pd.DataFrame, workspace: Workspace) -> pd.Series:
    """Decisions that must not lie in git: on personal columns, or with personal data in the value or the key."""
    codebook = workspace.codebook
    flags = [
        any(codebook.sensitivity(table, row["field"]) == "personal" for table in (row["table"], "survey_responses"))
        or bool(find_personal(row["value"], names=True))
        or bool(find_personal(row["record_key"], names=True))
        for row in new.to_dict("records")
    ]
    return pd.Series(flags, index=new.index, dtype=bool)


def in_words(taken: Taken, codebook: Any) -> list[Text]:
    """What was taken, what it changes, what to do next."""
    from evaluation.display.wording import format_number
    from evaluation.report.quality_words import TOTALS

    lines = []
    if len(taken.decisions):
        for action, n in taken.decisions["action"].value_counts(sort=False).items():
            ru, en = (codebook.choice_labels("decision", language)[action] for language in ("ru", "en"))
            lines.append(Text(ru=f"{ru}: {n}", en=f"{en}: {n}"))
    else:
        lines.append(Text(ru="Новых решений нет.", en="There are no new decisions."))
    for count, ru, en in (
        (taken.again, "приняты раньше", "taken before"),
        (taken.overruled, "заменяют прежние решения", "overrule earlier decisions"),
        (taken.blank, "строк без ответа", "lines without an answer"),
    ):
        if count:
            lines.append(Text(ru=f"{ru}: {count}", en=f"{en}: {count}"))
    for row in [] if taken.effect is None else taken.effect.to_dict("records"):
        if row["difference"]:
            numbers = {
                language: f"{format_number(row['without_decisions'], language, 0)} → "
                f"{format_number(row['with_decisions'], language, 0)}"
                for language in ("ru", "en")
            }
            name = TOTALS[row["name"]]
            lines.append(Text(ru=f"{name.ru}: {numbers['ru']}", en=f"{name.en}: {numbers['en']}"))
    if taken.files:
        names = ", ".join(map(str, taken.files))
        lines.append(
            Text(
                ru=f"Записано: {names}. Теперь выполните «evaluation run {taken.year}».",
                en=f"Written: {names}. Now run 'evaluation run {taken.year}'.",
            )
        )
    return lines
