"""The exchange network: who teaches whom, drawn where the territories lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import FancyArrowPatch

from evaluation.display.canvas import BLUE, GREY, INK, LIGHT, ORANGE, dress, empty, sheet, style
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

WIDTH, HEIGHT = 6.9, 6.6
LABEL_SIZE = 6.8
ABBREVIATIONS = {" муниципальный": " м.", " район": " р-н", " округ": " окр.", " District": " Dist."}


def exchange_network(
    ties: pd.DataFrame,
    units: pd.DataFrame,
    language: Language,
    *,
    title: str = "",
    note: str = "",
    simulated: bool = False,
) -> Figure:
    """Ties of knowledge between territories: an arrow runs from who teaches to who learns, wider for more events.

    ``ties`` has from_unit, to_unit, events (contract ``exchange_ties``; several years are added up), ``units`` has
    unit_id, short_name, longitude, latitude. Territories stand where their centres lie, with distances compressed
    and labels moved apart until none overlaps; those without known centre form a row below. A dot's area shows how
    many territories it taught. Raises ValueError when a tie names a territory that ``units`` lacks.
    """
    unknown = sorted({*ties["from_unit"], *ties["to_unit"]} - set(units["unit_id"]))
    if unknown:
        raise ValueError(f"ties name units that the list of units lacks: {', '.join(unknown[:5])}")
    if units.empty:
        return empty(title, language, simulated)
    weights = ties.groupby(["from_unit", "to_unit"])["events"].sum().astype("float64")
    places = node_positions(units)
    taught = weights.groupby(level="from_unit").size().reindex(places.index, fill_value=0)
    learned = weights.groupby(level="to_unit").size().reindex(places.index, fill_value=0)
    with style():
        across, down = (float(np.ptp(places[name])) for name in ("x", "y"))
        figure = sheet(max(6.0, across + 1.7), max(3.0, down + 1.9))
        axis = figure.subplots()
        axis.set_xlim(places["x"].min() - 0.75, places["x"].max() + 0.75)
        axis.set_ylim(places["y"].min() - 0.35, places["y"].max() + 0.25)
        _draw_ties(axis, weights, places)
        _draw_nodes(axis, places, taught, learned)
        axis.set_axis_off()
        _legend(axis, language)
        isolated = int(((taught == 0) & (learned == 0)).sum())
        ru = language == "ru"
        head = (
            f"Стрелка идёт от того, кто делится опытом, к тому, кто перенимает; толщина — число общих мероприятий. "
            f"Территорий без связей: {format_number(isolated, language)}. Расстояния условные."
            if ru
            else f"An arrow runs from who shares experience to who takes it over; its width is the number of common "
            f"events. Territories without ties: {format_number(isolated, language)}. Distances are schematic."
        )
        return dress(figure, title, f"{head} {note}".strip(), language, simulated)


def short_label(name: str) -> str:
    """A territory's name with its type abbreviated, as on maps: «Абанский р-н»."""
    for long, short in ABBREVIATIONS.items():
        name = name.replace(long, short)
    return name


def node_positions(units: pd.DataFrame) -> pd.DataFrame:
    """Positions (inches; columns name, x, y, width; index unit_id) of dots whose labels do not overlap.

    Distances from the middle of the territories are drawn as their power 0.55 and stretched to the sheet, so that a
    dense south and a wide north fit together; then overlapping labels push each other apart. The same units give the
    same positions.
    """
    frame = units.drop_duplicates("unit_id").set_index("unit_id").sort_index()
    located = frame["longitude"].notna() & frame["latitude"].notna()
    names = frame["short_name"].astype("str").map(short_label)
    places = pd.DataFrame({"name": names, "x": 0.0, "y": 0.0}, index=frame.index)
    places["width"] = names.str.len() * LABEL_SIZE * 0.0088 + 0.1
    if located.any():
        longitude = frame.loc[located, "longitude"].to_numpy(dtype=float)
        latitude = frame.loc[located, "latitude"].to_numpy(dtype=float)
        middle = np.median(longitude), np.median(latitude)
        x = (longitude - middle[0]) * np.cos(np.radians(latitude))
        y = latitude - middle[1]
        distance = np.hypot(x, y)
        factor = np.where(distance > 0, np.maximum(distance, 1e-9) ** 0.55 / np.maximum(distance, 1e-9), 0)
        x, y = x * factor, y * factor
        places.loc[located, "x"] = x * WIDTH / max(float(np.ptp(x)), 1e-9)
        places.loc[located, "y"] = y * HEIGHT / max(float(np.ptp(y)), 1e-9)
    lowest = places.loc[located, "y"].min() if located.any() else 0.0
    for order, unit in enumerate(frame.index[~located]):
        places.loc[unit, ["x", "y"]] = (-WIDTH / 3 + (order % 9) * 1.1, lowest - 0.6 - 0.4 * (order // 9))
    x, y = _apart(places["x"].to_numpy(dtype=float), places["y"].to_numpy(dtype=float), places["width"].to_numpy())
    return places.assign(x=x, y=y)


def _apart(x: np.ndarray, y: np.ndarray, width: np.ndarray, height: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Move boxes of the given sizes until none overlaps, each time along the direction that needs less."""
    x, y = x.copy(), y.copy()
    for _ in range(600):
        dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
        over_x = (width[:, None] + width[None, :]) / 2 - np.abs(dx)
        over_y = height - np.abs(dy)
        clash = (over_x > 1e-6) & (over_y > 1e-6)
        np.fill_diagonal(clash, False)
        if not clash.any():
            break
        # equal places are told apart by their order, so that the result is always the same
        order = np.sign(np.arange(len(x))[:, None] - np.arange(len(x))[None, :])
        sign_x, sign_y = np.where(dx == 0, order, np.sign(dx)), np.where(dy == 0, order, np.sign(dy))
        sideways = clash & (over_x < over_y * 1.6)
        upward = clash & ~sideways
        x += 0.3 * np.where(sideways, over_x * sign_x, 0).sum(axis=1)
        y += 0.3 * np.where(upward, over_y * sign_y, 0).sum(axis=1)
    return x, y


def _draw_ties(axis: Axes, weights: pd.Series, places: pd.DataFrame) -> None:
    most = float(weights.max()) if len(weights) else 1.0
    spots = {unit: (place.x, place.y) for unit, place in zip(places.index, places.itertuples(), strict=True)}
    for (start, end), events in weights.sort_values(kind="stable").items():
        share = float(events) / most
        axis.add_patch(
            FancyArrowPatch(
                spots[start],
                spots[end],
                connectionstyle="arc3,rad=0.13",
                arrowstyle="-|>,head_length=3,head_width=1.6",
                shrinkA=4,
                shrinkB=5,
                linewidth=0.4 + 1.8 * share,
                color=BLUE,
                alpha=0.16 + 0.45 * share,
                zorder=1,
            )
        )


def _draw_nodes(axis: Axes, places: pd.DataFrame, taught: pd.Series, learned: pd.Series) -> None:
    for unit, place in places.iterrows():
        teaches, learns = int(taught[unit]), int(learned[unit])
        colour = ORANGE if teaches else BLUE if learns else LIGHT
        area = 14 + 7.0 * teaches
        axis.scatter(place["x"], place["y"], s=area, color=colour, edgecolor="white", linewidth=0.7, zorder=3)
        axis.annotate(
            place["name"], (place["x"], place["y"]), xytext=(0, -4.2 - math.sqrt(area) * 0.42),
            textcoords="offset points", ha="center", va="top", fontsize=LABEL_SIZE,
            color=INK if teaches or learns else GREY, zorder=4,
            bbox={"facecolor": "white", "alpha": 0.72, "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip


def _legend(axis: Axes, language: Language) -> None:
    ru = language == "ru"
    entries = [
        (ORANGE, "делится опытом (площадь — со сколькими)" if ru else "shares experience (area: with how many)"),
        (BLUE, "только перенимает" if ru else "only takes over"),
        (LIGHT, "без связей" if ru else "without ties"),
    ]
    handles = [axis.scatter([], [], s=42, color=colour, edgecolor="white", label=label) for colour, label in entries]
    axis.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=8)
