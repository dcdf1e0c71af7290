"""Known counts of the population by level of a variable: ``population_margins``."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from evaluation.settings import InputProblem

MARGIN_COLUMNS = ["margins_id", "variable", "level", "count", "share", "source", "as_of"]
SHARES_SUM = 2e-3
COUNTS_AGREE = 1e-6


def read_margins_file(path: Path | None) -> pd.DataFrame:
    """Margins from a csv file (``read_margins``, whose refusals it shares); none without a file."""
    if path is None:
        return pd.DataFrame(columns=MARGIN_COLUMNS)
    received = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    try:
        return read_margins(received.replace("", None))
    except InputProblem as problem:
        raise InputProblem(f"{path}: {problem.messages['ru']}", f"{path}: {problem.messages['en']}") from problem


def read_margins(received: pd.DataFrame, margins_id: str = "") -> pd.DataFrame:
    """MARGIN_COLUMNS from a received table of texts with at least variable, level and count or share.

    One of count and share is enough; the other is computed. Raises InputProblem for missing columns, numbers that are
    none or negative (with the row of the table, its header being row 1), and levels given twice.
    """
    lacking = [name for name in ("variable", "level") if name not in received]
    if lacking or not {"count", "share"} & set(received):
        wanted = "variable, level, count / share"
        raise InputProblem(
            f"в таблице границ совокупности нужны столбцы {wanted}; есть: {', '.join(map(str, received))}.",
            f"the table of population margins needs the columns {wanted}; it has: {', '.join(map(str, received))}.",
        )
    made = received.reindex(columns=MARGIN_COLUMNS)
    for name in ("variable", "level"):
        made[name] = made[name].astype("string").str.strip()
        empty = made.index[made[name].isna() | (made[name] == "")]
        if len(empty):
            row = made.index.get_loc(empty[0]) + 2
            raise InputProblem(
                f"границы совокупности, строка {row}: пуст столбец «{name}».",
                f"population margins, row {row}: column '{name}' is empty.",
            )
    for name in ("count", "share"):
        numbers = made[name].map(_number, na_action="ignore").astype(float)
        stated = made[name].notna() & (made[name].astype("string").str.strip() != "").fillna(False)
        wrong = stated & ~(numbers >= 0)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise InputProblem(
                f"границы совокупности, строка {row + 2}, столбец «{name}»: «{made[name].iloc[row]}» — не число от 0.",
                f"population margins, row {row + 2}, column '{name}': '{made[name].iloc[row]}' is not a number of "
                "zero or more.",
            )
        made[name] = numbers
    made["margins_id"] = made["margins_id"].fillna(margins_id) if "margins_id" in received else margins_id
    twice = made[made.duplicated(["margins_id", "variable", "level"])]
    if len(twice):
        variable, level = twice.iloc[0][["variable", "level"]]
        raise InputProblem(
            f"уровень «{level}» переменной «{variable}» в границах совокупности указан дважды.",
            f"level '{level}' of '{variable}' is given twice in the population margins.",
        )
    by = made.groupby(["margins_id", "variable"], sort=False)
    made["share"] = made["share"].fillna(made["count"] / by["count"].transform("sum"))
    return made.reset_index(drop=True)


def margins_from_counts(
    counts: pd.DataFrame, variables: list[str], *, margins_id: str, source: str, as_of: str, count: str = "count"
) -> pd.DataFrame:
    """MARGIN_COLUMNS from ``counts``: rows of people by ``variables`` (units, sex, age group), each with ``count``.

    One margin a variable, so that the territories themselves (``unit_id``) can be one. Raises InputProblem for counts
    that are missing or negative.
    """
    values = counts[count].map(_number, na_action="ignore").astype(float)
    if values.isna().any() or (values < 0).any():
        raise InputProblem(
            f"численность для границ совокупности неизвестна или отрицательна в {int((~(values >= 0)).sum())} строках.",
            f"the counts for population margins are missing or negative in {int((~(values >= 0)).sum())} rows.",
        )
    made = []
    for variable in variables:
        sums = values.groupby(counts[variable].astype(str), sort=True).sum()
        made.append(pd.DataFrame({"variable": variable, "level": sums.index, "count": sums.to_numpy(dtype=float)}))
    frame = pd.concat(made, ignore_index=True)
    frame["share"] = frame["count"] / frame.groupby("variable")["count"].transform("sum")
    return frame.assign(margins_id=margins_id, source=source, as_of=as_of)[MARGIN_COLUMNS]


def checked_margins(margins: pd.DataFrame, size: float) -> tuple[float, pd.DataFrame]:
    """The population's size and the margins with a count in every row; ``size`` is taken where there are shares alone.

    Raises InputProblem where the counts of two variables differ in total or the shares of one do not sum to 1.
    """
    margins = margins.copy()
    if margins.empty:
        raise InputProblem("границы совокупности пусты.", "there are no population margins.")
    counted = "count" in margins and bool(margins["count"].notna().all())
    if not counted:
        shares = margins.groupby("variable", sort=False)["share"].sum(min_count=1)
        for variable, found in shares.items():
            if not abs(found - 1) <= SHARES_SUM or margins.loc[margins["variable"] == variable, "share"].isna().any():
                raise InputProblem(
                    f"доли уровней переменной «{variable}» дают в сумме {found:.6g}, а должны 1.",
                    f"the shares of the levels of '{variable}' sum to {found:.6g}; they must sum to 1.",
                )
        total = shares.reindex(margins["variable"]).to_numpy()
        margins["count"] = margins["share"] / total * size
        return size, margins
    totals = margins.groupby("variable", sort=False)["count"].sum()
    first, population = str(totals.index[0]), float(totals.iloc[0])
    for variable, found in totals.items():
        if not abs(found - population) <= COUNTS_AGREE * population or not found > 0:
            raise InputProblem(
                f"границы совокупности не согласованы: по «{first}» всего {population:.10g}, "
                f"по «{variable}» {found:.10g}. Возьмите их за одну дату и одну совокупность или дайте доли.",
                f"the margins of the population disagree: the total by '{first}' is {population:.10g}, "
                f"by '{variable}' {found:.10g}. Take them of one date and one population, or give shares.",
            )
    return population, margins


def _number(cell: object) -> float:
    """The number in a cell, «1 250,5» as well; NaN for anything else."""
    try:
        return float(re.sub(r"\s", "", str(cell)).replace(",", "."))
    except ValueError:
        return float("nan")
