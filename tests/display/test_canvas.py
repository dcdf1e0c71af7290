"""What all charts share: a layout that comes out the same to the last bit."""

from __future__ import annotations

import numpy as np

from evaluation.display.canvas import PLACE_DECIMALS, sheet


def test_places_of_axes_are_rounded_and_still_follow_the_layout() -> None:
    figure = sheet(4, 3)
    upper, lower = figure.subplots(2, 1, height_ratios=[3, 1])
    figure.draw_without_rendering()
    for axes in (upper, lower):
        points = axes.get_position(original=True).get_points()
        np.testing.assert_array_equal(points, points.round(PLACE_DECIMALS))
        assert axes.get_in_layout()
    left = upper.get_position().x0
    upper.set_ylabel("a label that needs\nroom of two lines")
    figure.draw_without_rendering()
    assert upper.get_position().x0 > left + 0.05
    assert lower.get_position().x0 == upper.get_position().x0
