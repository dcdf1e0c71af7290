"""The one shape of a result: a tidy frame of estimates with its warnings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.effects.warning_texts import WARNINGS
from evaluation.settings import LANGUAGES, InputProblem, Language, Model

BOTH_LANGUAGES = " || "  # between a warning's Russian and English value, where they differ
COLUMNS = list(TABLES["estimates"].names)
ESTIMANDS = {
    "poisson": "log_rate_ratio",
    "ols": "mean_difference",
    "logit": "log_odds_ratio",
    "iv": "instrumented_difference",
    "event_study": "log_rate_ratio",
    "negative_binomial": "log_rate_ratio",
    "zero_inflated": "log_rate_ratio_at_risk",
    "hurdle": "log_rate_ratio_positive",
    "ordered_logit": "log_cumulative_odds_ratio",
    "multilevel": "mean_difference",
    "random_effects": "mean_difference",
    "group_time": "log_rate_ratio",
    "imputation": "mean_difference",
    "sun_abraham": "mean_difference",
    "exposure_response": "log_rate_ratio",
    "diffusion": "log_hazard_ratio",
    "cutoff": "difference_at_cutoff",
    "local_randomisation": "difference_near_cutoff",
    "ipw": "mean_difference",
    "aipw": "mean_difference",
    "g_formula": "mean_difference",
    "cox": "log_hazard_ratio",
    "hazard": "log_hazard_ratio",
    "intention_to_treat": "intention_to_treat",
    "complier": "complier_difference",
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
    estimand: str | None = None,
    warnings: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """One row of the contract; ``name`` and ``outcome`` stand in for the model's own where a check varies it.

    ``estimand`` replaces the family's own where its rows are on different scales (margins, variance components).
    """
    return {
        "model": name or model.name,
        "outcome": outcome or model.outcome,
        "exposure": exposure,
        "estimand": estimand or ESTIMANDS[model.family],
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


_DECIMAL = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?![\w.])")


def warning_text(text: object, language: Language) -> str:
    """A ``warning`` cell in words; empty where there is none."""
    parts = []
    for code, value in parse_warnings(text).items():
        ru, _, en = value.partition(BOTH_LANGUAGES)
        said = en if en and language == "en" else ru
        parts.append(WARNINGS[code][language].format(value=_DECIMAL.sub(r"\1,\2", said) if language == "ru" else said))
    return "; ".join(parts)


def in_both_languages(problem: InputProblem) -> str:
    """A refusal's words as the value of a warning, from which ``warning_text`` takes those of its language."""
    words = [problem.messages[language].replace(";", ",").strip().rstrip(".") for language in ("ru", "en")]
    return BOTH_LANGUAGES.join(words)


def with_warning_words(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with its warnings in words, in columns ``warning_ru`` and ``warning_en``."""
    words = {
        f"warning_{language}": [warning_text(text, language) for text in frame["warning"]] for language in LANGUAGES
    }
    return frame.assign(**words)


ROW_CODES = ("rows_without_value", "rows_without_population", "rows_unassigned", "rows_separated")


def dropped_rows(frame: pd.DataFrame) -> int:
    """Rows of data that a model left out, over all reasons; ``frame`` holds the rows of one model."""
    counts = [
        sum(int(value) for code, value in parse_warnings(text).items() if code in ROW_CODES)
        for text in frame["warning"]
    ]
    return max(counts, default=0)
