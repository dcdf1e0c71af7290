"""The day by which a measure or a recommendation is to be done, as a fact."""

from __future__ import annotations

from evaluation.field.documents.days import due_in
from evaluation.field.documents.facts import Fact, missing


def due_fact(name: str, entry: int, text: str, paragraph: int) -> Fact:
    """Fact ``name``: the due day that a text names; missing where it names none, or one that cannot be told."""
    due = due_in(text)
    if due is None:
        return missing(name, entry, "not_named")
    if due.period is None:
        return Fact(name, entry, None, text, paragraph, due.remarks[-1:], due.text)
    return Fact(name, entry, due.period.end.isoformat(), text, paragraph, due.remarks)
