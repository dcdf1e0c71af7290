"""Colours of maps that stay apart for every kind of colour vision: in order, about a middle, of kinds, of two values.

What keeps them apart is lightness first and the axis from blue to orange second; a test looks at every palette as
people without red, green or blue cones see it.
"""

from __future__ import annotations

# from light yellow over green to dark blue: ordered by lightness, the steps set where the least distance between two
# of them, seen with every kind of colour vision, is greatest
SEQUENTIAL: dict[int, tuple[str, ...]] = {
    1: ("#7fcdbb",),
    2: ("#c7e9b4", "#2c7fb8"),
    3: ("#d9f0b8", "#5cbfc0", "#225ea8"),
    4: ("#edf8b1", "#a1dab4", "#41b6c4", "#225ea8"),
    5: ("#f7fbc0", "#82cebb", "#1f8bbd", "#2552a2", "#091e59"),
    6: ("#f7fbc0", "#93d4b8", "#32a2c2", "#2375b3", "#26419a", "#081d58"),
    7: ("#f7fbc0", "#9cd7b6", "#41b6c4", "#1f8bbd", "#2367ac", "#253896", "#081d58"),
    8: ("#f7fbc0", "#a6dbb5", "#6ec5be", "#2c9dc1", "#237cb6", "#235ba7", "#243392", "#091e59"),
    9: ("#f7fbc0", "#acddb4", "#7eccbb", "#38aac3", "#1f8bbd", "#2370b0", "#2550a2", "#203089", "#081d58"),
}
# below a reference, from the farthest to the nearest, and above it, from the nearest to the farthest
BELOW: dict[int, tuple[str, ...]] = {
    0: (),
    1: ("#e08a3c",),
    2: ("#b3580a", "#f2b26b"),
    3: ("#8c3d04", "#d97a22", "#f9cd98"),
    4: ("#7a3303", "#bf5f0b", "#ec9a4a", "#fbd8ad"),
}
ABOVE: dict[int, tuple[str, ...]] = {
    0: (),
    1: ("#4a90c2",),
    2: ("#92c2de", "#1f5f9e"),
    3: ("#bddaea", "#5a9dc9", "#17508c"),
    4: ("#cfe3ef", "#86b9d9", "#3d83b9", "#133f75"),
}
MIDDLE = "#f3f3f3"
ZERO = "#ffffff"
# kinds without order: after Okabe and Ito, of different lightness
CATEGORICAL = ("#0072b2", "#e69f00", "#7fd0c0", "#8a2d0c", "#f0e442", "#2b2b6b", "#cc79a7")
# kinds of local clusters: high among high, low among low, high among low, low among high, and no cluster
CLUSTERS = {
    "high_high": "#a83200",
    "low_low": "#0b5394",
    "high_low": "#f2a35e",
    "low_high": "#8cc4e8",
    "not_significant": "#eeeeee",
}
# rows: the second value from low to high; columns: the first value from low to high
BIVARIATE: tuple[tuple[str, str, str], ...] = (
    ("#eeeeee", "#f3bb7c", "#e08214"),
    ("#a6c8e4", "#a8917e", "#8f4d12"),
    ("#4a90cf", "#44608f", "#1f1a2e"),
)
