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
ROWS_RU: dict[str, str] = {
    "territorial unit in force in the programme year": "территория, действующая в год программы",
    "unit, year, age group (they may overlap) and sex": "территория, год, возрастная группа (могут пересекаться) и пол",
    "indicator of coverage by stream of support (or channel of participation), territorial unit and year": (
        "показатель охвата по виду поддержки (или форме участия), территория и год"
    ),
    "stream of support and territorial unit: when support last reached it": (
        "вид поддержки и территория: когда поддержка дошла до неё в последний раз"
    ),
    "field of a received table, territorial unit (or all units) and year": (
        "поле полученной таблицы, территория (или все территории) и год"
    ),
    "application to the contest, funded or not": "заявка на конкурс, поддержанная или нет",
    "project, source of money and stage": "проект, источник денег и стадия",
    "project and channel through which residents took part": "проект и способ участия жителей",
    "project and scoring criterion": "проект и критерий оценки",
    "training or other support event": "учебное или иное мероприятие поддержки",
    "person at an event or, where the list says so, at one of its sessions":
        "человек на мероприятии или, если так указано в списке, на одном из его занятий",
    "person, under a keyed pseudonym": "человек под ключом вместо имени",
    "inter-municipal exchange event": "межмуниципальное мероприятие обмена",
    "territorial unit in a role at an exchange event": "территория в роли на мероприятии обмена",
    "consultation": "консультация",
    "project and indicator of its result": "проект и показатель его результата",
    "project team of a territorial unit in the programme year": "команда проектов территории в году программы",
    "person in a project team of the programme year, under a keyed pseudonym":
        "человек в команде проектов в году программы под ключом вместо имени",
    "line of the state programme and territorial unit in the programme year":
        "линия государственной программы и территория в году программы",
    "kind of help within a stream of support in the programme year, as the support system describes it":
        "вид помощи внутри потока поддержки в году программы, как их называет система поддержки",
    "project team, programme year and stream of support: acts between two deadlines, by what they are known of":
        "команда, год программы и вид поддержки: сколько раз между двумя сроками, по тому, о ком это известно",
    "project team in the programme year: people, support, applications, life so far":
        "команда в году программы: люди, поддержка, заявки, прожитое",
    "indicator of composition and continuity of the teams in a year":
        "показатель состава и преемственности команд в году",
    "project team in the programme year: declared indicators of the conditions for sustained teams":
        "команда в году программы: объявленные признаки условий для устойчивых команд",
    "condition for sustained teams, or all together, in a year: how its indicators hold together":
        "условие для устойчивых команд (или все вместе) в году: насколько связаны его признаки",
    "declared indicator of a condition for sustained teams in a year":
        "объявленный признак условия для устойчивых команд в году",
    "combination of streams of support that teams had before the deadline, all years so far":
        "сочетание видов поддержки, которое было у команд до срока подачи заявок, за все годы",
    "line of the state programme in a year": "линия государственной программы в году",
    "set of lines of the state programme in which territorial units were supported in a year":
        "набор линий государственной программы, в которых поддержаны территории в году",
    "request of a municipality to the resource centre": "обращение муниципалитета в ресурсный центр",
    "entry of a municipality for the award": "заявка муниципалитета на премию",
    "entry for the award, criterion and member of the jury, under a keyed pseudonym": (
        "заявка на премию, критерий и член жюри под псевдонимом"
    ),
    "application of a municipality to a federal programme, followed by the project office": (
        "заявка муниципалитета в федеральную программу, за которой следит проектный офис"
    ),
    "item in the media of the congress and the municipality that it tells of": (
        "материал в медиа конгресса и муниципалитет, о котором он"
    ),
    "partnership abroad as known at the end of the year": "международное партнёрство по состоянию на конец года",
    "visit, agreement or other event of a partnership abroad": (
        "визит, соглашение или другое событие международного партнёрства"
    ),
    "indicator of a service for one member of a grouping (or for all) in a year": (
        "показатель службы для одной группы (или для всех) за год"
    ),
    "entry for the award in its nomination: mean weighted points and place by them": (
        "заявка на премию в своей номинации: средний взвешенный балл и место по нему"
    ),
    "measure of the agreement of the jury in a nomination": "мера согласия жюри в номинации",
    "review of a document of a municipality or project": "рассмотрение документа муниципалитета или проекта",
    "publication about the programme or its practices": "публикация о программе или её практиках",
    "recommendation that an event adopted": "рекомендация, принятая на мероприятии",
    "recommendation and the day on which its progress was checked": "рекомендация и день проверки её выполнения",
    "practice of working with residents known in the programme year":
        "практика работы с жителями, известная в году программы",
    "territorial unit that adopted a practice in the programme year":
        "территория, перенявшая практику в году программы",
    "household in a trial of training": "хозяйство в испытании обучения",
    "received file": "полученный файл",
    "row of a received sheet": "строка полученного листа",
    "remark on a received cell or row": "замечание к полученной ячейке или строке",
    "survey wave": "волна опроса",
    "filled questionnaire": "заполненная анкета",
    "answer to an item (one row per offered option for multiple choice)":
        "ответ на вопрос (для выбора нескольких — строка на каждый предложенный вариант)",
    "received file of answers": "полученный файл ответов",
    "row of a received sheet of answers": "строка полученного листа ответов",
    "remark on a received answer": "замечание к полученному ответу",
    "disposition of those asked in a wave": "исход у тех, кого спросили в волне опроса",
    "outcome rate of a wave": "показатель ответивших в волне опроса",
    "mark or number of the quality of a wave's responses": "признак или число о качестве анкет волны",
    "item of a wave": "вопрос в волне опроса",
    "exclusion rule of a wave, in the order applied": "правило исключения в волне, в порядке применения",
    "stage on the way of a wave's responses from received to analysed":
        "шаг на пути анкет волны от получения до анализа",
    "scale of a questionnaire": "шкала анкеты",
    "item of a scale": "вопрос шкалы",
    "item of the questionnaire as rated at a training event": "вопрос анкеты, как его оценили на учебном мероприятии",
    "claim of the plan on the ratings of all events": "утверждение плана об оценках всех мероприятий",
    "feature of training events in the model of their ratings": "свойство мероприятий в модели их оценок",
    "stage between two measurements of the same people": "шаг между двумя измерениями тех же людей",
    "statistic of the change between two measurements": "показатель изменения между двумя измерениями",
    "measure of a level of training's results": "показатель одного из уровней результата обучения",
    "estimate from the answers to an item": "оценка по ответам на вопрос",
    "weight of a response": "вес анкеты",
    "scheme of weights of a wave": "схема весов волны",
    "territorial unit and programme year, in one geography": "территория и год программы в одних границах",
    "application, with what its territorial unit had received before the deadline":
        "заявка и поддержка, полученная её территорией до срока подачи",
    "directed tie of knowledge between two units in a year (from who teaches to who learns)":
        "связь между двумя территориями за год (от того, кто делится, к тому, кто перенимает)",
    "practice, territorial unit and year in which the unit could adopt it, in one geography":
        "практика, территория и год, когда территория могла её перенять, в одних границах",
    "project team and year of its life": "команда проектов и год её жизни",
    "admitted application with a score, beside its year's line":
        "допущенная заявка с баллом рядом с проходным баллом её года",
    "row or cell of the register that a published total may have counted otherwise":
        "строка или ячейка реестра, которую опубликованный итог мог учесть иначе",
    "published reference total beside the register's": "опубликованный итог рядом с итогом реестра",
    "measure of the unevenness of an indicator between territorial units in a year":
        "мера неравномерности показателя между территориями за год",
    "territorial unit and indicator in a year: likeness to its neighbours":
        "территория и показатель за год: сходство с соседями",
    "territorial unit, stream of support and basis of the way to the stream's nearest event":
        "территория, вид поддержки и способ измерить путь до ближайшего мероприятия этого вида",
    "venue proposed for the next events": "место, предложенное для следующих мероприятий",
    "indicator of a territorial unit (or of all units) in a year": "показатель территории (или всех территорий) за год",
    "stream of support and year": "вид поддержки и год",
    "estimate of one model": "оценка одной модели",
    "estimate of one check": "оценка одной проверки",
    "indicator in two neighbouring years": "показатель в два соседних года",
    "municipality, year and question of the form": "муниципалитет, год и вопрос формы",
    "received file of returns": "полученный файл отчётов",
    "row of a received sheet of returns": "строка полученного листа отчётов",
    "remark on a received return": "замечание к полученному отчёту",
    "municipality in force and year": "действующий муниципалитет и год",
    "municipality, question and edition that changed an answer":
        "муниципалитет, вопрос и редакция, изменившая ответ",
    "year and group of municipalities: how many returned the form":
        "год и группа муниципалитетов: сколько прислали форму",
    "municipality that returned the form: how many it stands for":
        "муниципалитет, приславший форму: за сколько он стоит",
    "year, question, group of municipalities, statistic and method":
        "год, вопрос, группа муниципалитетов, статистика и способ",
    "year and indicator of how far those who returned are like all":
        "год и показатель того, насколько приславшие похожи на всех",
    "municipality and answer that the registry knows too": "муниципалитет и ответ, известный и реестру",
    "year and question: how later editions moved the sum of the answers":
        "год и вопрос: как поздние редакции изменили сумму ответов",
    "finding that a report may quote": "находка, на которую может сослаться отчёт",
}  # fmt: skip


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
