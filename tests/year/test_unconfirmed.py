"""What is not confirmed is told of a release: lines of settings, links of the crosswalk, marked rows of lists."""

from __future__ import annotations

from pathlib import Path

from releasable import YEAR, Programme, ready, run_once

from evaluation.year.checklist import ToConfirm
from evaluation.year.manifest import read_manifest
from evaluation.year.unconfirmed import told, unconfirmed_lines, unconfirmed_rows

__all__ = ["ready", "run_once"]
CROSSWALK = (
    "from_unit,from_date,to_unit,to_date,share,share_low,share_high,basis,quality,evidence\n"
    "a,2024-06-01,b,2024-06-02,1,,,exact,documented,a law\n"
    "c,2024-06-01,b,2024-06-02,1,,,population,assumed,\n"
    "d,2024-06-01,unassigned,2024-06-02,1,,,population,documented,\n"
    "e,2024-06-01,b,2024-06-02,,0,1,population,estimated,\n"
    'f,2024-06-01,b,2024-06-02,1,,,exact,documented,"a list, not confirmed"\n'
)


def lists(programme: Programme) -> None:
    programme.edit(
        "config/programme.yml", "units: config/units.csv,", "units: config/units.csv, crosswalk: config/c.csv,"
    )
    programme.write("config/c.csv", CROSSWALK)
    programme.write(
        "config/units.csv",
        'unit_id,name,is_north,source\nb,Б,true,"is_north: не подтверждено"\ng,Г,false,confirmed by decree 1946\n',
    )
    programme.edit(f"config/years/{YEAR}.yml", "territory_date: 2024-12-31", "territory_date: 2024-12-31  # confirm")


def test_open_links_and_marked_rows_are_found_by_line(ready: Programme) -> None:
    lists(ready)
    opened = ready.open()
    assert unconfirmed_lines(opened, YEAR) == [ToConfirm("config/years/2024.yml", 4, "territory_date: 2024-12-31")]
    assert unconfirmed_rows(opened) == [
        ToConfirm("config/units.csv", 2, "b, is_north: не подтверждено"),
        ToConfirm("config/c.csv", 3, "c -> b, assumed"),
        ToConfirm("config/c.csv", 4, "d -> unassigned, documented"),
        ToConfirm("config/c.csv", 5, "e -> b, estimated"),
        ToConfirm("config/c.csv", 6, "f -> b, documented"),
    ]


def test_a_text_a_file_with_the_first_lines() -> None:
    lines = [ToConfirm("a.csv", number, f"row {number}") for number in range(2, 7)]
    (text,) = told(lines)
    assert text.en == "a.csv: lines not confirmed: 5 (2: row 2; 3: row 3; 4: row 4; and 2 more)"
    assert text.ru == "a.csv: не подтверждено строк: 5 (2: row 2; 3: row 3; 4: row 4; и ещё 2)"
    assert told([]) == []


def test_a_release_says_what_is_not_confirmed_and_is_made_all_the_same(ready: Programme, tmp_path: Path) -> None:
    ready.write(
        "config/breaks.csv",
        "break_id,date,first_year,kind,indicators,bridge,note_ru,note_en,reference\n"
        "x,2024-01-01,2024,definition,all,none,,not confirmed,\n",
    )
    ready.commit()
    stages: list[str] = []
    notes = [note.en for note in read_manifest(ready.release(stages=stages)).notes]
    assert "config/breaks.csv: lines not confirmed: 1 (2: x, not confirmed)" in notes
    assert stages[0] == "Collecting the draft's files" and stages[-1] == "Writing the release"
