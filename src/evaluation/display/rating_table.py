"""The table of ratings, item by item, under the questionnaire's own wording."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Text

LABELS = {
    "instrument": Text(ru="Анкета", en="Questionnaire"),
    "item": Text(ru="Утверждение или вопрос", en="Statement or question"),
    "answered": Text(ru="n ответивших", en="n answered"),
    "dont_know": Text(ru="Затруднились", en="Don't know"),
    "refused": Text(ru="Отказались", en="Refused"),
    "no_answer": Text(ru="Без ответа", en="No answer"),
    "mean": Text(ru="Среднее (1–5)", en="Mean (1–5)"),
    "top_two_share": Text(ru="Доля ответов 4 и 5", en="Share of answers 4 and 5"),
}
INSTRUMENTS = {
    "participants": Text(ru="участники обучения", en="participants of training"),
    "residents": Text(ru="жители", en="residents"),
}


def ratings_exhibit(
    ratings: pd.DataFrame,
    codebook: Codebook | None,
    items: pd.DataFrame,
    threshold: int = 5,
    simulated: bool = False,
    hidden: pd.DataFrame | None = None,
) -> Exhibit:
    """Columns of ``survey.tabulate.rating_table``; ``items`` has name, label_ru, label_en.

    ``hidden`` marks cells (``privacy.answers.hidden_answers`` with this ``threshold``), means and shares over few
    answers among them.
    """
    made = exhibit(
        ratings, codebook, "survey_ratings", "Оценки в анкетах", "Ratings in the questionnaires",
        "Среднее и доля — только по ответившим; где отвечали желающие, о неответивших они не говорят. "
        "У утверждений с обратным смыслом низкая оценка лучше.",
        "Mean and share are of those who answered; where people answered of their own accord they say nothing about "
        "the others. For statements worded the other way round a low rating is the better one.",
        columns=list(LABELS), labels=LABELS, units={"top_two_share": "share"},
        decimals={"mean": 2}, hidden=hidden, threshold=threshold,
        simulated=simulated,
    )  # fmt: skip
    words = {each: dict(zip(items["name"], items[f"label_{each}"], strict=True)) for each in LANGUAGES}
    forms = {each: {name: text.in_language(each) for name, text in INSTRUMENTS.items()} for each in LANGUAGES}
    return replace(made, choices={**made.choices, "item": words, "instrument": forms})
