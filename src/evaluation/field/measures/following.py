"""Everything that is told of measures and of territorial self-government in one year, from the registers of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from evaluation.field.measures.progress import lacking, measure_progress, progress_by_year, status_matrix, tasks
from evaluation.field.measures.selfgovernment import ALL, selfgovernment_coverage, support_by_stage
from evaluation.privacy.disclosure import suppress_counts


@dataclass(frozen=True)
class Measures:
    """``progress`` and ``by_year`` of all years; ``matrix``, ``tasks`` and ``lacking`` of the year at hand."""

    progress: pd.DataFrame
    by_year: pd.DataFrame
    matrix: pd.DataFrame
    tasks: pd.DataFrame
    lacking: pd.DataFrame


def follow_measures(measures: pd.DataFrame, year: int, year_ends: Mapping[int, dt.date]) -> Measures:
    """Progress, status and gaps of measures (``field.measures.progress``)."""
    progress = measure_progress(measures, year_ends)
    return Measures(
        progress, progress_by_year(progress), status_matrix(progress, year), tasks(measures, year),
        lacking(measures, progress, year),
    )  # fmt: skip


@dataclass(frozen=True)
class Selfgovernment:
    """``coverage`` of all years; ``now``: that of the year at hand, and ``hidden`` (as ``now``) what in it is secret;
    ``support`` of all years by stage."""

    coverage: pd.DataFrame
    now: pd.DataFrame
    hidden: pd.DataFrame
    support: pd.DataFrame


def follow_selfgovernment(
    bodies: pd.DataFrame,
    grants: pd.DataFrame,
    territories: pd.DataFrame,
    year: int,
    year_ends: Mapping[int, dt.date],
    threshold: int,
) -> Selfgovernment:
    """Coverage and support of self-government; residents fewer than ``threshold`` are hidden, their share with them."""
    coverage = selfgovernment_coverage(bodies, territories, year_ends)
    now = coverage[coverage["year"] == year].reset_index(drop=True)
    units = now[now["unit_id"] != ALL]
    secret = suppress_counts(units, ["residents"], threshold, derived={"residents_share": "residents"})
    return Selfgovernment(
        coverage, now, secret.hidden.reindex(now.index, fill_value=False), support_by_stage(grants)
    )  # fmt: skip
