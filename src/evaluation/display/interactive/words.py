"""Words of the interactive map, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.settings import Language

WORDS: dict[str, tuple[str, str]] = {
    "map": ("Карта", "Map"),
    "indicator": ("Показатель", "Indicator"),
    "year": ("Год", "Year"),
    "search": ("Найти территорию", "Find a territory"),
    "found": ("Найдено: {}", "Found: {}"),
    "zoom_in": ("Приблизить", "Zoom in"),
    "zoom_out": ("Отдалить", "Zoom out"),
    "reset": ("Вся карта", "Whole map"),
    "legend": ("Условные обозначения, в скобках — число территорий", "Legend, number of territories in brackets"),
    "territory": ("Территория", "Territory"),
    "value": ("Значение", "Value"),
    "interval": ("95 % интервал", "95% interval"),
    "between": ("от {} до {}", "{} to {}"),
    "n": ("n", "n"),
    "hidden": ("скрыто: мало людей", "hidden: few people"),
    "no_data": ("нет данных", "no data"),
    "unplaced": ("принадлежность неизвестна", "to which unit unknown"),
    "pinned": ("закреплено", "pinned"),
    "unpinned": ("не закреплено", "not pinned"),
    "edge": ("В эту сторону территорий больше нет", "There is no further territory in this direction"),
    "table": ("Таблица: те же числа", "Table: the same numbers"),
    "sort": ("Упорядочить по столбцу", "Sort by this column"),
    "sorted_up": ("Упорядочено по возрастанию: {}", "Sorted ascending: {}"),
    "sorted_down": ("Упорядочено по убыванию: {}", "Sorted descending: {}"),
    "keys": (
        "На карте: стрелки — к соседней территории, Enter — закрепить, Esc — снять, плюс и минус — масштаб, 0 — вся "
        "карта. Колесо мыши меняет масштаб, когда карта выбрана или нажат Ctrl.",
        "On the map: arrow keys go to the next territory, Enter pins it, Esc lets go, plus and minus zoom, 0 shows the "
        "whole map. The mouse wheel zooms when the map is selected or Ctrl is held.",
    ),
    "scale": (
        "Цвета одни и те же для всех лет показателя.",
        "Colours mean the same in all years of an indicator.",
    ),
    "tiles": (
        "Каждая территория — плитка одного размера; соседство и положение переданы приближённо.",
        "Every territory is a tile of the same size; position and neighbours are approximate.",
    ),
    "dots": ("Кружок — малая территория, увеличенная, чтобы её было видно.",
             "A circle is a small territory, enlarged so that it can be seen."),
    "off_map": ("Нет на карте, только в таблице: {}.", "Not on the map, only in the table: {}."),
    "no_script": (
        "Карта и таблица требуют сценариев в браузере; они находятся в этой странице и ничего не запрашивают извне.",
        "The map and the table need scripts in the browser; they belong to this page and request nothing.",
    ),
}  # fmt: skip
PAGE_WORDS = (
    "map", "search", "zoom_in", "zoom_out", "reset", "indicator", "year", "legend", "table", "territory", "value",
    "interval", "n", "keys", "sort", "no_script",
)  # fmt: skip
SCRIPT_WORDS = (
    "found", "between", "hidden", "no_data", "pinned", "unpinned", "edge", "sorted_up", "sorted_down",
    "interval",
)  # fmt: skip


def word(name: str, language: Language) -> str:
    return WORDS[name][0 if language == "ru" else 1]
