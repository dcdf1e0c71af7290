"""The panel's notebook is saved as it was committed: no outputs, so that nothing of it has to be taken back."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from evaluation.app.panel.places import NOTEBOOK

KEPT_OF_CELLS = ("tags", "jupyter")
METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def as_committed(model: dict[str, Any], path: str, **_: Any) -> None:
    """Before JupyterLab saves the panel's notebook: take out outputs, counts, and what a session notes; in place.

    ``model`` is the contents model of ``path``. Other files and notebooks are left alone.
    """
    if model.get("type") != "notebook" or PurePosixPath(path).name != NOTEBOOK:
        return
    content = model["content"]
    for cell in content["cells"]:
        cell["metadata"] = {name: cell["metadata"][name] for name in KEPT_OF_CELLS if name in cell["metadata"]}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    title = content["metadata"].get("title")
    content["metadata"] = {**METADATA, **({"title": title} if title else {})}
