"""A read document in the words of the form, and the filled form as confirmed facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from evaluation.cleaning.text import fold
from evaluation.codebook import Codebook
from evaluation.field.documents.confirming import Choice, answered
from evaluation.field.documents.facts import CHECKS, KINDS, REMARKS, DocumentKind, DocumentRecord, Fact, Field
from evaluation.field.documents.fields import field_of
from evaluation.privacy.personal import find_personal
from evaluation.report.confirmation.filled import ConfirmedForm, raise_faults
from evaluation.report.confirmation.form import ROLE_ROW, WORDS, CheckLine, FormLine
from evaluation.settings import InputProblem, Language, Text

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
KIND_WORDS: Mapping[DocumentKind, Text] = {
    "minutes": Text(ru="протокол мероприятия", en="minutes of an event"),
    "measures": Text(ru="предложения и меры", en="proposals and measures"),
    "trainings": Text(ru="описание программы с тренингами", en="a programme's page with trainings"),
    "support": Text(ru="презентация системы поддержки", en="presentation of a support system"),
    "strategy": Text(ru="стратегия", en="strategy"),
}


# tables of confirmed facts that are no registers of the programme
FACT_HEADERS: Mapping[str, Text] = {
    "field": Text(ru="Поле", en="Field"),
    "entry": Text(ru="Запись", en="Entry"),
    "value": Text(ru="Значение", en="Value"),
    "unit": Text(ru="Единица", en="Unit"),
    "period": Text(ru="Период или дата", en="Period or date"),
    "owner": Text(ru="Чьё", en="Whose"),
    "phrase": Text(ru="Фраза документа", en="Phrase of the document"),
    "paragraph": Text(ru="Абзац", en="Paragraph"),
    "document": Text(ru="Документ", en="Document"),
    "stream": Text(ru="Вид поддержки", en="Stream of support"),
    "content": Text(ru="Содержание", en="Content"),
}


def form_lines(record: DocumentRecord, codebook: Codebook, language: Language) -> list[FormLine]:
    """A line a fact, in the record's order."""
    return [_line(fact, field_of(record.kind, fact.field), codebook, language) for fact in record.facts]


def check_lines(record: DocumentRecord, language: Language) -> list[CheckLine]:
    """A line a check."""
    return [
        CheckLine(CHECKS[check.name].in_language(language), check.expression, check.holds) for check in record.checks
    ]


def _line(fact: Fact, field: Field, codebook: Codebook, language: Language) -> FormLine:
    remarks = [REMARKS[remark].in_language(language) for remark in fact.remarks]
    if fact.detail:
        remarks.append(_shown(fact.detail, field, codebook, language))
    if fact.value is None:
        remarks.append(WORDS["looked_for"].in_language(language).format(field.looked_for.in_language(language)))
    return FormLine(
        fact.field,
        fact.place,
        fact.value or "",
        field.label.in_language(language),
        "" if fact.value is None else _shown(fact.value, field, codebook, language),
        (fact.unit, fact.period, fact.owner),
        fact.phrase,
        fact.paragraph,
        "; ".join(remarks),
        bool(fact.remarks),
    )


def _shown(value: str, field: Field, codebook: Codebook, language: Language) -> str:
    """A stored value as people read it: days in the language's way, labels for codes."""
    if field.kind == "category":
        labels = codebook.choice_labels(field.list_name, language)
        return "; ".join(labels.get(code, code) for code in value.split("; "))
    found = _ISO.fullmatch(value) if field.kind == "date" else None
    return f"{found[3]}.{found[2]}.{found[1]}" if found else value


def confirmed_facts(form: ConfirmedForm, path: Path, codebook: Codebook) -> list[Fact]:
    """Facts that a person confirmed, refused or corrected; blank lines give none.

    Raises InputProblem for an unknown kind of document, a missing role, and answers that no value can be made of.
    """
    if form.kind not in KINDS:
        raise InputProblem(f"{path}: неизвестный вид документа «{form.kind}».", f"{path}: unknown kind '{form.kind}'.")
    kind = form.kind
    facts: list[Fact] = []
    faults: list[tuple[str, str, str]] = []
    if form.lines and not form.role:
        faults.append((f"C{ROLE_ROW}", "впишите роль того, кто проверил", "name the role of whoever checked"))
    elif find_personal(form.role, names=True):
        faults.append((f"C{ROLE_ROW}", "впишите роль, а не имя", "name a role, not a person"))
    for line in form.lines:
        field = field_of(kind, line.field)
        fact = Fact(line.field, line.place, line.stored or None, line.phrase, line.paragraph, (), "", *line.about)
        codes = {fold(spelling): code for spelling, code in codebook.choice_aliases(field.list_name).items()}
        made = answered(fact, field, cast("Choice", line.choice), line.answer, codes)
        if isinstance(made, Text):
            faults.append((line.cells["answer"], made.ru, made.en))
        else:
            facts.append(made)
    raise_faults(path, faults)
    return facts
