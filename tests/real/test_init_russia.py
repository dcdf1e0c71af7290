"""A workspace of one region from the directory of all regions' municipalities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from evaluation.app.init_workspace import USUAL_SOURCES, make_workspace
from evaluation.places import open_workspace
from evaluation.settings import Text
from evaluation.year.init import Answers


def test_a_region_of_the_whole_directory(tmp_path: Path, real_file: Callable[[str], Path]) -> None:
    title = Text(ru="Программа", en="Programme")
    answers = Answers("krai", title, title, 2024, USUAL_SOURCES, region_code="04")
    directory = real_file("territory/russia_municipal_directory.xlsx")
    made = make_workspace(tmp_path / "own", answers, directory, today=dt.date(2026, 1, 10))
    # Krasnoyarsk Krai had 61 municipalities of the upper level in 2024; three of them changed their form since 2018
    assert (made.units, made.in_force, made.regions_left_out) == (64, 61, 3037)
    assert open_workspace(tmp_path / "own").programme.registry.kind == "oktmo"
