"""The rows and cells of a register that a published total may have counted otherwise: table ``reconciling_items``.

They are what ``indicators.outcomes.reconcile`` tries when the register and a published total differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import pandas as pd

from evaluation.cleaning.accounted import amount, cells_otherwise, rules_by_row
from evaluation.cleaning.context import empty_table
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.values import is_blank
from evaluation.contracts import TABLES, conform
from evaluation.ledger import Issue
from evaluation.reconciliation import Treatment

_COLUMNS = ["source_row", "measure", "rule", "treatment", "amount"]
Item = tuple[int, str, str, Treatment, int]


def reconciling_items(
    reading: Reading,
    year: int,
    funded: Collection[str],
    stages: Mapping[str, str],
    sources: Sequence[str],
    channels: Sequence[str],
) -> pd.DataFrame:
    """Table ``reconciling_items`` of one sheet of a register of projects, once the fates of its rows are settled.

    Measures as in a published total: ``applications``; of funded projects ``projects_funded``, ``cost``,
    ``participations``. ``treatment`` says whether the published total would have ``counted`` what ours leaves out,
    ``left_out`` what ours has, or taken a cell ``as_suggested``; ``amount`` is what that adds to our total.
    ``funded`` are the statuses of funded projects, ``stages`` the column of the cost by stage.
    """
    register = _Register(reading, funded, stages, sources, channels)
    items = pd.DataFrame([*register.rows(), *register.cells()], columns=_COLUMNS)
    items = items[items["amount"] != 0]
    if items.empty:
        return empty_table("reconciling_items")
    items = items.groupby(_COLUMNS[:-1], sort=True)["amount"].sum().div(100).reset_index()
    items = items.assign(year=year, source=reading.records.source, source_sheet=reading.records.sheet)
    return conform(items, TABLES["reconciling_items"])


class _Register:
    """A register's columns as a published total would add them up; amounts in hundredths."""

    def __init__(
        self,
        reading: Reading,
        funded: Collection[str],
        stages: Mapping[str, str],
        sources: Sequence[str],
        channels: Sequence[str],
    ) -> None:
        self.reading = reading
        self.funded = funded
        self.costs = (stages["paid"], stages["planned"])
        self.sources = {stage: [f"{stage}_{source}" for source in sources] for stage in ("paid", "planned")}
        self.channels = [f"participations_{channel}" for channel in channels]

    def rows(self) -> Iterator[Item]:
        """Merged and set-aside rows, which a published total may have counted; doubtful ones it may have left out."""
        read = set(self.reading.index.tolist())
        for row, rule in rules_by_row(self.reading).items():
            if row not in read:
                continue  # a row of another year is that year's
            outside = row in self.reading.merged or row in self.reading.quarantined
            treatment: Treatment = "counted" if outside else "left_out"
            for measure, value in self._measures(row).items():
                yield row, measure, rule, treatment, value if outside else -value

    def cells(self) -> Iterator[Item]:
        """Refused amounts of kept, funded projects, as they were received or as the remark suggests."""
        names = [*self.costs, *self.sources["paid"], *self.sources["planned"], *self.channels]
        kept = set(self.reading.kept.tolist())
        # a number that is merely written as text was counted by whoever added up
        refused: dict[str, list[Issue]] = {}
        for issue in self.reading.issues:
            if issue.action == "emptied" and issue.field is not None:
                refused.setdefault(issue.field, []).append(issue)
        for name in names:
            if name not in self.reading.columns:
                continue
            for row, rule, treatment, change in cells_otherwise(self.reading, name, refused.get(name, ())):
                if row in kept and self._is_funded(row):
                    if name in self.channels:
                        yield row, "participations", rule, treatment, change
                    elif self._decides(row, name):
                        before = 0 if name in self.costs else self._cell(row, name)
                        used = self._cost(row) if name in self.costs else before
                        yield row, "cost", rule, treatment, change - used

    def _cell(self, row: int, name: str) -> int:
        return amount(self.reading.value(row, name))

    def _is_funded(self, row: int) -> bool:
        return self.reading.value(row, "status") in self.funded

    def _known(self, row: int, names: Sequence[str]) -> bool:
        return any(not is_blank(self.reading.value(row, name)) for name in names)

    def _cost(self, row: int) -> int:
        """Actual cost, else the planned one, else the sum of the sources, paid ones first."""
        for name in self.costs:
            if self._known(row, [name]):
                return self._cell(row, name)
        for stage in ("paid", "planned"):
            if self._known(row, self.sources[stage]):
                return sum(self._cell(row, name) for name in self.sources[stage])
        return 0

    def _decides(self, row: int, name: str) -> bool:
        """Would this cell, had it been taken, decide the project's cost?"""
        paid, planned = self.costs
        if name == paid:
            return True
        if name == planned:
            return not self._known(row, [paid])
        if self._known(row, self.costs):
            return False
        return name in self.sources["paid"] or not self._known(row, self.sources["paid"])

    def _measures(self, row: int) -> dict[str, int]:
        if not self._is_funded(row):
            return {"applications": 100}
        people = sum(self._cell(row, name) for name in self.channels)
        return {"applications": 100, "projects_funded": 100, "cost": self._cost(row), "participations": people}
