"""Recommendations held against the findings they rest on: one whose finding has gone or turned stops the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from evaluation.codebook import Codebook
from evaluation.display.wording import format_date, is_missing, label_of
from evaluation.report.blocks import facts_list
from evaluation.report.certainty import Certainty, certainty_of, checks_of, estimate_behind, rows_of
from evaluation.report.findings import FindingError, Findings
from evaluation.report.matrix import FINDING_TABLES, description_words
from evaluation.settings import Expected, Ground, InputProblem, Language, Model, Recommendation, Text

FILE = "config/recommendations/<year>.yml"
_EXPECTED: dict[Expected, Text] = {
    "above_zero": Text(ru="больше нуля", en="above zero"),
    "below_zero": Text(ru="меньше нуля", en="below zero"),
    "not_told_from_zero": Text(ru="не отличается от нуля", en="not told from zero"),
}
_WORDS: dict[str, Text] = {
    "addressee": Text(ru="Кому", en="For whom"),
    "due": Text(ru="Срок", en="By"),
    "rests_on": Text(ru="На чём основано", en="Rests on"),
    "certainty": Text(ru="Что можно утверждать", en="What may be claimed"),
    "needs_study": Text(ru="сначала нужно исследование", en="needs a study first"),
}


class Grounds:
    """What the findings behind recommendations say, and how surely."""

    def __init__(
        self, findings: Findings, models: Sequence[Model] = (), estimates: pd.DataFrame | None = None,
        robustness: pd.DataFrame | None = None,
    ) -> None:  # fmt: skip
        self.findings = findings
        self._kinds = {model.name: model.kind for model in models}
        self._estimates, self._every = rows_of(estimates), rows_of(robustness, estimates)
        self._known: dict[str, Certainty | None] = {}

    def certainty(self, name: str) -> Certainty | None:
        """Certainty of the estimate behind a finding; None for a finding that is no estimate of a model."""
        if name not in self._known:
            self._known[name] = self._certainty(self.findings.row(name))
        return self._known[name]

    def _certainty(self, finding: Mapping[str, Any]) -> Certainty | None:
        row = estimate_behind(finding, self._estimates)
        if row is None:
            return None
        secondary = self._kinds.get(str(row["model"])) == "secondary"
        return certainty_of(row, checks_of(row, self._every), applicants_only=secondary)

    def is_decisive(self, name: str) -> bool:
        """Whether the finding settles its sign: an estimate by its certainty, others by interval or full count."""
        certainty = self.certainty(name)
        if certainty is not None:
            return certainty.claim in ("association", "effect")
        row = self.findings.row(name)
        return self.findings.clear(name) or (is_missing(row["low"]) and not is_missing(row["value"]))

    def in_words(self, name: str, language: Language) -> str:
        certainty = self.certainty(name)
        if certainty is not None:
            return certainty.in_words(language)
        return description_words(self.findings, name).in_language(language)


def check_recommendations(recommendations: Sequence[Recommendation], grounds: Grounds) -> None:
    """Raises InputProblem naming every recommendation whose finding is missing, has turned, or settles nothing."""
    problems = [
        (recommendation.id, problem)
        for recommendation in recommendations
        for ground in recommendation.rests_on
        if (problem := _problem(ground, recommendation.needs_study, grounds)) is not None
    ]
    if problems:
        raise InputProblem(
            "\n".join(f"{FILE}, рекомендация {name}: {text.ru}" for name, text in problems),
            "\n".join(f"{FILE}, recommendation {name}: {text.en}" for name, text in problems),
        )


def _problem(ground: Ground, needs_study: bool, grounds: Grounds) -> Text | None:
    name = ground.finding
    try:
        row = grounds.findings.row(name)
    except FindingError as error:
        return Text(
            ru=f"находки «{name}» нет ({error}). Исправьте имя или уберите рекомендацию.",
            en=f"{error}. Correct the name or take the recommendation out.",
        )
    if is_missing(row["value"]):
        return Text(
            ru=f"у находки «{name}» нет значения: в этом году её не посчитать. Уберите рекомендацию или основание.",
            en=f"finding '{name}' has no value: this year it cannot be computed. Take the recommendation or its ground "
            "out.",
        )
    turned = _turned(ground, row, grounds)
    if turned is not None:
        return turned
    if not needs_study and ground.expects != "not_told_from_zero" and not grounds.is_decisive(name):
        return Text(
            ru=f"находка «{name}» ничего не решает: её не отличить от нуля. Напишите needs_study: true или уберите "
            "рекомендацию.",
            en=f"finding '{name}' settles nothing: it cannot be told from zero. Write needs_study: true or take the "
            "recommendation out.",
        )
    return None


def _turned(ground: Ground, row: Mapping[str, Any], grounds: Grounds) -> Text | None:
    """What is no longer so of a finding that has a value."""
    name, value = ground.finding, float(row["value"])
    for limit, broken, ru, en in (
        (ground.at_least, value < (ground.at_least or 0), "не меньше", "at least"),
        (ground.at_most, value > (ground.at_most or 0), "не больше", "at most"),
    ):
        if limit is not None and broken:
            return Text(
                ru=f"находка «{name}» равна {value:g}, а ожидалось {ru} {limit:g}. Рекомендация больше не следует из "
                "данных: пересмотрите её.",
                en=f"finding '{name}' is {value:g}, expected was {en} {limit:g}. The recommendation no longer follows "
                "from the data: reconsider it.",
            )
    if ground.expects is None:
        return None
    decisive = grounds.is_decisive(name)
    holds = {
        "above_zero": value > 0, "below_zero": value < 0, "not_told_from_zero": not decisive,
    }[ground.expects]  # fmt: skip
    if holds:
        return None
    expected = _EXPECTED[ground.expects]
    return Text(
        ru=f"находка «{name}» равна {value:g}, а рекомендация исходит из того, что она {expected.ru}. Пересмотрите "
        "рекомендацию.",
        en=f"finding '{name}' is {value:g}, while the recommendation takes it to be {expected.en}. Reconsider the "
        "recommendation.",
    )


def recommendation_list(
    recommendations: Sequence[Recommendation], grounds: Grounds, codebook: Codebook | None, language: Language
) -> Markup:
    """The recommendations with addressee, day, the findings they rest on and what these allow to claim."""
    items = Markup("").join(
        Markup('<li><div id="recommendation-{}"><p><strong>{}</strong>{}</p>{}</div></li>').format(
            each.id, each.text.in_language(language), _mark(each, language), _facts(each, grounds, codebook, language)
        )
        for each in recommendations
    )
    return Markup('<ol class="recommendations">{}</ol>').format(items)


def _mark(recommendation: Recommendation, language: Language) -> Markup:
    if not recommendation.needs_study:
        return Markup("")
    return Markup(" <em>({})</em>").format(_WORDS["needs_study"].in_language(language))


def _facts(
    recommendation: Recommendation, grounds: Grounds, codebook: Codebook | None, language: Language
) -> Markup:  # fmt: skip
    told = []
    for ground in recommendation.rests_on:
        label = label_of(codebook, FINDING_TABLES, ground.finding, language)
        told.append(Markup("{}: {}").format(label, grounds.findings.full(ground.finding)))
    words = list(dict.fromkeys(grounds.in_words(ground.finding, language) for ground in recommendation.rests_on))
    pairs = [
        (_WORDS["addressee"].in_language(language), recommendation.addressee.in_language(language)),
        (_WORDS["rests_on"].in_language(language), Markup("; ").join(told)),
        (_WORDS["certainty"].in_language(language), "; ".join(words)),
    ]
    if recommendation.due is not None:
        day = Markup('<time datetime="{}">{}</time>').format(
            recommendation.due.isoformat(), format_date(recommendation.due, language)
        )
        pairs.insert(1, (_WORDS["due"].in_language(language), day))
    return facts_list(pairs)


def recommendation_lines(recommendations: Sequence[Recommendation], language: Language, most: int = 3) -> Markup:
    """The first recommendations in a line each, for the summary; each leads to where its grounds stand."""
    items = Markup("").join(
        Markup('<li><a href="#recommendation-{}">{}</a></li>').format(each.id, each.text.in_language(language))
        for each in recommendations[:most]
    )
    return Markup('<ul class="short">{}</ul>').format(items)
