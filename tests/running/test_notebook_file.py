from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tiny_programme import notebook

from evaluation.running.notebook_file import (
    cell_number,
    check_parameters,
    path_patterns,
    read_notebook,
    tidy,
    tidy_text,
)
from evaluation.settings import InputProblem


def with_parameters(source: str, tags: tuple[str, ...] = ("parameters",)) -> dict[str, object]:
    return {"cells": [{"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}}]}


def test_known_parameters_pass() -> None:
    taken = with_parameters("year: int = 2025  # programme year\nname = 'a'\nparts = [1, 2]\nshift = -1\n")
    check_parameters(taken, {"year": 2024, "name": "б", "parts": [3], "shift": None}, "01")


@pytest.mark.parametrize(
    ("source", "given", "said"),
    [
        ("year = 2025", {"yaer": 2024}, "does not know the parameter 'yaer'. It knows: year"),
        ("year = 2025\nlast = year - 1", {"year": 2024}, "line 2"),
        ("import os\nyear = 2025", {"year": 2024}, "line 1"),
        ("year = ", {"year": 2024}, "not Python"),
        ("place = ''", {"place": Path("x")}, "no number, text or list"),
        ("pair = 0", {"pair": (1, 2)}, "no number, text or list"),
        ("api_key = ''", {"api_key": "x"}, "looks like a secret"),
    ],
)
def test_parameters_that_would_not_arrive_are_refused(source: str, given: dict[str, object], said: str) -> None:
    with pytest.raises(InputProblem, match=said):
        check_parameters(with_parameters(source), given, "01_clean")


@pytest.mark.parametrize("tags", [(), ("parameter",)])
def test_a_cell_of_parameters_is_needed(tags: tuple[str, ...]) -> None:
    with pytest.raises(InputProblem, match="0 cells are tagged 'parameters'"):
        check_parameters(with_parameters("year = 1", tags), {"year": 2}, "01")


@pytest.mark.parametrize("text", ["{", "[]", '{"nbformat": 3, "worksheets": []}', '{"nbformat": 4}'])
def test_what_is_no_notebook_is_refused(tmp_path: Path, text: str) -> None:
    place = tmp_path / "01.ipynb"
    place.write_text(text)
    with pytest.raises(InputProblem, match="notebook"):
        read_notebook(place)
    with pytest.raises(InputProblem, match="no notebook"):
        read_notebook(tmp_path / "none.ipynb")


def executed() -> dict[str, object]:
    """What papermill leaves: an injected cell with a random id, timings, an absolute path."""
    content = json.loads(notebook("print(1)", "x"))
    content["metadata"]["papermill"] = {"start_time": "now", "output_path": "/secret/place"}
    for number, cell in enumerate(content["cells"]):
        cell["metadata"]["papermill"] = {"duration": number}
        cell["metadata"]["tags"] = cell["metadata"].get("tags", [])
    injected = {
        "cell_type": "code", "id": "4f1d", "source": "# Parameters\nyear = 2023", "execution_count": 2, "outputs": [],
        "metadata": {"tags": ["injected-parameters"]},
    }  # fmt: skip
    content["cells"].insert(2, injected)
    for cell, count in zip(content["cells"][1:], (1, 2, 3, 4), strict=True):
        cell["execution_count"] = count
    text = "<Figure at 0x7f8c2b3d4e50> in /home/anna/prog/data/raw and /home/anna/x"
    content["cells"][4]["outputs"] = [
        {"output_type": "execute_result", "execution_count": 4, "data": {"text/plain": text, "image/png": text}},
        {"output_type": "stream", "name": "stderr", "text": "/tmp/ipykernel_123/987.py:1: UserWarning"},
    ]  # fmt: skip
    return content


def test_tidy_leaves_nothing_of_the_run() -> None:
    source = json.loads(notebook("print(1)", "x"))
    tidied = tidy(executed(), source, {"/home/anna/prog": ".", "/home/anna": "~"})
    assert [cell["id"] for cell in tidied["cells"]] == ["title", "code-0", "injected-parameters", "code-1", "code-2"]
    assert "papermill" not in json.dumps(tidied)
    assert [cell["execution_count"] for cell in tidied["cells"][1:]] == [1, None, 2, 3]
    outputs = tidied["cells"][4]["outputs"]
    assert outputs[0]["execution_count"] == 3
    assert outputs[0]["data"]["text/plain"] == "<Figure at 0x...> in ./data/raw and ~/x"
    assert "0x7f8c" in outputs[0]["data"]["image/png"]
    assert outputs[1]["text"] == "<cell>:1: UserWarning"


def test_paths_are_replaced_whole_and_roots_not_at_all() -> None:
    patterns = path_patterns({"/data": "D", "/data/raw": "R", "/": "root", "C:\\prog": "P"})
    text = "/data/raw/x /data/rawer /database a/data 'C:\\prog\\x' C:\\\\prog"
    assert tidy_text(text, patterns) == "R/x D/rawer /database a/data 'P\\x' P"


def test_cells_are_numbered_as_a_person_sees_them() -> None:
    cells = executed()["cells"]
    assert [cell_number(cells, index) for index in range(5)] == [0, 1, 1, 2, 3]  # type: ignore[arg-type]


def test_a_cells_file_is_named_once_and_a_picture_takes_no_time() -> None:
    told = "a File (/tmp/ipykernel_12/34.py:5) 'C:\\x\\ipykernel_1\\22.py' ipykernel_9/1.py,/t/ipykernel_9/2.py end"
    assert tidy_text(told, []) == "a File <cell>:5) 'C:\\x\\ipykernel_1\\22.py' <cell> end".replace(
        "'C:\\x\\ipykernel_1\\22.py'", "'<cell>'"
    )
    picture = "iVBORw0KGgo" * 100_000  # a million signs without a gap, as a PNG in a notebook's text
    began = time.process_time()
    assert tidy_text(f"{picture} ipykernel_1/2.py", []) == f"{picture} <cell>"
    assert time.process_time() - began < 5  # looked for from each of its signs it took minutes
