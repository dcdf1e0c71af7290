"""The award: places by the jury's weighted points, how far the jury agrees, and what leaving one juror out changes.

A ballot is what one juror gave one entry. It counts where it has points on every weighted criterion: a criterion left
out is no zero and is not filled in. Entries are compared within their nomination alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.field.services.agreement import Agreement, intraclass, kendall_w, krippendorff_alpha
from evaluation.field.services.indicator_rows import Place, counts, joined, one, tally
from evaluation.field.services.territory import by_territory
from evaluation.settings import InputProblem
from evaluation.tables import TABLES

SERVICE = "award"
EQUAL = 1e-9
_AGREEMENT_COLUMNS = list(TABLES["award_agreement"].names)


def criterion_weights(scores: pd.DataFrame, declared: Mapping[str, float]) -> pd.Series:
    """Weight by criterion, adding up to one; equal weights of the criteria that occur where none are declared.

    Raises InputProblem where points were given on a criterion without a declared weight.
    """
    given = sorted(scores["criterion"].dropna().unique())
    if not declared:
        return pd.Series(1 / len(given) if given else np.nan, index=given, dtype="float64")
    unknown = [name for name in given if name not in declared]
    if unknown:
        names = ", ".join(unknown)
        raise InputProblem(
            f"Премия: по критериям {names} поставлены баллы, а веса их не объявлены. Впишите веса в "
            f"config/programme.yml, ключ award.weights (объявлены: {', '.join(declared)}).",
            f"Award: points were given on the criteria {names}, which have no declared weight. Enter the weights in "
            f"config/programme.yml, key award.weights (declared: {', '.join(declared)}).",
        )
    weights = pd.Series(dict(declared), dtype="float64")
    return weights / weights.sum()


def ballots(scores: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """entry_id, person_key, points (weighted; NaN where the juror left out a criterion), one row a ballot."""
    wide = scores.pivot(index=["entry_id", "person_key"], columns="criterion", values="points").astype("float64")
    wide = wide.reindex(columns=weights.index)
    return (wide * weights).sum(axis=1, min_count=len(weights)).rename("points").reset_index()


def points_matrix(entries: pd.DataFrame, cast: pd.DataFrame, nomination: str) -> pd.DataFrame:
    """Weighted points of one nomination: a row an entry, a column a juror who judged there, NaN where none counts."""
    own = entries.loc[entries["nomination"].eq(nomination), "entry_id"]
    chosen = cast[cast["entry_id"].isin(own) & cast["points"].notna()]
    return chosen.pivot(index="entry_id", columns="person_key", values="points").reindex(sorted(own))


def ranks(means: pd.Series) -> pd.Series:
    """Places by mean points, the most first; equal means share the better place; no place without points."""
    return means.round(9).rank(method="min", ascending=False)


def winners_without(matrix: pd.DataFrame, winners: int) -> pd.DataFrame:
    """Whether each entry (row) is among the first ``winners`` places when each juror (column) is left out."""
    out = {juror: ranks(matrix.drop(columns=juror).mean(axis=1)).le(winners) for juror in matrix.columns if len(matrix)}
    return pd.DataFrame(out, index=matrix.index)


def award_ranking(entries: pd.DataFrame, scores: pd.DataFrame, weights: pd.Series, winners: int) -> pd.DataFrame:
    """Contract ``award_ranking``: by nomination and place, then entry. ``winners``: places that win in a nomination."""
    if entries.empty:
        return TABLES["award_ranking"].empty()
    cast = ballots(scores, weights)
    parts = []
    for nomination in sorted(entries["nomination"].unique()):
        matrix = points_matrix(entries, cast, nomination)
        own = entries[entries["nomination"].eq(nomination)].set_index("entry_id")
        frame = own[["year", "unit_id", "nomination", "place"]].reindex(matrix.index)
        frame["points"] = matrix.mean(axis=1)
        frame["jurors"] = matrix.notna().sum(axis=1)
        incomplete = cast[cast["points"].isna()].groupby("entry_id").size()
        frame["missing"] = incomplete.reindex(matrix.index, fill_value=0)
        frame["rank"] = ranks(frame["points"]).astype("Int64")
        several = matrix.shape[1] > 1
        frame["leads_without_one"] = winners_without(matrix, winners).mean(axis=1) if several else np.nan
        parts.append(frame.rename_axis("entry_id").reset_index())
    out = pd.concat(parts, ignore_index=True)
    order = out.sort_values(["nomination", "rank", "entry_id"], kind="stable", na_position="last")
    return order[list(TABLES["award_ranking"].names)].reset_index(drop=True)


def award_agreement(
    entries: pd.DataFrame, scores: pd.DataFrame, weights: pd.Series, winners: int, year: int
) -> pd.DataFrame:
    """Contract ``award_agreement``: a row a nomination and measure.

    The intraclass correlation and W need ballots without gaps: they are told over the entries that every juror of the
    nomination judged; alpha takes all. winners_kept: share of jurors without any one of whom the same entries win.
    """
    parts: list[dict[str, object]] = []
    cast = ballots(scores, weights) if len(entries) else pd.DataFrame()
    for nomination in sorted(entries["nomination"].unique()):
        matrix = points_matrix(entries, cast, nomination)
        whole = matrix.dropna()
        note = None if len(whole) == len(matrix) else "incomplete_ballots"
        single, mean = intraclass(whole.to_numpy())
        found = {"icc_single": single, "icc_mean": mean, "kendall_w": kendall_w(whole.to_numpy())}
        measures = {name: (one_, len(whole), note) for name, one_ in found.items()}
        measures["alpha"] = (krippendorff_alpha(matrix.to_numpy()), len(matrix), None)
        measures["winners_kept"] = (_winners_kept(matrix, winners), len(matrix), None)
        for measure, (agreement, n, remark) in measures.items():
            parts.append(
                {
                    "nomination": nomination, "measure": measure, "year": year, "value": agreement.value,
                    "low": agreement.low, "high": agreement.high, "p": agreement.p, "n": n,
                    "jurors": matrix.shape[1], "note": agreement.note or remark,
                }
            )  # fmt: skip
    return pd.DataFrame(parts, columns=_AGREEMENT_COLUMNS) if parts else TABLES["award_agreement"].empty()


def _winners_kept(matrix: pd.DataFrame, winners: int) -> Agreement:
    if matrix.shape[1] < 2:
        return Agreement(note="one_juror" if matrix.shape[1] == 1 else "too_few")
    full = ranks(matrix.mean(axis=1)).le(winners)
    without = winners_without(matrix, winners)
    return Agreement(float(without.eq(full, axis=0).all(axis=0).mean()))


def award_indicators(entries: pd.DataFrame, units: pd.DataFrame, year: int) -> pd.DataFrame:
    """Contract ``service_indicators``: entries by nomination, unit, type and region; no rows without entries."""
    if entries.empty:
        return TABLES["service_indicators"].empty()
    place = Place(SERVICE, year)
    return joined(
        [
            one(place, "entries", "applications", len(entries), len(entries)),
            counts(place.by("nomination"), "entries", "applications", tally(entries["nomination"])),
            *by_territory(place, "entries", "applications", entries["unit_id"], units),
        ]
    )
