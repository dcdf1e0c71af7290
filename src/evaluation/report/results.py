"""The plan's results as the report tells them: each declared estimate with its question, words and certainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.wording import code_label, format_interval, format_number, is_missing, label_of
from evaluation.report.certainty import Certainty, bounded, certainty_of, checks_of, rows_of
from evaluation.report.counted_rows import CountedRows
from evaluation.report.findings import Finding
from evaluation.report.reading import SHARE_OF_SPREAD, read_briefly
from evaluation.report.reading_sizes import interval, signed, size_of
from evaluation.report.reading_words import VARIABLES
from evaluation.settings import Language, Model

_UNITS = {"log_rate_ratio": "log_points", "log_hazard_ratio": "log_points"}


@dataclass(frozen=True)
class Result:
    """One estimate of a declared model: its row, the model and how certain it is."""

    model: Model
    row: Mapping[str, Any]
    certainty: Certainty

    @property
    def name(self) -> str:
        return finding_name(self.model.name, str(self.row["exposure"]))

    def exposure(self, language: Language, codebook: Codebook | None) -> str:
        if self.row["estimand"] == SHARE_OF_SPREAD:
            return code_label("estimand", SHARE_OF_SPREAD, language)
        return label_of(codebook, VARIABLES, str(self.row["exposure"]), language)

    def size(self, language: Language) -> str:
        """«+47 % (от 11 % до 95 %)»; empty without an estimate or where the scale has no unit that people know."""
        if is_missing(self.row["estimate"]):
            return ""
        if self.row["estimand"] == SHARE_OF_SPREAD:
            span = format_interval(self.row["low"], self.row["high"], language, 0, "share")
            return f"{format_number(self.row['estimate'], language, 0, 'share')} ({span})"
        size = size_of(self.row)
        return f"{signed(size, size.value, language)} ({interval(size, language)})"

    def sentence(self, language: Language, codebook: Codebook | None) -> str:
        """The result in one sentence, never stronger than its certainty allows."""
        return read_briefly(bounded(self.row, self.certainty), language, self.model, codebook)


def finding_name(model: str, exposure: str) -> str:
    """Name of the finding that holds an estimate."""
    return f"estimate_{model}_{exposure}"


def results_of(
    models: Sequence[Model], estimates: pd.DataFrame | None, robustness: pd.DataFrame | None = None
) -> list[Result]:
    """A result for each model and exposure of the plan that ``estimates`` holds; shares of the spread count as well.

    The main model comes first, then those of hypotheses judged together, then the others. ``estimates`` and
    ``robustness`` satisfy their contracts.
    """
    if estimates is None or estimates.empty:
        return []
    every = rows_of(robustness, estimates)
    rows = {(str(row["model"]), str(row["exposure"])): row for row in rows_of(estimates)}
    found = []
    for model in sorted(models, key=lambda model: (not model.is_main, model.hypothesis_family is None)):
        shares = [each for name, each in rows if name == model.name and each.endswith(SHARE_OF_SPREAD)]
        for exposure in (*shares, *model.exposures):
            row = rows.get((model.name, exposure))
            if row is not None:
                certainty = certainty_of(row, checks_of(row, every), applicants_only=model.kind == "secondary")
                found.append(Result(model, row, certainty))
    return found


def result_findings(estimates: pd.DataFrame, models: Sequence[Model]) -> list[Finding]:
    """A finding ``estimate_<model>_<exposure>`` for each declared estimate, in the model's own units."""
    names = {model.name: model.exposures for model in models}
    return [
        Finding(
            finding_name(row.model, row.exposure), row.estimate, _UNITS.get(row.estimand, "number"), row.n, row.low,
            row.high, None if pd.isna(row.warning) else row.warning,
            CountedRows("estimates", f"model == {row.model!r} and exposure == {row.exposure!r}", "sum estimate"),
        )
        for row in estimates.itertuples()
        if row.exposure in names.get(row.model, ()) or (row.model in names and row.estimand == SHARE_OF_SPREAD)
    ]  # fmt: skip
