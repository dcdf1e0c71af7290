"""What ``evaluation check --report DIR`` writes: the quality report in DIR, the workbooks in ``data/restricted``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from evaluation.app.checking import YearCheck
from evaluation.app.cleaning_alone import clean_each, conditions
from evaluation.app.quality import write_quality
from evaluation.cleaning.context import Cleaned
from evaluation.indicators.headline import effect_of_decisions
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Language, Text
from evaluation.tables import SOURCE_TABLES


def write_report(
    workspace: Workspace, check: YearCheck, folder: Path, registry_file: Path | None, language: Language
) -> Iterator[Text]:
    """Write the quality report of what was checked to ``folder`` and say where everything lies.

    Raises InputProblem for a check of several years at once, or of no file that could be read.
    """
    if not check.received:
        raise InputProblem(
            "--report: отчёт пишется по файлам одного года, которые удалось прочесть. Назовите один год (--year).",
            "--report: the report is of files of one year that could be read. Name one year (--year).",
        )
    own = [_only(one, set(check.received)) for one in check.cleaned]
    effect = _effect(workspace, check, registry_file)
    written = write_quality(workspace, check.year, own, check.received, language, folder, effect, check.paths)
    yield Text(ru=f"Отчёт о качестве: {written.report}", en=f"Quality report: {written.report}")
    if written.decisions is not None:
        yield Text(ru=f"Книга решений: {written.decisions}", en=f"Workbook of decisions: {written.decisions}")
    for path in written.annotated:
        yield Text(ru=f"Копия с пометками: {path}", en=f"Annotated copy: {path}")
    if written.returns:
        place = written.returns[0].parent
        yield Text(ru=f"Книги для отправителей: {place}", en=f"Workbooks for the senders: {place}")
    yield from written.notes


def _only(cleaned: Cleaned, sources: set[str]) -> Cleaned:
    """Without the files that were read for comparison alone."""
    names = ("source_files", "row_ledger", "issues", "physical_rows", "totals", "units")
    frames = {name: getattr(cleaned, name) for name in names}
    return replace(cleaned, **{name: frame[frame["source"].isin(sources)] for name, frame in frames.items()})


def _effect(workspace: Workspace, check: YearCheck, registry_file: Path | None) -> pd.DataFrame | None:
    """What people's decisions change in the year's totals; None where there are none or only one file was read."""
    given = conditions(workspace, check.year, registry_file)
    if given.decisions.empty or check.paths or not set(check.received) & set(SOURCE_TABLES):
        return None
    without, _ = clean_each(check.received, replace(given, decisions=given.decisions.iloc[:0]), workspace)
    return effect_of_decisions(check.cleaned[0].tables, without[0].tables)
