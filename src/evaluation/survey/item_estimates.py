"""Estimates of every item of a questionnaire, for all and by groups: means, shares of answers, options ticked, NPS.

Don't know, refusals and silence are counted beside every number and enter none of them, but for options of multiple
choice: their base is everybody who was asked, so that an option that was not ticked counts as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.survey.design import Array, Codes, Design
from evaluation.survey.estimates import Base, as_frame, estimate, promoter_values
from evaluation.survey.intervals import ShareInterval
from evaluation.survey.taylor import Mask, difference, mean

NOT_ASKED = frozenset({"not_asked"})
NOT_STATED = "not_stated"
Cells = tuple[Codes, pd.DataFrame]


class Answers:
    """The answers to each item, set against the design's rows."""

    def __init__(self, answers: pd.DataFrame, responses: pd.DataFrame, design: Design) -> None:
        """``responses`` are the design's rows in its order; answers of other responses are left aside.

        Raises InputProblem where the numbers of rows differ or a response is given twice.
        """
        if len(responses) != design.n or responses["response_id"].duplicated().any():
            raise InputProblem(
                f"анкет {len(responses)} (номера должны быть разными), а в схеме выборки {design.n} строк.",
                f"there are {len(responses)} responses (their ids must differ), and the design has {design.n} rows.",
            )
        self.design = design
        rows = pd.Index(responses["response_id"]).get_indexer(answers["response_id"])
        kept = rows >= 0
        self._answers = answers.loc[kept, ["item", "choice", "code", "value", "missing"]].reset_index(drop=True)
        self._rows = rows[kept].astype(np.intp)
        self._places = self._answers.groupby("item", sort=False).indices

    def of(self, item: str) -> Cells:
        """Row numbers in the design, and the answers there."""
        places = self._places.get(item, np.empty(0, dtype=np.intp))
        return self._rows[places], self._answers.iloc[places]

    def asked(self, cells: Cells) -> Mask:
        """(n,) everybody of whom it is not said that they were not asked."""
        rows, answers = cells
        asked = np.ones(self.design.n, dtype=bool)
        asked[rows[answers["missing"].isin(NOT_ASKED).to_numpy()]] = False
        return asked

    def why(self, cells: Cells, reason: str) -> Mask:
        """(n,) those whose answer is missing for ``reason``."""
        rows, answers = cells
        found = np.zeros(self.design.n, dtype=bool)
        found[rows[(answers["missing"] == reason).fillna(False).to_numpy(dtype=bool)]] = True
        return found

    def values(self, cells: Cells) -> Array:
        """(n,) the numeric answer; NaN where there is none."""
        rows, answers = cells
        made = np.full(self.design.n, np.nan)
        made[rows] = answers["value"].mask(answers["missing"].notna()).to_numpy(dtype=float, na_value=np.nan)
        return made

    def codes(self, cells: Cells) -> pd.Series:
        """(n,) the code of the answer; missing where there is none."""
        rows, answers = cells
        made = pd.Series(pd.NA, index=range(self.design.n), dtype="object")
        made.iloc[rows] = answers["code"].mask(answers["missing"].notna()).to_numpy(dtype=object)
        return made


def item_estimates(
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    design: Design,
    *,
    means: Sequence[str] = (),
    shares: Sequence[str] = (),
    multiple: Sequence[str] = (),
    promoters: Sequence[str] = (),
    top: dict[str, float] | None = None,
    groups: pd.Series | None = None,
    interval: ShareInterval = "logit",
) -> pd.DataFrame:
    """ESTIMATE_COLUMNS; for each item all rows together (``group`` empty), then each of its ``groups``.

    ``means``: mean value. ``shares``: share of every code among those who answered. ``multiple``: share of every
    option of multiple choice among those asked (note ``base_asked``). ``promoters``: net promoter score of ratings
    from 0 to 10. ``top``: share of answers of at least that value, by item. ``groups`` has the design's rows; a
    missing group is ``not_stated``. An item that nobody was asked is a row without a value and a note.
    """
    table = Answers(answers, responses, design)
    parts = _parts(design, groups)
    rows: list[dict[str, object]] = []
    for item in means:
        cells = table.of(item)
        rows += _numbers(table, cells, item, "mean", parts, table.values(cells))
    for item, least in (top or {}).items():
        cells = table.of(item)
        values = table.values(cells)
        high = np.where(np.isnan(values), np.nan, values >= least)
        rows += _numbers(table, cells, item, "top_share", parts, high, interval)
    for item in shares:
        cells = table.of(item)
        codes = table.codes(cells)
        known = codes.notna().to_numpy()
        for code in sorted(set(codes.dropna().astype(str))):
            chosen = np.where(known, (codes == code).to_numpy(), np.nan)
            rows += _numbers(table, cells, item, "share", parts, chosen, interval, choice=code)
        if not known.any():
            rows += _numbers(table, cells, item, "share", parts, np.full(design.n, np.nan), interval)
    for item in multiple:
        rows += _options(table, item, parts, interval)
    for item in promoters:
        cells = table.of(item)
        rows += _numbers(table, cells, item, "nps", parts, promoter_values(table.values(cells)), scale=100.0)
    return as_frame(rows)


def group_differences(
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    design: Design,
    items: Sequence[str],
    groups: pd.Series,
    pairs: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    """Differences of item means between two groups (or two waves of one design): ESTIMATE_COLUMNS.

    ``group`` names the pair as ``one - other``; what the groups share of a PSU enters the error.
    """
    table = Answers(answers, responses, design)
    named = dict(_parts(design, groups))
    rows = []
    for item in items:
        cells = table.of(item)
        values, asked = table.values(cells), table.asked(cells)
        for pair in pairs:
            one, other = (_group(named, name) for name in pair)
            made = difference(mean(design, values, one & asked), mean(design, values, other & asked))
            base = _base(table, cells, asked & (one | other), made.n)
            rows.append(estimate(design, made, "difference", item=item, group=" - ".join(pair), base=base))
    return as_frame(rows)


def _group(named: dict[str, Mask | None], name: str) -> Mask:
    found = named.get(name)
    if found is None:
        known = ", ".join(one for one in named if one)
        raise InputProblem(
            f"группы «{name}» среди анкет нет. Есть: {known}.",
            f"there is no group '{name}' among the responses. There are: {known}.",
        )
    return found


def _parts(design: Design, groups: pd.Series | None) -> list[tuple[str, Mask | None]]:
    parts: list[tuple[str, Mask | None]] = [("", None)]
    if groups is not None:
        labels = groups.astype("object").where(groups.notna(), NOT_STATED).astype(str).to_numpy()
        parts += [(name, labels == name) for name in sorted(set(labels))]
    return parts


def _base(table: Answers, cells: Cells, asked: Mask, answered: int) -> Base:
    dont_know = int((table.why(cells, "dont_know") & asked).sum())
    refused = int((table.why(cells, "refused") & asked).sum())
    count = int(asked.sum())
    return Base(count, dont_know, refused, count - answered - dont_know - refused)


def _numbers(
    table: Answers,
    cells: Cells,
    item: str,
    name: str,
    parts: list[tuple[str, Mask | None]],
    values: Array,
    interval: ShareInterval | None = None,
    *,
    choice: str = "",
    scale: float = 1.0,
) -> Iterator[dict[str, object]]:
    asked = table.asked(cells)
    for group, inside in parts:
        here = asked if inside is None else asked & inside
        made = mean(table.design, values, None if here.all() else here)
        base = _base(table, cells, here, made.n)
        notes = () if base.asked else ("not_asked",)
        yield estimate(
            table.design, made, name, item=item, choice=choice, group=group, base=base, interval=interval,
            scale=scale, notes=notes,
        )  # fmt: skip


def _options(
    table: Answers, item: str, parts: list[tuple[str, Mask | None]], interval: ShareInterval
) -> Iterator[dict[str, object]]:
    """Shares of those asked who ticked each option; ``no_answer`` are those with no word on any option."""
    rows, answers = cells = table.of(item)
    asked = table.asked(cells)
    options = answers["choice"].astype(str).to_numpy()
    value = answers["value"].mask(answers["missing"].notna()).to_numpy(dtype=float, na_value=np.nan)
    said = np.zeros(table.design.n, dtype=bool)
    said[rows[~np.isnan(value)]] = True
    names = sorted(set(options) - {""})
    if not names:
        yield from _numbers(table, cells, item, "share", parts, np.full(table.design.n, np.nan), interval)
    for name in names:
        ticked = np.zeros(table.design.n)
        ticked[rows[(options == name) & (value == 1)]] = 1.0
        for group, inside in parts:
            here = asked if inside is None else asked & inside
            made = mean(table.design, ticked, here)
            yield estimate(
                table.design, made, "share", item=item, choice=name, group=group,
                base=_base(table, cells, here, int((said & here).sum())), interval=interval, notes=("base_asked",),
            )  # fmt: skip


__all__ = ["NOT_STATED", "Answers", "group_differences", "item_estimates"]
