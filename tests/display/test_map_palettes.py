"""Colours of maps, looked at as people without red, green or blue cones see them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from evaluation.display.palettes import ABOVE, BELOW, BIVARIATE, CATEGORICAL, CLUSTERS, MIDDLE, SEQUENTIAL, ZERO

# Machado, Oliveira and Fernandes (2009), severity 1; on linear RGB
VISIONS = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip  # noqa: E501  # a matrix of three rows
WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(colour: str, vision: str) -> np.ndarray:
    coded = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.asarray(VISIONS[vision]) @ linear, 0, 1) / WHITE
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def ciede2000(one: np.ndarray, two: np.ndarray) -> float:
    """Colour difference after CIE 142-2001."""
    mean = (np.hypot(*one[1:]) + np.hypot(*two[1:])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    (l1, a1, b1), (l2, a2, b2) = one * [1, stretch, 1], two * [1, stretch, 1]
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    middle = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    angles = np.radians([middle - 30, 2 * middle, 3 * middle + 6, 4 * middle - 63])
    t = 1 + np.cos(angles) @ [-0.17, 0.24, 0.32, -0.20]
    weights = (
        1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2), 1 + 0.045 * chroma, 1 + 0.015 * chroma * t,
    )  # fmt: skip
    parts = np.array([l2 - l1, c2 - c1, hue]) / weights
    twist = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((middle - 275) / 25) ** 2))))  # fmt: skip  # noqa: E501  # one term
    return float(np.sqrt((parts**2).sum() - twist * parts[1] * parts[2]))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
    ],
)
def test_the_distance_is_the_published_one(one: tuple, two: tuple, expected: float) -> None:  # type: ignore[type-arg]
    assert ciede2000(np.array(one), np.array(two)) == pytest.approx(expected, abs=5e-5)


PALETTES: dict[str, tuple[tuple[str, ...], float]] = {
    **{f"sequential {count}": (colours, 8.0) for count, colours in SEQUENTIAL.items() if count > 1},
    **{f"diverging {side}": ((*BELOW[side], MIDDLE, *ABOVE[side]), 7.0) for side in (1, 2, 3, 4)},
    "categorical": (CATEGORICAL, 10.0),
    "clusters": (tuple(CLUSTERS.values()), 15.0),
    "bivariate": (tuple(colour for row in BIVARIATE for colour in row), 12.0),
}


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", PALETTES)
def test_classes_stay_apart_for_every_colour_vision(name: str, vision: str) -> None:
    colours, least = PALETTES[name]
    seen = [lab(colour, vision) for colour in colours]
    nearest = min(ciede2000(one, two) for one, two in itertools.combinations(seen, 2))
    assert nearest >= least, f"{name}: two colours are {nearest:.1f} apart"


@pytest.mark.parametrize("vision", VISIONS)
def test_zero_stands_apart_from_the_lowest_class(vision: str) -> None:
    for colours in SEQUENTIAL.values():
        assert ciede2000(lab(ZERO, vision), lab(colours[0], vision)) > 4


def test_a_red_and_green_pair_would_fail() -> None:
    pair = [lab(colour, "deuteranopia") for colour in ("#9c9c3c", "#b0963c")]
    assert ciede2000(*pair) < 7
