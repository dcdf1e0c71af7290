"""What a report is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.settings import Model, Question, Recommendation, ReferenceTotal, ReportFacts, Survey, Text


@dataclass(frozen=True)
class ReportInputs:
    """What a report is made of, apart from what differs between languages.

    ``findings`` is the findings of all steps, one below the other (contract ``findings_*``). ``not_applicable`` gives
    the reason by step. ``facts`` are facts of the run by name (see ``blocks.FACTS``), ``about`` what the title page
    says. ``notebooks`` and ``links`` map a name to an address relative to the report and its text. ``row_accounts``,
    ``reconciliation`` and ``estimates`` are shown where the steps left no table of that name; with ``robustness``
    (contracts of the same names) they also tell how certain a result is. ``survey_waves``, ``survey_schemes`` and
    ``source_files`` satisfy their contracts, ``instruments`` are questionnaires' items by survey source. ``own_texts``
    is the workspace's folder of texts.
    """

    year: int
    title: Text
    institute: Text
    findings: pd.DataFrame
    simulated: bool = False
    threshold: int = 5
    currency: str = "RUB"
    period: str | None = None
    data_date: dt.date | None = None
    reported_on: dt.date | None = None
    about: ReportFacts = field(default_factory=ReportFacts)
    questions: Sequence[Question] = ()
    models: Sequence[Model] = ()
    recommendations: Sequence[Recommendation] = ()
    not_applicable: Mapping[str, Text] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    notebooks: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, tuple[str, Text]] = field(default_factory=dict)
    row_accounts: pd.DataFrame | None = None
    reconciliation: pd.DataFrame | None = None
    reference_totals: Sequence[ReferenceTotal] = ()
    estimates: pd.DataFrame | None = None
    robustness: pd.DataFrame | None = None
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    survey_waves: pd.DataFrame | None = None
    survey_schemes: pd.DataFrame | None = None
    instruments: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    source_files: pd.DataFrame | None = None
    codebook: Codebook | None = None
    own_texts: Path | None = None
