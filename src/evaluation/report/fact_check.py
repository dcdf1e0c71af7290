"""The fact check: every sentence of the report that quotes a finding, what it quotes, and who else has counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.exhibit import Exhibit
from evaluation.display.plan_exhibits import numbered, say_rows
from evaluation.display.tables import exhibit
from evaluation.display.wording import MISSING, format_number, is_missing
from evaluation.report.blocks import plain_text
from evaluation.report.certainty import Claim
from evaluation.report.findings import Findings
from evaluation.report.sentences import Sentence
from evaluation.report.strength import too_strong
from evaluation.settings import LANGUAGES, InputProblem, Language, ReferenceTotal, Text

COLUMNS: dict[str, Text] = {
    "section": Text(ru="Раздел", en="Section"),
    "sentence": Text(ru="Предложение", en="Sentence"),
    "finding": Text(ru="Находки и значения", en="Findings and values"),
    "step": Text(ru="Откуда", en="From"),
    "independent": Text(ru="Независимый источник", en="Independent source"),
}
# findings of a year that count the same thing as a published total
MEASURES: dict[str, str] = {
    "funded": "projects_funded",
    "applications": "applications",
    "cost_total": "cost",
    "participations": "participations",
    "units_funded_share": "units_with_projects",
}
_TOTAL: dict[Language, str] = {
    "ru": "опубликовано за {period}: {published}; в реестре за то же время {register} ({reference})",
    "en": "published for {period}: {published}; the register has {register} for the same time ({reference})",
}
_STUDIES = Text(
    ru="прежние исследования: таблица «Оценки рядом с прежними исследованиями»",
    en="earlier studies: the table 'Estimates beside earlier studies'",
)


def independent_sources(
    names: Sequence[str], reconciliation: pd.DataFrame | None, totals: Sequence[ReferenceTotal],
    estimated: Mapping[str, bool], language: Language, currency: str = "RUB",
) -> str:  # fmt: skip
    """Who else has counted what the findings say; empty where nobody has.

    ``reconciliation`` satisfies its contract, ``totals`` say which measure each of its rows is of. ``estimated`` marks
    the findings that are estimates with which earlier studies are compared.
    """
    measure_of = {total.name: total.measure for total in totals}
    wanted = {MEASURES[name] for name in names if name in MEASURES}
    rows = [] if reconciliation is None or not wanted else reconciliation.to_dict("records")
    told = [
        _TOTAL[language].format(
            period=row["period"], reference=row["reference"],
            published=_amount(row["published"], row["unit"], language, currency),
            register=_amount(row["register"], row["unit"], language, currency),
        )
        for row in rows
        if measure_of.get(str(row["name"])) in wanted and not is_missing(row["register"])
    ]  # fmt: skip
    if any(estimated.get(name) for name in names):
        told.append(_STUDIES.in_language(language))
    return "; ".join(told)


def _amount(value: Any, unit: Any, language: Language, currency: str) -> str:
    return format_number(value, language, None, str(unit).replace("currency", currency))


def refuse_strong_sentences(
    sentences: Sequence[Sentence], claims: Mapping[str, Claim], language: Language
) -> None:  # fmt: skip
    """Raises InputProblem naming every sentence that says more than the results it quotes.

    ``claims`` are what may be claimed by finding, for the findings that are estimates.
    """
    problems = []
    for sentence in sentences:
        quoted = [claims[name] for name in sentence.findings if name in claims]
        problems += [(sentence, word) for word in too_strong(sentence.text, quoted, language)[:1]]
    if problems:
        raise InputProblem(
            "\n".join(
                f"Текст отчёта, раздел {each.section}: слово «{word}» говорит о причине, а находка "
                f"{', '.join(each.findings)} — только связь: «{each.text}». Напишите «связано» или уберите слово."
                for each, word in problems
            ),
            "\n".join(
                f"Report text, section {each.section}: the word '{word}' speaks of a cause, while finding "
                f"{', '.join(each.findings)} is an association only: '{each.text}'. Write 'goes together with' or take "
                "the word out."
                for each, word in problems
            ),
        )


def fact_check(
    sentences: Sequence[Sentence], findings: Findings, sources: Sequence[str], titles: Mapping[str, str],
    codebook: Codebook | None = None, *, simulated: bool = False,
) -> Exhibit:  # fmt: skip
    """One row a sentence: section, sentence, findings with their values, steps, independent source.

    ``sources`` are the independent sources, one a sentence; ``titles`` the sections' titles. Everything is in the
    language of ``findings``.
    """
    language = findings.language
    cells: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for sentence, source in zip(sentences, sources, strict=True):
        cells["section"].append(titles.get(sentence.section, sentence.section))
        cells["sentence"].append(sentence.text)
        cells["finding"].append("; ".join(f"{name}: {plain_text(findings.full(name))}" for name in sentence.findings))
        steps = dict.fromkeys(str(findings.row(name)["step"]) for name in sentence.findings)
        cells["step"].append("; ".join(steps))
        cells["independent"].append(source or MISSING[language])
    made = exhibit(
        pd.DataFrame({name: numbered(len(sentences)) for name in COLUMNS}), codebook, "fact_check",
        "Проверка утверждений", "Fact check",
        "Каждое предложение отчёта с числом из находки. Прочерк в последнем столбце: независимого источника нет.",
        "Every sentence of the report that holds a finding's number. n/a in the last column: there is no "
        "independent source.",
        name="fact_check", labels=COLUMNS, simulated=simulated, language=language,
    )  # fmt: skip
    for name in COLUMNS:
        made = say_rows(made, name, [Text(**dict.fromkeys(LANGUAGES, text)) for text in cells[name]])
    return made
