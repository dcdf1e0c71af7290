"""The funnel's figure: marks by flag, names that do not touch, numbers of the reader's language."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Drawn

from evaluation.display.funnel import LABEL_SIZE, MOST_LABELS, funnel
from evaluation.display.rendering import figure_bytes

FLAGS = ["within"] * 20 + ["above_998", "above_95", "below_95", "below_998", "no_exposure"]


def points(flags: list[str] = FLAGS) -> pd.DataFrame:
    exposure = np.geomspace(2_000, 400_000, len(flags))
    side = {"above": 2.5, "below": 0.4}
    value = [side.get(flag.partition("_")[0], 1.0 + 0.01 * number) for number, flag in enumerate(flags)]
    frame = pd.DataFrame({"unit_id": [f"U{n}" for n in range(len(flags))], "exposure": exposure, "value": value})
    frame = frame.assign(flag=flags, chance_95=0.05, chance_998=0.002)
    frame.loc[frame["flag"] == "no_exposure", ["exposure", "value", "chance_95", "chance_998"]] = np.nan
    return frame


def limits() -> pd.DataFrame:
    exposure = np.geomspace(2_000, 400_000, 50)
    half = 60 / np.sqrt(exposure)
    return pd.DataFrame(
        {
            "exposure": exposure, "target": 1.25, "low_95": 1.25 - half, "high_95": 1.25 + half,
            "low_998": 1.25 - 1.6 * half, "high_998": 1.25 + 1.6 * half,
        }
    )  # fmt: skip


NAMES = {f"U{n}": f"Село-{n:02d} Дальнее" for n in range(60)}


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    found = [text.get_text() for text in figure.findobj(Drawn)]
    return "\n".join(found).replace("\n", " ").replace("\u00a0", " ").replace("\u202f", " ")


def named(figure: Figure) -> list[Drawn]:
    return [text for text in figure.axes[0].texts if text.get_fontsize() == LABEL_SIZE]


def test_only_places_outside_the_limits_are_named_and_no_name_touches_another() -> None:
    figure = funnel(points(), limits(), NAMES, "ru", unit="per_1000", title="Участия", simulated=True)
    labels = named(figure)
    assert len(labels) == 4
    boxes = [label.get_window_extent() for label in labels]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
    markers = {line.get_marker(): len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "o"}
    assert markers == {"o": 20}
    assert sum(len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() in ("^", "v")) == 4


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", ("СМОДЕЛИРОВАННЫЕ", "среднее: 1,25", "пределы 99,8 %", "Территорий (n): 24", "За пределами 95 %: 4, "
                "из них за 99,8 %: 2", "около 1,2 и 0,05", "Без знаменателя, не показаны: 1", "φ = 3,46",
                "расширены в √φ раз")),
        ("en", ("SIMULATED", "mean: 1.25", "99.8% limits", "Territories (n): 24", "Outside the 95% limits: 4, of these "
                "outside 99.8%: 2", "about 1.2 and 0.05", "not shown: 1", "φ = 3.46", "widened by √φ")),
    ],
)  # fmt: skip
def test_the_note_counts_in_the_readers_language(language: str, expected: tuple[str, ...]) -> None:
    figure = funnel(
        points(), limits(), NAMES, language, unit="per_1000", phi=3.456, is_widened=True, winsorised=0.1,  # type: ignore[arg-type]
        simulated=True,
    )  # fmt: skip
    shown = texts(figure)
    for each in expected:
        assert each in shown
    narrow = funnel(points(), limits(), NAMES, language, phi=3.456, winsorised=0.1)  # type: ignore[arg-type]
    assert ("не расширены" if language == "ru" else "not widened") in texts(narrow)


def test_many_flagged_places_are_named_up_to_a_number_which_is_said() -> None:
    figure = funnel(points(["above_95"] * 28 + ["above_998"] * 4), limits(), NAMES, "en")
    assert len(named(figure)) == MOST_LABELS
    assert f"{MOST_LABELS} of them are named." in texts(figure)
    far = {text.get_text() for text in named(figure)}
    assert len(far) == MOST_LABELS


def test_shares_are_in_per_cent_and_nothing_known_is_said() -> None:
    share = limits().assign(target=0.5)
    assert "mean: 50.0%" in texts(funnel(points(["within"] * 3), share, NAMES, "en", unit="share"))
    assert "No data for this figure" in texts(funnel(points(["no_exposure"] * 3), limits(), NAMES, "en"))


def test_the_same_numbers_give_the_same_bytes() -> None:
    first, second = (figure_bytes(funnel(points(), limits(), NAMES, "ru"), "svg") for _ in range(2))
    assert first == second
