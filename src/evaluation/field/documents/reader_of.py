"""Which rules read which kind of document."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evaluation.field.documents.facts import DocumentKind, DocumentRecord
from evaluation.field.documents.measures_list import read_measures
from evaluation.field.documents.minutes import read_minutes
from evaluation.field.documents.paragraphs import Document
from evaluation.field.documents.slides import read_strategy, read_support
from evaluation.field.documents.trainings import read_trainings

READERS: Mapping[DocumentKind, Callable[[Document], DocumentRecord]] = {
    "minutes": read_minutes,
    "measures": read_measures,
    "trainings": read_trainings,
    "support": read_support,
    "strategy": read_strategy,
}


def read_record(kind: DocumentKind, document: Document) -> DocumentRecord:
    """What a document of a kind says, every field with its phrase, missing ones told."""
    return READERS[kind](document)
