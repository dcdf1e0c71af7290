"""The picture of the pipeline shows what the pipeline declares, within its sheet."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from evaluation.display.flow import STEP_TITLES, WIDTH, flow_svg
from evaluation.pipeline import STEPS
from evaluation.settings import LANGUAGES, Language

SVG = "{http://www.w3.org/2000/svg}"


def shown(svg: str) -> set[str]:
    return {element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_table_and_file_is_there(language: Language) -> None:
    words = shown(flow_svg(STEPS, language))
    expected = {step.name for step in STEPS} | {name for step in STEPS for name in (*step.makes, *step.files)}
    assert expected <= words
    assert set(STEP_TITLES) == {step.name for step in STEPS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_boxes_stay_on_the_sheet_and_apart(language: Language) -> None:
    root = ElementTree.fromstring(flow_svg(STEPS, language))
    height = float(root.attrib["height"])
    boxes = [
        tuple(float(box.attrib.get(key, 0)) for key in ("x", "y", "width", "height")) for box in root.iter(f"{SVG}rect")
    ]
    chips = [box for box in boxes if box[3] == 22]
    for x, y, width, tall in boxes:
        assert x >= 0
        assert x + width <= WIDTH
        assert y + tall <= height
    for number, one in enumerate(chips):
        for other in chips[number + 1 :]:
            assert one[1] != other[1] or one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]


def test_a_new_table_appears() -> None:
    steps = [
        replace(step, makes=(*step.makes, "brand_new")) if step.name == "08_compare_years" else step for step in STEPS
    ]
    assert "brand_new" in shown(flow_svg(steps, "en"))
    assert "brand_new" not in shown(flow_svg(STEPS, "en"))
