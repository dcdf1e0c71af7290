"""The chart of responses: every number of the flow is drawn once, in the reader's language, and none over another."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Drawn

from evaluation.codebook import read_codebook
from evaluation.display.rendering import figure_bytes
from evaluation.display.survey.flow import MOST_ITEMS, survey_flow
from evaluation.settings import InputProblem

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
STAGES = [
    ("invited", 2312, 0, None, None), ("received", 1214, 1098, "no_response", None),
    ("reading", 1207, 7, "merged", None), ("read", 1205, 2, "quarantined", None),
    ("excluded", 1166, 39, "break_off", None), ("excluded", 1166, 0, "near_identical", None),
    ("excluded", 1151, 15, "speeder", None), ("analysed", 1151, 0, None, None),
]  # fmt: skip


def flow(items: int = 3) -> pd.DataFrame:
    rows = [*STAGES, *(("item", 1100 - n, 21 + n, "not_answered", f"q{n}") for n in range(items))]
    frame = pd.DataFrame(rows, columns=["stage", "n", "lost", "reason", "item"])
    return frame.assign(wave_id="w", step=range(1, len(frame) + 1))


def texts(figure: Figure) -> list[str]:
    figure.canvas.draw()
    found = [text.get_text() for text in figure.findobj(Drawn) if text.get_text()]
    return [text.replace("\u00a0", " ").replace("\u202f", " ").replace("\n", " ") for text in found]


def test_every_stage_and_loss_is_told_in_the_readers_language() -> None:
    found = texts(survey_flow(flow(), "ru", CODEBOOK, {"q0": "Полезно ли было?"}, title="Путь анкет"))
    assert {"Приглашены", "Получено", "Прочитано", "В анализе", "2 312", "1 214", "1 205"} <= set(found)
    assert "Не прислали анкету: 1 098" in found
    assert "Прислана дважды, объединена: 7 Не прочитана, отложена: 2" in found
    assert "Почти те же ответы, что в другой анкете: 0" in found
    assert "1 100 (1 121)" in found
    assert "Полезно ли было?" in found
    english = texts(survey_flow(flow(), "en", CODEBOOK, title="Flow", simulated=True))
    assert {"Received", "1,214", "Broken off: 39", "1,099 (1,121)"} <= set(english)
    assert any("SIMULATED DATA" in text for text in english)


def test_no_text_lies_over_another_and_letters_are_large_enough() -> None:
    figure = survey_flow(flow(), "ru", CODEBOOK, title="Путь анкет от приглашения до анализа")
    figure.canvas.draw()
    drawn = [text for text in figure.axes[0].texts if text.get_text()]
    boxes = [text.get_window_extent() for text in drawn]
    for number, box in enumerate(boxes):
        over = [drawn[place].get_text() for place in range(number + 1, len(boxes)) if box.overlaps(boxes[place])]
        assert not over, (drawn[number].get_text(), over)
    assert all(box.x1 <= figure.bbox.x1 and box.x0 >= 0 for box in boxes)
    assert min(text.get_fontsize() for text in drawn) * 6.3 / figure.get_figwidth() >= 6  # set on an A4 page


def test_many_items_are_cut_to_the_smallest_bases_and_the_note_says_so() -> None:
    figure = survey_flow(flow(20), "en", CODEBOOK)
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == [f"q{n}" for n in range(20 - MOST_ITEMS, 20)]
    assert any(f"{MOST_ITEMS} of 20" in text for text in texts(figure))


def test_numbers_that_do_not_add_up_are_not_drawn() -> None:
    wrong = flow()
    wrong.loc[4, "lost"] = 40
    with pytest.raises(InputProblem, match="1205 before, 1166 left and 40 lost"):
        survey_flow(wrong, "en", CODEBOOK)


def test_nothing_to_draw_is_said() -> None:
    assert "Нет данных для этого рисунка" in texts(survey_flow(flow().head(0), "ru", CODEBOOK))


def test_same_flow_same_bytes() -> None:
    once, again = (figure_bytes(survey_flow(flow(), "ru", CODEBOOK), "svg") for _ in range(2))
    assert once == again
