"""Money carried across a change of territory exactly: no coin is lost or made by the shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.carrying import check_known_units
from evaluation.territory.crosswalk import SHARES, UNASSIGNED


def carry_coins(
    frame: pd.DataFrame, mapping: pd.DataFrame, money: str, by: Sequence[str] = (), on: str = "unit_id"
) -> pd.DataFrame:
    """Money in whole coins (hundredths) in the units of ``mapping``: by, unit_id, coins, coins_low, coins_high (Int64).

    ``money`` is in the currency's units with at most two decimals. The sum over all targets and ``unassigned`` equals
    that of the source to the coin: a split amount is rounded down and the coins left over go to the parts with the
    largest remainders (ties: to the first unit code). Amounts of unknown shares stand in ``unassigned``; the bounds say
    how much could be in each unit. An empty amount makes the units that it reaches missing.
    Raises InputProblem for an amount that is no whole number of coins, and as ``crosswalk.carry``.
    """
    check_known_units(frame, mapping, on)
    amounts = frame[money].astype("float64")
    coins = (amounts * 100).round()
    broken = frame[((amounts * 100 - coins).abs() > 1e-4 + 1e-9 * coins.abs()).fillna(False)]
    if len(broken):
        units = ", ".join(dict.fromkeys(broken[on].astype(str)))
        raise InputProblem(
            f"Столбец {money}: у единиц {units} суммы точнее копейки. Округлите их до копеек.",
            f"Column {money}: units {units} have amounts finer than a hundredth. Round them to hundredths.",
        )
    source = frame[[*by, on]].assign(coins=coins, row=np.arange(len(frame)))
    moves = mapping[["from_unit", "to_unit", *SHARES]].rename(columns={"from_unit": on})
    certain = source.merge(moves[moves["share"].notna()], on=on)
    given = certain.groupby("row")["share"].sum().reindex(source["row"], fill_value=0.0).to_numpy()
    rest = source.assign(to_unit=UNASSIGNED, share=1 - given)[given < 1 - 1e-9]
    pieces = pd.concat([certain, rest], ignore_index=True)
    pieces = pieces.assign(part=_largest_remainders(pieces), low=0.0, high=0.0)
    pieces = pieces.assign(low=pieces["part"], high=pieces["part"])
    open_ = source.merge(moves[moves["share"].isna()], on=on)
    open_ = open_.assign(
        part=open_["coins"] * 0,
        low=np.floor(open_["coins"] * open_["share_low"]),
        high=np.ceil(open_["coins"] * open_["share_high"]),
    )
    every = pd.concat([pieces, open_], ignore_index=True).drop(columns=[on]).rename(columns={"to_unit": "unit_id"})
    grouped = every.groupby([*by, "unit_id"], sort=True, dropna=False)[["part", "low", "high"]]
    missing = every["coins"].isna().groupby([every[name] for name in (*by, "unit_id")], sort=True, dropna=False).any()
    total: pd.DataFrame = grouped.sum().mask(missing).astype("Int64")
    names = {"part": "coins", "low": "coins_low", "high": "coins_high"}
    return total.rename(columns=names).reset_index()


def _largest_remainders(pieces: pd.DataFrame) -> pd.Series:
    """Whole coins of each piece (row, to_unit, coins, share; shares of a row sum to 1): they sum to the row's coins."""
    exact = pieces["coins"] * pieces["share"]
    # 0.3 of 10 coins is 3, not 2.9999999999999996
    floor = np.floor(exact + 1e-6 * np.minimum(1, exact.abs()))
    order = pieces.assign(floor=floor, remainder=exact - floor)
    left = (order["coins"] - order.groupby("row")["floor"].transform("sum")).round()
    ranked = order.sort_values(["row", "remainder", "to_unit"], ascending=[True, False, True], kind="stable")
    place = ranked.groupby("row").cumcount().reindex(order.index)
    return floor + (place < left).astype("float64")
