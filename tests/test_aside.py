from __future__ import annotations

import os
from pathlib import Path

import pytest

from evaluation import aside
from evaluation.aside import clear_asides, made_aside, put_in_place, write_together, write_whole


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "folder" / "a.json"
    write_whole(place, "первое")
    assert place.read_text(encoding="utf-8") == "первое"

    def refuse(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="full"):
        write_whole(place, b"second")
    assert [path.name for path in place.parent.iterdir()] == ["a.json"]
    assert place.read_text(encoding="utf-8") == "первое"


def test_what_killed_processes_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.json.77.new", "a.json", ".hidden", "b.new"):
        (tmp_path / name).write_text("x")
    clear_asides(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "a.json", "b.new"]
    clear_asides(tmp_path / "none")


@pytest.mark.parametrize("failing", range(4))
@pytest.mark.parametrize("linked", [True, False])
def test_all_files_are_moved_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int, linked: bool
) -> None:
    """Whichever of three moves fails (3: none does); also where a disk has no second names for a file."""
    moves = {}
    for number in range(3):
        source, final = tmp_path / "new" / str(number), tmp_path / "places" / str(number) / "x"
        source.parent.mkdir(exist_ok=True)
        source.write_text(f"new {number}")
        final.parent.mkdir(parents=True)
        if number != 1:  # one is made for the first time
            final.write_text(f"old {number}")
        moves[source] = final
    done = []
    replace = os.replace

    def move(source: Path, final: Path) -> None:
        if source.parent.name == "new":
            if len(done) == failing:
                raise PermissionError(13, "denied", str(source), None, str(final))
            done.append(source)
        replace(source, final)

    def no_links(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "replace", move)
    if not linked:
        monkeypatch.setattr(os, "link", no_links)
    if failing < 3:
        with pytest.raises(PermissionError):
            put_in_place(moves, tmp_path / "before")
    else:
        put_in_place(moves, tmp_path / "before")
    word = "new" if failing == 3 else "old"
    found = {path.parent.name: path.read_text() for path in (tmp_path / "places").rglob("x")}
    assert found == {name: f"{word} {name}" for name in "012" if word == "new" or name != "1"}


def test_another_disk_is_copied_to_before_the_first_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    moves = {here / name: there / name for name in ("a", "b")}
    for source, final in moves.items():
        source.write_text(f"new {source.name}")
        final.write_text(f"old {source.name}")

    def full(source: Path, final: Path) -> None:
        Path(final).write_text("half")
        if source.name == "b":
            raise OSError(28, "full")

    class Elsewhere:
        st_dev = -1

    stat = Path.stat
    monkeypatch.setattr(Path, "stat", lambda self, **how: Elsewhere if self.parent == here else stat(self, **how))
    monkeypatch.setattr(aside.shutil, "copyfile", full)
    with pytest.raises(OSError, match="full"):
        put_in_place(moves, tmp_path / "before")
    monkeypatch.undo()
    assert {path.name: path.read_text() for path in there.glob("*") if not path.name.startswith(".")} == {
        "a": "old a", "b": "old b",
    }  # fmt: skip


@pytest.mark.parametrize("failing", range(4))
def test_several_texts_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    places = [tmp_path / folder / name for folder, name in (("one", "a"), ("one", "b"), ("two", "c"))]
    places[0].parent.mkdir()
    places[0].write_text("old")
    replace, done = os.replace, []

    def move(source: Path, final: Path) -> None:
        if final in places and final not in done:
            if len(done) == failing:
                raise OSError(28, "full")
            done.append(final)
        replace(source, final)

    monkeypatch.setattr(os, "replace", move)
    if failing < 3:
        with pytest.raises(OSError, match="full"):
            write_together({place: place.name.encode() for place in places})
    else:
        write_together({place: place.name.encode() for place in places})
    found = {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == ({"a": "a", "b": "b", "c": "c"} if failing == 3 else {"a": "old"})
    assert {path.name for path in tmp_path.rglob("*") if path.is_dir()} == {"one", "two"}


def test_no_text_at_all_is_written_nowhere(tmp_path: Path) -> None:
    write_together({})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_comes_into_being_as_a_whole(tmp_path: Path, is_there: bool) -> None:
    folder = tmp_path / "parent" / "made"
    if is_there:
        folder.mkdir(parents=True)
    with pytest.raises(ZeroDivisionError), made_aside(folder) as inside:
        (inside / "half").write_text("x")
        raise ZeroDivisionError
    assert list(tmp_path.rglob("*")) == ([folder.parent, folder] if is_there else [folder.parent])
    with made_aside(folder) as inside:
        (inside / "whole").write_text("x")
        assert not (folder / "whole").exists()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["made", "parent", "whole"]
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o755


def test_a_folder_with_something_in_it_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(OSError, match=r"empty|directory"), made_aside(tmp_path) as inside:
        (inside / "other").write_text("y")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert not [path for path in tmp_path.parent.iterdir() if path.name.startswith(f".{tmp_path.name}.")]
