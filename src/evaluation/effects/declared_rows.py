"""Rows of results for families whose inference is clustered, with t, or a bootstrap of scores where few are exposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from evaluation.effects.estimate import Numbers, estimate_row
from evaluation.effects.regressors import exposed_clusters
from evaluation.effects.warning_texts import FEW_TREATED_CLUSTERS, NO_RELIABLE_INTERVAL
from evaluation.settings import Model

Row = dict[str, object]


@dataclass(frozen=True)
class Reporter:
    """What all rows of one fitted model share: the rows used and what was left out of them."""

    model: Model
    frame: pd.DataFrame
    warnings: Mapping[str, object]
    inference: str

    def few(self, exposure: str) -> bool:
        """Whether so few clusters are exposed that t is not to be trusted."""
        return exposed_clusters(self.frame, self.model, exposure) < FEW_TREATED_CLUSTERS

    def row(
        self,
        exposure: str,
        numbers: Numbers | pd.Series,
        *,
        part: str = "",
        estimand: str | None = None,
        wild_p: float | None = None,
        warnings: Mapping[str, object] | None = None,
    ) -> Row:
        """A row of ``exposure``, named with ``part`` where a model says several things of it.

        With few exposed clusters the warning says whether p comes from the bootstrap (``wild_p``) or not.
        """
        found = numbers if isinstance(numbers, Numbers) else Numbers.of(numbers)
        treated = exposed_clusters(self.frame, self.model, exposure)
        said: dict[str, object] = {**self.warnings, **(warnings or {})}
        inference = self.inference
        if wild_p is not None:
            found = Numbers(found.estimate, found.se, found.low, found.high, wild_p)
            inference = f"{inference}_wild_p"
        if treated < FEW_TREATED_CLUSTERS:
            said["few_treated_clusters" if wild_p is not None else "few_treated_clusters_t"] = treated
        if treated < NO_RELIABLE_INTERVAL:
            said["no_reliable_interval"] = treated
        return estimate_row(
            self.model, f"{exposure}__{part}" if part else exposure, found, n=len(self.frame),
            clusters=int(self.frame[self.model.clusters].nunique()), treated_clusters=treated, inference=inference,
            estimand=estimand, warnings=said,
        )  # fmt: skip

    def lost(self, exposure: str) -> Row:
        """The row of an exposure that does not vary apart from the other columns."""
        return self.row(exposure, Numbers(), warnings={"not_identified": exposure})
