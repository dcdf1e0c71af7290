"""Answers beside the truth: what a tutorial on invented data shows at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.canvas import BLUE, GREY, VERMILLION, axis_numbers, dress, sheet, style
from evaluation.display.exhibit import Exhibit
from evaluation.display.exhibits import ESTIMATE_LABELS
from evaluation.display.rendering import Picture, figure_bytes
from evaluation.display.tables import exhibit
from evaluation.display.wording import is_missing, label_of
from evaluation.settings import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

Answers = Sequence[tuple[Text, pd.DataFrame]]
_COLUMNS = ["answer", "exposure", "estimate", "low", "high", "truth", "holds", "n", "clusters", "inference"]
_LABELS: dict[str, Text] = {
    **ESTIMATE_LABELS,
    "answer": Text(ru="Ответ", en="Answer"),
    "clusters": Text(ru="Кластеров", en="Clusters"),
    "truth": Text(ru="Истина", en="Truth"),
    "holds": Text(ru="Истина в интервале", en="Interval holds the truth"),
}
_TITLE = Text(ru="Ответы рядом с истиной", en="Answers beside the truth")
_NOTE = Text(
    ru="Данные придуманы, поэтому истина известна. Верный 95 % интервал минует её примерно в одном случае из двадцати: "
    "смените seed и посмотрите.",
    en="The data are invented, so the truth is known. A right 95% interval misses it about once in twenty: change the "
    "seed and look.",
)
_TRUTH = Text(ru="истина", en="truth")


def answer_rows(answers: Answers, truth: Mapping[str, float]) -> pd.DataFrame:
    """One row an answer and exposure with a known truth: answer (its position), exposure, estimate, low, high, truth,
    holds (whether the interval holds the truth; missing without an interval), n, clusters, inference."""
    rows = []
    for position, (_, frame) in enumerate(answers):
        for row in frame[frame["exposure"].isin(list(truth))].itertuples():
            value = truth[str(row.exposure)]
            known = not is_missing(row.low) and not is_missing(row.high)
            holds = bool(row.low <= value <= row.high) if known else None
            rows.append(
                (str(position), row.exposure, row.estimate, row.low, row.high, value, holds, row.n, row.clusters,
                 row.inference)
            )  # fmt: skip
    made = pd.DataFrame(rows, columns=_COLUMNS)
    return made.astype({"holds": "boolean", "n": "Int64", "clusters": "Int64"})


def answers_exhibit(
    answers: Answers, truth: Mapping[str, float], codebook: Codebook | None = None, *, language: Language = "ru"
) -> Exhibit:
    """The answers as a table. ``answers``: words and rows of the contract ``estimates``; ``truth`` by exposure.

    Exposures of which no truth is known are left out.
    """
    names: dict[str, dict[str, str]] = {
        each: {str(k): text.in_language(each) for k, (text, _) in enumerate(answers)} for each in LANGUAGES
    }
    return exhibit(
        answer_rows(answers, truth), codebook, "estimates", _TITLE.ru, _TITLE.en, _NOTE.ru, _NOTE.en, name="answers",
        labels=_LABELS, decimals={"estimate": 3, "low": 3, "high": 3, "truth": 3}, names={"answer": names},
        units={"n": ""}, variables_in={"exposure": "panel"}, simulated=True, language=language,
    )  # fmt: skip


def answers_picture(
    answers: Answers, truth: Mapping[str, float], codebook: Codebook | None = None, *, language: Language = "ru"
) -> Picture:
    """The same as a picture: dots and 95 % intervals, one panel an exposure, the truth as a dashed line."""
    rows = answer_rows(answers, truth)
    exposures = list(dict.fromkeys(rows["exposure"]))
    with style():
        counts = [int((rows["exposure"] == exposure).sum()) for exposure in exposures]
        figure = sheet(7.0, 0.7 + sum(0.4 * count + 0.6 for count in counts))
        axes = figure.subplots(len(exposures), 1, squeeze=False, height_ratios=[count + 0.6 for count in counts])
        for axis, exposure in zip(axes[:, 0], exposures, strict=True):
            part = rows[rows["exposure"] == exposure].reset_index(drop=True)
            axis.axvline(0, color=GREY, linewidth=0.9)
            axis.axvline(truth[exposure], color=VERMILLION, linewidth=1.6, linestyle="--")
            axis.annotate(
                _TRUTH.in_language(language), (truth[exposure], 1), xycoords=("data", "axes fraction"), xytext=(3, -9),
                textcoords="offset points", fontsize=8, color=VERMILLION,
            )  # fmt: skip
            for place, row in enumerate(part.itertuples()):
                y = len(part) - 1 - place
                if not is_missing(row.low) and not is_missing(row.high):
                    axis.plot([row.low, row.high], [y, y], color=BLUE, linewidth=2.2, solid_capstyle="butt")
                axis.plot(row.estimate, y, "o", color=BLUE, markersize=6)
            words = [answers[int(position)][0].in_language(language) for position in part["answer"]]
            axis.set_yticks(range(len(part) - 1, -1, -1), words)
            axis.set_ylim(-0.6, len(part) - 0.3)
            axis.spines["left"].set_visible(False)
            axis.tick_params(axis="y", length=0)
            axis.xaxis.set_major_formatter(axis_numbers(language))
            axis.set_title(label_of(codebook, ("panel", "project_table"), exposure, language))
        return Picture(figure_bytes(dress(figure, "", "", language, True), "png"))
