"""The texts of a new workspace: they say what was answered, whatever characters it has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evaluation.settings import Text, read_plan, read_programme, read_year
from evaluation.year.init import Answers, middle, projection, quoted, workspace_texts
from evaluation.year.yaml_edits import unconfirmed

TODAY = dt.date(2026, 1, 10)
NASTY = Text(ru='Программа: "инициативы" #1 {а} \\ %', en="it's - [x]: &y *z ? | > @ `")


def answers(**changes: object) -> Answers:
    plain = {"id": "perm", "title": NASTY, "institute": NASTY, "first_year": 2026, "sources": ("projects",)}
    return Answers(**(plain | changes))  # type: ignore[arg-type]


def put(folder: Path, texts: dict[str, str]) -> None:
    for place, text in texts.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("centre", [None, (92.7, 56.9)])
@pytest.mark.parametrize("deadline", [None, dt.date(2026, 3, 1)])
def test_the_first_settings_are_read(
    tmp_path: Path, centre: tuple[float, float] | None, deadline: dt.date | None
) -> None:
    own = answers(region_code="57", threshold=7, deadline=deadline, registry_kind="oktmo")
    put(tmp_path, workspace_texts(own, {"projects": 'A: "2026".xlsx'}, {"scores": "Б 2026.xlsx"}, centre, TODAY))
    programme = read_programme(tmp_path / "config" / "programme.yml")
    assert (programme.title, programme.institute) == (NASTY, NASTY)
    assert (programme.region_code, programme.disclosure.threshold) == ("57", 7)
    assert (programme.first_year, programme.last_year, programme.simulated) == (2026, 2026, False)
    assert (programme.map is None) == (centre is None)
    assert programme.steps["06_estimate_outcomes"].applicable is False
    assert ("04_map_coverage" in programme.steps) == (centre is None)
    year = read_year(tmp_path / "config" / "years" / "2026.yml")
    assert {name: source.file for name, source in year.sources.items()} == {"projects": 'A: "2026".xlsx'}
    assert year.application_deadline == (deadline or dt.date(2026, 2, 15))
    text = (tmp_path / "config" / "years" / "2026.yml").read_text(encoding="utf-8")
    marked = [one.text.split(":")[0] for one in unconfirmed(text)]
    assert ("application_deadline" in marked) == (deadline is None)
    assert {"starts_on", "ends_on", "territory_date"} <= set(marked)
    assert read_plan(tmp_path / "config" / "plan" / "2026.yml").declared_on == TODAY


def test_what_is_offered_in_comments_can_be_uncommented() -> None:
    texts = workspace_texts(answers(), {"projects": "a.xlsx"}, {"scores": "b.xlsx"}, (1.0, 2.0), TODAY)
    lines = texts["config/years/2026.yml"].split("\n")
    place = lines.index('  # scores: {file: "b.xlsx"}')
    lines[place] = lines[place].replace("# ", "")
    assert yaml.safe_load("\n".join(lines))["sources"]["scores"] == {"file": "b.xlsx"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs",))))
def test_quoted_is_read_back_to_the_letter(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == text


def test_the_middle_of_places() -> None:
    assert middle([], []) is None
    assert middle([179.0, -179.0], [0.0, 0.0]) == pytest.approx((180.0, 0.0))
    assert middle([10.0, 20.0], [0.0, 0.0]) == pytest.approx((15.0, 0.0))
    assert middle([0.0, 180.0], [0.0, 0.0]) is None
    assert projection(None) is None
    assert projection((92.74, 56.91)) == "+proj=laea +lat_0=56.9 +lon_0=92.7 +datum=WGS84 +units=m +no_defs"
