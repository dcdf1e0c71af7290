"""The figure of the simulation study: where estimates of each estimator fall, beside the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.canvas import BLUE, GREY, INK, VERMILLION, axis_numbers, dress, empty, sheet, style
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evaluation.settings import Language

LABELS: dict[str, dict[Language, str]] = {
    "cross_section": {
        "ru": "обученные и необученные\nв последний год",
        "en": "trained and untrained\nin the last year",
    },
    "pooled": {"ru": "регрессия без эффектов\nтерриторий и лет", "en": "regression without effects\nof unit and year"},
    "twfe_rate": {
        "ru": "наименьшие квадраты: эффекты\nтерриторий и лет, обмен",
        "en": "least squares: unit and year\neffects, exchange",
    },
    "twfe_poisson": {
        "ru": "пуассоновская: эффекты\nтерриторий и лет, обмен",
        "en": "Poisson: unit and year\neffects, exchange",
    },
    "imputation_rate": {"ru": "импутация, обмен", "en": "imputation, exchange"},
}


def estimates_beside_truth(
    frame: pd.DataFrame, naive: tuple[str, ...], language: Language, *, title: str = "", note: str = ""
) -> Figure:
    """One line an estimator: mean, middle half and middle 95 % of its estimates less the truth.

    ``frame``: estimator (a key of LABELS), estimate, truth, one row a simulated programme; ``naive``: estimators drawn
    in the warning colour. Data of this figure are always simulated.
    """
    known = frame.dropna(subset=["estimate", "truth"])
    shown = [code for code in LABELS if code in set(known["estimator"])]
    if not shown:
        return empty(title, language, simulated=True)
    ru = language == "ru"
    with style():
        figure = sheet(7.6, 0.9 + 0.62 * len(shown))
        axis = figure.subplots()
        axis.axvline(0, color=INK, linewidth=1.2, zorder=1)
        for place, code in enumerate(shown):
            y = len(shown) - 1 - place
            part = known[known["estimator"] == code]
            error = (part["estimate"] - part["truth"]).to_numpy(dtype=float)
            low, first, third, high = np.quantile(error, [0.025, 0.25, 0.75, 0.975])
            colour = VERMILLION if code in naive else BLUE
            axis.plot([low, high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=2)
            axis.plot([first, third], [y, y], color=colour, linewidth=6, solid_capstyle="butt", alpha=0.45, zorder=2)
            axis.plot(error.mean(), y, "o", color=colour, markersize=7, zorder=3)
            axis.annotate(
                format_number(float(error.mean()), language, 2, signed=True), (1, y),
                xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points", va="center",
                color=colour, annotation_clip=False,
            )  # fmt: skip
        axis.set_yticks(range(len(shown) - 1, -1, -1), [LABELS[code][language] for code in shown])
        axis.set_ylim(-0.6, len(shown) - 0.4)
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
        axis.xaxis.set_major_formatter(axis_numbers(language))
        axis.set_xlabel("оценка минус истина, лог. п." if ru else "estimate less the truth, log points")
        axis.text(
            0, 1.0, "истина" if ru else "truth", transform=axis.get_xaxis_transform(), ha="center", va="bottom",
            color=GREY, fontsize=8.5,
        )  # fmt: skip
        count = format_number(int(known.groupby("estimator").size().min()), language, 0)
        legend = (
            f"Точка — среднее по {count} моделированным программам; широкая черта — половина оценок, тонкая — 95 %."
            if ru
            else f"Dot: mean over {count} simulated programmes; wide line: half of the estimates, thin line: 95%."
        )
        return dress(figure, title, f"{legend} {note}".strip(), language, simulated=True)
