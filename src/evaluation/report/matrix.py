"""The evaluation matrix: question, indicator, data, method, finding and certainty, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.exhibit import Exhibit
from evaluation.display.model_words import FAMILIES
from evaluation.display.plan_exhibits import numbered, say_rows
from evaluation.display.tables import exhibit
from evaluation.display.units import COUNTED
from evaluation.display.wording import MISSING, code_label, is_missing, label_of
from evaluation.report.blocks import plain_text
from evaluation.report.findings import Findings
from evaluation.report.reading_words import VARIABLES
from evaluation.report.results import Result
from evaluation.report.sources_of import in_words, sources_of_step, sources_of_variables
from evaluation.settings import LANGUAGES, Language, Model, Question, Text

COLUMNS: dict[str, Text] = {
    "question": Text(ru="Вопрос", en="Question"),
    "indicator": Text(ru="Показатель", en="Indicator"),
    "data": Text(ru="Данные", en="Data"),
    "method": Text(ru="Метод", en="Method"),
    "finding": Text(ru="Находка (95 % интервал)", en="Finding (95% interval)"),
    "certainty": Text(ru="Что можно утверждать", en="What may be claimed"),
}
_DESCRIBED = Text(ru="описание: подсчёт по данным", en="description: counted from the data")
_CHECKED = Text(ru="проверка основной модели", en="a check of the main model")
CHECK_STEP = "07_check_robustness"
COUNTED_FULLY = Text(ru="сплошной подсчёт", en="a full count")
ESTIMATED = Text(ru="описание с погрешностью", en="a description with its uncertainty")
COMPUTED = Text(ru="расчётное число", en="a computed number")
_BY_TIME = Text(ru="по годам от события: см. рисунок", en="by years from the event: see the figure")
_NOTHING = Text(ru="план не назвал показателя", en="the plan names no indicator")
FINDING_TABLES = ("findings", "indicators")


def evaluation_matrix(
    questions: Sequence[Question], models: Sequence[Model], results: Sequence[Result],
    findings: Mapping[Language, Findings],
    codebook: Codebook | None, *, simulated: bool = False,
) -> Exhibit:  # fmt: skip
    """One row a question and model or finding, in the plan's order; a question that nothing answers says so.

    ``findings`` are those of the report by language (``ru`` and ``en``).
    """
    rows: list[dict[str, Text]] = []
    for question in questions:
        told = _described(question, findings, codebook)
        told += [
            _modelled(question, model, results, codebook)
            for model in sorted(models, key=lambda model: not model.is_main)
            if model.question == question.id
        ]
        rows += told or [_unanswered(question)]
    frame = pd.DataFrame({name: numbered(len(rows)) for name in COLUMNS})
    made = exhibit(
        frame, None, "evaluation_matrix", "Матрица оценки", "Evaluation matrix",
        "Уверенность — по правилам: выше всего при жребии, средняя у связи; каждое возражение проверок снижает её на "
        "ступень.",
        "Certainty follows rules: highest for assignment by lot, moderate for an association; each objection by a "
        "check lowers it one level.",
        name="evaluation_matrix", labels=COLUMNS, simulated=simulated,
    )  # fmt: skip
    for name in COLUMNS:
        made = say_rows(made, name, [row[name] for row in rows])
    return made


def _row(question: Question, **cells: Mapping[Language, str]) -> dict[str, Text]:
    return {"question": Text(ru=question.id, en=question.id), **{name: _text(cell) for name, cell in cells.items()}}


def _text(cell: Mapping[Language, str]) -> Text:
    return Text(ru=cell["ru"], en=cell["en"])


def _modelled(
    question: Question, model: Model, results: Sequence[Result], codebook: Codebook | None
) -> dict[str, Text]:
    own = [result for result in results if result.model.name == model.name]
    variables = [model.outcome, *model.exposures]
    sources = sources_of_variables(variables) or sources_of_step("06_estimate_outcomes")
    cells: dict[str, dict[Language, str]] = {name: {} for name in COLUMNS if name != "question"}
    for language in LANGUAGES:
        single = len(own) == 1
        lines = [
            result.size(language) if single else f"{result.exposure(language, codebook)}: {result.size(language)}"
            for result in own
        ]
        words = list(dict.fromkeys(result.certainty.in_words(language) for result in own))
        if len(words) > 1:
            words = [f"{result.exposure(language, codebook)}: {result.certainty.in_words(language)}" for result in own]
        family = FAMILIES[model.family].in_language(language)
        cells["indicator"][language] = label_of(codebook, VARIABLES, model.outcome, language)
        cells["data"][language] = in_words(sources, language)
        cells["method"][language] = "; ".join(dict.fromkeys([family, code_label("design", model.design, language)]))
        cells["finding"][language] = "; ".join(lines) or _BY_TIME.in_language(language)
        cells["certainty"][language] = "; ".join(words) or MISSING[language]
    return _row(question, **cells)


def description_words(findings: Findings, name: str) -> Text:
    """What a finding is that is no estimate of a model: a full count, a computed number, or one with uncertainty."""
    row = findings.row(name)
    if not is_missing(row["low"]):
        return ESTIMATED
    return COUNTED_FULLY if str(row["unit"]) in COUNTED else COMPUTED


def _described(
    question: Question, findings: Mapping[Language, Findings], codebook: Codebook | None
) -> list[dict[str, Text]]:  # fmt: skip
    """A row for each step of which the question declares findings."""
    steps: dict[str, list[str]] = {}
    for name in question.findings:
        if name in findings["ru"]:
            steps.setdefault(str(findings["ru"].row(name)["step"]), []).append(name)
    return [_told(question, step, names, findings, codebook) for step, names in steps.items()]


def _told(
    question: Question, step: str, names: list[str], findings: Mapping[Language, Findings], codebook: Codebook | None
) -> dict[str, Text]:
    cells: dict[str, dict[Language, str]] = {each: {} for each in COLUMNS if each != "question"}
    for language in LANGUAGES:
        found = findings[language]
        said = []
        for name in names:
            span = "" if is_missing(found.row(name)["low"]) else f" ({plain_text(found.interval(name))})"
            said.append(f"{plain_text(found.value(name))}{span}")
        kinds = dict.fromkeys(description_words(found, name).in_language(language) for name in names)
        cells["indicator"][language] = "; ".join(label_of(codebook, FINDING_TABLES, name, language) for name in names)
        cells["data"][language] = in_words(sources_of_step(step), language)
        cells["method"][language] = (_CHECKED if step == CHECK_STEP else _DESCRIBED).in_language(language)
        cells["finding"][language] = "; ".join(said)
        cells["certainty"][language] = "; ".join(kinds)
    return _row(question, **cells)


def _unanswered(question: Question) -> dict[str, Text]:
    blank = {language: MISSING[language] for language in LANGUAGES}
    nothing = {language: _NOTHING.in_language(language) for language in LANGUAGES}
    return _row(question, indicator=nothing, data=blank, method=blank, finding=blank, certainty=blank)
