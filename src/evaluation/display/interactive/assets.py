"""Style and script of the interactive map, for the page that holds one."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


def map_style() -> str:
    """The map's style sheet; every rule of it is about what stands within the map."""
    return _file("map.css")


def map_script() -> str:
    """The program that starts every map of a page."""
    return _file("map.js")


@lru_cache
def _file(name: str) -> str:
    return resources.files("evaluation.display.interactive").joinpath(name).read_text(encoding="utf-8")
