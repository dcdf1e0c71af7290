"""Answers to the questionnaires of every year, with their truth: reaction, behaviour weeks later, residents."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.simulate.programme import History
from evaluation.simulate.questionnaires import QUESTIONNAIRES
from evaluation.simulate.surveys.participants import ratings, simulate_participants
from evaluation.simulate.surveys.residents import margins, simulate_residents
from evaluation.simulate.surveys.tables import long_tables

__all__ = ["population_margins", "ratings", "simulate_surveys"]


def simulate_surveys(history: History, rows: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables survey_waves, survey_responses, survey_answers and the truth behind them.

    ``rows`` is attendance by position of person (``tables.attendance_of``).
    """
    waves, responses, answers, truth = [], [], [], {}
    for k, year in enumerate(history.geography.years):
        for wave in (*simulate_participants(history, rows, year), simulate_residents(history, k, year)):
            waves.append(wave.row)
            filled, long = long_tables(wave, QUESTIONNAIRES[wave.row["instrument"]])
            responses.append(filled)
            answers.append(long)
            truth[wave.row["wave_id"]] = wave.truth
    frames = {
        "survey_waves": pd.DataFrame(waves),
        "survey_responses": pd.concat([frame for frame in responses if len(frame)], ignore_index=True),
        "survey_answers": pd.concat([frame for frame in answers if len(frame)], ignore_index=True),
    }
    # What an analyst says of a response (flags, exclusions) is no part of what was received.
    whole = {name: frame.reindex(columns=TABLES[name].names) for name, frame in frames.items()}
    return {name: conform(frame, TABLES[name]) for name, frame in whole.items()}, truth


def population_margins(history: History) -> pd.DataFrame:
    """Adults by sex, age group and stratum in every year (columns of ``population_margins``)."""
    years = range(len(history.geography.years))
    return pd.concat([margins(history, k) for k in years], ignore_index=True)
