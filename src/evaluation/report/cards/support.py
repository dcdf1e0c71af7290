"""Support by stream, year and present territory, with small counts of people hidden."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.privacy.disclosure import suppress_counts

ALL_UNITS = "all"
UNASSIGNED = "unassigned"
SUPPORT_COLUMNS = ["unit_id", "stream", "year", "attendances", "acts", "hidden"]
MEASURES = ("attendances", "acts")


def support_by_year(coverage: pd.DataFrame, targets: pd.DataFrame, year: int, threshold: int) -> pd.DataFrame:
    """SUPPORT_COLUMNS: one row a stream, year and present unit of which the records tell.

    ``coverage``: contract ``stream_coverage``; ``targets``: year, unit_id, target. Attendances of former units are
    added up; so are their acts, where an event that two of them attended counts twice. Attendances from 1 to
    ``threshold`` - 1 are hidden together with enough others that the programme's published sums do not bring them
    back, and with them the acts, of which there are never more than attendances. What cannot be placed stands under
    ``unassigned``: it is part of those sums.
    """
    rows = coverage[coverage["indicator"].isin(MEASURES) & coverage["channel"].isna() & coverage["year"].le(year)]
    keys = ["stream", "year", "unit_id"]
    wide = rows.pivot(index=keys, columns="indicator", values="value").reindex(columns=list(MEASURES)).reset_index()
    of_units = wide[wide["unit_id"].ne(ALL_UNITS)].merge(targets, on=["year", "unit_id"], how="left")
    of_units = of_units.assign(unit_id=of_units["target"].fillna(UNASSIGNED)).drop(columns="target")
    total = wide[wide["unit_id"] == ALL_UNITS]
    sums = _sums(pd.concat([of_units, _beyond_units(total, of_units)], ignore_index=True), keys)
    secret = suppress_counts(
        sums, ["attendances"], threshold, group_columns=["stream", "year"], derived={"acts": "attendances"}
    )
    small = sums["attendances"].gt(0) & sums["attendances"].lt(threshold)
    marks = np.select([small, secret.hidden["attendances"]], ["primary", "complementary"], "")
    return secret.frame.assign(hidden=marks)[SUPPORT_COLUMNS].reset_index(drop=True)


def _sums(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sums of MEASURES by ``keys``; one of which a part is not known is not known."""
    grouped = rows.groupby(keys)[list(MEASURES)]
    sums, known = grouped.sum(), grouped.count()
    whole = grouped.size().to_numpy()[:, None]
    return sums.where(known.to_numpy() == whole).reset_index()


def _beyond_units(total: pd.DataFrame, of_units: pd.DataFrame) -> pd.DataFrame:
    """What the programme's sums hold beyond its units, as rows of ``unassigned``; none where they agree."""
    keys = ["stream", "year"]
    told = of_units.groupby(keys)[list(MEASURES)].sum()
    rest = total.set_index(keys)[list(MEASURES)]
    rest = (rest - told.reindex(rest.index, fill_value=0.0)).clip(lower=0)
    return rest[rest.gt(0).any(axis=1)].reset_index().assign(unit_id=UNASSIGNED)
