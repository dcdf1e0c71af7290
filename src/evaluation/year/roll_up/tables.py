"""The nation from its regions: numerators and denominators added, no averages of averages, hidden counts as bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.indicators.intervals import poisson_bounds, wilson_bounds
from evaluation.indicators.overdispersion import overdispersion
from evaluation.year.roll_up.contract import ALL, MONEY_SHARES, MONEY_UNITS, SMALL, scale_of
from evaluation.year.roll_up.read import Taken

KEY = ["source", "indicator", "stream", "channel"]
TOTAL_COLUMNS = [
    *KEY, "unit", "regions", "hidden_regions", "value", "low", "high", "at_least", "at_most", "numerator",
    "numerator_at_least", "numerator_at_most", "denominator", "n", "reason",
]  # fmt: skip
DISPERSION_COLUMNS = [*KEY, "unit", "regions", "dispersion", "p", "between_sd", "between_low", "between_high"]
FEWEST_REGIONS = 3
DRAWS = 999


def by_region(taken: Sequence[Taken]) -> pd.DataFrame:
    """The deliveries' totals one under the other: ``region``, ``currency``, ``threshold`` and the columns of totals."""
    return pd.concat(
        [
            each.frames["totals"].assign(
                region=each.region, currency=each.delivery.currency, threshold=each.delivery.threshold
            )
            for each in taken
        ],
        ignore_index=True,
    )


def national_totals(regional: pd.DataFrame) -> pd.DataFrame:
    """TOTAL_COLUMNS, one row an indicator, from ``by_region``.

    ``value`` is the nation's number (per cent, per 1000 ... by its unit) with a 95 % interval where the regions' own
    numbers have one. Where regions hid counts of people, it stays empty: the numerator then lies between
    ``numerator_at_least`` and ``numerator_at_most``, the value between ``at_least`` and ``at_most`` (a hidden small
    count is 1 to its region's threshold - 1; of one hidden to protect another nothing is known, and there is no upper
    end). Money of several currencies is not added: ``reason`` is then ``currencies``.
    """
    rows = [_national(key, rows) for key, rows in regional.groupby(KEY, sort=True)]
    return pd.DataFrame(rows, columns=TOTAL_COLUMNS).astype(
        {"regions": "int64", "hidden_regions": "int64", "reason": "str"}
    )


def _national(key: tuple[str, ...], rows: pd.DataFrame) -> dict[str, object]:
    unit = str(rows["unit"].iloc[0])
    hidden = rows["hidden"].notna()
    found: dict[str, object] = {
        **dict(zip(KEY, key, strict=True)), "unit": unit, "regions": len(rows), "hidden_regions": int(hidden.sum()),
        "reason": None,
    }  # fmt: skip
    if len(rows["unit"].unique()) > 1:
        return found | {"reason": "units"}
    is_money = unit in MONEY_UNITS or key[KEY.index("indicator")] in MONEY_SHARES
    if is_money and len(rows["currency"].unique()) > 1:
        return found | {"reason": "currencies"}
    is_ratio = bool(rows["denominator"].notna().any())
    numerator = float(rows["numerator"].sum())
    denominator = float(rows["denominator"].sum()) if rows["denominator"].notna().all() else np.nan
    least, most = _bounds(rows, numerator)
    scale = scale_of(unit)
    found |= {
        "numerator_at_least": least, "numerator_at_most": most, "denominator": denominator, "n": float(rows["n"].sum()),
    }  # fmt: skip
    if hidden.any():
        under = denominator if is_ratio else 1.0
        return found | {"at_least": scale * least / under, "at_most": scale * most / under}
    value = scale * numerator / denominator if is_ratio else numerator
    low, high = _interval(rows, unit, numerator, denominator)
    return found | {
        "numerator": numerator, "value": value, "at_least": value, "at_most": value, "low": low, "high": high,
    }  # fmt: skip


def _bounds(rows: pd.DataFrame, known: float) -> tuple[float, float]:
    small = rows["hidden"].eq(SMALL)
    least = known + float(small.sum())
    if (rows["hidden"].notna() & ~small).any():
        return least, np.nan
    return least, known + float((rows["threshold"] - 1)[small].sum())


def _interval(rows: pd.DataFrame, unit: str, numerator: float, denominator: float) -> tuple[float, float]:
    """Wilson's interval of a share, the exact Poisson interval of a rate, where every region's number has its own."""
    dividing = rows[rows["denominator"] > 0]
    if dividing.empty or rows["denominator"].isna().any() or dividing["low"].isna().any():
        return np.nan, np.nan
    if unit == "share":
        low, high = wilson_bounds(numerator, denominator)
        return float(low), float(high)
    low, high = poisson_bounds(numerator)
    return scale_of(unit) * float(low) / denominator, scale_of(unit) * float(high) / denominator


# ---- differences between regions ------------------------------------------------------------------------------------


def dispersion(regional: pd.DataFrame) -> pd.DataFrame:
    """DISPERSION_COLUMNS: do regions differ by more than chance? One row an indicator with intervals in every region.

    ``dispersion`` is Pearson's chi-squared over regions - 1, which is about 1 where the regions are alike. For shares
    ``p`` is the test of one common share; it stays empty where expected counts are too small for it (below 1, or a
    fifth of them below 5: Cochran 1954, Biometrics 10). For rates ``p`` is by simulation and ``between_sd`` the spread
    of the regions' own rates over the common one, with its interval (``indicators.overdispersion``). Fewer than
    FEWEST_REGIONS regions, and indicators with a hidden number, are left out.
    """
    found = []
    for key, every in regional.groupby(KEY, sort=True):
        unit = str(every["unit"].iloc[0])
        usable = every["hidden"].isna().all() and every["denominator"].notna().all()
        rows = every[every["denominator"] > 0]
        if len(rows) < FEWEST_REGIONS or not usable or rows["low"].isna().any() or rows["numerator"].sum() == 0:
            continue
        told = _shares(rows) if unit == "share" else _rates(rows)
        if told is not None:
            found.append({**dict(zip(KEY, key, strict=True)), "unit": unit, "regions": len(rows), **told})
    return pd.DataFrame(found, columns=DISPERSION_COLUMNS)


def _shares(rows: pd.DataFrame) -> Mapping[str, float] | None:
    part, whole = rows["numerator"].to_numpy(), rows["denominator"].to_numpy()
    if part.sum() >= whole.sum():
        return None
    table = np.column_stack([part, whole - part])
    tested = stats.chi2_contingency(table, correction=False)
    expected = tested.expected_freq
    enough = expected.min() >= 1 and (expected < 5).mean() <= 0.2
    return {"dispersion": tested.statistic / tested.dof, "p": float(tested.pvalue) if enough else np.nan}


def _rates(rows: pd.DataFrame) -> Mapping[str, float]:
    tested = overdispersion(rows["numerator"].to_numpy(), rows["denominator"].to_numpy(), draws=DRAWS)
    return {
        "dispersion": tested.dispersion, "p": tested.p_dispersion, "between_sd": tested.between_sd,
        "between_low": tested.low, "between_high": tested.high,
    }  # fmt: skip


# ---- units ----------------------------------------------------------------------------------------------------------


def all_units(taken: Sequence[Taken]) -> pd.DataFrame:
    """Every unit of every delivery with its region: ``region`` and the columns of units."""
    return pd.concat(
        [each.frames["units"].assign(region=each.region) for each in taken], ignore_index=True
    ).sort_values(["region", "unit_id"], ignore_index=True)  # fmt: skip


def one_number(totals: pd.DataFrame, indicator: str, stream: str = ALL) -> dict[str, object]:
    """The row of an indicator that is told without a stream, or of one stream. Raises KeyError where there is none."""
    rows = totals[(totals["indicator"] == indicator) & (totals["stream"] == stream) & (totals["channel"] == ALL)]
    if rows.empty:
        raise KeyError(indicator)
    return {str(name): value for name, value in rows.iloc[0].to_dict().items()}
