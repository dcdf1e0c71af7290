"""Answers to the plan's questions, each with what it rests on and how certain it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from evaluation.codebook import Codebook
from evaluation.display.wording import label_of
from evaluation.report.blocks import criteria_words
from evaluation.report.certainty import Certainty
from evaluation.report.findings import Findings
from evaluation.report.matrix import FINDING_TABLES
from evaluation.report.results import Result
from evaluation.settings import Language, Question, Text

MOST_RESULTS = 3
_NOTHING = Text(
    ru="Ответа в отчёте нет: план не назвал ни модели, ни находки.",
    en="The report has no answer: the plan names neither a model nor a finding.",
)
_NO_RESULTS = Text(
    ru="Оценок, о которых могла бы сказать эта справка, за год нет; что посчитано, стоит в отчёте.",
    en="The year has no estimates for this brief to tell of; what was computed stands in the report.",
)
_MORE = Text(
    ru="Другие модели этого вопроса — в матрице оценки и в приложении.",
    en="Other models of this question are in the evaluation matrix and in the annex.",
)
_CERTAINTY = Text(ru="Что можно утверждать", en="What may be claimed")


def question_answers(
    questions: Sequence[Question], results: Sequence[Result], findings: Findings, codebook: Codebook | None,
    see: Callable[[str], Markup],
) -> Markup:  # fmt: skip
    """A heading a question, then its answers: declared findings, then at most MOST_RESULTS estimates with certainty.

    ``see`` makes a link to the section that a step's findings stand in (empty where there is none).
    """
    parts = []
    for question in questions:
        language = findings.language
        told = [
            Markup("<li>{}: {}{}.</li>").format(
                label_of(codebook, FINDING_TABLES, name, language), findings.full(name),
                _after(see(str(findings.row(name)["step"]))),
            )
            for name in question.findings
            if findings.has(name)
        ]  # fmt: skip
        own = [result for result in results if result.model.question == question.id]
        told += [result_line(result, findings, codebook) for result in own[:MOST_RESULTS]]
        body = (
            Markup("<ul>{}</ul>").format(Markup("").join(told))
            if told
            else Markup("<p>{}</p>").format(_NOTHING.in_language(language))
        )
        if len(own) > MOST_RESULTS:
            body += Markup("<p>{}</p>").format(_MORE.in_language(language))
        criteria = criteria_words(question, language)
        tag = Markup(' <span class="criteria">({})</span>').format(criteria) if criteria else ""
        parts.append(
            Markup('<h3 id="answer-{}">{}. {}{}</h3>{}').format(
                question.id, question.id, question.text.in_language(language), tag, body
            )
        )
    return Markup("<div>{}</div>").format(Markup("\n").join(parts))


def _after(link: Markup) -> Markup:
    return Markup(" ({})").format(link) if link else Markup("")


def first_results(results: Sequence[Result], findings: Findings, codebook: Codebook | None) -> Markup:
    """A list of the first MOST_RESULTS of ``results``, each with its certainty; a sentence where there is none."""
    told = [result_line(result, findings, codebook) for result in results[:MOST_RESULTS]]
    if not told:
        return Markup("<p>{}</p>").format(_NO_RESULTS.in_language(findings.language))
    return Markup("<ul>{}</ul>").format(Markup("").join(told))


def result_line(result: Result, findings: Findings, codebook: Codebook | None) -> Markup:
    """An estimate in one sentence and what may be claimed by it, as an item of a list."""
    sentence = result.sentence(findings.language, codebook)
    shown = Markup("{}").format(sentence)
    if result.name in findings:
        step = findings.row(result.name)["step"]
        shown = Markup('<span class="finding" data-finding="{}" title="{} · {}">{}</span>').format(
            result.name, result.name, step, sentence
        )
    certainty = certainty_line(result.certainty, findings.language)
    return Markup("<li>{} {}</li>").format(shown, certainty)


def certainty_line(certainty: Certainty, language: Language) -> Markup:
    """«Что можно утверждать: связь, не воздействие; уверенность средняя.»"""
    return Markup('<span class="certainty">{}: <strong>{}</strong>.</span>').format(
        _CERTAINTY.in_language(language), certainty.in_words(language)
    )
