"""Does a delivery agree with itself: units of its own region, quotients of their own parts, sums of their units?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from evaluation.settings import Text
from evaluation.territory.crosswalk import UNASSIGNED
from evaluation.year.roll_up.contract import Delivery, scale_of
from evaluation.year.roll_up.csv import file_of

CLOSE = 1e-9
Frames = Mapping[str, pd.DataFrame]


def content_faults(delivery: Delivery, frames: Frames) -> list[Text]:
    """Every sort of disagreement within one delivery, with the line of its first case and how many there are."""
    return [*_units(delivery, frames["units"]), *_unknown_units(frames), *_totals(frames["totals"]), *_sums(frames)]


def _fault(file: str, wrong: pd.Series | np.ndarray, column: str, ru: str, en: str) -> Iterator[Text]:
    """One text for the rows where ``wrong`` is true; nothing where none is."""
    lines = np.flatnonzero(np.asarray(wrong, dtype=bool))
    if len(lines):
        yield Text(
            ru=f"{file_of(file)}, строка {lines[0] + 2}, столбец {column}: {ru} (таких строк: {len(lines)})",
            en=f"{file_of(file)}, line {lines[0] + 2}, column {column}: {en} (such lines: {len(lines)})",
        )


# ---- geography ------------------------------------------------------------------------------------------------------


def _units(delivery: Delivery, units: pd.DataFrame) -> Iterator[Text]:
    codes, region = units["unit_id"].astype("str"), delivery.region_code
    if units.empty:
        yield Text(
            ru=f"{file_of('units')}: нет ни одной территории. Проверьте реестр региона и выпустите год заново",
            en=f"{file_of('units')}: there is no unit at all. Check the region's registry and release the year again",
        )
        return
    if delivery.registry == "oktmo":
        malformed = ~codes.str.fullmatch(r"\d{8}|\d{11}")
        yield from _fault(
            "units", malformed, "unit_id", "это не код ОКТМО из 8 или 11 цифр. Исправьте реестр региона",
            "this is no OKTMO code of 8 or 11 digits. Correct the region's registry",
        )  # fmt: skip
        foreign = ~malformed & ~codes.str.startswith(region)
        if foreign.any():
            first = codes[foreign].iloc[0]
            yield from _fault(
                "units", foreign, "unit_id",
                f"территория {first} — другого региона: коды региона {region} начинаются с {region}. Уберите её из "
                "реестра или исправьте region_code, выполните год заново и выпустите его",
                f"unit {first} is of another region: codes of region {region} begin with {region}. Take it out of the "
                "registry or correct region_code, run the year again and release it",
            )  # fmt: skip
    day = pd.Timestamp(delivery.territory_date)
    out_of_force = (units["valid_from"] > day) | (units["valid_to"] < day)
    if out_of_force.any():
        first = codes[out_of_force].iloc[0]
        shown = delivery.territory_date.isoformat()
        yield from _fault(
            "units", out_of_force, "valid_to",
            f"территория {first} на {shown} не действует. Проверьте territory_date и сроки в реестре",
            f"unit {first} is not in force on {shown}. Check territory_date and the dates in the registry",
        )  # fmt: skip


def _unknown_units(frames: Frames) -> Iterator[Text]:
    known = {*frames["units"]["unit_id"], UNASSIGNED}
    yield from _fault(
        "unit_values", ~frames["unit_values"]["unit_id"].isin(known), "unit_id",
        f"такой территории нет в {file_of('units')}. Выполните шаги года заново и выпустите его",
        f"there is no such unit in {file_of('units')}. Run the year's steps again and release it",
    )  # fmt: skip
    told = frames["totals"]["indicator"].eq("units_in_force") & frames["totals"]["numerator"].notna()
    count = len(frames["units"])
    yield from _fault(
        "totals", told & frames["totals"]["numerator"].ne(count), "numerator",
        f"действующих территорий не столько, сколько строк в {file_of('units')} ({count}). Выполните шаги года заново",
        f"the units in force are not as many as {file_of('units')} has rows ({count}). Run the year's steps again",
    )  # fmt: skip


# ---- arithmetic -----------------------------------------------------------------------------------------------------


def _totals(totals: pd.DataFrame) -> Iterator[Text]:
    hidden = totals["hidden"].notna()
    numbers = totals[["value", "numerator", "low", "high"]]
    again = (". Соберите посылку заново", ". Pack the delivery again")
    yield from _fault(
        "totals", hidden & numbers.notna().any(axis=1), "hidden", f"число скрыто и всё же дано{again[0]}",
        f"the number is hidden and given all the same{again[1]}",
    )  # fmt: skip
    yield from _fault(
        "totals", ~hidden & totals["numerator"].isna(), "numerator", f"нет числителя, хотя он не скрыт{again[0]}",
        f"there is no numerator, although it is not hidden{again[1]}",
    )  # fmt: skip
    shown = ~hidden & totals["numerator"].notna()
    ratio = totals["denominator"].notna()
    scale = totals["unit"].map(scale_of)
    expected = (scale * totals["numerator"] / totals["denominator"].where(totals["denominator"] > 0)).where(
        ratio, totals["numerator"]
    )
    apart = (totals["value"] - expected).abs() > CLOSE * (1 + expected.abs())
    yield from _fault(
        "totals", shown & (apart | (totals["value"].isna() != expected.isna())), "value",
        f"значение не равно частному числителя и знаменателя{again[0]}",
        f"the value is not the quotient of numerator and denominator{again[1]}",
    )  # fmt: skip
    share = shown & totals["unit"].eq("share")
    yield from _fault(
        "totals", share & (totals["numerator"] > totals["denominator"] * (1 + CLOSE)), "numerator",
        f"часть больше целого{again[0]}", f"the part is larger than the whole{again[1]}",
    )  # fmt: skip
    counted = shown & (totals["low"].notna() | totals["unit"].eq("per_10000"))
    fraction = totals["numerator"] % 1 > 0
    fraction |= totals["unit"].eq("share") & (totals["denominator"] % 1 > 0)
    yield from _fault(
        "totals", counted & fraction, "numerator",
        f"у числа с интервалом ожидались целые числитель и знаменатель{again[0]}",
        f"a number with an interval was expected to have a whole numerator and denominator{again[1]}",
    )  # fmt: skip
    outside = (totals["low"] > totals["value"] + CLOSE) | (totals["high"] < totals["value"] - CLOSE)
    yield from _fault(
        "totals", shown & outside, "low", f"значение лежит вне своего интервала{again[0]}",
        f"the value lies outside its interval{again[1]}",
    )  # fmt: skip


def _sums(frames: Frames) -> Iterator[Text]:
    """Units' values never add up to more than the region's total (some applications belong to no unit)."""
    totals = frames["totals"]
    own = totals[totals["source"].eq("indicators") & totals["numerator"].notna()].set_index("indicator")["numerator"]
    sums = frames["unit_values"].groupby("indicator")["value"].sum()
    for name, total in sums.items():
        if name in own.index and total > own[name] * (1 + CLOSE) + CLOSE:
            line = int(totals["indicator"].eq(name).to_numpy().argmax()) + 2
            yield Text(
                ru=f"{file_of('totals')}, строка {line}, столбец numerator: {name} = {own[name]:g}, а по территориям "
                f"набирается {total:g}. Выполните шаги года заново и выпустите его",
                en=f"{file_of('totals')}, line {line}, column numerator: {name} = {own[name]:g}, but the units add up "
                f"to {total:g}. Run the year's steps again and release it",
            )
