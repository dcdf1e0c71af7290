"""Which function reads which received file of a programme year, in the order in which later files refer to earlier."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from evaluation.cleaning.attendance import clean_attendance
from evaluation.cleaning.consultations import clean_consultations
from evaluation.cleaning.context import Context, Part
from evaluation.cleaning.events import clean_events
from evaluation.cleaning.exchange import clean_exchange
from evaluation.cleaning.population import clean_population
from evaluation.cleaning.projects import clean_projects
from evaluation.cleaning.registers import clean_register
from evaluation.cleaning.scores import clean_scores
from evaluation.cleaning.trial import clean_trial
from evaluation.cleaning.workbook import Received
from evaluation.tables import REGISTERS

Tables = Mapping[str, pd.DataFrame]
Cleaner = Callable[[Received, Context, Tables], Part]


CLEANERS: dict[str, Cleaner] = {
    "population": lambda received, context, tables: clean_population(received, context),
    "projects": clean_projects,
    "scores": lambda received, context, tables: clean_scores(received, context, tables["projects"]),
    "support_events": lambda received, context, tables: clean_events(received, context),
    "attendance": lambda received, context, tables: clean_attendance(received, context, tables["support_events"]),
    "exchange_events": lambda received, context, tables: clean_exchange(received, context),
    "consultations": lambda received, context, tables: clean_consultations(received, context),
    "trial_households": lambda received, context, tables: clean_trial(received, context),
    **dict.fromkeys(REGISTERS, clean_register),
}
"""Cleaner by logical source name. ``territories`` is read before all others, because they need the population."""
