"""Tables of what a design could have seen and what would overturn it: breakdown values, trends, heaping."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.curves import power_plot
from evaluation.display.exhibit import Exhibit
from evaluation.display.limit_words import BREAKDOWN, HEAPS, MEASURES, NOTES, SHARES, TRENDS
from evaluation.display.plan_exhibits import names_of, numbered, say_rows
from evaluation.display.tables import exhibit
from evaluation.display.wording import MISSING, format_interval, format_number, format_p
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.codebook import Codebook

_SHARES_OF_SPREAD = ("partial_r2", "robustness_value", "robustness_value_alpha")
# the value at which a measure says that there is nothing to overturn
_NOTHING = {"e_value_limit": 1.0, "robustness_value_alpha": 0.0, "trends_relative_magnitudes": 0.0,
            "trends_smoothness": 0.0}  # fmt: skip


def limit_exhibits(
    limits: Any, heaps: pd.DataFrame, codebook: Codebook | None, *, simulated: bool = False
) -> dict[str, Exhibit]:
    """The tables ``breakdown``, ``trends`` and ``bunching``; ``limits`` has the fields of ``robustness.limits.Limits``,
    ``heaps`` the columns of ``contest.heaping``."""
    return {
        "breakdown": breakdown_exhibit(limits.breakdown, codebook, limits.missing, simulated=simulated),
        "trends": trends_exhibit(limits.trends, codebook, limits.missing, simulated=simulated),
        "bunching": bunching_exhibit(heaps, codebook, simulated=simulated),
    }


def power_figure(limits: Any, estimates: pd.DataFrame, language: Language, *, simulated: bool = False) -> Figure:
    """The power curve of the main model's first exposure that has one, with the size of its estimate.

    ``limits`` as for ``limit_exhibits``; ``estimates`` has the columns of the table of that name. Where there is no
    curve the figure says so.
    """
    main = estimates[estimates["is_main"].fillna(False)].set_index("exposure")
    exposure = next((name for name in limits.power if name in main.index), None)
    if exposure is None:
        return power_plot(pd.DataFrame(columns=["effect", "power", "low", "high"]), language, simulated=simulated)
    row, curve = main.loc[exposure], limits.power[exposure]
    note = power_note(int(row["n"]), curve.clusters, curve.treated_clusters, curve.draws, language)
    unit = "log_points" if row["estimand"] == "log_rate_ratio" else "number"
    return power_plot(curve.frame, language, note=note, unit=unit, estimate=float(row["estimate"]), simulated=simulated)


def breakdown_exhibit(
    breakdown: pd.DataFrame,
    codebook: Codebook | None,
    missing: Mapping[str, Text] | None = None,
    *,
    name: str = "breakdown",
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """How large a violation would overturn the result, in words; ``breakdown`` and ``missing`` as in ``Limits``."""
    frame = breakdown.reset_index(drop=True)
    shown = frame[["model", "exposure", "measure"]].assign(value=numbered(len(frame)), meaning=numbered(len(frame)))
    shown["n"], shown["clusters"] = frame["n"].astype("Int64"), frame["clusters"].astype("Int64")
    note = _note("breakdown", missing, "breakdown_")
    made = exhibit(
        shown, codebook, "estimates", "Что опровергло бы вывод", "What would overturn the conclusion",
        note.ru, note.en, name=name,
        labels={
            "model": Text(ru="Модель", en="Model"), "exposure": Text(ru="Поддержка", en="Support"),
            "measure": Text(ru="Мера", en="Measure"), "value": Text(ru="Величина", en="Value"),
            "meaning": Text(ru="Что это значит", en="What it means"), "n": Text(ru="n", en="n"),
            "clusters": Text(ru="Кластеров", en="Clusters"),
        },
        units={"n": "", "clusters": "count"}, variables_in={"model": "models", "exposure": "panel"},
        names={"measure": names_of(MEASURES)}, simulated=simulated, language=language,
    )  # fmt: skip
    rows = frame.to_dict("records")
    made = say_rows(made, "value", [_both(lambda each, row=row: _value(row, each)) for row in rows])
    return say_rows(made, "meaning", [_both(lambda each, row=row: _meaning(row, each)) for row in rows])


def _value(row: Mapping[str, Any], language: Language) -> str:
    value = float(row["value"])
    if math.isinf(value):
        return "∞"
    if row["measure"] in _SHARES_OF_SPREAD:
        return format_number(value, language, 1, "share")
    return format_number(value, language, 3 if row["measure"] in ("oster_estimate", "trends_smoothness") else 2)


def _meaning(row: Mapping[str, Any], language: Language) -> str:
    measure, value = str(row["measure"]), float(row["value"])
    case = measure
    if math.isnan(value):
        return MISSING[language]
    if math.isinf(value) and f"{measure}_never" in BREAKDOWN:
        case = f"{measure}_never"
    elif _NOTHING.get(measure) == value:
        case = f"{measure}_nothing"
    elif measure == "oster_delta" and value < 0:
        case = "oster_delta_negative"
    return BREAKDOWN[case].in_language(language).format(value=_value(row, language))


def trends_exhibit(
    trends: pd.DataFrame,
    codebook: Codebook | None,
    missing: Mapping[str, Text] | None = None,
    *,
    name: str = "trends",
    simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:
    """The test of the years before training, what it would miss, and bounds; columns as in ``Limits.trends``."""
    frame = trends.reset_index(drop=True)
    count = numbered(len(frame))
    shown = pd.DataFrame({"look": count, "value": count, "interval": count, "meaning": count})
    shown["n"], shown["clusters"] = frame["n"].astype("Int64"), frame["clusters"].astype("Int64")
    note = _note("trends", missing, "trends")
    made = exhibit(
        shown, codebook, "estimates", "Если тренды не параллельны", "If trends are not parallel",
        note.ru, note.en, name=name,
        labels={
            "look": Text(ru="Что проверяется", en="What is looked at"), "value": Text(ru="Число", en="Number"),
            "interval": Text(ru="95 % интервал", en="95% interval"),
            "meaning": Text(ru="Что это значит", en="What it means"), "n": Text(ru="n", en="n"),
            "clusters": Text(ru="Кластеров", en="Clusters"),
        },
        units={"n": "", "clusters": "count"}, simulated=simulated, language=language,
    )  # fmt: skip
    rows = frame.to_dict("records")
    for column, told in {"look": _look, "value": _number, "interval": _interval, "meaning": _reading}.items():
        made = say_rows(made, column, [_both(lambda each, row=row, told=told: told(row, each)) for row in rows])
    return made


def _look(row: Mapping[str, Any], language: Language) -> str:
    case = str(row["measure"])
    if case == "smoothness" and row["size"] == 0:
        case = "straight"
    size = format_number(row["size"], language, 3)
    if case == "trend_found":
        size = format_number(row["size"], language, 0, "share")
    elif case == "relative_magnitudes":
        size = format_number(row["size"], language, 1)
    return TRENDS[f"look_{case}"].in_language(language).format(size=size)


def _number(row: Mapping[str, Any], language: Language) -> str:
    return format_p(row["value"], language) if row["measure"] == "joint_test" else format_number(
        row["value"], language, 3
    )  # fmt: skip


def _interval(row: Mapping[str, Any], language: Language) -> str:
    return format_interval(row["low"], row["high"], language, 3)


def _reading(row: Mapping[str, Any], language: Language) -> str:
    if row["measure"] == "joint_test":
        case = "differ" if row["value"] < 0.05 else "not_seen"
        between = ";" if language == "ru" else ","
        freedom = f"F({int(row['years'])}{between}\u00a0{int(row['df'])})"
        test = f"{freedom}\u00a0=\u00a0{format_number(row['size'], language, 2)}"
        return TRENDS[case].in_language(language).format(test=test)
    if row["measure"] == "trend_found":
        bias, times = format_number(row["bias"], language, 3), format_number(row["times"], language, 1)
        return TRENDS["unnoticed"].in_language(language).format(bias=bias, times=times)
    return TRENDS["holds_zero" if row["low"] <= 0 <= row["high"] else "without_zero"].in_language(language)


def bunching_exhibit(
    heaps: pd.DataFrame, codebook: Codebook | None, *, name: str = "bunching", simulated: bool = False,
    language: Language = "ru",
) -> Exhibit:  # fmt: skip
    """Applications just below and just above the thresholds; ``heaps`` has the columns of ``contest.heaping``."""
    columns = ["share", "threshold", "n", "n_below", "n_above", "excess", "low", "high", "p_adjusted", "verdict"]
    note = NOTES["bunching"]
    return exhibit(
        heaps[columns].reset_index(drop=True), codebook, "project_table",
        "Скопления долей у порогов", "Heaping of shares at thresholds", note.ru, note.en, name=name,
        labels={
            "share": Text(ru="Доля стоимости", en="Share of cost"), "threshold": Text(ru="Порог", en="Threshold"),
            "n": Text(ru="n", en="n"), "n_below": Text(ru="Чуть ниже порога", en="Just below"),
            "n_above": Text(ru="Чуть выше порога", en="Just above"),
            "excess": Text(ru="Лишних заявок над порогом", en="Excess above the threshold"),
            "low": Text(ru="95 % интервал", en="95% interval"), "high": Text(ru="95 % интервал: до", en="95%: to"),
            "p_adjusted": Text(ru="p с поправкой", en="Corrected p"),
            "verdict": Text(ru="Что видно", en="What is seen"),
        },
        units={
            "threshold": "share", "n": "", "n_below": "count", "n_above": "count", "excess": "count", "low": "count",
            "high": "count", "p_adjusted": "p",
        },
        decimals={"threshold": 0, "excess": 0, "low": 0, "high": 0, "p_adjusted": 3},
        names={"share": names_of(SHARES), "verdict": names_of(HEAPS)}, simulated=simulated, language=language,
    )  # fmt: skip


def power_note(rows: int, clusters: int, treated: int, draws: int, language: Language) -> str:
    """Under a power curve: what it is simulated on."""
    counts = {"rows": rows, "clusters": clusters, "treated": treated, "draws": draws}
    numbers = {key: format_number(value, language, 0) for key, value in counts.items()}
    return NOTES["power"].in_language(language).format(**numbers)


def _note(kind: str, missing: Mapping[str, Text] | None, start: str) -> Text:
    reasons = [reason for part, reason in (missing or {}).items() if part.startswith(start)]
    return Text(**{
        each: " ".join([NOTES[kind].in_language(each), *(reason.in_language(each) for reason in reasons)])
        for each in LANGUAGES
    })  # fmt: skip


def _both(told: Any) -> Text:
    return Text(ru=told("ru"), en=told("en"))
