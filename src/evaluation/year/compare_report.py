"""What a comparison leaves for people and programs: a page in each language and one JSON file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.aside import write_whole
from evaluation.display.wording import format_interval
from evaluation.places import Workspace
from evaluation.report.comparison import comparison_page
from evaluation.settings import Language, Text
from evaluation.year.attribution import KIND_WORDS, KINDS, REPLACEABLE
from evaluation.year.compare import Comparison
from evaluation.year.separation import INTERACTION
from evaluation.year.sides import Side
from evaluation.year.told import estimates_told, files_told, findings_told, shown_cells, tables_told

SCHEMA = "evaluation-comparison/1"
CELLS_A_TABLE = 50
INTERACTION_WORDS = Text(ru="взаимодействие причин", en="interaction of causes")
COLUMNS: dict[str, tuple[str, ...]] = {
    "findings": ("name", "unit", "was", "was_interval", "now", "now_interval", "change", "verb", "cause", "how", "why"),
    "estimates": ("table", "name", "was", "was_se", "was_interval", "was_verdict", "now", "now_se", "now_interval",
                  "now_verdict", "change", "verb", "cause", "how", "why"),
    "tables": ("table", "rows_before", "rows_after", "added", "removed", "changed_rows", "cells", "refused", "columns",
               "cause"),
    "cells": ("table", "key", "column", "verb", "was", "is", "change", "cause", "how", "place"),
    "files": ("name", "verb", "basis", "cause"),
}  # fmt: skip


def side_name(side: Side, language: Language) -> str:
    """A side as people call it, without where it lies on this machine."""
    if side.released is not None:
        return f"{side.year}, {'выпуск' if language == 'ru' else 'released'} {side.released.name}"
    draft = "черновик" if language == "ru" else "draft"
    name = side.workspace.root.name if ":" in side.label else ""
    return f"{side.year}, {draft}" + (f" ({name})" if name else "")


def cause_words(causes: str, language: Language) -> str:
    """A cell's causes in words: ``data+code`` is 'data + code'."""
    known: dict[str, Text] = {INTERACTION: INTERACTION_WORDS}
    known.update({str(kind): text for kind, text in KIND_WORDS.items()})
    return " + ".join(known[each].in_language(language) for each in causes.split("+") if each in known)


def compare_folder(workspace: Workspace, comparison: Comparison) -> Path:
    """Where the report of a comparison goes: one folder for each pair of sides."""
    names = []
    for side in (comparison.before, comparison.after):
        state = f"released-{side.released.name}" if side.released is not None else "draft"
        place = f"{side.workspace.root.name}-" if side.released is None and ":" in side.label else ""
        names.append(re.sub(r"[^\w-]+", "-", f"{place}{side.year}-{state}"))
    return workspace.root / "reports" / str(comparison.after.year) / "compare" / "--".join(names)


def write_report(workspace: Workspace, comparison: Comparison) -> list[Path]:
    """Write the pages and the JSON file, each in one step; return the pages' places and then the file's."""
    folder = compare_folder(workspace, comparison)
    texts = {f"comparison.{language}.html": html(workspace, comparison, language) for language in
             workspace.programme.languages}  # fmt: skip
    texts["comparison.json"] = json.dumps(document(comparison), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    places = []
    for name, text in texts.items():
        write_whole(folder / name, text)
        places.append(folder / name)
    return places


def frames(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """The five tables of the report, as numbers and codes. Cells: the first of each table, nothing that is private."""
    cells = shown_cells(comparison, CELLS_A_TABLE)
    return {
        "findings": findings_told(comparison),
        "estimates": estimates_told(comparison),
        "tables": tables_told(comparison),
        "cells": cells.assign(change=(cells["is_number"] - cells["was_number"]).where(cells["verb"].eq("changed"))),
        "files": files_told(comparison),
    }


def html(workspace: Workspace, comparison: Comparison, language: Language) -> str:
    """The page in one language."""
    currency = workspace.programme.currency.code
    shown = {name: _worded(name, frame, currency, language) for name, frame in frames(comparison).items()}
    simulated = comparison.before.workspace.programme.simulated or comparison.after.workspace.programme.simulated
    names = [side_name(side, language) for side in (comparison.before, comparison.after)]
    by_kind = {f"by_{kind}": KIND_WORDS[kind].in_language(language) for kind in REPLACEABLE}
    causes = {
        KIND_WORDS[kind].in_language(language): [text.in_language(language) for text in texts]
        for kind, texts in comparison.causes().items()
    }
    notes = [text.in_language(language) for text in (*comparison.notes, *reservations(comparison))]
    return comparison_page(
        names[0], names[1], _facts(comparison, language), causes, shown, notes, {"columns": by_kind}, language,
        simulated=simulated,
    )  # fmt: skip


def _worded(name: str, frame: pd.DataFrame, currency: str, language: Language) -> pd.DataFrame:
    frame = frame.copy()
    if "unit" in frame.columns:
        frame["unit"] = frame["unit"].str.replace("currency", currency, regex=False)
    if name in ("findings", "estimates"):
        for side in ("was", "now"):
            ends = zip(frame[f"{side}_low"], frame[f"{side}_high"], frame["unit"], strict=True)
            texts = [_interval(low, high, unit, language) for low, high, unit in ends]
            frame[f"{side}_interval"] = pd.Series(texts, index=frame.index, dtype="str")
        frame["why"] = frame[f"why_{language}"].replace("", None)
    frame["cause"] = frame["cause"].map(lambda causes: cause_words(str(causes), language))
    parts = [column for column in frame.columns if column.startswith("by_") and frame[column].notna().any()]
    extra = [*parts, "remainder"] if parts else []
    wanted = [column for column in (*COLUMNS[name], *extra) if column in frame.columns]
    dull = [column for column in ("why", "columns", "refused", "place") if column in wanted and _is_dull(frame[column])]
    return frame[[column for column in wanted if column not in dull]]


def _is_dull(series: pd.Series) -> bool:
    return bool((series.isna() | series.astype("str").isin(["", "0"])).all())


def _interval(low: float, high: float, unit: str, language: Language) -> str | None:
    if np.isnan(low) or np.isnan(high):
        return None
    return format_interval(low, high, language, None, unit or None)


def _facts(comparison: Comparison, language: Language) -> list[tuple[Text, str]]:
    facts = [
        (Text(ru="Раньше", en="Before"), side_name(comparison.before, language)),
        (Text(ru="Теперь", en="Now"), side_name(comparison.after, language)),
        (Text(ru="Сравнено таблиц", en="Tables compared"), str(len(comparison.tables))),
        (Text(ru="Из них отличаются", en="Of them differ"), str(sum(not table.same for table in comparison.tables))),
    ]
    if comparison.rerun:
        order = ", ".join(KIND_WORDS[kind].in_language(language) for kind in comparison.rerun)
        name = Text(ru="Повторные запуски с одним изменением, по порядку", en="Reruns with one change, in order")
        facts.append((name, order))
    return facts


def reservations(comparison: Comparison) -> list[Text]:
    """What a reader has to know about how the sides were compared."""
    found = []
    if comparison.carried:
        rows = ", ".join(f"{name} ({count})" for name, count in sorted(comparison.carried.items()))
        found.append(
            Text(
                ru=f"Территории изменились: строки таблиц приведены к новым единицам по таблице переходов, сама "
                f"реформа изменением не считается. Перенесено строк: {rows}.",
                en=f"Territory changed: rows were brought to the new units by the crosswalk, the reform itself is "
                f"no change. Rows carried: {rows}.",
            )
        )
    partly = {table.table: table.not_compared for table in comparison.tables if table.not_compared}
    if partly:
        rows = ", ".join(f"{name} ({count})" for name, count in sorted(partly.items()))
        found.append(
            Text(
                ru=f"Строки объединённых или разделённых единиц сравнены только в том, что складывается: {rows}.",
                en=f"Rows of units that were joined or divided are compared only in what adds up: {rows}.",
            )
        )
    for label in sorted({*comparison.one_sided.values()}):
        own = [name for name, where in comparison.one_sided.items() if where == label]
        tables = ", ".join(sorted(name.removeprefix("table:") for name in own))
        found.append(Text(ru=f"Только в «{label}» есть таблицы: {tables}.", en=f"Tables only in '{label}': {tables}."))
    if comparison.before.year != comparison.after.year:
        found.append(
            Text(
                ru="Годы разные: причины названы, но по отдельности запуском не проверяются.",
                en="The years are different: causes are named, but not tried one by one.",
            )
        )
    return found


def document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON-ready values; the same comparison gives the same document."""
    words = comparison.causes()
    return {
        "schema": SCHEMA,
        "before": _side(comparison.before),
        "after": _side(comparison.after),
        "same": comparison.same,
        "causes": {kind: [text.model_dump() for text in words[kind]] for kind in KINDS if kind in words},
        "rerun": list(comparison.rerun),
        "notes": [text.model_dump() for text in (*comparison.notes, *reservations(comparison))],
        **{name: _records(frame) for name, frame in frames(comparison).items()},
    }


def _side(side: Side) -> dict[str, Any]:
    return {"name": side_name(side, "en"), "year": side.year, "released": side.released is not None}


def _records(frame: pd.DataFrame) -> list[Mapping[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
