"""The one shape of a result: a tidy frame of estimates with its warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.settings import Language, Model

COLUMNS = list(TABLES["estimates"].names)
FEW_TREATED_CLUSTERS = 10
WEAK_FIRST_STAGE = 10.0

ESTIMANDS = {
    "poisson": "log_rate_ratio",
    "ols": "mean_difference",
    "logit": "log_odds_ratio",
    "iv": "instrumented_difference",
    "event_study": "log_rate_ratio",
}

WARNINGS: dict[str, dict[Language, str]] = {
    "few_treated_clusters": {
        "ru": "кластеров с воздействием всего {value}: p рассчитано диким бутстрепом, интервал ненадёжен",
        "en": "only {value} clusters were exposed: p comes from the wild bootstrap, the interval is unreliable",
    },
    "few_treated_units": {
        "ru": "в этот год от первого обучения обученных территорий всего {value}: интервал ненадёжен",
        "en": "only {value} trained units are seen this long after first training: the interval is unreliable",
    },
    "rows_without_value": {
        "ru": "строк без нужного значения не вошло: {value}",
        "en": "rows left out because a needed value is missing: {value}",
    },
    "rows_without_population": {
        "ru": "строк без численности населения не вошло: {value}",
        "en": "rows left out because the population is not published: {value}",
    },
    "rows_unassigned": {
        "ru": "строк, которые нельзя отнести к территории, не вошло: {value}",
        "en": "rows left out because they belong to no known unit: {value}",
    },
    "units_always_zero": {
        "ru": "территорий без единого события не вошло (их эффект не определён): {value}",
        "en": "units left out because their outcome is always zero (their effect is not defined): {value}",
    },
    "cells_without_events": {
        "ru": "ячеек «год первого обучения × год» без событий не вошло: {value}",
        "en": "cells of first-training year and year left out because they hold no event: {value}",
    },
    "not_identified": {
        "ru": "не определяется по этим данным: нет изменений, отличимых от других переменных ({value})",
        "en": "not identified by these data: it does not vary apart from the other variables ({value})",
    },
    "weak_first_stage": {
        "ru": "инструмент слабый: F первой ступени {value}",
        "en": "the instrument is weak: first-stage F {value}",
    },
}


@dataclass(frozen=True)
class Estimates:
    """``frame`` satisfies the contract of ``estimates``; its column ``warning`` holds codes, ``warnings`` all of them.

    ``warnings`` has one row a warning: model, exposure, code, value.
    """

    frame: pd.DataFrame

    @property
    def warnings(self) -> pd.DataFrame:
        rows = [
            {"model": row.model, "exposure": row.exposure, "code": code, "value": value}
            for row in self.frame.itertuples()
            for code, value in parse_warnings(row.warning).items()
        ]
        return pd.DataFrame(rows, columns=["model", "exposure", "code", "value"])

    def main(self) -> pd.DataFrame:
        """Rows of the models declared as main."""
        return self.frame[self.frame["is_main"].fillna(False)]

    def one(self, model: str, exposure: str) -> pd.Series:
        """The row of one model and exposure. Raises KeyError listing what there is."""
        found = self.frame[(self.frame["model"] == model) & (self.frame["exposure"] == exposure)]
        if len(found) != 1:
            known = ", ".join(f"{row.model}/{row.exposure}" for row in self.frame.itertuples())
            raise KeyError(f"{model}/{exposure}: no such estimate; there are {known}")
        return found.iloc[0]


@dataclass(frozen=True)
class Numbers:
    """Estimate, standard error, 95 % interval and two-sided p; NaN where there is none."""

    estimate: float = float("nan")
    se: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p: float = float("nan")

    @classmethod
    def of(cls, row: pd.Series) -> Numbers:
        """From a row with columns of those names."""
        return cls(*(float(row[name]) for name in ("estimate", "se", "low", "high", "p")))


def estimate_row(
    model: Model,
    exposure: str,
    numbers: Numbers,
    *,
    n: int,
    clusters: int,
    treated_clusters: int | None,
    inference: str,
    name: str | None = None,
    outcome: str | None = None,
    warnings: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """One row of the contract; ``name`` and ``outcome`` stand in for the model's own where a check varies it."""
    return {
        "model": name or model.name,
        "outcome": outcome or model.outcome,
        "exposure": exposure,
        "estimand": ESTIMANDS[model.family],
        "design": model.design,
        "assumption": model.assumption.en,
        "estimate": numbers.estimate,
        "se": numbers.se,
        "low": numbers.low,
        "high": numbers.high,
        "p": numbers.p,
        "n": n,
        "clusters": clusters,
        "treated_clusters": treated_clusters,
        "inference": inference,
        "is_main": model.is_main and name is None,
        "warning": format_warnings(warnings or {}),
    }


def collect(rows: Iterable[Mapping[str, object]]) -> Estimates:
    """Estimates from rows of ``estimate_row``."""
    table = TABLES["estimates"]
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    return Estimates(conform(frame, table) if len(frame) else table.empty())


def format_warnings(warnings: Mapping[str, object]) -> str | None:
    """``code=value;code=value`` of the warnings that say something; None where there is none."""
    parts = [f"{code}={value}" for code, value in warnings.items() if value not in (0, None, "")]
    unknown = [code for code in warnings if code not in WARNINGS]
    if unknown:
        raise KeyError(f"unknown warnings: {', '.join(unknown)}")
    return ";".join(parts) or None


def parse_warnings(text: object) -> dict[str, str]:
    """Value by code of a ``warning`` cell."""
    if not isinstance(text, str) or not text:
        return {}
    return dict(part.split("=", 1) for part in text.split(";"))


def warning_text(text: object, language: Language) -> str:
    """A ``warning`` cell in words; empty where there is none."""
    return "; ".join(WARNINGS[code][language].format(value=value) for code, value in parse_warnings(text).items())


ROW_CODES = ("rows_without_value", "rows_without_population", "rows_unassigned")


def dropped_rows(frame: pd.DataFrame) -> int:
    """Rows of data that a model left out, over all reasons; ``frame`` holds the rows of one model."""
    counts = [
        sum(int(value) for code, value in parse_warnings(text).items() if code in ROW_CODES)
        for text in frame["warning"]
    ]
    return max(counts, default=0)
