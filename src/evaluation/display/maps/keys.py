"""What all maps share: fillings, patterns, words, bare axes and the legend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle

from evaluation.display.canvas import GREY, INK, style
from evaluation.display.maps.classes import MapClass, class_of
from evaluation.display.page import PAGE_WIDTH, axes_at, map_page

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

    from evaluation.settings import Language

Corner = Literal["lower left", "lower right", "upper right", "upper left"]
EDGE, EDGE_WIDTH, HATCH = "#6b7684", 0.45, "#9aa1a9"
PATTERNS = {"no_data": ("#f4f4f4", "////"), "hidden": ("#e3e3e3", ".."), "unplaced": ("#ffffff", "xxxx")}
TEXTS = {
    "no_data": ("нет данных", "no data"),
    "hidden": ("скрыто: мало людей", "hidden: few people"),
    "unplaced": ("принадлежность неизвестна", "to which unit unknown"),
    "counts": ("в скобках — число территорий", "number of territories in brackets"),
    "tiles": (
        "Каждая территория — плитка одного размера; соседство и положение переданы приближённо.",
        "Every territory is a tile of the same size; position and neighbours are approximate.",
    ),
    "unassigned": ("Не отнесено ни к одной территории: {}.", "Not placed in any territory: {}."),
    "kilometres": ("{} км", "{} km"),
    "projection": ("Проекция", "Projection"),
    "larger": ("{}: крупнее в {} раза", "{}: {} times larger"),
    "numbered": ("Цифрами на карте: {}.", "Numbers on the map: {}."),
    "unnamed": ("Без подписи из-за тесноты: {}.", "Not labelled for want of room: {}."),
    "drawn_units": ("Территорий: {}.", "Territories: {}."),
    "drawn_known": ("Территорий: {}, с данными: {}.", "Territories: {}, with data: {}."),
    "boundaries_on": ("Границы на {}.", "Boundaries as of {}."),
    "areas": ("Площадь круга пропорциональна числу.", "A circle's area is proportional to the number."),
    "terciles": (
        "Цвета: трети территорий по каждому из двух показателей; в клетках ключа — число территорий.",
        "Colours: thirds of the territories by each of the two indicators; numbers of them stand in the key.",
    ),
    "lowest_highest": ("от {} до {}", "{} to {}"),
    "events": ("Мероприятий", "Events"),
    "direction": (
        "Стрелка идёт от того, кто делится опытом, к тому, кто перенимает; толщина — число мероприятий.",
        "An arrow runs from who shares experience to who takes it over; its width is the number of events.",
    ),
    "flows_named": ("Самые частые связи", "The most frequent ties"),
    "flows_rest": ("Серым — остальные связи: {}.", "Grey: the other ties, {}."),
    "one_scale": (
        "Все карты в одной шкале; в скобках — значений во всех картах.",
        "All maps have one scale; in brackets the number of values in all maps.",
    ),
    "changed": (
        "Жирный контур: территории, которых коснулась реформа.",
        "Thick outline: territories that the reform changed.",
    ),
    "units_short": ("территорий: {}", "territories: {}"),
    "source": ("Источник: {}.", "Source: {}."),
}


def map_text(name: str, language: Language) -> str:
    return TEXTS[name][0 if language == "ru" else 1]


@dataclass(frozen=True)
class MapKey:
    """What every unit is filled with: its class, or a pattern (``special``: no_data, hidden) with its units."""

    classes: list[MapClass]
    special: dict[str, list[str]]
    of: dict[str, MapClass] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "of", class_of(self.classes))

    def fill(self, unit: str) -> tuple[str, str | None]:
        """Colour and hatching of a unit."""
        if unit in self.of:
            return self.of[unit].colour, None
        return PATTERNS[next((kind for kind, units in self.special.items() if unit in units), "unplaced")]


def bare(axes: Axes, across: tuple[float, float], up: tuple[float, float], frame: bool = False) -> None:
    """Axes for a map: equal scales, no ticks, a frame only for insets."""
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    axes.set_aspect("equal", adjustable="box", anchor="C")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(frame)
        spine.set_edgecolor(INK)
        spine.set_linewidth(1.0)


def draw_legend(
    axes: Axes,
    key: MapKey,
    language: Language,
    unit_label: str,
    columns: int,
    unplaced: bool = False,
    place: Corner = "upper left",
) -> Legend:
    """The legend in a corner of ``axes``: colours with lowest and highest values and the number of units."""
    rows: list[tuple[str, str, str | None, str]] = [
        (one.colour, EDGE, None, f"{one.label}  ({len(one.units)})") for one in key.classes
    ]
    counted = {kind: len(units) for kind, units in key.special.items() if units} | ({"unplaced": 0} if unplaced else {})
    for kind, count in counted.items():
        colour, hatch = PATTERNS[kind]
        text = map_text(kind, language) + (f"  ({count})" if count else "")
        rows.append((colour, HATCH, hatch, text))
    handles = [
        Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor=edge, linewidth=0.6, hatch=hatch, label=text)
        for colour, edge, hatch, text in rows
    ]
    head = "\n".join(part for part in (unit_label, f"({map_text('counts', language)})") if part)
    box = axes.legend(
        handles=handles, loc=place, ncols=columns, title=head, alignment="left", frameon=False, fontsize=7.4,
        title_fontsize=7.8, handlelength=1.9, handleheight=1.15, columnspacing=1.6, labelspacing=0.45, borderpad=0,
        borderaxespad=0.2,
    )  # fmt: skip
    box.get_title().set_color(GREY)
    return box


def legend_size(draw: Callable[[Axes], Legend]) -> tuple[float, float]:
    """Width and height (inches) of a legend as ``draw`` puts it into axes."""
    with style():
        figure = map_page(9.0)
        axes = axes_at(figure, (0.0, 0.0, PAGE_WIDTH, 9.0))
        axes.set_axis_off()
        canvas: Any = FigureCanvasAgg(figure)
        renderer = canvas.get_renderer()
        extent = draw(axes).get_window_extent(renderer)
        return extent.width / figure.dpi + 0.08, extent.height / figure.dpi + 0.08


def swatch(axes: Axes, y: float, colour: str, hatch: str | None, edge: str, text: str, size: float) -> None:
    """A row of a key drawn by hand: a box of colour below ``y`` and its words (axes' units are inches)."""
    axes.add_artist(Rectangle((0, y - 0.13), 0.24, 0.13, facecolor=colour, edgecolor=edge, linewidth=0.6, hatch=hatch))
    axes.text(0.32, y - 0.065, text, fontsize=size, va="center", color=INK)
