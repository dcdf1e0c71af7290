"""Figures of a national report: funnels of regions, and the main model's estimates side by side."""

from __future__ import annotations

import pandas as pd

from evaluation.display.charts import coefficient_plot
from evaluation.display.funnel import funnel
from evaluation.display.rendering import figure_bytes
from evaluation.indicators.funnel import FEWEST_PLACES, Funnel, rate_funnel, share_funnel
from evaluation.settings import Language, Text
from evaluation.year.roll_up.contract import scale_of
from evaluation.year.roll_up.exhibits import Exhibits

FUNNELS: dict[str, tuple[str, Text]] = {
    "success_rate": ("share", Text(ru="допущенных заявок", en="admissible applications")),
    "projects_per_10000": ("per_10000", Text(ru="жителей", en="residents")),
}
"""Indicators that are drawn as a funnel: their unit, and what they rest on."""
MOST_DRAWN = 60
"""Lines that still fit one drawing of estimates."""
FIGURE_TEXTS: dict[str, Text] = {
    "success_rate": Text(ru="Доля поддержанных заявок по регионам", en="Success rate by region"),
    "projects_per_10000": Text(
        ru="Поддержанные проекты на 10 000 жителей по регионам", en="Funded projects per 10,000 residents by region"
    ),
    "estimates": Text(ru="Оценки основной модели по регионам", en="Estimates of the main model by region"),
}


def roll_up_figures(
    regional: pd.DataFrame, side: pd.DataFrame, maker: Exhibits, language: Language
) -> dict[str, bytes]:
    """SVG by name: the funnels that three regions or more allow, and up to MOST_DRAWN estimates of the main model.

    ``regional``: totals of all regions (``roll_up_tables.by_region``); ``side``: their estimates; ``maker`` knows the
    words.
    """
    made = {}
    for name, (unit, exposure) in FUNNELS.items():
        found = region_funnel(regional, name)
        if found is not None:
            figure = funnel(
                found.points, found.limits, maker.names[language], language,
                title=FIGURE_TEXTS[name].in_language(language), unit=unit, phi=found.phi,
                value_label=maker.label("indicator", name, language), is_widened=found.is_widened,
                winsorised=found.winsorised, exposure_label=exposure.in_language(language), simulated=maker.simulated,
            )  # fmt: skip
            made[name] = figure_bytes(figure, "svg")
    main = side[side["is_main"].fillna(value=False).astype(bool)]
    if 0 < len(main) <= MOST_DRAWN:
        exposures = {str(code): maker.label("exposure", str(code), language) for code in main["exposure"].unique()}
        figure = coefficient_plot(
            main.assign(model=main["region"]), language, maker.codebook,
            title=FIGURE_TEXTS["estimates"].in_language(language), labels={**maker.names[language], **exposures},
            simulated=maker.simulated,
        )  # fmt: skip
        made["estimates"] = figure_bytes(figure, "svg")
    return made


def region_funnel(regional: pd.DataFrame, indicator: str) -> Funnel | None:
    """The funnel of regions; None where fewer than three have a number with something to divide by."""
    rows = regional[
        (regional["source"] == "indicators") & (regional["indicator"] == indicator) & regional["hidden"].isna()
    ]
    if (rows["denominator"] > 0).sum() < FEWEST_PLACES:
        return None
    rows = rows.rename(columns={"region": "unit_id", "numerator": "observed", "denominator": "exposure"})
    if rows["unit"].eq("share").all():
        return share_funnel(rows)
    return rate_funnel(rows, scale_of(str(rows["unit"].iloc[0])))
