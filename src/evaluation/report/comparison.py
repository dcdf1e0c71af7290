"""What changed between two runs of a programme year, and why, as one page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup, escape

from evaluation.display.exhibit import Exhibit, Format
from evaluation.display.wording import words
from evaluation.report.blocks import facts_list
from evaluation.report.html import page, safe_fragment
from evaluation.settings import Language, Text

_SIMPLE: dict[str, Text] = {
    "kind": Text(ru="Сравнение", en="Comparison"),
    "title": Text(ru="Что изменилось: {before} → {after}", en="What changed: {before} → {after}"),
    "about": Text(ru="Что сравнивали", en="What was compared"),
    "causes": Text(ru="Причины", en="Causes"),
    "findings": Text(ru="Показатели отчёта", en="Findings"),
    "estimates": Text(ru="Оценки", en="Estimates"),
    "tables": Text(ru="Таблицы", en="Tables"),
    "cells": Text(ru="Строки и ячейки", en="Rows and cells"),
    "files": Text(ru="Рисунки, таблицы отчёта и отчёты", en="Figures, tables of the report and reports"),
    "notes": Text(ru="Оговорки", en="Reservations"),
    "none": Text(ru="Отличий нет.", en="No differences."),
    "no_causes": Text(ru="Записи запусков ничем не отличаются.", en="The records of the runs do not differ."),
    "no_notes": Text(ru="Оговорок нет.", en="No reservations."),
}
COLUMNS: dict[str, Text] = {
    "name": Text(ru="Имя", en="Name"),
    "table": Text(ru="Таблица", en="Table"),
    "key": Text(ru="Строка", en="Row"),
    "column": Text(ru="Столбец", en="Column"),
    "verb": Text(ru="Что произошло", en="What happened"),
    "was": Text(ru="Было", en="Was"),
    "was_interval": Text(ru="Было: интервал", en="Was: interval"),
    "now": Text(ru="Стало", en="Is"),
    "now_interval": Text(ru="Стало: интервал", en="Is: interval"),
    "is": Text(ru="Стало", en="Is"),
    "change": Text(ru="Изменение", en="Change"),
    "was_se": Text(ru="Было: ошибка", en="Was: SE"),
    "now_se": Text(ru="Стало: ошибка", en="Is: SE"),
    "was_verdict": Text(ru="Было: вывод", en="Was: verdict"),
    "now_verdict": Text(ru="Стало: вывод", en="Is: verdict"),
    "cause": Text(ru="Причина", en="Cause"),
    "how": Text(ru="Как установлена", en="How it was found"),
    "why": Text(ru="Почему не изменение", en="Why it is no change"),
    "rows_before": Text(ru="Строк было", en="Rows were"),
    "rows_after": Text(ru="Строк стало", en="Rows are"),
    "added": Text(ru="Добавлено строк", en="Rows added"),
    "removed": Text(ru="Убрано строк", en="Rows removed"),
    "changed_rows": Text(ru="Изменено строк", en="Rows changed"),
    "cells": Text(ru="Изменено ячеек", en="Cells changed"),
    "refused": Text(ru="Через разрыв", en="Across a break"),
    "columns": Text(ru="Столбцы", en="Columns"),
    "place": Text(ru="Источник, лист, строка", en="Source, sheet, row"),
    "basis": Text(ru="По чему видно", en="Told by"),
    "remainder": Text(ru="Остаток", en="Remainder"),
}
CHOICES: dict[str, dict[str, Text]] = {
    "verb": {
        "added": Text(ru="добавлено", en="added"),
        "removed": Text(ru="убрано", en="removed"),
        "changed": Text(ru="изменено", en="changed"),
        "refused": Text(ru="не сравнивается", en="not compared"),
    },
    "how": {
        "records": Text(ru="по записям запусков", en="by the records of the runs"),
        "rerun": Text(ru="повторным запуском с одним изменением", en="by rerunning with one change"),
        "not_separated": Text(ru="причины не разделены", en="causes not told apart"),
    },
    "basis": {
        "data": Text(ru="по данным: отличаются и таблицы за ним", en="data: tables behind it differ as well"),
        "bytes": Text(ru="по байтам: таблицы за ним те же", en="bytes: the tables behind it are the same"),
    },
    "verdict": {
        "positive": Text(ru="больше нуля", en="above zero"),
        "negative": Text(ru="меньше нуля", en="below zero"),
        "unclear": Text(ru="знак неясен", en="sign unclear"),
        "none": Text(ru="нет интервала", en="no interval"),
    },
}
CHANGE = Format(signed=True)


def comparison_page(
    before: str,
    after: str,
    facts: Sequence[tuple[Text, str]],
    causes: Mapping[str, Sequence[str]],
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str],
    choices: Mapping[str, Mapping[str, str]],
    language: Language,
    *,
    simulated: bool = False,
) -> str:
    """The page about one comparison.

    ``causes`` are details by kind of cause, ``tables`` the frames findings, estimates, tables, cells and files with
    columns of COLUMNS (and ``by_...``), ``notes`` reservations, ``choices`` words for codes by column; all of these
    words are of this language. The same input gives the same text.
    """

    def say(name: str, **values: object) -> str:
        return _SIMPLE[name].in_language(language).format(**values)

    labels = {name: text.in_language(language) for name, text in COLUMNS.items()} | dict(choices.get("columns", {}))
    codes = {name: {code: text.in_language(language) for code, text in each.items()} for name, each in CHOICES.items()}
    codes |= {"was_verdict": codes["verdict"], "now_verdict": codes["verdict"]}
    codes |= {name: dict(each) for name, each in choices.items()}

    def table(name: str) -> Markup:
        frame = tables[name].reset_index(drop=True)
        if frame.empty:
            return Markup("<p>{}</p>").format(say("none"))
        signed = [column for column in frame.columns if column in ("change", "remainder") or column.startswith("by_")]
        shown = Exhibit(
            f"compare-{name}", frame, {language: labels}, Text(ru=say(name), en=say(name)),
            formats=dict.fromkeys(signed, CHANGE),
            choices={column: {language: codes[column]} for column in frame.columns if column in codes},
            unit_column="unit" if "unit" in frame.columns else None, simulated=simulated, language=language,
        )  # fmt: skip
        return safe_fragment(name, shown.to_html(language))

    parts = {"about": facts_list([(name.in_language(language), value) for name, value in facts])}
    parts["causes"] = _causes(causes) if causes else Markup("<p>{}</p>").format(say("no_causes"))
    parts |= {name: table(name) for name in ("findings", "estimates", "tables", "cells", "files")}
    parts["notes"] = _listed(notes) if notes else Markup("<p>{}</p>").format(say("no_notes"))
    contents = [(name, str(place), say(name)) for place, name in enumerate(parts, start=1)]
    body = "\n".join(
        str(Markup('<section id="{}"><h2><span class="place">{}</span>{}</h2>{}</section>').format(name, n, text, part))
        for (name, part), (_, n, text) in zip(parts.items(), contents, strict=True)
    )
    title = say("title", before=before, after=after)
    cover = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1></div></header>').format(
        say("kind"), title
    )
    if simulated:
        cover += Markup('\n<div class="banner" role="note"><p><strong>{}</strong></p></div>').format(
            words("simulated", language)
        )
    return page(title, language, str(cover), contents, body)


def _causes(causes: Mapping[str, Sequence[str]]) -> Markup:
    return Markup("").join(Markup("<h3>{}</h3>{}").format(kind, _listed(texts)) for kind, texts in causes.items())


def _listed(texts: Sequence[str]) -> Markup:
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(escape(text)) for text in texts))
