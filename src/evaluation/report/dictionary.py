"""The file dictionary and the picture of the pipeline, generated from the declarations.

``python -m evaluation.report.dictionary`` writes docs/file_dictionary*.md and docs/images/flow*.svg of the project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.codebook import Codebook, read_codebook
from evaluation.display.flow import STEP_TITLES, flow_svg
from evaluation.display.units import UNITS, unit_label
from evaluation.display.wording import SOURCES
from evaluation.pipeline import STEPS, Step
from evaluation.report.dictionary_rows import ROWS_RU
from evaluation.settings import LANGUAGES, Language, Text
from evaluation.tables import TABLES, Column, Table

Variables = dict[tuple[str, str], dict[str, str]]
Choices = dict[str, list[str]]

_WORDS: dict[str, Text] = {
    "title": Text(ru="Словарь файлов", en="File dictionary"),
    "about": Text(
        ru="Что лежит в каждой таблице, которую создают расчёты: что такое строка, чем она определяется, кто может её "
        "видеть. Файл составлен программой из объявлений `pipeline.py`, `tables/` и `config/codebook.csv`; "
        "обновляется командой `make docs`.",
        en="What every table holds that the computations make: what a row is, what identifies it, who may see it. This "
        "file is generated from the declarations in `pipeline.py`, `tables/` and `config/codebook.csv`; `make docs` "
        "renews it.",
    ),
    "steps": Text(ru="Шаги", en="Steps"),
    "step": Text(ru="Шаг", en="Step"),
    "what": Text(ru="Что делает", en="What it does"),
    "makes": Text(ru="Создаёт", en="Makes"),
    "shows": Text(ru="Показывает", en="Shows"),
    "tables": Text(ru="Таблицы", en="Tables"),
    "table": Text(ru="Таблица", en="Table"),
    "row": Text(ru="Строка", en="A row is"),
    "key": Text(ru="Ключ", en="Key"),
    "sensitivity": Text(ru="Доступ", en="Access"),
    "place": Text(ru="Файл", en="File"),
    "refers": Text(ru="Ссылается на", en="Refers to"),
    "column": Text(ru="Столбец", en="Column"),
    "label": Text(ru="Что это", en="What it is"),
    "kind": Text(ru="Тип", en="Kind"),
    "empty": Text(ru="Может быть пустым", en="May be empty"),
    "unit": Text(ru="Единица", en="Unit"),
    "values": Text(ru="Допустимые значения", en="Allowed values"),
    "year": Text(ru="год", en="year"),
    "sources": Text(ru="Полученные файлы", en="Received files"),
    "source": Text(ru="Логическое имя", en="Logical name"),
    "file": Text(ru="Что это за файл", en="What the file is"),
    "read_by": Text(ru="Читает", en="Read by"),
}
_KINDS: dict[str, Text] = {
    "text": Text(ru="текст", en="text"),
    "code": Text(ru="код (текст)", en="code (text)"),
    "category": Text(ru="категория", en="category"),
    "integer": Text(ru="целое", en="integer"),
    "number": Text(ru="число", en="number"),
    "money": Text(ru="деньги", en="money"),
    "date": Text(ru="дата", en="date"),
    "flag": Text(ru="да/нет", en="yes/no"),
}
_SENSITIVITIES: dict[str, Text] = {
    "open": Text(ru="можно публиковать", en="may be published"),
    "internal": Text(ru="для работы внутри института", en="for work inside the institute"),
    "pseudonymous": Text(ru="о людях под ключами: не передавать", en="about people under keys: not to be passed on"),
}


def file_dictionary(
    steps: Sequence[Step], tables: Mapping[str, Table], codebook: Codebook | None, language: Language
) -> str:
    """The dictionary as Markdown: received files, steps, and every table with its columns.

    Raises KeyError for a table whose row has no Russian words yet.
    """

    def word(name: str) -> str:
        return _WORDS[name].in_language(language)

    lines = [f"# {word('title')}", "", word("about"), "", f"## {word('sources')}", ""]
    sources = [(name, step.name) for step in steps for name in step.sources]
    position = 0 if language == "ru" else 1
    lines += _pipe_table(
        [word("source"), word("file"), word("read_by")],
        [[f"`{name}`", SOURCES.get(name, (name, name))[position], f"`{step}`"] for name, step in sources],
    )
    lines += ["", f"## {word('steps')}", ""]
    lines += _pipe_table(
        [word("step"), word("what"), word("makes"), word("shows")],
        [
            [
                f"`{step.name}`",
                STEP_TITLES[step.name].in_language(language) if language == "ru" else step.question,
                _codes(step.makes or step.files),
                _codes(dict.fromkeys((*step.figures, *step.exhibits))),
            ]
            for step in steps
        ],
    )
    lines += ["", f"## {word('tables')}"]
    variables, choices = _indexed(codebook)
    for step in steps:
        for name in step.makes:
            lines += ["", *_table(tables[name], step, variables, choices, language)]
    return "\n".join(lines).rstrip() + "\n"


def _indexed(codebook: Codebook | None) -> tuple[Variables, Choices]:
    """The codebook's rows by table and variable, and the codes of each list: one pass instead of one a column."""
    if codebook is None:
        return {}, {}
    variables = {(row["table"], row["variable"]): row for row in codebook.variables.to_dict("records")}
    return variables, codebook.choices.groupby("list", sort=False)["code"].agg(list).to_dict()


def _table(table: Table, step: Step, variables: Variables, choices: Choices, language: Language) -> list[str]:
    def word(name: str) -> str:
        return _WORDS[name].in_language(language)

    folder = f"data/processed/<{word('year')}>/{step.folder + '/' if step.folder else ''}"
    lines = [
        f"### {table.name}",
        "",
        f"- {word('row')}: {table.row if language == 'en' else ROWS_RU[table.row]}",
        f"- {word('key')}: {_codes(table.key)}",
        f"- {word('step')}: `{step.name}`",
        f"- {word('place')}: `{folder}{table.name}.parquet`",
        f"- {word('sensitivity')}: {_SENSITIVITIES[table.sensitivity].in_language(language)}",
    ]
    if table.references:
        targets = ", ".join(f"`{column}` → `{target}`" for column, (target, _) in table.references.items())
        lines.append(f"- {word('refers')}: {targets}")
    heads = [word(name) for name in ("column", "label", "kind", "empty", "unit", "values")]
    rows = [_column(table, column, variables, choices, language) for column in table.columns]
    return [*lines, "", *_pipe_table(heads, rows)]


def _column(table: Table, column: Column, variables: Variables, choices: Choices, language: Language) -> list[str]:
    described = variables.get((table.name, column.name)) or variables.get(("*", column.name)) or {}
    label = described.get(f"label_{language}", "")
    unit = described.get("unit", "")
    allowed = choices.get(described.get("list", ""), [])
    yes = ("да" if language == "ru" else "yes") if not column.required else ""
    return [
        f"`{column.name}`",
        label,
        _KINDS[column.kind].in_language(language),
        yes,
        unit_label(unit, language) if unit in UNITS or len(unit) == 3 else unit,
        _codes(allowed),
    ]


def _codes(names: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _pipe_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [[text.replace("|", "\\|").replace("\n", " ") for text in row] for row in rows]
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(row) + " |" for row in cells),
    ]


def documents(codebook: Codebook | None) -> dict[str, str]:
    """Text of every generated document by its path in docs."""
    made = {}
    for language in LANGUAGES:
        ending = ".ru" if language == "ru" else ""
        made[f"file_dictionary{ending}.md"] = file_dictionary(STEPS, TABLES, codebook, language)
        made[f"images/flow{ending}.svg"] = flow_svg(STEPS, language)
    return made


def main(root: Path | None = None) -> None:
    """Write the generated documents into the project's docs folder."""
    project = root or Path(__file__).resolve().parents[3]
    for name, text in documents(read_codebook(project / "config")).items():
        path = project / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
