"""Sums and means carried across a change of territory, with bounds where a share is unknown.

Sums are carried by shares, means only with a denominator that is named, medians and ranks not at all: the values of the
parts do not determine those of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.crosswalk import SHARES, UNASSIGNED

SUM = "sum"
MEAN_BY = "mean by "


def carry(
    frame: pd.DataFrame,
    mapping: pd.DataFrame,
    extensive: Sequence[str],
    by: Sequence[str] = (),
    on: str = "unit_id",
) -> pd.DataFrame:
    """Sums of ``extensive`` columns in the units of ``mapping``; one row for each ``by`` and target unit.

    ``mapping`` has from_unit, to_unit, share, share_low, share_high (a crosswalk, or ``geography_map``). For each
    column ``x`` the result has ``x`` (what is known to belong to the unit), ``x_low`` and ``x_high`` (bounds where a
    share is unknown). What cannot be placed stands in the row ``unassigned``, so that ``x`` sums to the source; the
    bounds of other units do not include units without any known target. A sum with a missing part is missing.
    Raises InputProblem for a unit that ``mapping`` does not know.
    """
    check_known_units(frame, mapping, on)
    moves = mapping[["from_unit", "to_unit", *SHARES]].rename(columns={"from_unit": on})
    long = frame[[*by, on, *extensive]].merge(moves, on=on, how="left")
    pieces = []
    for column in extensive:
        value = long[column].astype("float64")
        certain = long["share"].notna()
        low = value * long["share"].where(certain, long["share_low"])
        high = value * long["share"].where(certain, long["share_high"])
        point = value * long["share"].fillna(0)
        pieces.append(pd.DataFrame({column: point, f"{column}_low": low, f"{column}_high": high}))
    numbers = pd.concat([long[[*by]].assign(unit_id=long["to_unit"]), *pieces], axis=1)
    unplaced = _unplaced(frame, moves, extensive, by, on)
    numbers = pd.concat([numbers, unplaced], ignore_index=True) if len(unplaced) else numbers
    columns = [name for name in numbers.columns if name not in (*by, "unit_id")]
    grouped = numbers.groupby([*by, "unit_id"], sort=True, dropna=False)[columns]
    total: pd.DataFrame = grouped.sum(min_count=1)
    keys = [numbers[name] for name in (*by, "unit_id")]
    missing = numbers[columns].isna().groupby(keys, sort=True, dropna=False).any()
    return total.mask(missing).reset_index()


def check_known_units(frame: pd.DataFrame, mapping: pd.DataFrame, on: str = "unit_id") -> None:
    """Raise InputProblem naming the units of ``frame`` that ``mapping`` does not know, with their rows."""
    unknown = frame.loc[frame[on].notna() & ~frame[on].isin(mapping["from_unit"]), on].value_counts().sort_index()
    if len(unknown):
        listed = ", ".join(f"{unit} ({count})" for unit, count in unknown.items())
        raise InputProblem(
            f"Пересчёт на другую территорию: для единиц (в скобках число строк) {listed} нет перехода: на день, от "
            "которого ведётся пересчёт, реестр и переходы их не знают. Проверьте код и дату записи или дополните "
            "файл переходов.",
            f"Carrying to another territory: units (rows in brackets) {listed}: no change is given for them: neither "
            "the registry nor the crosswalk knows them on the day carried from. Check the code and the record's date, "
            "or add the unit to the crosswalk.",
        )
    empty = int(frame[on].isna().sum())
    if empty:
        raise InputProblem(
            f"Пересчёт на другую территорию: в {empty} строках единица не указана. Уберите их или укажите единицу.",
            f"Carrying to another territory: {empty} rows have an empty unit. Leave them out or give their unit.",
        )


def _unplaced(
    frame: pd.DataFrame, moves: pd.DataFrame, extensive: Sequence[str], by: Sequence[str], on: str
) -> pd.DataFrame:
    """Rows of ``unassigned`` for the parts of units whose shares are not all known."""
    known = moves.groupby(on)["share"].agg(["sum", "size", "count"])
    part = (1 - known["sum"])[known["count"] < known["size"]]
    rows = frame[frame[on].isin(part.index)]
    # an empty column of texts maps to texts, which cannot be multiplied
    values = rows[list(extensive)].astype("float64").mul(rows[on].map(part).astype("float64"), axis=0)
    bounds = {f"{column}_{end}": values[column] for column in extensive for end in ("low", "high")}
    return pd.concat([rows[[*by]].assign(unit_id=UNASSIGNED), values.assign(**bounds)], axis=1)


def carry_mean(
    frame: pd.DataFrame, mapping: pd.DataFrame, value: str, weight: str, by: Sequence[str] = (), on: str = "unit_id"
) -> pd.DataFrame:
    """Mean of an intensive column (a rate, a score) in the units of ``mapping``, weighted by ``weight``.

    Columns: ``by``, unit_id, ``value``, ``value``_low, ``value``_high, ``weight``. ``value`` is the mean of the parts
    with known shares; the bounds are the least and greatest mean that the unknown shares allow. Medians and ranks
    cannot be carried. Missing where the weight is 0 or missing.
    """
    product = frame.assign(_product=frame[value].astype("float64") * frame[weight].astype("float64"))
    carried = carry(product, mapping, ["_product", weight], by, on)
    mean = carried["_product"] / carried[weight].where(carried[weight] != 0)
    result = carried[[*by, "unit_id"]].assign(
        **{value: mean, f"{value}_low": mean, f"{value}_high": mean, weight: carried[weight]}
    )
    moves = mapping.loc[mapping["share"].isna(), ["from_unit", "to_unit", *SHARES]].rename(columns={"from_unit": on})
    parts = frame.merge(moves, on=on).drop(columns=on).rename(columns={"to_unit": "unit_id"})
    keys = [*by, "unit_id"]
    certain = carried.set_index(keys)
    for key, rows in parts.groupby(keys, sort=False):
        place = (result[keys] == pd.Series(dict(zip(keys, key, strict=True)))).all(axis=1)
        low, high = _mean_bounds(
            float(certain.loc[key, "_product"]), float(certain.loc[key, weight]),
            rows[value].to_numpy(dtype=float), rows[weight].to_numpy(dtype=float),
            rows[SHARES[1:]].to_numpy(dtype=float),
        )  # fmt: skip
        result.loc[place, [f"{value}_low", f"{value}_high"]] = [low, high]
    return result


def _mean_bounds(
    product: float, weight: float, values: np.ndarray, weights: np.ndarray, shares: np.ndarray
) -> tuple[float, float]:
    """Least and greatest weighted mean when the share of each part lies between its bounds.

    The mean is monotone in every share, so that the extremes lie where the parts above some value enter with one
    bound and those below it with the other: every such cut is tried.
    """
    order = np.argsort(values, kind="stable")
    values, weights, shares = values[order], weights[order], shares[order]
    means = []
    for cut in range(len(values) + 1):
        below = np.arange(len(values)) < cut
        for first, second in ((0, 1), (1, 0)):
            taken = weights * np.where(below, shares[:, first], shares[:, second])
            whole = weight + taken.sum()
            if whole > 0:
                means.append((product + (values * taken).sum()) / whole)
    return (min(means), max(means)) if means else (np.nan, np.nan)


def carry_columns(
    frame: pd.DataFrame,
    mapping: pd.DataFrame,
    rules: Mapping[str, str],
    by: Sequence[str] = (),
    on: str = "unit_id",
) -> pd.DataFrame:
    """Columns of ``frame`` in the units of ``mapping``: by, unit_id, and for each column x its x, x_low and x_high.

    ``rules`` says how each column is carried: ``sum`` (persons, projects, money), or ``mean by COLUMN`` (a rate or
    score weighted by that denominator). Anything else (a median, a rank, a mean without its denominator) is refused by
    InputProblem that names the column and the reason. Units and shares as ``crosswalk.carry``.
    """
    for column, rule in rules.items():
        if column not in frame.columns:
            raise InputProblem(
                f"Пересчёт на другую территорию: в таблице нет столбца {column}. Есть: {', '.join(frame.columns)}.",
                f"Carrying to another territory: the table has no column {column}. "
                f"There are: {', '.join(frame.columns)}.",
            )
        weight = rule.removeprefix(MEAN_BY) if rule.startswith(MEAN_BY) else None
        if rule != SUM and (weight is None or weight not in frame.columns):
            raise _refused(column, rule, weight)
    sums = [column for column, rule in rules.items() if rule == SUM]
    parts = [carry(frame, mapping, sums, by, on).set_index([*by, "unit_id"])] if sums else []
    for column, rule in rules.items():
        if rule != SUM:
            carried = carry_mean(frame, mapping, column, rule.removeprefix(MEAN_BY), by, on)
            carried = carried.set_index([*by, "unit_id"])
            parts.append(carried[[column, f"{column}_low", f"{column}_high"]])
    return (
        pd.concat(parts, axis=1).reset_index() if parts else frame[[*by, on]].iloc[:0].rename(columns={on: "unit_id"})
    )


def _refused(column: str, rule: str, weight: str | None) -> InputProblem:
    if weight is not None:
        return InputProblem(
            f"Столбец {column}: знаменателя «{weight}» в таблице нет. Назовите столбец, на который делили.",
            f"Column {column}: the table has no denominator '{weight}'. Name the column that it was divided by.",
        )
    return InputProblem(
        f"Столбец {column}: «{rule}» нельзя пересчитать на другую территорию. Суммы переносятся по долям ({SUM}), "
        f"средние и доли только со знаменателем ({MEAN_BY}столбец), медианы и ранги не переносятся: "
        "их надо вычислить заново из исходных записей.",
        f"Column {column}: '{rule}' cannot be carried to another territory. Sums are carried by shares ({SUM}), "
        f"means and rates only with their denominator ({MEAN_BY}column), medians and ranks cannot be: "
        "compute them again from the original records.",
    )
